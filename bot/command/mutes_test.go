package command

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Every subscription and every stop stands on one page of the list, whatever there
// is of each.
func TestPagesOfWhatIsFollowedAndStopped(t *testing.T) {
	for _, tt := range []struct{ subs, mutes, pages int }{{1, 0, 1}, {1, 1, 1}, {2, 8, 1}, {2, 9, 2}, {10, 1, 2}, {9, 2, 2}, {12, 13, 3}, {20, 20, 4}} {
		here := following{now: time.Now()}
		for i := range tt.subs {
			here.subs = append(here.subs, stories.Subscription{ID: int64(i + 1), Target: stories.Target{Kind: stories.TargetTopic, Name: fmt.Sprintf("followed-%d-%s", i, strings.Repeat("x", stories.MaxSlug-15))}, Options: stories.Options{Level: stories.Normal}, State: stories.Active})
		}
		for i := range tt.mutes {
			here.mutes = append(here.mutes, stories.Mute{Story: stories.Story{ID: int64(i + 1), Slug: fmt.Sprintf("stopped-%d-%s", i, strings.Repeat("y", stories.MaxSlug-15))}, By: stories.User{Ref: "console:x", Name: strings.Repeat("*", 80)}, At: here.now})
		}
		var r request
		said := ""
		pages := 0
		for offset := 0; offset < tt.subs+tt.mutes; offset += subscriptionsPage {
			m := r.subscriptionList(here, offset)
			checkMessage(t, m)
			said += bot.PlainText(m) + "\n"
			pages++
			more := false
			for _, b := range m.Buttons {
				more = more || b.Label == "More"
			}
			if more != (offset+subscriptionsPage < tt.subs+tt.mutes) {
				t.Errorf("%+v from %d: more = %v", tt, offset, more)
			}
		}
		if pages != tt.pages {
			t.Errorf("%+v: %d pages", tt, pages)
		}
		for i := range tt.subs {
			if n := strings.Count(said, fmt.Sprintf("followed-%d-", i)); n != 1 {
				t.Errorf("%+v: subscription %d is listed %d times", tt, i, n)
			}
		}
		for i := range tt.mutes {
			if n := strings.Count(said, fmt.Sprintf("stopped-%d-", i)); n != 1 {
				t.Errorf("%+v: stop %d is listed %d times", tt, i, n)
			}
		}
	}
}
