package stories_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

var (
	admin     = stories.User{Ref: "console:ada", Name: "Ada"}
	moderator = stories.User{Ref: "console:mo", Name: "Mo"}
	reader    = stories.User{Ref: "console:ria", Name: "Ria"}
	news      = stories.Destination{Platform: "console", Channel: "#news"}
)

// newsroom is a Service over a database of its own, with a clock the test sets.
type newsroom struct {
	*stories.Service
	store   *sqlstore.Store
	now     time.Time
	planned int
}

func open(t *testing.T, admins ...string) *newsroom {
	t.Helper()
	n := &newsroom{store: openStore(t), now: time.Date(2014, 12, 20, 15, 0, 0, 0, time.UTC)}
	n.Service = stories.NewService(stories.Config{
		Stores: n.store.Families(), Admins: admins, CheckPerson: anybody,
		Now:     func() time.Time { return n.now },
		Planned: func() { n.planned++ },
	})
	return n
}

func openStore(t *testing.T) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// openTracked has a moderator and the story sony-hack.
func openTracked(t *testing.T) (*newsroom, stories.Story) {
	t.Helper()
	n := open(t, admin.Ref)
	if _, err := n.Desk.SetModerator(t.Context(), stories.Act{By: admin}, moderator, true); err != nil {
		t.Fatal(err)
	}
	story, err := n.Editor.Track(t.Context(), stories.Act{By: moderator}, stories.Story{
		Slug: "sony-hack", Headline: "North Korea denies the attack on Sony", Topics: []string{"security", "film", "security"}})
	if err != nil {
		t.Fatal(err)
	}
	return n, story
}

func wantCode(t *testing.T, what string, err error, want stories.Code) {
	t.Helper()
	if stories.CodeOf(err) != want {
		t.Errorf("%s: err = %v (%s), want %q", what, err, stories.CodeOf(err), want)
	}
}

func TestOnlyModeratorsWrite(t *testing.T) {
	n, _ := openTracked(t)
	ctx, act := t.Context(), stories.Act{By: reader}
	_, err := n.Editor.Track(ctx, act, stories.Story{Slug: "other", Headline: "Other"})
	wantCode(t, "Track", err, stories.CodeForbidden)
	_, _, _, err = n.Publisher.Append(ctx, act, stories.Append{Slug: "sony-hack", Text: "Hello"})
	wantCode(t, "Append", err, stories.CodeForbidden)
	_, err = n.Editor.End(ctx, act, "sony-hack", "")
	wantCode(t, "Close", err, stories.CodeForbidden)
	_, err = n.Desk.Log(ctx, reader, "", 0, 10)
	wantCode(t, "Log", err, stories.CodeForbidden)
	_, err = n.Health.Status(ctx, reader)
	wantCode(t, "Status", err, stories.CodeForbidden)
	_, err = n.Desk.Members(ctx, reader)
	wantCode(t, "Members", err, stories.CodeForbidden)
	_, err = n.Desk.SetModerator(ctx, stories.Act{By: moderator}, reader, true)
	wantCode(t, "SetModerator by a moderator", err, stories.CodeForbidden)
	_, err = n.Desk.SetDesk(ctx, stories.Act{By: moderator}, news, "console")
	wantCode(t, "SetDesk by a moderator", err, stories.CodeForbidden)
	_, err = n.Desk.EndDesk(ctx, stories.Act{By: moderator}, news)
	wantCode(t, "EndDesk by a moderator", err, stories.CodeForbidden)
	if !strings.Contains(err.Error(), "STORYBOT_ADMINS") {
		t.Errorf("the refusal names no cure: %v", err)
	}
}

