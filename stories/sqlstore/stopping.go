package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

const muteSQL = `INSERT INTO mutes (destination_id, story_id) VALUES (?1, ?2) ON CONFLICT (destination_id, story_id) DO NOTHING`

// Stop implements stories.Store.
func (s *Store) Stop(ctx context.Context, a stories.Act, d stories.Destination, storyID int64) (stories.Ended, error) {
	return act(ctx, s, a, "stopped", func(q querier) (done stories.Ended, changed bool, err error) {
		story, err := theOne(ctx, q, scanStory, storyByIDSQL, storyID)
		if err != nil {
			return done, false, missingStory(err)
		}
		p, err := lockPlace(ctx, q, d)
		if errors.Is(err, sql.ErrNoRows) {
			return done, false, nil // it follows nothing
		}
		if err != nil {
			return done, false, err
		}
		if done.Level, err = endOwn(ctx, q, a, p, story); err != nil {
			return done, false, err
		}
		done.Changed = done.Level != 0
		other, err := decision(ctx, q, p, storyID)
		if err != nil {
			return done, false, err
		}
		if done.Muted = other.By.Kind != ""; done.Muted { // one that is paused may be resumed
			n, err := q.exec(ctx, muteSQL, p.id, storyID)
			if err != nil {
				return done, false, err
			}
			if n > 0 {
				if err := enterPlaced(ctx, q, a, "muted", storyID, d, "gets nothing more of "+story.Slug); err != nil {
					return done, false, err
				}
			}
			done.Changed = done.Changed || n > 0
		}
		if !done.Changed {
			return done, false, nil
		}
		if _, err := tellChange(ctx, q, a, p, stories.StopNotice, changeOf(stories.Stopped, story)); err != nil {
			return done, false, err
		}
		return done, true, skipUnfollowed(ctx, q, p, unfollowed, a.At)
	})
}

// changeOf is a change of whether a story comes.
func changeOf(kind stories.ChangeKind, story stories.Story) stories.Change {
	return stories.Change{Kind: kind, Target: stories.Target{Kind: stories.TargetStory, Name: story.Slug}, StoryID: story.ID}
}

// Unstop implements stories.Store.
func (s *Store) Unstop(ctx context.Context, a stories.Act, d stories.Destination, storyID int64) (stories.Decision, error) {
	return act(ctx, s, a, "unmuted", func(q querier) (by stories.Decision, changed bool, err error) {
		story, err := theOne(ctx, q, scanStory, storyByIDSQL, storyID)
		if err != nil {
			return by, false, missingStory(err)
		}
		p, err := lockPlace(ctx, q, d)
		if errors.Is(err, sql.ErrNoRows) {
			return by, false, nil
		}
		if err != nil {
			return by, false, err
		}
		n, err := q.exec(ctx, unmuteSQL, p.id, storyID)
		if err != nil {
			return by, false, err
		}
		if by, err = decision(ctx, q, p, storyID); err != nil || n == 0 {
			return by, false, err
		}
		if by.Serves() {
			if _, err := tellChange(ctx, q, a, p, stories.StopNotice, changeOf(stories.Unstopped, story).Comes(by)); err != nil {
				return by, false, err
			}
		}
		return by, true, enterPlaced(ctx, q, a, "unmuted", storyID, d, "gets "+story.Slug+" again")
	})
}

// endOwn ends p's own subscription of a story and returns its level; 0 when there
// is none.
func endOwn(ctx context.Context, q querier, a stories.Act, p place, story stories.Story) (stories.Level, error) {
	sub, err := findSubscription(ctx, q, p, key{kind: "story", story: story.ID})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if _, err := q.exec(ctx, dropSubscriptionSQL, sub.ID); err != nil {
		return 0, err
	}
	return sub.Level, enterPlaced(ctx, q, a, "unsubscribed", story.ID, sub.Destination, "does not follow "+story.Slug+" any more")
}
