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
