package command

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

func TestParseTime(t *testing.T) {
	now := time.Date(2014, 12, 20, 23, 30, 0, 0, time.FixedZone("EST", -5*3600)) // the 21st in UTC
	for in, want := range map[string]string{
		"2014-12-20":                 "2014-12-20T00:00:00Z",
		"2014-12-20 UTC":             "2014-12-20T00:00:00Z",
		"2014-12-20T15:04":           "2014-12-20T15:04:00Z",
		"2014-12-20t15:04z":          "2014-12-20T15:04:00Z",
		"2014-12-20T15:04Z":          "2014-12-20T15:04:00Z",
		"2014-12-20 15:04":           "2014-12-20T15:04:00Z",
		"2014-12-20  15:04":          "2014-12-20T15:04:00Z",
		"2014-12-20\u00A015:04":      "2014-12-20T15:04:00Z",
		"2014-12-20, 15:04":          "2014-12-20T15:04:00Z",
		"2014-12-20 15:04 UTC":       "2014-12-20T15:04:00Z",
		"2014-12-20 15:04 gmt":       "2014-12-20T15:04:00Z",
		"2014-12-20 15:04Z":          "2014-12-20T15:04:00Z",
		"2014-12-20 9:04":            "2014-12-20T09:04:00Z",
		"2014-12-20T15:04:05":        "2014-12-20T15:04:05Z",
		"2014-12-20T15:04:05.5Z":     "2014-12-20T15:04:05Z",
		"2014-12-20T15:04:05+02:00":  "2014-12-20T13:04:05Z",
		"2014-12-20T15:04+0200":      "2014-12-20T13:04:00Z",
		"2014-12-20 15:04 +02":       "2014-12-20T13:04:00Z",
		"2014-12-20 15:04 -05:00":    "2014-12-20T20:04:00Z",
		"15:04":                      "2014-12-21T15:04:00Z",
		"15:04:05":                   "2014-12-21T15:04:05Z",
		"15:04Z":                     "2014-12-21T15:04:00Z",
		"23:45-05:00":                "2014-12-21T04:45:00Z", // still the 20th there
		"15:04 UTC":                  "2014-12-21T15:04:00Z",
		"25:00":                      "",
		"9:00-10:00":                 "", // from and to
		"09:00-10:00":                "",
		"09:00-10:00 tomorrow":       "",
		"tomorrow 09:00-10:00":       "",
		"09:00-10:00 2014-12-20":     "",
		"2014-12-20 09:00-10:00":     "2014-12-20T19:00:00Z",
		"15:60":                      "",
		"2014-13-01":                 "",
		"2014-12-20 3pm":             "",
		"2014-12-20 15:04 CET":       "",
		"2014-12-20 15:04 2014":      "",
		"20.12.2014":                 "",
		"12/20/2014":                 "",
		"20 December":                "",
		"2014-12-20Text":             "",
		"0000-01-01":                 "",
		"1899-12-31":                 "",
		"tomorrow":                   "", // no time of day
		"2014-12-22":                 "",
		"today":                      "2014-12-21T00:00:00Z",
		"yesterday":                  "2014-12-20T00:00:00Z",
		"tomorrow 09:00":             "2014-12-22T09:00:00Z",
		"Tomorrow, 9:00":             "2014-12-22T09:00:00Z",
		"09:00 tomorrow":             "2014-12-22T09:00:00Z",
		"15:04 on 2014-12-20":        "2014-12-20T15:04:00Z",
		"15:04 UTC 2014-12-20":       "2014-12-20T15:04:00Z",
		"yesterday 23:30 +01:00":     "2014-12-20T22:30:00Z",
		"UTC":                        "",
		"":                           "",
		"2014-12-20 15:04 +99:00":    "",
		"2014-12-20T15:04:05+02:00Z": "",
	} {
		got, err := parseTime(in, now, time.UTC)
		switch {
		case want == "" && stories.CodeOf(err) != stories.CodeInvalid:
			t.Errorf("parseTime(%q) = %v, %v; want a refusal", in, got, err)
		case want != "" && (err != nil || got.Format(time.RFC3339) != want):
			t.Errorf("parseTime(%q) = %v, %v; want %s", in, got, err, want)
		}
	}
}

