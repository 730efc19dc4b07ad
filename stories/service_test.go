package stories_test

import (
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
		Store: n.store, Admins: admins,
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

// block publishes an update and reports that the channel refuses it.
func (n *newsroom) block(t *testing.T, lane string) {
	t.Helper()
	if _, _, _, err := n.Append(t.Context(), stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "News", Again: true}); err != nil {
		t.Fatal(err)
	}
	l, ok, err := n.store.Acquire(t.Context(), lane, "w", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	batch, err := n.store.Advance(t.Context(), l, nil, 1, false, n.now)
	if err != nil || len(batch.Claimed) != 1 {
		t.Fatal(batch, err)
	}
	v := batch.Claimed[0]
	refused := stories.Result{DeliveryID: v.ID, Attempt: v.Attempt, State: stories.Held, Destination: stories.Blocked, Reason: "refuses", At: n.now}
	if _, err := n.store.Advance(t.Context(), l, []stories.Result{refused}, 0, false, n.now); err != nil {
		t.Fatal(err)
	}
}

// openTracked has a moderator and the story sony-hack.
func openTracked(t *testing.T) (*newsroom, stories.Story) {
	t.Helper()
	n := open(t, admin.Ref)
	if _, err := n.SetModerator(t.Context(), stories.Act{By: admin}, moderator, true); err != nil {
		t.Fatal(err)
	}
	story, err := n.Track(t.Context(), stories.Act{By: moderator}, stories.Story{
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
	_, err := n.Track(ctx, act, stories.Story{Slug: "other", Headline: "Other"})
	wantCode(t, "Track", err, stories.CodeForbidden)
	_, _, _, err = n.Append(ctx, act, stories.Append{Slug: "sony-hack", Text: "Hello"})
	wantCode(t, "Append", err, stories.CodeForbidden)
	_, _, err = n.Close(ctx, act, "sony-hack")
	wantCode(t, "Close", err, stories.CodeForbidden)
	_, err = n.Log(ctx, reader, "", 0, 10)
	wantCode(t, "Log", err, stories.CodeForbidden)
	_, err = n.Status(ctx, reader)
	wantCode(t, "Status", err, stories.CodeForbidden)
	_, err = n.Members(ctx, reader)
	wantCode(t, "Members", err, stories.CodeForbidden)
	_, err = n.SetModerator(ctx, stories.Act{By: moderator}, reader, true)
	wantCode(t, "SetModerator by a moderator", err, stories.CodeForbidden)
	wantCode(t, "SetDesk by a moderator", n.SetDesk(ctx, stories.Act{By: moderator}, news, "console"), stories.CodeForbidden)
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
		_, _, _, err := n.Append(ctx, act, a)
		if code := stories.CodeOf(err); code != stories.CodeInvalid && code != stories.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if card, err := n.Card(ctx, reader, "sony-hack"); err != nil || card.Story.Updates != 0 {
		t.Errorf("card = %+v, %v", card, err)
	}
	if n.planned != 0 {
		t.Error("something was planned")
	}
}

func TestUnknownSlugsOfferTheNearest(t *testing.T) {
	n, _ := openTracked(t)
	_, err := n.Story(t.Context(), "sony-hakc")
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
	if _, u, _, err := n.Append(ctx, first, a); err != nil || u.Number != 1 {
		t.Fatalf("update %d, %v", u.Number, err)
	}
	n.now = n.now.Add(9 * time.Minute)
	_, u, _, err := n.Append(ctx, first, a)
	if err != nil || u.Number != 1 {
		t.Errorf("a replay gave update %d, %v", u.Number, err)
	}
	second := stories.Act{Key: "console:2", By: moderator}
	_, _, _, err = n.Append(ctx, second, a)
	wantCode(t, "second paste", err, stories.CodeConfirm)
	a.Again = true
	if _, u, _, err = n.Append(ctx, second, a); err != nil || u.Number != 2 {
		t.Errorf("confirmed: update %d, %v", u.Number, err)
	}
	a.Again = false
	n.now = n.now.Add(stories.DuplicateWindow + time.Minute)
	if _, u, _, err = n.Append(ctx, stories.Act{Key: "console:3", By: moderator}, a); err != nil || u.Number != 3 {
		t.Errorf("after the window: update %d, %v", u.Number, err)
	}
}

func TestAClosedStoryTakesNoUpdates(t *testing.T) {
	n, _ := openTracked(t)
	ctx, act := t.Context(), stories.Act{By: moderator}
	if _, changed, err := n.Close(ctx, act, "sony-hack"); err != nil || !changed {
		t.Fatalf("Close: %v, %v", changed, err)
	}
	if _, changed, err := n.Close(ctx, act, "sony-hack"); err != nil || changed {
		t.Errorf("closing twice: %v, %v", changed, err)
	}
	_, _, _, err := n.Append(ctx, act, stories.Append{Slug: "sony-hack", Text: "More"})
	wantCode(t, "Append", err, stories.CodeClosed)
	if !strings.Contains(err.Error(), "/desk reopen sony-hack") {
		t.Errorf("no cure in %q", err)
	}
	if _, _, err := n.Reopen(ctx, act, "sony-hack"); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := n.Append(ctx, act, stories.Append{Slug: "sony-hack", Text: "More"}); err != nil {
		t.Error(err)
	}
}

func TestAChannelThatFollowsTwiceGetsAnUpdateOnce(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	follow := stories.Follow{Destination: news, Lane: "console", Manages: true}
	for _, target := range []string{"sony-hack", "topic:security", "all"} {
		follow.Target, _ = stories.ParseTarget(target)
		if _, _, created, err := n.Subscribe(ctx, stories.Act{By: reader}, follow); err != nil || !created {
			t.Fatalf("%s: %v, %v", target, created, err)
		}
	}
	n.planned = 0
	_, _, progress, err := n.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "News"})
	if err != nil || progress.Total != 1 || n.planned != 1 {
		t.Errorf("progress = %+v, planned %d times, %v", progress, n.planned, err)
	}
}

func TestOnlyChannelManagersSubscribe(t *testing.T) {
	n, story := openTracked(t)
	ctx, act := t.Context(), stories.Act{By: reader}
	f := stories.Follow{Destination: news, Lane: "console", Target: stories.Target{Kind: stories.TargetAll}, Cure: "Ask Ada."}
	_, _, _, err := n.Subscribe(ctx, act, f)
	wantCode(t, "Subscribe", err, stories.CodeForbidden)
	if !strings.Contains(err.Error(), "Ask Ada.") {
		t.Errorf("no cure in %q", err)
	}
	_, err = n.Unsubscribe(ctx, act, f)
	wantCode(t, "Unsubscribe", err, stories.CodeForbidden)
	_, _, err = n.Stop(ctx, act, f, story.ID)
	wantCode(t, "Stop", err, stories.CodeForbidden)
	_, err = n.Pause(ctx, act, f)
	wantCode(t, "Pause", err, stories.CodeForbidden)
}

func TestStopMutesAStoryThatATopicStillBrings(t *testing.T) {
	n, story := openTracked(t)
	ctx, act := t.Context(), stories.Act{Key: "console:9", By: reader}
	f := stories.Follow{Destination: news, Lane: "console", Manages: true}
	for _, target := range []string{"sony-hack", "topic:security"} {
		f.Target, _ = stories.ParseTarget(target)
		if _, _, _, err := n.Subscribe(ctx, stories.Act{By: reader}, f); err != nil {
			t.Fatal(err)
		}
	}
	if _, muted, err := n.Stop(ctx, act, f, story.ID); err != nil || !muted {
		t.Fatalf("Stop: muted %v, %v", muted, err)
	}
	_, _, progress, err := n.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "News"})
	if err != nil || progress.Total != 0 {
		t.Errorf("progress = %+v, %v", progress, err)
	}
	subs, err := n.Subscriptions(ctx, news)
	if err != nil || len(subs) != 1 || subs[0].Target.Kind != stories.TargetTopic {
		t.Errorf("subscriptions = %+v, %v", subs, err)
	}
}

