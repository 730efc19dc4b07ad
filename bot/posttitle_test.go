package bot

import (
	"testing"
	"time"

	"storybot/stories"
)

// In a forum each message of its own is a post, whose title says what it is.
func TestPostsHaveTitles(t *testing.T) {
	follow := func(target stories.Target, newest ...stories.News) stories.Content {
		return stories.Content{Newest: newest, Notice: stories.Notice{Kind: stories.FollowNotice, Body: stories.NoticeBody{Change: stories.Change{Kind: stories.Subscribed, Target: target}}}}
	}
	quake := stories.Story{ID: 1, Slug: "quake", Headline: "The earth shakes", State: stories.Developing, Updates: 1}
	update := stories.Update{ID: 1, StoryID: 1, Number: 1, Level: stories.Normal, Text: "Again.", At: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)}
	for want, c := range map[string]stories.Content{
		"The topic nature":              follow(stories.Target{Kind: stories.TargetTopic, Name: "nature"}),
		"All stories":                   follow(stories.Target{Kind: stories.TargetAll}, stories.News{Story: quake, Update: update}),
		"Digest of 1 update in 1 story": {Notice: stories.Notice{Kind: stories.DigestNotice}, Digest: stories.Digested{Stories: []stories.DigestedStory{{Story: quake, Updates: []stories.Update{update}}}}},
		"The earth shakes":              {Story: quake, Update: update},
	} {
		if got := RenderContent(c).Thread; got != want {
			t.Errorf("the post is called %q, want %q", got, want)
		}
	}
}
