package stories

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func TestQuietHoursAtClockChanges(t *testing.T) {
	for _, test := range []struct {
		name, zone  string
		quiet       Quiet
		at          string
		from, until string
	}{
		{"before them", "UTC", "22:00-07:00", "2026-11-28T21:59:59Z", "2026-11-28T22:00:00Z", "2026-11-29T07:00:00Z"},
		{"their first instant", "UTC", "22:00-07:00", "2026-11-28T22:00:00Z", "2026-11-28T22:00:00Z", "2026-11-29T07:00:00Z"},
		{"after midnight", "UTC", "22:00-07:00", "2026-11-29T03:00:00Z", "2026-11-28T22:00:00Z", "2026-11-29T07:00:00Z"},
		{"the first instant after them", "UTC", "22:00-07:00", "2026-11-29T07:00:00Z", "2026-11-29T22:00:00Z", "2026-11-30T07:00:00Z"},
		{"within a day", "UTC", "12:00-14:00", "2026-11-29T13:00:00Z", "2026-11-29T12:00:00Z", "2026-11-29T14:00:00Z"},
		{"up to midnight", "UTC", "22:00-00:00", "2026-11-29T23:00:00Z", "2026-11-29T22:00:00Z", "2026-11-30T00:00:00Z"},
		{"a short night", "Europe/Berlin", "22:00-07:00", "2026-03-29T00:00:00Z", "2026-03-28T21:00:00Z", "2026-03-29T05:00:00Z"},
		{"a long night", "Europe/Berlin", "22:00-07:00", "2026-10-25T00:00:00Z", "2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z"},
		{"they end in a skipped hour", "Europe/Berlin", "22:00-02:30", "2026-03-29T00:00:00Z", "2026-03-28T21:00:00Z", "2026-03-29T01:00:00Z"},
		{"they are skipped altogether", "Europe/Berlin", "02:00-02:45", "2026-03-28T12:00:00Z", "2026-03-30T00:00:00Z", "2026-03-30T00:45:00Z"},
		{"they end in a doubled hour, its first", "Europe/Berlin", "22:00-02:30", "2026-10-25T00:00:00Z", "2026-10-24T20:00:00Z", "2026-10-25T00:30:00Z"},
		{"a day that was left out", "Pacific/Apia", "22:00-07:00", "2011-12-30T12:00:00Z", "2011-12-31T08:00:00Z", "2011-12-31T17:00:00Z"},
		{"none", "UTC", "", "2026-11-28T23:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		from, until := test.quiet.Window(at, zone)
		if got, want := from.UTC().Format(time.RFC3339)+" "+until.UTC().Format(time.RFC3339), test.from+" "+test.until; got != want {
			t.Errorf("%s: quiet hours are %s, want %s", test.name, got, want)
		}
	}
}

// However a zone's clocks are changed, quiet hours follow one another without overlapping,
// and every instant of one has the same.
func TestQuietHoursFollowOneAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/Sao_Paulo"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		hour := rapid.Custom(func(t *rapid.T) string {
			return time.Unix(60*rapid.Int64Range(0, 1439).Draw(t, "minute"), 0).UTC().Format("15:04")
		})
		begin, end := hour.Draw(t, "from"), hour.Draw(t, "until")
		if begin == end {
			t.Skip("they would be none")
		}
		q := Quiet(begin + "-" + end)
		at := time.Unix(rapid.Int64Range(1_000_000_000, 2_000_000_000).Draw(t, "at"), 0)
		from, until := q.Window(at, zone)
		if !until.After(at) || !until.After(from) {
			t.Fatalf("%s at %s are from %s until %s", q, at, from, until)
		}
		inside := from.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(from))-1).Draw(t, "inside")))
		if f, u := q.Window(inside, zone); !f.Equal(from) || !u.Equal(until) {
			t.Fatalf("%s at %s, which is in them, are from %s until %s, want from %s until %s", q, inside, f, u, from, until)
		}
		if next, _ := q.Window(until, zone); next.Before(until) {
			t.Fatalf("%s: the next begin at %s, before the last ended at %s", q, next, until)
		}
	})
}
