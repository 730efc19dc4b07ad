package stories

import (
	"context"
	"time"
)

// Scheduled is an update that waits for its time. It has no number, stands in no
// timeline and is found by no search before it is published.
type Scheduled struct {
	ID    int64
	Story Story // as it is now
	// Update is what goes out: Author is who wrote it, CreatedAt when; At is zero where
	// it is to be dated when it goes out. Once it is published it is the update it
	// became.
	Update Update
	Due    time.Time
	// Undo says that it only waits for its author to take it back.
	Undo  bool
	State ScheduleState
	// EndedBy is who published or cancelled it, EndedAt when; both zero before. What
	// its time published has no EndedBy.
	EndedBy User
	EndedAt time.Time
}

// Open says that s may still be published or cancelled.
func (s Scheduled) Open() bool {
	return s.State == ScheduleWaiting || s.Asked()
}

// Asked says that the time of s has passed, and somebody decides what becomes of it.
func (s Scheduled) Asked() bool {
	switch s.State {
	case ScheduleClosed, ScheduleLate, ScheduleUnwritten, ScheduleFailed, SchedulePutBack:
		return true
	}
	return false
}

// ScheduleState is how it stands with an update that has a time. The names are
// stored.
type ScheduleState string

// The states.
const (
	ScheduleWaiting ScheduleState = "waiting"
	ScheduleClosed  ScheduleState = "closed" // its time came while its story was closed
	ScheduleLate    ScheduleState = "late"   // its time came more than MaxLate before anybody looked
	// ScheduleUnwritten: who wrote it was no moderator any more at its time.
	ScheduleUnwritten ScheduleState = "unwritten"
	// ScheduleFailed: it could not be published, for a reason that would come again.
	ScheduleFailed ScheduleState = "failed"
	// SchedulePutBack: it waited in a database that was put back, and may have been
	// published or cancelled since the copy was made.
	SchedulePutBack   ScheduleState = "put back"
	SchedulePublished ScheduleState = "published"
	ScheduleCancelled ScheduleState = "cancelled"
	// ScheduleDrafted: EndedBy has it as a draft, to change it. One draft comes of it.
	ScheduleDrafted ScheduleState = "drafted"
)

const (
	// MaxLate is how late an update is still published by itself: the bot was down
	// at its time. What was news an hour ago may be none any more.
	MaxLate = time.Hour
	// MaxAhead is how far ahead an update can be scheduled. Further is a mistyped
	// year, or what nobody will remember.
	MaxAhead = 366 * 24 * time.Hour
	// MaxScheduled is how many updates of one story wait for their time, not counting
	// those that can be undone for a while.
	MaxScheduled = 100
	// MostAsked is how many scheduled updates that wait for a decision a channel is
	// asked about that becomes the desk's; the others stand in their list.
	MostAsked = 10
	// MaxUndo is how long an update can be held back so that its author may undo it.
	MaxUndo = 10 * time.Minute
)

// ScheduleStore is what a Schedule asks of a database. See store.go.
type ScheduleStore interface {
	// ScheduleUpdate keeps u until due; undo is that it waits to be undone. CodeNotFound, CodeClosed, CodeLimited when
	// MaxScheduled of the story wait, CodeExists when the act published already.
	ScheduleUpdate(ctx context.Context, act Act, u Update, due time.Time, undo bool) (Scheduled, error)
	// Scheduled returns those that are open, the earliest due first, and how many
	// there are in all.
	Scheduled(ctx context.Context, offset, limit int) (open []Scheduled, total int, err error)
	// ScheduledByID finds one, open or not. CodeNotFound.
	ScheduledByID(ctx context.Context, id int64) (Scheduled, error)
	// ScheduledUnder returns what the act of that key scheduled, as it was then.
	ScheduledUnder(ctx context.Context, key string) (made Scheduled, ok bool, err error)
	// PublishScheduled publishes what is open, whatever its time; the story may be
	// closed, and stays so. What is not open changes nothing. CodeNotFound.
	PublishScheduled(ctx context.Context, act Act, id int64) (Scheduled, Progress, error)
	// CancelScheduled ends what is open. What is not changes nothing. CodeNotFound.
	CancelScheduled(ctx context.Context, act Act, id int64) (Scheduled, error)
	// DraftScheduled ends what is open, or was cancelled, and stores d, of the story it
	// is of then, as a draft that was begun: in one transaction, so that no text is lost
	// and none goes out twice. What was published or is a draft changes nothing.
	// CodeNotFound.
	DraftScheduled(ctx context.Context, act Act, id int64, d Draft) (Scheduled, error)
}

