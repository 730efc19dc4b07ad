package stories_test

import (
	"testing"
	"time"

	"storybot/stories"
)

// block publishes an update and reports that the channel refuses it.
func (n *newsroom) block(t *testing.T, lane string) {
	t.Helper()
	if _, _, _, err := n.Publisher.Append(t.Context(), stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "News", Again: true}); err != nil {
		t.Fatal(err)
	}
	l, ok, err := n.store.Acquire(t.Context(), lane, "w", time.Minute)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	open, err := n.store.Publications(t.Context(), lane, nil, 1)
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	owed, err := n.store.Load(t.Context(), open[0].ID, stories.Ref{}, 1)
	if err != nil || len(owed.Rows) != 1 {
		t.Fatal(owed, err)
	}
	f := stories.Flight{Ref: owed.Rows[0].Ref, Attempt: 1, First: n.now, Last: n.now}
	refused := stories.Result{Flight: stories.Flight{Ref: f.Ref, Attempt: 1}, State: stories.Held, Destination: stories.Blocked, Reason: "refuses", At: n.now}
	for i, x := range []stories.Exchange{{Begin: []stories.Flight{f}}, {Results: []stories.Result{refused}}} {
		x.Batch = int64(i + 1)
		if _, err := n.store.Exchange(t.Context(), l, x); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhatCannotBeCheckedChangesNothing(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	f := stories.Follow{Destination: news, Lane: "console", Manages: manages, Target: stories.Target{Kind: stories.TargetAll}}
	if _, _, _, err := n.Subscriber.Subscribe(ctx, stories.Act{By: reader}, f); err != nil {
		t.Fatal(err)
	}
	before := n.planned
	wantCode(t, "the end of nothing", n.Places.Ended(ctx, stories.Destination{Platform: news.Platform}, "gone"), stories.CodeInvalid)
	for _, level := range []stories.Level{-1, 4} {
		f.Changes = stories.Changes{{Option: stories.OptionLevel, Value: level.String()}}
		_, _, _, err := n.Subscriber.Subscribe(ctx, stories.Act{By: reader}, f)
		wantCode(t, "Subscribe at no level", err, stories.CodeInvalid)
		_, _, _, err = n.Publisher.Append(ctx, stories.Act{By: moderator}, stories.Append{Slug: "sony-hack", Text: "x", Level: level})
		wantCode(t, "Append at no level", err, stories.CodeInvalid)
	}
	if subs, err := n.Following.Subscriptions(ctx, news); err != nil || len(subs) != 1 || subs[0].Level != stories.Minor || n.planned != before {
		t.Errorf("subscriptions = %+v, %v, planned %d", subs, err, n.planned-before)
	}
	// A database that is away refuses; nobody is let through meanwhile.
	if err := n.store.Close(); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "Allow", n.Notes.Allow(ctx, reader, "share", 5, time.Minute), stories.CodeUnavailable)
	f.Changes = nil
	_, _, _, err := n.Subscriber.Subscribe(ctx, stories.Act{By: reader}, f)
	wantCode(t, "Subscribe without a database", err, stories.CodeUnavailable)
	_, err = n.Desk.SetModerator(ctx, stories.Act{By: moderator}, reader, true)
	wantCode(t, "SetModerator without a database", err, stories.CodeUnavailable)
}

func TestNewsOfNoPlaceHealsNothing(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	f := stories.Follow{Destination: news, Lane: "console", Manages: manages, Target: stories.Target{Kind: stories.TargetAll}}
	if _, _, _, err := n.Subscriber.Subscribe(ctx, stories.Act{By: reader}, f); err != nil {
		t.Fatal(err)
	}
	n.block(t, "console")
	if resumed, skipped, err := n.Places.Healed(ctx, stories.Destination{Platform: news.Platform}); err != nil || resumed+skipped != 0 {
		t.Errorf("news of no place healed %d and %d, %v", resumed, skipped, err)
	}
	// Following anew does, and says that there is something to send.
	n.planned = 0
	if _, _, made, err := n.Subscriber.Subscribe(ctx, stories.Act{By: reader}, f); err != nil || made.Created || n.planned == 0 {
		t.Errorf("made %v, planned %d, %v", made, n.planned, err)
	}
	if resumed, _, err := n.Places.Healed(ctx, news); err != nil || resumed != 0 {
		t.Errorf("%d were still held, %v", resumed, err)
	}
}

func TestTheEndOfAWorkspaceEndsItsChannelsOnly(t *testing.T) {
	n, _ := openTracked(t)
	ctx := t.Context()
	all := stories.Target{Kind: stories.TargetAll}
	here := []stories.Destination{{Platform: "chat", Workspace: "w1", Channel: "a"}, {Platform: "chat", Workspace: "w1", Channel: "b"}}
	there := stories.Destination{Platform: "chat", Workspace: "w2", Channel: "a"}
	for _, d := range append(here, there) {
		if _, _, _, err := n.Subscriber.Subscribe(ctx, stories.Act{By: reader}, stories.Follow{Destination: d, Lane: "chat", Target: all, Manages: manages}); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Places.Ended(ctx, stories.Destination{Platform: "chat", Workspace: "w1"}, "was removed"); err != nil {
		t.Fatal(err)
	}
	for _, d := range here {
		if subs, err := n.Following.Subscriptions(ctx, d); err != nil || len(subs) != 0 {
			t.Errorf("%v follows %v, %v", d, subs, err)
		}
	}
	if subs, err := n.Following.Subscriptions(ctx, there); err != nil || len(subs) != 1 {
		t.Errorf("%v follows %v, %v", there, subs, err)
	}
}
