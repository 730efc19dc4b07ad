package command

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// zones have clock changes of an hour and of half of one, at midnight, on both halves
// of the earth, and none.
var zones = []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut", "Asia/Kolkata", "Pacific/Chatham", "Africa/Casablanca"}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// Every moment is found by what the clocks show then; what is found is shown by the
// clocks; and what they skip is offered as it is before and after.
func TestEveryMomentIsFoundByItsClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		moment := time.Unix(rapid.Int64Range(1_400_000_000, 1_900_000_000).Draw(t, "moment"), 0)
		shown := moment.In(loc).Format(time.DateTime)
		wall, err := time.Parse(time.DateTime, shown)
		if err != nil {
			t.Fatal(err)
		}
		found := instantsOf(wall, loc)
		if !slices.ContainsFunc(found, moment.Equal) || len(found) > 2 {
			t.Fatalf("%s in %s is %v, not %v", shown, loc, found, moment)
		}
		for _, f := range found {
			if f.Format(time.DateTime) != shown {
				t.Fatalf("%s in %s is taken for %s", shown, loc, f)
			}
		}
	})
}

func TestTimesInAZone(t *testing.T) {
	now := time.Date(2026, 10, 24, 23, 30, 0, 0, time.UTC) // the 25th in Berlin
	for _, tt := range []struct{ zone, typed, want string }{
		{"Europe/Berlin", "09:00", "2026-10-25T08:00:00Z"}, // winter time by then
		{"Europe/Berlin", "2026-07-01 09:00", "2026-07-01T07:00:00Z"},
		{"Europe/Berlin", "2026-07-01", "2026-06-30T22:00:00Z"},
		{"Europe/Berlin", "tomorrow 09:00", "2026-10-26T08:00:00Z"},
		{"Europe/Berlin", "yesterday 09:00", "2026-10-24T07:00:00Z"},
		{"Europe/Berlin", "2026-10-25 02:30", "02:30 on 25 October 2026 comes twice in Europe/Berlin: the clocks are put back over it. 2026-10-25T00:30:00Z 2026-10-25T01:30:00Z"},
		{"Europe/Berlin", "2026-10-25 02:30 +02:00", "2026-10-25T00:30:00Z"},
		{"Europe/Berlin", "2026-10-25 02:00", "02:00 on 25 October 2026 comes twice in Europe/Berlin: the clocks are put back over it. 2026-10-25T00:00:00Z 2026-10-25T01:00:00Z"},
		{"Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00Z"},
		{"Europe/Berlin", "2027-03-28 02:00", "There is no 02:00 on 28 March 2027 in Europe/Berlin: the clocks are put forward over it. 2027-03-28T00:00:00Z 2027-03-28T01:00:00Z"},
		{"Europe/Berlin", "2027-03-28 03:00", "2027-03-28T01:00:00Z"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "There is no 02:15 on 4 October 2026 in Australia/Lord_Howe: the clocks are put forward over it. 2026-10-03T15:15:00Z 2026-10-03T15:45:00Z"},
		{"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"}, // there is no midnight
		{"Asia/Kolkata", "09:00", "2026-10-25T03:30:00Z"},
		{"America/New_York", "09:00Z", "2026-10-24T09:00:00Z"},
	} {
		got, err := parseTime(tt.typed, now, zone(t, tt.zone))
		said := got.Format(time.RFC3339)
		if unclear := (*unclearTime)(nil); errors.As(err, &unclear) {
			said = unclear.Error()
			for _, m := range unclear.meant {
				said += " " + m.UTC().Format(time.RFC3339)
			}
		} else if err != nil {
			said = err.Error()
		}
		if said != tt.want {
			t.Errorf("%s in %s is %s, want %s", tt.typed, tt.zone, said, tt.want)
		}
	}
}

