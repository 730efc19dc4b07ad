package command

import (
	"testing"
	"time"

	"storybot/stories"
)

func TestParseTime(t *testing.T) {
	now := time.Date(2014, 12, 20, 23, 30, 0, 0, time.FixedZone("EST", -5*3600)) // the 21st in UTC
	for in, want := range map[string]string{
		"2014-12-20":                "2014-12-20T00:00:00Z",
		"2014-12-20T15:04":          "2014-12-20T15:04:00Z",
		"2014-12-20t15:04z":         "",
		"2014-12-20 15:04":          "2014-12-20T15:04:00Z",
		"2014-12-20 15:04 UTC":      "2014-12-20T15:04:00Z",
		"2014-12-20T15:04:05":       "2014-12-20T15:04:05Z",
		"2014-12-20T15:04:05Z":      "2014-12-20T15:04:05Z",
		"2014-12-20T15:04:05+02:00": "2014-12-20T13:04:05Z",
		"15:04":                     "2014-12-21T15:04:00Z",
		"25:00":                     "",
		"2014-13-01":                "",
		"0000-01-01":                "",
		"tomorrow":                  "",
		"":                          "",
	} {
		got, err := parseTime(in, now)
		switch {
		case want == "" && stories.CodeOf(err) != stories.CodeInvalid:
			t.Errorf("parseTime(%q) = %v, %v; want a refusal", in, got, err)
		case want != "" && (err != nil || got.Format(time.RFC3339) != want):
			t.Errorf("parseTime(%q) = %v, %v; want %s", in, got, err, want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 10000: "10,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := count(n); got != want {
			t.Errorf("count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{-time.Second: "0 s", 95 * time.Second: "95 s", 12 * time.Minute: "12 min", 3 * time.Hour: "3 h", 72 * time.Hour: "3 days"} {
		if got := span(d); got != want {
			t.Errorf("span(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestOrdinal(t *testing.T) {
	for n, want := range map[int]string{1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 12: "12th", 21: "21st", 111: "111th"} {
		if got := ordinal(n); got != want {
			t.Errorf("ordinal(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestReasonSentence(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "was deleted": "This channel was deleted.", "does not let the bot post. Grant it.": "This channel does not let the bot post. Grant it.",
		"the first request was lost": "The first request was lost.", "état": "This channel état.",
	} {
		if got := reasonSentence(in); got != want {
			t.Errorf("reasonSentence(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestProgressWords(t *testing.T) {
	for _, tt := range []struct {
		p    stories.Progress
		left time.Duration
		want string
	}{
		{stories.Progress{Total: 10000, Sent: 5120, Waiting: 4877, Held: 3}, 95 * time.Second, "Delivered 5,120 of 10,000, 3 blocked, about 95 s left."},
		{stories.Progress{Total: 10, Sent: 4, Waiting: 6}, 0, "Delivered 4 of 10."},
		{stories.Progress{Total: 10, Sent: 10}, 0, "Delivered to all 10 channels."},
		{stories.Progress{Total: 1, Sent: 1}, 0, "Delivered to the one channel."},
		{stories.Progress{Total: 10, Sent: 6, Held: 1, Failed: 2, Unknown: 1}, 0, "Delivered 6 of 10, 1 blocked, 2 failed, 1 uncertain. /desk status tells why."},
	} {
		if got := progressWords(tt.p, tt.left); got != tt.want {
			t.Errorf("progressWords(%+v) = %q, want %q", tt.p, got, tt.want)
		}
	}
}

func TestRemaining(t *testing.T) {
	for _, tt := range []struct {
		finished, waiting int
		elapsed, want     time.Duration
	}{{100, 50, 10 * time.Second, 5 * time.Second}, {0, 50, time.Minute, 0}, {50, 0, time.Minute, 0}, {5, 50, time.Millisecond, 0}} {
		if got := remaining(tt.finished, tt.waiting, tt.elapsed); got != tt.want {
			t.Errorf("remaining(%d, %d, %v) = %v, want %v", tt.finished, tt.waiting, tt.elapsed, got, tt.want)
		}
	}
}