func TestNewSinceTheReaderLastLooked(t *testing.T) {
	n, story := openTracked(t)
	ctx := t.Context()
	for _, text := range []string{"one", "two"} {
		if _, _, _, err := n.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if card, _ := n.Card(ctx, reader, "sony-hack"); card.Returning || len(card.Newest) != 2 || card.Newest[0].Text != "two" {
		t.Errorf("first look: %+v", card)
	}
	if err := n.MarkSeen(ctx, reader, story.ID, 2); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := n.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "three"}); err != nil {
		t.Fatal(err)
	}
	if card, _ := n.Card(ctx, reader, "sony-hack"); !card.Returning || card.New != 1 {
		t.Errorf("second look: %+v", card)
	}
}

func TestTheFirstAdminClaimsTheBot(t *testing.T) {
	n := open(t)
	ctx := t.Context()
	if has, err := n.HasAdmin(ctx); err != nil || has {
		t.Fatalf("HasAdmin = %v, %v", has, err)
	}
	code, err := n.ClaimCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	wantCode(t, "another code", n.Claim(ctx, stories.Act{By: reader}, "AAAA-BBBB-CCCC"), stories.CodeForbidden)
	if err := n.Claim(ctx, stories.Act{By: reader}, code); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "a second claim", n.Claim(ctx, stories.Act{By: moderator}, code), stories.CodeExists)
	if role, _ := n.RoleOf(ctx, reader); role != stories.Admin {
		t.Errorf("role = %v", role)
	}
	configured := open(t, admin.Ref)
	wantCode(t, "claim beside settings", configured.Claim(ctx, stories.Act{By: reader}, code), stories.CodeExists)
}