func TestARefusedUpdateChangesNothing(t *testing.T) {
	n, _ := openTracked(t)
	ctx, act := t.Context(), stories.Act{By: moderator}
	for name, a := range map[string]stories.Append{
		"empty":         {Slug: "sony-hack"},
		"NUL":           {Slug: "sony-hack", Text: "a\x00"},
		"long":          {Slug: "sony-hack", Text: strings.Repeat("word ", 20<<10)},
		"bad source":    {Slug: "sony-hack", Text: "ok", Sources: []string{"javascript:1"}},
		"many sources":  {Slug: "sony-hack", Text: "ok", Sources: strings.Fields("http://a.x http://b.x http://c.x http://d.x http://e.x http://f.x")},
		"in the future": {Slug: "sony-hack", Text: "ok", At: n.now.Add(time.Hour)},
		"bad slug":      {Slug: "Sony Hack!", Text: "ok"},
		"unknown slug":  {Slug: "sony-hakc", Text: "ok"},
	} {
		_, _, _, err := n.Publisher.Append(ctx, act, a)
		if code := stories.CodeOf(err); code != stories.CodeInvalid && code != stories.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if card, err := n.Archive.Card(ctx, reader, "sony-hack"); err != nil || card.Story.Updates != 0 {
		t.Errorf("card = %+v, %v", card, err)
	}
	if n.planned != 0 {
		t.Error("something was planned")
	}
}

func TestUnknownSlugsOfferTheNearest(t *testing.T) {
	n, _ := openTracked(t)
	_, err := n.Archive.Story(t.Context(), "sony-hakc")
	wantCode(t, "Story", err, stories.CodeNotFound)
	if e := err.(*stories.Error); !slices.Equal(e.Near, []string{"sony-hack"}) {
		t.Errorf("Near = %q", e.Near)
	}
}

func TestTheSameTextTwiceIsConfirmed(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	a := stories.Append{Slug: "sony-hack", Text: "The White House is confident."}
	first := stories.Act{Key: "console:1", By: moderator}
	if _, u, _, err := n.Publisher.Append(ctx, first, a); err != nil || u.Number != 1 {
		t.Fatalf("update %d, %v", u.Number, err)
	}
	n.now = n.now.Add(9 * time.Minute)
	_, u, _, err := n.Publisher.Append(ctx, first, a)
	if err != nil || u.Number != 1 {
		t.Errorf("a replay gave update %d, %v", u.Number, err)
	}
	second := stories.Act{Key: "console:2", By: moderator}
	_, _, _, err = n.Publisher.Append(ctx, second, a)
	wantCode(t, "second paste", err, stories.CodeConfirm)
	a.Again = true
	if _, u, _, err = n.Publisher.Append(ctx, second, a); err != nil || u.Number != 2 {
		t.Errorf("confirmed: update %d, %v", u.Number, err)
	}
	a.Again = false
	n.now = n.now.Add(stories.DuplicateWindow + time.Minute)
	if _, u, _, err = n.Publisher.Append(ctx, stories.Act{Key: "console:3", By: moderator}, a); err != nil || u.Number != 3 {
		t.Errorf("after the window: update %d, %v", u.Number, err)
	}
}

func TestAClosedStoryTakesNoUpdates(t *testing.T) {
	n, _ := openTracked(t)
	ctx, act := t.Context(), stories.Act{By: moderator}
	if told, err := n.Editor.End(ctx, act, "sony-hack", ""); err != nil || !told.Changed {
		t.Fatalf("Close: %v, %v", told, err)
	}
	if told, err := n.Editor.End(ctx, act, "sony-hack", ""); err != nil || told.Changed {
		t.Errorf("closing twice: %v, %v", told, err)
	}
	_, _, _, err := n.Publisher.Append(ctx, act, stories.Append{Slug: "sony-hack", Text: "More"})
	wantCode(t, "Append", err, stories.CodeClosed)
	if !strings.Contains(err.Error(), "/desk reopen sony-hack") {
		t.Errorf("no cure in %q", err)
	}
	if _, err := n.Editor.Begin(ctx, act, "sony-hack", ""); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := n.Publisher.Append(ctx, act, stories.Append{Slug: "sony-hack", Text: "More"}); err != nil {
		t.Error(err)
	}
}

func TestAChannelThatFollowsTwiceGetsAnUpdateOnce(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	follow := stories.Follow{Destination: news, Lane: "console", Manages: manages}
	for _, target := range []string{"sony-hack", "topic:security", "all"} {
		follow.Target, _ = stories.ParseTarget(target)
		if _, _, made, err := n.Subscriber.Subscribe(ctx, stories.Act{By: reader}, follow); err != nil || !made.Created {
			t.Fatalf("%s: %v, %v", target, made, err)
		}
	}
	n.planned = 0
	_, _, progress, err := n.Publisher.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "News"})
	if err != nil || progress.Total != 1 || n.planned != 1 {
		t.Errorf("progress = %+v, planned %d times, %v", progress, n.planned, err)
	}
}

