package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

const muteSQL = `INSERT INTO mutes (destination_id, story_id, by_ref, by_name, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (destination_id, story_id) DO NOTHING`

// Stop implements stories.SubscriberStore.
func (s *Store) Stop(ctx context.Context, a stories.Act, d stories.Destination, storyID int64) (stories.Ended, error) {
	return act(ctx, s, a, "stopped", func(q querier) (done stories.Ended, changed bool, err error) {
		if _, err := theOne(ctx, q, scanStory, storyByIDSQL, storyID); err != nil {
			return done, false, missingStory(err)
		}
		p, err := lockPlace(ctx, q, d)
		if errors.Is(err, sql.ErrNoRows) {
			return done, false, nil // it follows nothing
		}
		if err != nil {
			return done, false, err
		}
		// Nothing is merged from here on; while we waited it may have been.
		story, err := theOne(ctx, q, scanStory, storyByIDSQL, storyID)
		if err != nil {
			return done, false, missingStory(err)
		}
		own, err := endOwn(ctx, q, a, p, story)
		if err != nil {
			return done, false, err
		}
		done.Level, done.Own = own.Level, own
		done.Changed = own.ID != 0
		other, err := decision(ctx, q, p, story.ID)
		if err != nil {
			return done, false, err
		}
		if done.Muted = other.By.Kind != ""; done.Muted { // one that is paused may be resumed
			n, err := q.exec(ctx, muteSQL, p.id, story.ID, a.By.Ref, a.By.Name, millis(a.At))
			if err != nil {
				return done, false, err
			}
			if n > 0 {
				if err := enterPlaced(ctx, q, a, "muted", story.ID, d, "gets nothing more of "+story.Slug); err != nil {
					return done, false, err
				}
			}
			done.Changed = done.Changed || n > 0
		}
		if !done.Changed {
			return done, false, nil
		}
		if _, done.Untold, err = tellChange(ctx, q, a, p, stories.StopNotice, changeOf(stories.Stopped, story)); err != nil {
			return done, false, err
		}
		return done, true, s.skipEnded(ctx, q, p, own, a.At)
	})
}

// changeOf is a change of whether a story comes.
func changeOf(kind stories.ChangeKind, story stories.Story) stories.Change {
	return stories.Change{Kind: kind, Target: stories.Target{Kind: stories.TargetStory, Name: story.Slug}, StoryID: story.ID}
}

// Unstop implements stories.SubscriberStore.
func (s *Store) Unstop(ctx context.Context, a stories.Act, d stories.Destination, storyID int64) (stories.Brought, error) {
	return act(ctx, s, a, "unmuted", func(q querier) (left stories.Brought, changed bool, err error) {
		story, err := theOne(ctx, q, scanStory, storyByIDSQL, storyID)
		if err != nil {
			return left, false, missingStory(err)
		}
		p, err := lockPlace(ctx, q, d)
		if errors.Is(err, sql.ErrNoRows) {
			return left, false, nil
		}
		if err != nil {
			return left, false, err
		}
		if story, err = theOne(ctx, q, scanStory, storyByIDSQL, storyID); err != nil {
			return left, false, missingStory(err)
		}
		n, err := q.exec(ctx, unmuteSQL, p.id, story.ID)
		if err != nil {
			return left, false, err
		}
		if left.By, err = decision(ctx, q, p, story.ID); err != nil || n == 0 {
			return left, false, err
		}
		if left.By.Serves() {
			again := changeOf(stories.Unstopped, story).Comes(left.By)
			if _, left.Untold, err = tellChange(ctx, q, a, p, stories.StopNotice, again); err != nil {
				return left, false, err
			}
		}
		return left, true, enterPlaced(ctx, q, a, "unmuted", story.ID, d, "gets "+story.Slug+" again")
	})
}

// endOwn ends p's own subscription of a story and returns it; none when there is
// none.
func endOwn(ctx context.Context, q querier, a stories.Act, p place, story stories.Story) (stories.Subscription, error) {
	sub, err := findSubscription(ctx, q, p, key{kind: "story", story: story.ID})
	if errors.Is(err, sql.ErrNoRows) {
		return stories.Subscription{}, nil
	}
	if err != nil {
		return sub, err
	}
	if _, err := q.exec(ctx, dropSubscriptionSQL, sub.ID); err != nil {
		return sub, err
	}
	return sub, enterPlaced(ctx, q, a, "unsubscribed", story.ID, sub.Destination, "does not follow "+story.Slug+" any more")
}