// Either answer to a question about a time is taken as it stands.
func TestAnUnclearTimeIsAskedAbout(t *testing.T) {
	n := openTracked(t)
	n.remake(func(c *Config) { c.Zone = zone(t, "Europe/Berlin") })
	before := n.state()
	reply := n.ask("mo", "general", "/update sony-hack at:2015-03-29T02:30 The film starts.")
	if len(reply.Message.Buttons) != 2 || n.state() != before {
		t.Fatal(transcript(reply))
	}
	for _, label := range []string{"01:30 CET", "03:30 CEST"} {
		n.ask("mo", "general", "/update sony-hack at:2015-03-29T02:30 The film starts, "+label)
		n.must(n.press("mo", "general", label))
	}
	open, _, err := n.plan.Open(t.Context(), user("mo"), 0, 10)
	if err != nil || len(open) != 2 || open[0].Due.Format(time.TimeOnly) != "00:30:00" || open[1].Due.Format(time.TimeOnly) != "01:30:00" {
		t.Errorf("scheduled are %v, %v", open, err)
	}
}

// A command that a platform delivers again after its time schedules and publishes
// nothing.
func TestAScheduledCommandThatComesAgain(t *testing.T) {
	n := openTracked(t)
	typed := n.request("mo", "general")
	typed.Input = bot.Typed{Name: "update", Text: "sony-hack at:15:30 The film starts."}
	for range 2 {
		n.must(n.Handle(t.Context(), typed))
	}
	n.now = n.now.Add(time.Hour)
	if wait, err := n.plan.PublishDue(t.Context()); err != nil || wait != 0 {
		t.Fatal(wait, err)
	}
	before := n.state()
	reply := n.Handle(t.Context(), typed)
	if reply.Failed || n.state() != before {
		t.Error(transcript(reply))
	}
	story, err := n.service.Archive.Story(t.Context(), "sony-hack")
	if err != nil || story.Updates != 2 {
		t.Errorf("%d updates, %v", story.Updates, err)
	}
}

// Readers can press what they see of it in a channel, and change nothing.
func TestReadersDecideNothingAboutASchedule(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "general", "/update sony-hack at:15:30 The film starts."))
	before := n.state()
	for _, label := range []string{"Publish now", "Cancel"} {
		if reply := n.press("tom", "general", label); !reply.Failed {
			t.Errorf("%s: %s", label, transcript(reply))
		}
		n.must(n.ask("mo", "general", "/desk scheduled"))
	}
	if n.state() != before {
		t.Error("something was changed")
	}
	if _, err := n.plan.Cancel(t.Context(), stories.Act{By: user("tom")}, 1); stories.CodeOf(err) != stories.CodeForbidden {
		t.Error(err)
	}
}

// A time that nobody but a person can read is asked about where an update's text ends
// with it: what was to wait does not go out at once.
func TestATimeAtTheEndThatCannotBeReadIsAskedAbout(t *testing.T) {
	for _, at := range []string{"at:20.12.2014", "at:9am", "at:noon", "at:tomorrow 9", "at: tomorrow 9", "at:monday 09:00", "at:Monday", "at:tonight", "at:28 December", "at:Dec 28", "at=9am", "at:12/20/2014 9:00", "at:tomorrow at nine", "at:9:00 am."} {
		n := openTracked(t)
		reply := n.ask("mo", "general", "/update sony-hack The studio shows the film. "+at)
		if text := bot.PlainText(reply.Message); !reply.Failed || !strings.Contains(text, "looks like an option") || len(reply.Message.Buttons) == 0 {
			t.Errorf("%s: %s", at, transcript(reply))
			continue
		}
		says(t, n.press("mo", "general", "As typed"), at)
	}
	for _, text := range []string{"The mayor looked at: 9 dykes.", "He was at: the scene.", "They met at:the bridge.", "It is at:home", "Look at:these nine dykes", "Rates: at 9 am"} {
		n := openTracked(t)
		n.must(n.ask("mo", "general", "/update sony-hack "+text))
	}
}