// DueStore is what publishing at its time asks of a database. See store.go.
type DueStore interface {
	// NextScheduled returns the earliest that waits, and what time it is by the clock of
	// this process, by which people's times are planned too: whoever sets that moves both.
	// ok is false when none waits.
	NextScheduled(ctx context.Context) (next Scheduled, now time.Time, ok bool, err error)
	// PublishDue publishes what is due at act.At, as AppendUpdate does; or, where why
	// is not "", the story is closed or it is more than MaxLate late, has the desk
	// asked. Another state than ScheduleWaiting changes nothing. CodeNotFound.
	PublishDue(ctx context.Context, act Act, id int64, why ScheduleState) (Scheduled, error)
	// NextWait returns when the next quiet hours end, or the next digest falls due, and
	// what time it is, as NextScheduled does. ok is false when none does.
	NextWait(ctx context.Context) (next, now time.Time, ok bool, err error)
	// EndWaits has go out what waited for quiet hours that are over at an instant, or for
	// a digest that is due, in some channels, and returns how many messages waited: also
	// beside an error, where it could not do so in others. What is not due changes nothing.
	EndWaits(ctx context.Context, at time.Time) (ended int, err error)
}

// Schedule is the updates that wait for their time. Its methods may be called from
// many goroutines.
type Schedule struct {
	publisher *Publisher
	store     ScheduleStore
	due       DueStore
	// changed is called when what waits may have another earliest time.
	changed func()
}

// NewSchedule returns the schedule of publisher, kept in store and published out of due.
// changed is called after what waits has changed; it must not block.
func NewSchedule(publisher *Publisher, store ScheduleStore, due DueStore, changed func()) *Schedule {
	return &Schedule{publisher: publisher, store: store, due: due, changed: changed}
}

// Add keeps an update until due; a.At is when it happened, zero for when it goes
// out. undo is that it waits only for its author to take it back. By moderators. Errors are those of Publisher.Append, CodeLimited when
// MaxScheduled of the story wait.
func (s *Schedule) Add(ctx context.Context, act Act, a Append, due time.Time, undo bool) (Scheduled, error) {
	if err := s.publisher.rights.Require(ctx, act.By, Moderator); err != nil {
		return Scheduled{}, err
	}
	act = s.publisher.stamp(act)
	if err := s.check(a, due, act.At); err != nil {
		return Scheduled{}, err
	}
	story, err := s.publisher.archive.Story(ctx, a.Slug)
	if err != nil {
		return Scheduled{}, err
	}
	u := a.update(act)
	u.StoryID, u.At = story.ID, a.At
	if err := s.publisher.checkRepeat(ctx, act, story, u, a.Again); err != nil {
		return Scheduled{}, err
	}
	made, err := s.store.ScheduleUpdate(ctx, act, u, due, undo)
	if CodeOf(err) == CodeClosed {
		return made, closed(story)
	}
	if err == nil {
		s.changed()
	}
	return made, err
}

// Added says what the act of that key has done: made is what it scheduled, where
// scheduled is true; published says that it published an update. A command that comes
// again is neither scheduled nor published, whatever its time means by then.
func (s *Schedule) Added(ctx context.Context, key string) (made Scheduled, scheduled, published bool, err error) {
	if key == "" {
		return Scheduled{}, false, false, nil
	}
	if made, scheduled, err = s.store.ScheduledUnder(ctx, key); err != nil || scheduled {
		return made, scheduled, false, err
	}
	published, err = s.publisher.store.Acted(ctx, key)
	return made, false, published, err
}

// CheckAdd says whether a could be scheduled now by someone who may: what Add would
// refuse in any case. It changes nothing.
func (s *Schedule) CheckAdd(ctx context.Context, a Append, due time.Time) error {
	if err := s.check(a, due, s.publisher.Now()); err != nil {
		return err
	}
	story, err := s.publisher.archive.Story(ctx, a.Slug)
	if err == nil && story.State == Closed {
		return closed(story)
	}
	return err
}

// check refuses what cannot be scheduled whatever is there.
func (s *Schedule) check(a Append, due, now time.Time) error {
	if err := checkUpdate(a.update(Act{At: now}), now); err != nil {
		return err
	}
	return CheckDue(due, now)
}

// CheckDue refuses to schedule anything so far ahead. CodeInvalid.
func CheckDue(due, now time.Time) error {
	if due.Sub(now) > MaxAhead {
		return Errorf(CodeInvalid, "at: lies more than a year ahead. Look at its year, or write the update nearer to its time.")
	}
	return nil
}

// One returns a scheduled update as it stands. By moderators. CodeForbidden,
// CodeNotFound.
func (s *Schedule) One(ctx context.Context, by User, id int64) (Scheduled, error) {
	if err := s.publisher.rights.Require(ctx, by, Moderator); err != nil {
		return Scheduled{}, err
	}
	return s.store.ScheduledByID(ctx, id)
}

