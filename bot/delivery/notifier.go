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

// Notices is what a Notifier asks of the newsroom.
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

// Notifier decides when the desk is told of something: alarms after a moment in
// which they are collected, progress now and then, and the end of a push at once.
// It owes that to the desk's channels and sends nothing itself. All it needs after
// a restart is in the database, so that any process may go on.
type Notifier struct {
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

// NewNotifier returns a Notifier over n. late are platforms whose messages cannot be
// edited; kick is called when something new is owed; wall is the wall clock.
func NewNotifier(n Notices, late []string, kick func(), log *slog.Logger, wall func() time.Time) *Notifier {
	return &Notifier{notices: n, late: late, kick: kick, log: log, wall: wall, views: map[int64]*view{}}
}

// Run tells what is due until ctx ends.
func (n *Notifier) Run(ctx context.Context) {
	tick := time.NewTicker(tellTick)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		_, err := n.look(ctx, false)
		if err != nil && !n.failing && ctx.Err() == nil {
			n.log.Warn("the desk is told nothing while the database cannot be used", "err", err)
		}
		n.failing = err != nil
	}
}

// Tell owes at once what is waiting to be told, also what would be collected for
// a while. told says that somebody is owed something now.
func (n *Notifier) Tell(ctx context.Context) (told bool, err error) { return n.look(ctx, true) }

func (n *Notifier) look(ctx context.Context, all bool) (told bool, err error) {
	ctx, done := context.WithTimeout(ctx, storeTimeout)
	defer done()
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	alarms, err := n.tellAlarms(ctx, now, all)
	if err != nil {
		return false, err
	}
	progress, err := n.tellProgress(ctx, now)
	ends := false
	if err == nil {
		if ends, err = n.notices.TellEnds(ctx, mostPushes, n.wall()); err != nil {
			err = fmt.Errorf("tell the end of pushes anew: %w", err)
		}
	}
	if told = alarms || progress || ends; told {
		n.kick()
	}
	return told, err
}

func (n *Notifier) tellAlarms(ctx context.Context, now time.Time, all bool) (told bool, err error) {
	wait, err := n.notices.AlarmsWait(ctx)
	switch {
	case err != nil:
		return false, fmt.Errorf("look for alarms: %w", err)
	case !wait:
		n.alarms = time.Time{}
		return false, nil
	case n.alarms.IsZero():
		n.alarms = now
	}
	if !all && now.Sub(n.alarms) < collectFor {
		return false, nil
	}
	if told, err = n.notices.TellAlarms(ctx, n.wall()); err != nil {
		return false, fmt.Errorf("tell alarms: %w", err)
	}
	n.alarms = time.Time{}
	return told, nil
}

// tellProgress tells of every push that has ended, and of the one of the others
// that has waited longest. Of those whose end was told before, when some of it waited for
// its time or its channel, it is one at a time too: at a digest's hour they are many.
func (n *Notifier) tellProgress(ctx context.Context, now time.Time) (told bool, err error) {
	pushes, err := n.notices.Pushes(ctx, mostPushes)
	if err != nil {
		return false, fmt.Errorf("look how pushes are coming along: %w", err)
	}
	views := make(map[int64]*view, len(pushes))
	var due []stories.Push
	next := -1
	for i, p := range pushes {
		v := n.seen(p, now)
		views[p.ID] = v
		again := p.Revision > 0 && p.Body.Progress.Done()
		switch {
		case p.Stands.Done() && !again:
			due = append(due, p)
		case (p.Stands.Done() || v.due(p, now)) && (next < 0 || v.changed.Before(views[pushes[next].ID].changed)):
			next = i
		}
	}
	n.views = views
	if next >= 0 {
		desks, err := n.notices.Desks(ctx)
		if err != nil {
			return false, fmt.Errorf("read the desk's channels: %w", err)
		}
		if len(desks) > 0 || pushes[next].Stands.Done() {
			due = append(due, pushes[next])
		}
	}
	for _, p := range due {
		v, notice := views[p.ID], p.Notice
		notice.Done, notice.Rests = p.Stands.Done(), p.Resting
		notice.Body.Progress, notice.Body.Spread = p.Stands, p.Spread
		notice.Body.Left = bot.TimeLeft(v.first.Waiting-p.Stands.Waiting, p.Stands.Waiting, now.Sub(v.since))
		said, err := n.notices.Say(ctx, notice, n.late, n.wall())
		if err != nil {
			return told, fmt.Errorf("tell the progress of update %d: %w", p.UpdateID, err)
		}
		told = told || said
		if notice.Done {
			s := p.Stands
			n.log.Info("a push has ended", "update_id", p.UpdateID, "revision", p.Revision, "channels", s.Total, "sent", s.Sent,
				"held", s.Held, "failed", s.Failed, "unknown", s.Unknown, "kept", s.Kept, "deferred", s.Deferred,
				"overtaken", s.Overtaken, "withdrawn", s.Withdrawn, "unwanted", s.Unwanted)
			delete(views, p.ID)
		}
	}
	return told, nil
}

// seen returns what is remembered of a push, and notes what is new.
func (n *Notifier) seen(p stories.Push, now time.Time) *view {
	v := n.views[p.ID]
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