func TestOnlyChannelManagersSubscribe(t *testing.T) {
	n, story := openTracked(t)
	ctx, act := t.Context(), stories.Act{By: reader}
	f := stories.Follow{Destination: news, Lane: "console", Target: stories.Target{Kind: stories.TargetAll}, Manages: func(context.Context) error { return stories.Errorf(stories.CodeForbidden, "Ask Ada.") }}
	_, _, _, err := n.Subscriber.Subscribe(ctx, act, f)
	wantCode(t, "Subscribe", err, stories.CodeForbidden)
	if !strings.Contains(err.Error(), "Ask Ada.") {
		t.Errorf("no cure in %q", err)
	}
	_, err = n.Subscriber.Unsubscribe(ctx, act, f)
	wantCode(t, "Unsubscribe", err, stories.CodeForbidden)
	_, _, err = n.Subscriber.Stop(ctx, act, f, story.ID)
	wantCode(t, "Stop", err, stories.CodeForbidden)
	_, err = n.Subscriber.Pause(ctx, act, f)
	wantCode(t, "Pause", err, stories.CodeForbidden)
}

func TestStopMutesAStoryThatATopicStillBrings(t *testing.T) {
	n, story := openTracked(t)
	ctx, act := t.Context(), stories.Act{Key: "console:9", By: reader}
	f := stories.Follow{Destination: news, Lane: "console", Manages: manages}
	for _, target := range []string{"sony-hack", "topic:security"} {
		f.Target, _ = stories.ParseTarget(target)
		if _, _, _, err := n.Subscriber.Subscribe(ctx, stories.Act{By: reader}, f); err != nil {
			t.Fatal(err)
		}
	}
	if _, ended, err := n.Subscriber.Stop(ctx, act, f, story.ID); err != nil || !ended.Muted {
		t.Fatalf("Stop: muted %v, %v", ended, err)
	}
	_, _, progress, err := n.Publisher.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "News"})
	if err != nil || progress.Total != 0 {
		t.Errorf("progress = %+v, %v", progress, err)
	}
	subs, err := n.Following.Subscriptions(ctx, news)
	if err != nil || len(subs) != 1 || subs[0].Target.Kind != stories.TargetTopic {
		t.Errorf("subscriptions = %+v, %v", subs, err)
	}
}

func TestNewSinceTheReaderLastLooked(t *testing.T) {
	n, story := openTracked(t)
	ctx := t.Context()
	for _, text := range []string{"one", "two"} {
		if _, _, _, err := n.Publisher.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if card, _ := n.Archive.Card(ctx, reader, "sony-hack"); card.Returning || len(card.Newest) != 2 || card.Newest[0].Text != "two" {
		t.Errorf("first look: %+v", card)
	}
	if err := n.Archive.MarkSeen(ctx, reader, story.ID, 2); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := n.Publisher.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "three"}); err != nil {
		t.Fatal(err)
	}
	if card, _ := n.Archive.Card(ctx, reader, "sony-hack"); !card.Returning || card.New != 1 {
		t.Errorf("second look: %+v", card)
	}
}

func TestALongSearchIsCut(t *testing.T) {
	for query, want := range map[string]string{
		" sony  hack ":                    "sony  hack",
		strings.Repeat("é", 300):          strings.Repeat("é", 200),
		strings.Repeat("a", 199) + " bcd": strings.Repeat("a", 199),
		"":                                "",
	} {
		if got := stories.CutQuery(query); got != want {
			t.Errorf("CutQuery(%.20q…) = %.20q… with %d characters", query, got, len([]rune(got)))
		}
	}
}

func TestTheLogSaysWhoDidWhat(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	if _, _, _, err := n.Publisher.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "News"}); err != nil {
		t.Fatal(err)
	}
	entries, err := n.Desk.Log(ctx, moderator, "sony-hack", 0, 10)
	if err != nil || len(entries) != 2 {
		t.Fatalf("log = %+v, %v", entries, err)
	}
	if e := entries[0]; e.Verb != "published" || e.By.Ref != moderator.Ref || e.Slug != "sony-hack" {
		t.Errorf("newest entry = %+v", e)
	}
}

// anybody takes every name for a person's.
func anybody(string) error { return nil }

// manages lets everybody manage every channel.
func manages(context.Context) error { return nil }