// A time's value goes on as far as it is one; nothing of it is left to the text.
func TestTimesReachAsFarAsTheyGo(t *testing.T) {
	for _, tt := range []struct{ text, at, left string }{
		{"at:2014-12-20 River rises", "2014-12-20", "River rises"},
		{"at:2014-12-20 15:04 River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 15:04:05 River rises", "2014-12-20 15:04:05", "River rises"},
		{"at:2014-12-20 15:04 UTC River rises", "2014-12-20 15:04 UTC", "River rises"},
		{"at:2014-12-20 15:04Z River rises", "2014-12-20 15:04Z", "River rises"},
		{"at:2014-12-20 15:04+01:00 River rises", "2014-12-20 15:04+01:00", "River rises"},
		{"at:2014-12-20 15:04 +01:00 River rises", "2014-12-20 15:04 +01:00", "River rises"},
		{"at:2014-12-20T15:04Z River rises", "2014-12-20T15:04Z", "River rises"},
		{"at:2014-12-20T15:04 UTC River rises", "2014-12-20T15:04 UTC", "River rises"},
		{"at:15:04 River rises", "15:04", "River rises"},
		{"at:15:04 UTC River rises", "15:04 UTC", "River rises"},
		{"at:2014-12-20, 15:04, River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20\u00A015:04 River rises", "2014-12-20 15:04", "River rises"},
		{`at:"2014-12-20 15:04" River rises`, "2014-12-20 15:04", "River rises"},
		{"at:“2014-12-20 15:04” River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 15:04 level:minor River rises", "2014-12-20 15:04", "River rises"},
		{"at:15:04. River rises", "15:04", "River rises"},
		{"at:15:04: River rises", "15:04", "River rises"},
		{"at:(15:04) River rises", "15:04", "River rises"},
		{"at:[2014-12-20 15:04], River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 3 people are missing", "2014-12-20", "3 people are missing"},
		{"at:15:04 5 people are missing", "15:04", "5 people are missing"},
		{"at:15:04 IT workers strike", "15:04", "IT workers strike"},
		{"at:2014-12-20\n15:04 the river rises", "2014-12-20 15:04", "the river rises"},
		{"at:2014-12-20 15:04. River rises", "2014-12-20 15:04", "River rises"},
		{`at:"2014-12-20" 15:04 River rises`, "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 15：04 River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 ١٥:٠٤ River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 15∶04 River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 (15:04) River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 — 15:04 River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20T 15:04 River rises", "2014-12-20 15:04", "River rises"},
		{"at:2014-12-20 200 people are missing", "2014-12-20", "200 people are missing"},
		{"at:15:04 December rains go on", "15:04", "December rains go on"},
		{"at:15:04 Yesterday it rained", "15:04", "Yesterday it rained"},
	} {
		read, err := commandNamed(t, "update").read("sony-hack " + tt.text)
		if err != nil || read.doubtful() || read.typed.get("at") != tt.at || read.typed.get("text") != tt.left {
			t.Errorf("%q: %v, %v, %v", tt.text, read.typed, read.options, err)
		}
	}
}

func TestTimesInOtherFormsAreRefused(t *testing.T) {
	n := openTracked(t)
	before := n.state()
	for _, at := range []string{"20.12.2014", "12/20/2014", "2014/12/20", "20 December", "December 20", "20.12.2014 15:04", "noon", "3pm", "3:04 pm", "3:04pm", "3 pm",
		"2014-12-20 3pm", "2014-12-20 3 pm", "2014-12-20 3:04 PM", "2014-12-20 15.04", "2014-12-20 15h04", "2014-12-20 at 15:04", "15:04 CET", "2014-12-20 15:04 EST", "15:04-15:10", "09:00-10:00", "15:04–15:10", "15h04", "2014-12-20 1504", "2014-12-20 15:4", "2014-12-20 15 :04", "2014-12-20 um 15:04", "2014-12-20 noon", "2014-12-20 — noon", "2014-12-20 15 Uhr", "15:04 20 December", "15:04 on 20 December", "15:04 (20.12.2014)", "2014-12-20\nnoon", "2014-12-20 15:04 15:05"} {
		reply := n.ask("mo", "general", "/update sony-hack at:"+at+" River rises")
		if text := bot.PlainText(reply.Message); !reply.Failed || !strings.Contains(text, "at:2014-12-20") || len(reply.Message.Buttons) > 0 {
			t.Errorf("at:%s: %s", at, transcript(reply))
		}
	}
	if n.state() != before {
		t.Error("something was published")
	}
}

// However a time of day is written behind a date, it is taken or refused: the
// update is never dated at midnight with the time in its text.
func TestNoTimeIsLeftToTheText(t *testing.T) {
	c := commandNamed(t, "update")
	rapid.Check(t, func(t *rapid.T) {
		hour, minute := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		clock := fmt.Sprintf(rapid.SampledFrom([]string{"%02d:%02d", "%02d：%02d", "%02d∶%02d", "%02d%02d", "%02d.%02d", "%02dh%02d", "%02d :%02d", "%02d: %02d"}).Draw(t, "form"), hour, minute)
		if rapid.Bool().Draw(t, "arabic") {
			clock = strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r - '0' + '٠'
				}
				return r
			}, clock)
		}
		wrap := rapid.SampledFrom([][2]string{{"", ""}, {"(", ")"}, {"[", "]"}, {"— ", ""}, {"- ", ""}, {"um ", ""}, {"à ", ""}, {"at ", ""}, {"", "."}, {"", ":"}, {"*", "*"}}).Draw(t, "wrap")
		gap := rapid.SampledFrom([]string{" ", ", ", "\u00A0", "  ", "\n", "T "}).Draw(t, "gap")
		option := "at:2014-12-20" + gap + wrap[0] + clock + wrap[1]
		read, err := c.read("sony-hack " + rapid.SampledFrom([]string{option + " River rises", "River rises. " + option}).Draw(t, "line"))
		if err != nil {
			return
		}
		given := read.typed
		if read.doubtful() {
			given = read.taken
		}
		if strings.ContainsFunc(given.get("text"), unicode.IsDigit) {
			t.Fatalf("%q: dated %q, with the text %q", option, given.get("at"), given.get("text"))
		}
		if at, err := parseTime(given.get("at"), time.Now(), time.UTC); err == nil && (at.Hour() != hour || at.Minute() != minute) {
			t.Fatalf("%q is dated %v", option, at)
		}
	})
}
