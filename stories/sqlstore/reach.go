package sqlstore

import (
	"context"

	"storybot/stories"
)

// Reach implements stories.DraftStore. It counts by the conditions that plan owes by, and
// writes nothing: a preview holds nobody up.
func (s *Store) Reach(ctx context.Context, u stories.Update) (stories.Recipients, error) {
	to, err := reach(ctx, s.reader(), u)
	return to, s.told(err)
}

func reach(ctx context.Context, q querier, u stories.Update) (to stories.Recipients, err error) {
	story, err := theOne(ctx, q, scanStory, storyByIDSQL, u.StoryID)
	if err != nil {
		return to, missingStory(err)
	}
	u.StoryID = story.ID // it may have been merged
	var muted bool
	if err := one(ctx, q, isMutedSQL, []any{u.StoryID}, &muted); err != nil {
		return to, err
	}
	targets, err := followed(ctx, q, u.StoryID, story.Topics)
	if err != nil {
		return to, err
	}
	for _, t := range targets { // in every destination one of them decides
		var s statement
		s.write(`SELECT count(*), coalesce(sum(CASE WHEN ` + isDirectSQL + ` THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN t.state = 'blocked' THEN 1 ELSE 0 END), 0) FROM subscriptions b CROSS JOIN destinations t`)
		if err := s.reached(t, u, muted); err != nil {
			return to, err
		}
		var more stories.Recipients
		if err := one(ctx, q, s.text.String(), s.args, &more.Total, &more.Direct, &more.Blocked); err != nil {
			return to, err
		}
		to.Total, to.Direct, to.Blocked = to.Total+more.Total, to.Direct+more.Direct, to.Blocked+more.Blocked
	}
	return to, nil
}
