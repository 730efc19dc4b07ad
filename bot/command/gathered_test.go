package command

import (
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// What came in a digest is told with the digest's own record.
func TestWhyOfADigest(t *testing.T) {
	until := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	in := func(state stories.DeliveryState, reason string, shown bool) *stories.InDigest {
		return &stories.InDigest{Period: stories.Period{Until: until}, Shown: shown, Delivery: stories.Delivery{State: state, Reason: reason}}
	}
	for want, digest := range map[string]*stories.InDigest{
		"Update 3 came in the digest of 2026-11-28 09:00 UTC.":                                                    in(stories.Sent, "", true),
		"Update 3 was counted in the digest of 2026-11-28 09:00 UTC, which had more than it shows.":               in(stories.Sent, "", false),
		"Update 3 is in the digest of 2026-11-28 09:00 UTC, which is on its way.":                                 in(stories.Pending, "", false),
		"Update 3 is in the digest of 2026-11-28 09:00 UTC, which is held until the bot can write here again.":    in(stories.Held, "", true),
		"Update 3 is in the digest of 2026-11-28 09:00 UTC, which may have arrived; that could not be found out.": in(stories.Unknown, "", true),
		"Update 3 is in the digest of 2026-11-28 09:00 UTC, which was not sent. This channel is gone.":            in(stories.Skipped, "is gone", true),
		"Update 3 came in a digest.": nil,
	} {
		d := stories.Delivery{State: stories.Gathered, About: stories.About{Number: 3}, Digest: digest}
		if got := bot.PlainText(bot.Message{Blocks: []bot.Block{bot.Para((request{}).copyWords(whyCopy{Delivery: d}, until)...)}}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		got := bot.PlainText(bot.Message{Blocks: []bot.Block{bot.Para(revisionWhy(whyCopy{Delivery: d}, nil, false, until)...)}})
		if want := "The message about it " + want[len("Update 3 "):]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
