package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"

	"storybot/stories"
)

// What the first message of a subscription shows of stories, each with its newest
// update: two statements, however many they are.

const (
	newestStoriesSQL = `SELECT ` + storyColumns + ` FROM stories s ORDER BY s.active_at DESC, s.id DESC LIMIT ?1`
	// newestOfSQL reads updates by their stories and places, ?1 being an array of both.
	newestOfSQL = `
		SELECT ` + updateColumns + ` FROM each(?1) JOIN updates u ON u.story_id = CAST(j.value ->> 0 AS BIGINT) AND u.place = CAST(j.value ->> 1 AS BIGINT)`
)

var newestOfTopicSQL = `SELECT ` + storyColumns + ` FROM stories s WHERE ` + hasTopic("?2") + ` ORDER BY s.active_at DESC, s.id DESC LIMIT ?1`

// fillChange adds to c what its notice of a change is about, as it is now.
func (s *Store) fillChange(ctx context.Context, q querier, c *stories.Content) error {
	change := c.Notice.Body.Change
	text, args := newestStoriesSQL, []any{stories.NewestShown}
	switch {
	case change.StoryID != 0:
		text, args = storyByIDSQL, []any{change.StoryID}
	case c.Notice.Kind != stories.FollowNotice:
		return nil
	case change.Target.Kind == stories.TargetTopic:
		text, args = newestOfTopicSQL, append(args, change.Target.Name)
	}
	found, err := all(ctx, q, scanStory, text, args...)
	if err != nil {
		return err
	}
	news, err := newsOf(ctx, q, found)
	if err != nil || change.StoryID == 0 {
		c.Newest = news
		return err
	}
	if len(news) == 0 {
		return sql.ErrNoRows
	}
	c.Story, c.Update = news[0].Story, news[0].Update
	return nil
}

// newsOf adds to stories their newest updates. A story counts its updates, and so
// knows which that is.
func newsOf(ctx context.Context, q querier, found []stories.Story) ([]stories.News, error) {
	asked := make([][2]int64, len(found))
	news := make([]stories.News, len(found))
	for i, story := range found {
		asked[i], news[i].Story = [2]int64{story.ID, int64(story.Updates)}, story
	}
	text, err := json.Marshal(asked)
	if err != nil {
		return nil, err
	}
	updates, err := all(ctx, q, scanUpdate, newestOfSQL, string(text))
	for _, u := range updates {
		for i := range news {
			if news[i].Story.ID == u.StoryID {
				news[i].Update = u
			}
		}
	}
	return news, err
}
