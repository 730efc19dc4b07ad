package sqlstore

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
)

// A test of a subscription is a message in its channel, an edit of it and its removal, all
// owed at once: the edit says that the test has passed, for where a message cannot be
// taken away again. Each waits for the message to be there, and outlives every restart.
// The edit is a notice of its own: of one notice all messages say the same.

// planAfterHere owes what acts on the message of the notice ?5 in the same channel.
const planAfterHere = planNoticeColumns + `(SELECT (w.id << 32) + t.id FROM publications w WHERE w.notice_id = CAST(?5 AS BIGINT) AND w.op says() AND w.lane_id = t.lane_id) ` + herePlaceSQL

// TestSubscription implements stories.SubscriberStore.
func (s *Store) TestSubscription(ctx context.Context, a stories.Act, d stories.Destination, t stories.Target) (stories.Trial, error) {
	return act(ctx, s, a, "tested", func(q querier) (trial stories.Trial, changed bool, err error) {
		p, sub, err := lockSubscription(ctx, q, a, d, t)
		if err != nil {
			return trial, false, err
		}
		trial.Subscription = sub
		if p.state != stories.Reachable {
			return trial, false, nil
		}
		forum, err := isForum(ctx, q, p)
		if err != nil {
			return trial, false, err
		}
		on := int64(0)
		if forum {
			if on, err = postForTest(ctx, q, p, sub.StoryID); err != nil {
				return trial, false, err
			}
			trial.Op = stories.OpReply
		}
		change := stories.Change{Kind: stories.Tested, By: a.By, Target: sub.Target, StoryID: sub.StoryID, Level: sub.Level, Options: sub.Options, Pings: sub.Pings.Name, Alone: a.Audience == stories.Oneself}
		post := stories.Notice{Kind: stories.TestNotice, Revision: 1, Done: true, Body: stories.NoticeBody{Change: change}, CreatedAt: a.At}
		passed := post
		passed.Kind = stories.PassedNotice
		for _, n := range []*stories.Notice{&post, &passed} {
			if err := insertNotice(ctx, q, n); err != nil {
				return trial, false, fmt.Errorf("keep what a test says: %w", err)
			}
		}
		here := list([]int64{p.id})
		if err := oweHere(ctx, q, post, a.At, p, on); err != nil {
			return trial, false, err
		}
		if _, err := oweNotice(ctx, q, passed, stories.OpEdit, hereLanesSQL, planAfterHere, here, a.At, post.ID); err != nil {
			return trial, false, err
		}
		if _, err := oweNotice(ctx, q, post, stories.OpDelete, hereLanesSQL, planAfterHere, here, a.At, post.ID); err != nil {
			return trial, false, err
		}
		trial.Notice = post.ID
		return trial, true, enterPlaced(ctx, q, a, "tested", sub.StoryID, d, "was tested: "+sub.Target.String())
	})
}

// staleTestsSQL are those of some messages that are tests from before ?2.
const staleTestsSQL = `
	SELECT d.id FROM owed d JOIN publications p ON p.id = (d.id >> 32) JOIN notices n ON n.id = p.notice_id LEFT JOIN outcomes o ON o.id = d.id
	WHERE d.id among(?1) AND n.kind = 'test' AND p.op says() AND n.created_at < ?2 AND coalesce(o.doubtful, 0) = 0`

// testsLast is for how long the message of a test may wait: nobody looks at it later, and
// nothing is proven by it.
const testsLast = 10 * time.Minute

// dropStaleTests skips those of rows about to begin that are tests which have waited for
// too long.
func (s *Store) dropStaleTests(ctx context.Context, q querier, x stories.Exchange, begun *stories.Begun) error {
	rows := stillBegun(x, begun)
	if len(x.Notices) == 0 || len(rows) == 0 {
		return nil
	}
	stale, err := all(ctx, q, scanID, staleTestsSQL, list(deliveriesOf(rows)), millis(x.Begin[0].Last.Add(-testsLast)))
	if err != nil || len(stale) == 0 {
		return err
	}
	rows = only(rows, stale)
	for _, r := range rows {
		begun.Deliveries[r.Delivery] = false
	}
	return move(ctx, q, rows, stories.Skipped, because(endedFirst), s.now())
}
