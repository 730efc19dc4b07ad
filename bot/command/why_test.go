package command

import (
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// Why an update was not planned names the one cause, or each channel's own.
func TestNotPlanned(t *testing.T) {
	at := time.Date(2014, 12, 20, 15, 0, 0, 0, time.UTC)
	u := stories.Update{Level: stories.Normal, CreatedAt: at}
	sub := func(name string, level stories.Level, state stories.SubscriptionState, age time.Duration) stories.Subscription {
		return stories.Subscription{Target: stories.Target{Kind: stories.TargetTopic, Name: name}, Level: level, State: state, CreatedAt: at.Add(-age)}
	}
	stop := func(age time.Duration) *stories.Mute {
		return &stories.Mute{By: stories.User{Ref: "console:ria", Name: "ria"}, At: at.Add(-age)}
	}
	for _, tt := range []struct {
		name string
		subs []stories.Subscription
		stop *stories.Mute
		want string
	}{
		{"nothing", nil, nil, "nothing that this channel follows brings the story"},
		{"later", []stories.Subscription{sub("a", stories.Minor, stories.Active, -time.Hour)}, nil, "before this channel began to follow"},
		{"paused", []stories.Subscription{sub("a", stories.Minor, stories.Paused, time.Hour)}, nil, "the subscription to topic:a is paused. /subscriptions has a button"},
		{"level", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour)}, nil, "its level is normal, and this channel asked for breaking updates only."},
		{"level, and paused since", []stories.Subscription{sub("a", stories.Breaking, stories.Paused, time.Hour)}, nil, "this channel asked for breaking updates only."},
		{"two of one level", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour), sub("b", stories.Breaking, stories.Active, time.Hour)}, nil, "this channel asked for breaking updates only."},
		{"level and paused", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour), sub("b", stories.Minor, stories.Paused, time.Hour)}, nil, "of topic:a this channel asked for breaking updates only. That decides alone, not topic:b."},
		{"later and level", []stories.Subscription{sub("a", stories.Minor, stories.Active, -time.Hour), sub("b", stories.Breaking, stories.Active, time.Hour)}, nil, "its level is normal, and this channel asked for breaking updates only."},
		{"stopped before", []stories.Subscription{sub("a", stories.Minor, stories.Active, time.Hour)}, stop(time.Minute), "stopped here by ria."},
		{"stopped after", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour)}, stop(-time.Minute), "its level is normal"},
		{"nobody knows", []stories.Subscription{sub("a", stories.Minor, stories.Active, time.Hour)}, nil, "there is no record"},
		{"one decides alone", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour), sub("b", stories.Minor, stories.Active, time.Hour)}, nil, "of topic:a this channel asked for breaking updates only."},
	} {
		if got := (request{}).notPlanned(stories.Story{ID: 1, Topics: []string{"a", "b"}}, u, tt.subs, tt.stop); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