func TestPeopleAreNamedInTheirPlatformsForm(t *testing.T) {
	store := openStore(t)
	ctx, act := t.Context(), stories.Act{By: admin}
	lax := stories.NewService(stories.Config{Store: store, Admins: []string{admin.Ref}})
	odd := stories.User{Ref: "foo:bar"}
	if _, err := lax.SetModerator(ctx, act, odd, true); err != nil {
		t.Fatal(err)
	}
	strict := stories.NewService(stories.Config{Store: store, Admins: []string{admin.Ref}, CheckPerson: func(ref string) error {
		if !strings.HasPrefix(ref, "console:") {
			return stories.Errorf(stories.CodeInvalid, "%q names nobody here.", ref)
		}
		return nil
	}})
	for _, ref := range []string{"slack:U1", "", "discord:ada"} {
		for _, yes := range []bool{true, false} {
			_, err := strict.SetModerator(ctx, act, stories.User{Ref: ref}, yes)
			wantCode(t, ref, err, stories.CodeInvalid)
		}
	}
	if _, err := strict.SetModerator(ctx, act, odd, true); stories.CodeOf(err) != stories.CodeInvalid {
		t.Errorf("an odd name was given a role: %v", err)
	}
	wantCode(t, "a claim by nobody", strict.Claim(ctx, stories.Act{By: odd}, "x"), stories.CodeExists)
	// Who got in before the form was checked can be taken off the list.
	if changed, err := strict.SetModerator(ctx, act, odd, false); err != nil || !changed {
		t.Errorf("removed %v, %v", changed, err)
	}
	members, err := strict.Members(ctx, admin)
	if err != nil || len(members) != 1 {
		t.Errorf("members = %v, %v", members, err)
	}
}

