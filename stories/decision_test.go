package stories_test

import (
	"testing"
	"time"

	"storybot/stories"
)

func TestOneSubscriptionDecides(t *testing.T) {
	story := stories.Story{ID: 7, Slug: "sony", Topics: []string{"film", "law"}}
	at := func(n int) time.Time { return time.Unix(int64(n), 0) }
	topic := func(id int64, name string, n int) stories.Subscription {
		return stories.Subscription{ID: id, Target: stories.Target{Kind: stories.TargetTopic, Name: name}, CreatedAt: at(n)}
	}
	all := stories.Subscription{ID: 1, Target: stories.Target{Kind: stories.TargetAll}, CreatedAt: at(0)}
	own := stories.Subscription{ID: 9, Target: stories.Target{Kind: stories.TargetStory, Name: "sony"}, StoryID: 7, CreatedAt: at(9), State: stories.Paused}
	other := stories.Subscription{ID: 2, Target: stories.Target{Kind: stories.TargetStory, Name: "bank"}, StoryID: 8, CreatedAt: at(1)}
	for name, tt := range map[string]struct {
		subs []stories.Subscription
		want int64 // 0 for none
	}{
		"nothing":                         {nil, 0},
		"what covers it":                  {[]stories.Subscription{other, topic(3, "sport", 1), all}, 1},
		"what does not cover it":          {[]stories.Subscription{other, topic(3, "sport", 1)}, 0},
		"a topic before all":              {[]stories.Subscription{all, topic(3, "law", 5)}, 3},
		"the oldest topic":                {[]stories.Subscription{topic(3, "law", 5), topic(4, "film", 4), all}, 4},
		"the first of one moment":         {[]stories.Subscription{topic(4, "film", 4), topic(3, "law", 4)}, 3},
		"the story itself, though paused": {[]stories.Subscription{all, topic(3, "law", 5), own, other}, 9},
	} {
		got, ok := stories.Decides(tt.subs, story)
		if got.ID != tt.want || ok != (tt.want != 0) {
			t.Errorf("%s: %d decides (%v), want %d", name, got.ID, ok, tt.want)
		}
	}
	for _, d := range []stories.Decision{{}, {By: all.Target, Level: stories.Minor, State: stories.Paused}, {By: all.Target, Level: stories.Minor, State: stories.Active, Muted: true}, {By: all.Target, Level: stories.Breaking, State: stories.Active}} {
		if d.Lets(stories.Normal) {
			t.Errorf("%+v lets a normal update through", d)
		}
	}
	if d := (stories.Decision{By: all.Target, Level: stories.Normal, State: stories.Active}); !d.Lets(stories.Normal) || d.Lets(stories.Minor) {
		t.Errorf("%+v", d)
	}
}
