package delivery

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Notices is what a Teller asks of the newsroom.
type Notices interface {
	// Desks returns the desk's channels.
	Desks(ctx context.Context) ([]stories.Destination, error)
	// AlarmsWait says whether there are alarms no notice tells yet; TellAlarms owes
	// them to the desk in one notice, and says whether anybody is owed it.
	AlarmsWait(ctx context.Context) (bool, error)
	TellAlarms(ctx context.Context, at time.Time) (told bool, err error)
	// Pushes returns the newest notices of progress that are not done; Say gives one
	// its next revision, unless another process did.
	Pushes(ctx context.Context, newest int) ([]stories.Push, error)
	Say(ctx context.Context, n stories.Notice, late []string, at time.Time) (said bool, err error)
	// TellEnds owes the end of pushes, of the newest so many, where the message that
	// told of their progress could not be edited.
	TellEnds(ctx context.Context, newest int, at time.Time) (told bool, err error)
}

// Teller decides when the desk is told of something: alarms after a moment in
// which they are collected, progress now and then, and the end of a push at once.
// It owes that to the desk's channels and sends nothing itself. All it needs after
// a restart is in the database, so that any process may go on.
type Teller struct {
	notices Notices
	late    []string // platforms on which nothing can be edited: the end alone is told there
	kick    func()
	log     *slog.Logger
	wall    func() time.Time

	mu      sync.Mutex // one look at a time
	alarms  time.Time  // when waiting ones were first seen; zero for none
	views   map[int64]*view
	failing bool
}

// view is what this process remembers of a push, by the clock nobody sets.
type view struct {
	since    time.Time        // it was first seen
	first    stories.Progress // and how it stood
	revision int
	changed  time.Time // when the revision was seen to change
}

// NewTeller returns a Teller over n. late are platforms whose messages cannot be
// edited; kick is called when something new is owed; wall is the wall clock.
func NewTeller(n Notices, late []string, kick func(), log *slog.Logger, wall func() time.Time) *Teller {
	return &Teller{notices: n, late: late, kick: kick, log: log, wall: wall, views: map[int64]*view{}}
}

// Run tells what is due until ctx ends.
func (t *Teller) Run(ctx context.Context) {
	tick := time.NewTicker(tellTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, err := t.look(ctx, false)
		if err != nil && !t.failing && ctx.Err() == nil {
			t.log.Warn("the desk is told nothing while the database cannot be used", "err", err)
		}
		t.failing = err != nil
	}
}

// Tell owes at once what is waiting to be told, also what would be collected for
// a while. told says that somebody is owed something now.
func (t *Teller) Tell(ctx context.Context) (told bool, err error) { return t.look(ctx, true) }

func (t *Teller) look(ctx context.Context, all bool) (told bool, err error) {
	ctx, done := context.WithTimeout(ctx, storeTimeout)
	defer done()
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	alarms, err := t.tellAlarms(ctx, now, all)
	if err != nil {
		return false, err
	}
	progress, err := t.tellProgress(ctx, now)
	ends := false
	if err == nil {
		if ends, err = t.notices.TellEnds(ctx, mostPushes, t.wall()); err != nil {
			err = fmt.Errorf("tell the end of pushes anew: %w", err)
		}
	}
	if told = alarms || progress || ends; told {
		t.kick()
	}
	return told, err
}

func (t *Teller) tellAlarms(ctx context.Context, now time.Time, all bool) (told bool, err error) {
	wait, err := t.notices.AlarmsWait(ctx)
	switch {
	case err != nil:
		return false, fmt.Errorf("look for alarms: %w", err)
	case !wait:
		t.alarms = time.Time{}
		return false, nil
	case t.alarms.IsZero():
		t.alarms = now
	}
	if !all && now.Sub(t.alarms) < collectFor {
		return false, nil
	}
	if told, err = t.notices.TellAlarms(ctx, t.wall()); err != nil {
		return false, fmt.Errorf("tell alarms: %w", err)
	}
	t.alarms = time.Time{}
	return told, nil
}

// tellProgress tells of every push that has ended, and of the one of the others
// that has waited longest.
func (t *Teller) tellProgress(ctx context.Context, now time.Time) (told bool, err error) {
	pushes, err := t.notices.Pushes(ctx, mostPushes)
	if err != nil {
		return false, fmt.Errorf("look how pushes are coming along: %w", err)
	}
	views := make(map[int64]*view, len(pushes))
	var due []stories.Push
	next := -1
	for i, p := range pushes {
		v := t.seen(p, now)
		views[p.ID] = v
		switch {
		case p.Stands.Done():
			due = append(due, p)
		case v.due(p, now) && (next < 0 || v.changed.Before(views[pushes[next].ID].changed)):
			next = i
		}
	}
	t.views = views
	if next >= 0 {
		desks, err := t.notices.Desks(ctx)
		if err != nil {
			return false, fmt.Errorf("read the desk's channels: %w", err)
		}
		if len(desks) > 0 {
			due = append(due, pushes[next])
		}
	}
	for _, p := range due {
		v, n := views[p.ID], p.Notice
		n.Done = p.Stands.Done()
		n.Body.Progress = p.Stands
		n.Body.Left = bot.TimeLeft(v.first.Waiting-p.Stands.Waiting, p.Stands.Waiting, now.Sub(v.since))
		said, err := t.notices.Say(ctx, n, t.late, t.wall())
		if err != nil {
			return told, fmt.Errorf("tell the progress of update %d: %w", p.UpdateID, err)
		}
		told = told || said
		if n.Done {
			delete(views, p.ID)
		}
	}
	return told, nil
}

// seen returns what is remembered of a push, and notes what is new.
func (t *Teller) seen(p stories.Push, now time.Time) *view {
	v := t.views[p.ID]
	switch {
	case v == nil:
		v = &view{since: now, first: p.Stands, revision: p.Revision, changed: now}
	case v.revision != p.Revision:
		v.revision, v.changed = p.Revision, now
	}
	return v
}

// due says that the desk is to be told of a push that goes on: for the first time
// when it takes more than a moment, then now and then while it moves.
func (v *view) due(p stories.Push, now time.Time) bool {
	if p.Revision == 0 {
		return now.Sub(v.since) >= tellAfter
	}
	return p.Stands != p.Body.Progress && now.Sub(v.changed) >= tellEvery
}