func TestRefusalsNamePeopleByTheirNames(t *testing.T) {
	n := open(t, admin.Ref)
	ctx := t.Context()
	boss := stories.User{Ref: "chat:77", Name: "Boss"}
	unclaimed := open(t)
	code, err := unclaimed.ClaimCode(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := unclaimed.Claim(ctx, stories.Act{By: boss}, code); err != nil {
		t.Fatal(err)
	}
	stranger := stories.User{Ref: "chat:4711", Name: "Ria"}
	_, _, _, forbidden := n.Append(ctx, stories.Act{By: stranger}, stories.Append{Slug: "x", Text: "x"})
	_, admins := n.SetModerator(ctx, stories.Act{By: stranger}, stranger, true)
	_, already := unclaimed.SetModerator(ctx, stories.Act{By: boss}, stories.User{Ref: boss.Ref}, true)
	_, himself := unclaimed.SetModerator(ctx, stories.Act{By: boss}, stories.User{Ref: boss.Ref}, false)
	_, configured := n.SetModerator(ctx, stories.Act{By: admin}, stories.User{Ref: admin.Ref, Name: "Ada"}, true)
	for refusal, want := range map[error]string{forbidden: "action:add user: and your name", admins: "STORYBOT_ADMINS", already: "Boss is an admin", himself: "Another admin", configured: "Ada is an admin"} {
		if refusal == nil || !strings.Contains(refusal.Error(), want) || strings.Contains(refusal.Error(), "chat:") || strings.Contains(refusal.Error(), "console:") {
			t.Errorf("refusal %v, want %q and no id", refusal, want)
		}
	}
}

func TestWhatCannotBeCheckedChangesNothing(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	f := stories.Follow{Destination: news, Lane: "console", Manages: true, Target: stories.Target{Kind: stories.TargetAll}}
	if _, _, _, err := n.Subscribe(ctx, stories.Act{By: reader}, f); err != nil {
		t.Fatal(err)
	}
	before := n.planned
	wantCode(t, "the end of nothing", n.Ended(ctx, stories.Destination{Platform: news.Platform}, "gone"), stories.CodeInvalid)
	for _, level := range []stories.Level{-1, 4} {
		f.Level = level
		_, _, _, err := n.Subscribe(ctx, stories.Act{By: reader}, f)
		wantCode(t, "Subscribe at no level", err, stories.CodeInvalid)
		_, _, _, err = n.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "x", Level: level})
		wantCode(t, "Append at no level", err, stories.CodeInvalid)
	}
	if subs, err := n.Subscriptions(ctx, news); err != nil || len(subs) != 1 || subs[0].Level != stories.Minor || n.planned != before {
		t.Errorf("subscriptions = %+v, %v, planned %d", subs, err, n.planned-before)
	}
	// A database that is away refuses; nobody is let through meanwhile.
	if err := n.store.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "Allow", n.Allow(ctx, reader, "share", 5, time.Minute), stories.CodeUnavailable)
	f.Level = stories.Minor
	_, _, _, err := n.Subscribe(ctx, stories.Act{By: reader}, f)
	wantCode(t, "Subscribe without a database", err, stories.CodeUnavailable)
	_, err = n.SetModerator(ctx, stories.Act{By: moderator}, reader, true)
	wantCode(t, "SetModerator without a database", err, stories.CodeUnavailable)
}

func TestNewsOfNoPlaceHealsNothing(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	f := stories.Follow{Destination: news, Lane: "console", Manages: true, Target: stories.Target{Kind: stories.TargetAll}}
	if _, _, _, err := n.Subscribe(ctx, stories.Act{By: reader}, f); err != nil {
		t.Fatal(err)
	}
	n.block(t, "console")
	if resumed, skipped, err := n.Healed(ctx, stories.Destination{Platform: news.Platform}); err != nil || resumed+skipped != 0 {
		t.Errorf("news of no place healed %d and %d, %v", resumed, skipped, err)
	}
	// Following anew does, and says that there is something to send.
	n.planned = 0
	if _, _, created, err := n.Subscribe(ctx, stories.Act{By: reader}, f); err != nil || created || n.planned == 0 {
		t.Errorf("created %v, planned %d, %v", created, n.planned, err)
	}
	if resumed, _, err := n.Healed(ctx, news); err != nil || resumed != 0 {
		t.Errorf("%d were still held, %v", resumed, err)
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
	if _, _, _, err := n.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "News"}); err != nil {
		t.Fatal(err)
	}
	entries, err := n.Log(ctx, moderator, "sony-hack", 0, 10)
	if err != nil || len(entries) != 2 {
		t.Fatalf("log = %+v, %v", entries, err)
	}
	if e := entries[0]; e.Verb != "published" || e.By.Ref != moderator.Ref || e.Slug != "sony-hack" {
		t.Errorf("newest entry = %+v", e)
	}
}

func TestTheEndOfAWorkspaceEndsItsChannelsOnly(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	all := stories.Target{Kind: stories.TargetAll}
	here := []stories.Destination{{Platform: "chat", Workspace: "w1", Channel: "a"}, {Platform: "chat", Workspace: "w1", Channel: "b"}}
	there := stories.Destination{Platform: "chat", Workspace: "w2", Channel: "a"}
	for _, d := range append(here, there) {
		if _, _, _, err := n.Subscribe(ctx, stories.Act{By: reader}, stories.Follow{Destination: d, Lane: "chat", Target: all, Manages: true}); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Ended(ctx, stories.Destination{Platform: "chat", Workspace: "w1"}, "was removed"); err != nil {
		t.Fatal(err)
	}
	for _, d := range here {
		if subs, err := n.Subscriptions(ctx, d); err != nil || len(subs) != 0 {
			t.Errorf("%v follows %v, %v", d, subs, err)
		}
	}
	if subs, err := n.Subscriptions(ctx, there); err != nil || len(subs) != 1 {
		t.Errorf("%v follows %v, %v", there, subs, err)
	}
}
