package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"storybot/stories"
)

// publishedScheduled is what PublishScheduled returns, in a form that can be kept.
type publishedScheduled struct {
	Scheduled stories.Scheduled
	Published bool // by this act
}

// PublishScheduled implements stories.ScheduleStore.
func (s *Store) PublishScheduled(ctx context.Context, a stories.Act, id int64) (stories.Scheduled, stories.Progress, error) {
	var p stories.Progress
	done, err := act(ctx, s, a, "published early", func(q querier) (done publishedScheduled, changed bool, err error) {
		c, err := lockScheduled(ctx, q, id)
		if err == nil && c.Open() {
			done.Published, err = true, s.publishScheduled(ctx, q, a, &c, a.By)
		}
		done.Scheduled = c.Scheduled
		return done, done.Published, err
	}, func(q querier, done publishedScheduled) (err error) {
		p = stories.Progress{} // of a try that was rolled back
		if done.Published {
			p, err = plannedOf(ctx, q, done.Scheduled.Update)
		}
		return err
	})
	return done.Scheduled, p, err
}

// CancelScheduled implements stories.ScheduleStore.
func (s *Store) CancelScheduled(ctx context.Context, a stories.Act, id int64) (stories.Scheduled, error) {
	return act(ctx, s, a, "cancelled", func(q querier) (done stories.Scheduled, changed bool, err error) {
		c, err := lockScheduled(ctx, q, id)
		if err != nil || !c.Open() {
			return c.Scheduled, false, err
		}
		err = s.takeBack(ctx, q, a, &c, stories.ScheduleCancelled)
		return c.Scheduled, err == nil, err
	})
}

// DraftScheduled implements stories.ScheduleStore.
func (s *Store) DraftScheduled(ctx context.Context, a stories.Act, id int64, d stories.Draft) (stories.Scheduled, error) {
	fields, err := json.Marshal(d.Fields)
	if err != nil {
		return stories.Scheduled{}, err
	}
	return act(ctx, s, a, "drafted", func(q querier) (done stories.Scheduled, changed bool, err error) {
		c, err := lockScheduled(ctx, q, id)
		if err != nil || !c.Open() && c.State != stories.ScheduleCancelled {
			return c.Scheduled, false, err
		}
		if _, err := q.exec(ctx, insertDraftSQL, d.ID, d.By, c.Story.ID, string(fields), string(d.State), millis(a.At), d.Form); err != nil {
			return c.Scheduled, false, err
		}
		err = s.takeBack(ctx, q, a, &c, stories.ScheduleDrafted)
		return c.Scheduled, err == nil, err
	})
}

// takeBack ends c, which is locked and was not published, and says so in the log.
func (s *Store) takeBack(ctx context.Context, q querier, a stories.Act, c *scheduledRow, state stories.ScheduleState) error {
	verb := string(state)
	switch {
	case c.State == stories.ScheduleCancelled && c.Undo:
		verb = "" // that it was taken back stands there
	case c.Undo:
		verb = "took back"
	}
	c.State, c.EndedBy, c.EndedAt = state, a.By, moment(millis(a.At))
	if err := s.endScheduled(ctx, q, a, *c); err != nil || verb == "" {
		return err
	}
	return enter(ctx, q, a, verb, c.Story.ID, scheduledDetail(c.Scheduled))
}

// publishScheduled publishes c, which is locked with its story, as of now. by is who
// decided it, zero for its time.
func (s *Store) publishScheduled(ctx context.Context, q querier, a stories.Act, c *scheduledRow, by stories.User) (err error) {
	if c.notice != 0 { // it is locked before what is published, as by who begins a message of it
		if err := sharePlanning(ctx, q); err != nil {
			return err
		}
		if _, err := all(ctx, q, scanID, lockNoticeSQL, c.notice); err != nil {
			return err
		}
	}
	u := c.Update
	if u.At.IsZero() {
		u.At = a.At
	}
	if u.Marks.Standing == stories.Unverified { // readers have it since now
		u.Marks.Since = moment(millis(a.At))
	}
	if c.Update, err = s.publish(ctx, q, a, c.Story, u); err != nil {
		return err
	}
	c.Story.Updates = c.Update.Number
	c.State, c.EndedBy, c.EndedAt = stories.SchedulePublished, by, moment(millis(a.At))
	return s.endScheduled(ctx, q, a, *c)
}

// endScheduled keeps how c ended, and has what the desk was asked say so.
func (s *Store) endScheduled(ctx context.Context, q querier, a stories.Act, c scheduledRow) error {
	if _, err := q.exec(ctx, endScheduledSQL, c.ID, string(c.State), millis(c.EndedAt), c.EndedBy.Ref, c.EndedBy.Name, c.Update.ID); err != nil {
		return err
	}
	if c.notice == 0 {
		return nil
	}
	return reviseNotice(ctx, q, c.notice, stories.NoticeBody{Scheduled: asked(c.Scheduled)}, a.At)
}

// askScheduled has somebody decide what becomes of c.
func (s *Store) askScheduled(ctx context.Context, q querier, a stories.Act, c *scheduledRow, why stories.ScheduleState) error {
	c.State = why
	n := stories.Notice{Kind: stories.ScheduleNotice, Revision: 1, Done: true, Body: stories.NoticeBody{Scheduled: asked(c.Scheduled)}, CreatedAt: a.At}
	if err := sharePlanning(ctx, q); err != nil {
		return err
	}
	if err := insertNotice(ctx, q, &n); err != nil {
		return fmt.Errorf("keep what the desk is asked: %w", err)
	}
	if _, err := owePosts(ctx, q, n, nil, a.At); err != nil {
		return err
	}
	if _, err := q.exec(ctx, askScheduledSQL, c.ID, string(why), n.ID); err != nil {
		return err
	}
	return enter(ctx, q, a, "overdue", c.Story.ID, string(why)+", "+scheduledDetail(c.Scheduled))
}

// asked is what the desk is asked about c, or what became of it.
func asked(c stories.Scheduled) *stories.Scheduled {
	c.Story = stories.Story{ID: c.Story.ID, Slug: c.Story.Slug, Headline: c.Story.Headline, State: c.Story.State}
	return &c
}