// Open returns what waits for its time, or for somebody to decide, the earliest
// first, and how many there are in all. By moderators. CodeForbidden.
func (s *Schedule) Open(ctx context.Context, by User, offset, limit int) ([]Scheduled, int, error) {
	if err := s.publisher.rights.Require(ctx, by, Moderator); err != nil {
		return nil, 0, err
	}
	return s.store.Scheduled(ctx, offset, limit)
}

// GoesOut says that something waits which can be undone until then, or whose time comes
// by then.
func (s *Schedule) GoesOut(ctx context.Context, then time.Time) (bool, error) {
	next, _, ok, err := s.due.NextScheduled(ctx)
	return ok && !next.Due.After(then), err
}

// Publish publishes what is scheduled now. What is not open any more is returned as
// it stands. By moderators. CodeForbidden, CodeNotFound.
func (s *Schedule) Publish(ctx context.Context, act Act, id int64) (Scheduled, Progress, error) {
	if err := s.publisher.rights.Require(ctx, act.By, Moderator); err != nil {
		return Scheduled{}, Progress{}, err
	}
	done, progress, err := s.store.PublishScheduled(ctx, s.publisher.stamp(act), id)
	if err == nil {
		s.publisher.planned()
		s.changed()
		s.told(done)
	}
	return done, progress, err
}

// told tells the log of what was published.
func (s *Schedule) told(done Scheduled) {
	if done.State == SchedulePublished {
		s.publisher.published(done.Story, done.Update, "scheduled", done.ID)
	}
}

// Cancel ends what is scheduled: it is not published. What is not open any more is
// returned as it stands. By moderators. CodeForbidden, CodeNotFound.
func (s *Schedule) Cancel(ctx context.Context, act Act, id int64) (Scheduled, error) {
	if err := s.publisher.rights.Require(ctx, act.By, Moderator); err != nil {
		return Scheduled{}, err
	}
	done, err := s.store.CancelScheduled(ctx, s.publisher.stamp(act), id)
	if err == nil {
		s.changed()
	}
	return done, err
}

// Draft makes what is scheduled, or was cancelled, a draft of act.By, who may change it;
// d is what its form holds then. What was published or is a draft already is returned
// as it stands. By moderators. CodeForbidden, CodeNotFound.
func (s *Schedule) Draft(ctx context.Context, act Act, id int64, d Draft) (Scheduled, error) {
	if err := s.publisher.rights.Require(ctx, act.By, Moderator); err != nil {
		return Scheduled{}, err
	}
	d.By, d.State = act.By.Ref, DraftBegun
	done, err := s.store.DraftScheduled(ctx, s.publisher.stamp(act), id, d)
	if err == nil {
		s.changed()
	}
	return done, err
}

const (
	// lookAgain is how long PublishDue has its caller wait at most: so soon another
	// process's command is noticed, and a clock that somebody sets.
	lookAgain = 2 * time.Second
	// ToldLate is how late an update is that the logs speak of.
	ToldLate = 15 * time.Second
)

// PublishDue publishes the earliest update that is due, or has the desk asked where
// it cannot be published by itself, and returns how long nothing else is to be done
// unless what waits changes: 0 when there may be more. One process calls it at a
// time; a second one that does all the same publishes nothing twice.
func (s *Schedule) PublishDue(ctx context.Context) (wait time.Duration, err error) {
	next, now, ok, err := s.due.NextScheduled(ctx)
	if err != nil || !ok {
		return lookAgain, err
	}
	if ahead := next.Due.Sub(now); ahead > 0 {
		return min(ahead, lookAgain), nil
	}
	role, err := s.publisher.rights.RoleOf(ctx, next.Update.Author)
	if err != nil {
		return lookAgain, err
	}
	why := ScheduleState("")
	if role < Moderator {
		why = ScheduleUnwritten
	}
	act := Act{By: next.Update.Author, At: now}
	done, err := s.due.PublishDue(ctx, act, next.ID, why)
	if err != nil && CodeOf(err) != CodeUnavailable && ctx.Err() == nil {
		// It would fail again, and hold up all that is due after it.
		s.publisher.log.Error("a scheduled update could not be published; the desk is asked", "scheduled", next.ID, "err", err)
		done, err = s.due.PublishDue(ctx, act, next.ID, ScheduleFailed)
	}
	if err != nil {
		return lookAgain, err
	}
	s.publisher.planned()
	s.told(done)
	if late := now.Sub(next.Due); late > ToldLate {
		s.publisher.log.Warn("an update came late to its time", "story", done.Story.Slug, "due", next.Due, "late", late.Round(time.Second), "state", done.State)
	}
	return 0, nil
}
