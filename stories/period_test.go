package stories

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

// periods are the ends of a digest's periods one after the other, the first of them
// after an instant.
var periods = []struct {
	name   string
	digest Digest
	zone   string
	after  string
	ends   []string
}{
	{"a day", "daily@09:00", "Europe/Berlin", "2026-11-28T07:59:00Z",
		[]string{"2026-11-28T08:00:00Z", "2026-11-29T08:00:00Z"}},
	{"the end itself belongs to the next period", "daily@09:00", "Europe/Berlin", "2026-11-28T08:00:00Z",
		[]string{"2026-11-29T08:00:00Z"}},
	{"clocks go forward elsewhere in the day", "daily@09:00", "Europe/Berlin", "2026-03-28T08:00:00Z",
		[]string{"2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z"}},
	{"a skipped hour is the next instant", "daily@02:30", "Europe/Berlin", "2026-03-28T02:00:00Z",
		[]string{"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"}},
	{"the first hour that is not skipped", "daily@03:00", "Europe/Berlin", "2026-03-28T12:00:00Z",
		[]string{"2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"}},
	{"a doubled hour is its first", "daily@02:30", "Europe/Berlin", "2026-10-24T12:00:00Z",
		[]string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
	{"also asked between the two", "daily@02:30", "Europe/Berlin", "2026-10-25T00:45:00Z",
		[]string{"2026-10-26T01:30:00Z"}},
	{"New York, forward", "daily@02:00", "America/New_York", "2026-03-07T12:00:00Z",
		[]string{"2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"}},
	{"New York, back", "daily@01:30", "America/New_York", "2026-10-31T12:00:00Z",
		[]string{"2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"}},
	{"a midnight that is skipped", "daily@00:00", "America/Sao_Paulo", "2018-11-03T12:00:00Z",
		[]string{"2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}},
	{"half past a midnight that is skipped", "daily@00:30", "America/Sao_Paulo", "2018-11-03T12:00:00Z",
		[]string{"2018-11-04T03:00:00Z", "2018-11-05T02:30:00Z"}},
	{"an hour before midnight that is doubled", "daily@23:30", "America/Sao_Paulo", "2018-02-17T12:00:00Z",
		[]string{"2018-02-18T01:30:00Z", "2018-02-19T02:30:00Z"}},
	{"half an hour is skipped", "daily@02:15", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
		[]string{"2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"}},
	{"Casablanca, into Ramadan", "daily@02:30", "Africa/Casablanca", "2026-02-14T12:00:00Z",
		[]string{"2026-02-15T01:30:00Z", "2026-02-16T02:30:00Z"}},
	{"Casablanca, out of it", "daily@02:30", "Africa/Casablanca", "2026-03-21T12:00:00Z",
		[]string{"2026-03-22T02:00:00Z", "2026-03-23T01:30:00Z"}},
	{"a day that a country left out", "daily@09:00", "Pacific/Apia", "2011-12-29T12:00:00Z",
		[]string{"2011-12-29T19:00:00Z", "2011-12-30T19:00:00Z"}},
	{"a Friday left out goes on with Monday", "weekdays@09:00", "Pacific/Apia", "2011-12-29T12:00:00Z",
		[]string{"2011-12-29T19:00:00Z", "2012-01-01T19:00:00Z"}},
	{"a weekend", "weekdays@09:00", "Europe/Berlin", "2026-11-26T09:00:00Z",
		[]string{"2026-11-27T08:00:00Z", "2026-11-30T08:00:00Z", "2026-12-01T08:00:00Z"}},
	{"on a Saturday", "weekdays@09:00", "Europe/Berlin", "2026-11-28T09:00:00Z", []string{"2026-11-30T08:00:00Z"}},
	{"the day is the zone's", "weekdays@01:00", "Asia/Kathmandu", "2026-11-29T00:00:00Z",
		[]string{"2026-11-29T19:15:00Z"}},
	{"a full hour", "hourly", "Europe/Berlin", "2026-11-28T08:00:00Z",
		[]string{"2026-11-28T09:00:00Z", "2026-11-28T10:00:00Z"}},
	{"a full hour where a zone is three quarters off", "hourly", "Asia/Kathmandu", "2026-11-28T08:00:00Z",
		[]string{"2026-11-28T08:15:00Z", "2026-11-28T09:15:00Z"}},
	{"hours that are skipped", "hourly", "Europe/Berlin", "2026-03-29T00:00:00Z",
		[]string{"2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}},
	{"of an hour twice each has its end", "hourly", "Europe/Berlin", "2026-10-24T23:30:00Z",
		[]string{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"}},
	{"half an hour twice", "hourly", "Australia/Lord_Howe", "2026-04-04T14:00:00Z",
		[]string{"2026-04-04T15:30:00Z", "2026-04-04T16:30:00Z"}},
	{"half an hour skipped", "hourly", "Australia/Lord_Howe", "2026-10-03T14:30:00Z",
		[]string{"2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"}},
}

func TestPeriodsEnd(t *testing.T) {
	for _, tt := range periods {
		t.Run(tt.name, func(t *testing.T) {
			zone, at := location(t, tt.zone), instant(t, tt.after)
			for _, want := range tt.ends {
				end := tt.digest.Next(at, zone)
				if !end.Equal(instant(t, want)) {
					t.Fatalf("after %v the period ends at %v, want %v", at.In(zone), end.In(zone), instant(t, want).In(zone))
				}
				if last := tt.digest.Previous(end, zone); !last.Equal(end) {
					t.Errorf("the last end at %v is %v", end.In(zone), last.In(zone))
				}
				at = end
			}
		})
	}
}

func TestNothingIsCollectedWithoutADigest(t *testing.T) {
	for _, d := range []Digest{"", "daily", "weekdays@", "daily@9 o'clock"} {
		if end := d.Next(time.Now(), time.UTC); !end.IsZero() {
			t.Errorf("%q ends at %v", d, end)
		}
		if end := d.Previous(time.Now(), time.UTC); !end.IsZero() {
			t.Errorf("%q ended at %v", d, end)
		}
	}
}

// TestPeriodsFollowOneAnother: whatever the zone does to its clocks, the ends increase,
// each instant is in one period, and no day of a calendar has two ends.
func TestPeriodsFollowOneAnother(t *testing.T) {
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo",
		"Africa/Casablanca", "Pacific/Apia", "Africa/Cairo", "Asia/Tehran", "Antarctica/Troll", "Pacific/Kwajalein", "Asia/Pyongyang", "America/Caracas", "Europe/Dublin"}
	rapid.Check(t, func(t *rapid.T) {
		zone := location(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		digest := Digest(rapid.SampledFrom([]string{"hourly", "daily@", "weekdays@"}).Draw(t, "period"))
		if digest != "hourly" {
			digest += Digest(rapid.SampledFrom([]string{"00:00", "00:30", "01:00", "01:59", "02:00", "02:30", "03:00", "09:00", "23:59"}).Draw(t, "hour"))
		}
		at := time.Unix(rapid.Int64Range(instant(t, "1990-01-01T00:00:00Z").Unix(), instant(t, "2037-01-01T00:00:00Z").Unix()).Draw(t, "at"), 0)
		// Near a change of the clocks most goes wrong.
		if _, change := at.In(zone).ZoneBounds(); !change.IsZero() && rapid.Bool().Draw(t, "near a change") {
			at = change.Add(time.Duration(rapid.IntRange(-200, 200).Draw(t, "minutes")) * time.Minute)
		}
		from, to := digest.Previous(at, zone), digest.Next(at, zone)
		if from.After(at) || !to.After(at) {
			t.Fatalf("%v is not in [%v, %v)", at.In(zone), from.In(zone), to.In(zone))
		}
		if !digest.Next(from, zone).Equal(to) || !digest.Previous(to, zone).Equal(to) || !digest.Previous(to.Add(-time.Nanosecond), zone).Equal(from) {
			t.Fatalf("the period [%v, %v) is not one", from.In(zone), to.In(zone))
		}
		inside := from.Add(time.Duration(rapid.Int64Range(0, int64(to.Sub(from))-1).Draw(t, "inside")))
		if f, u := digest.Previous(inside, zone), digest.Next(inside, zone); !f.Equal(from) || !u.Equal(to) {
			t.Fatalf("%v of [%v, %v) is in [%v, %v)", inside.In(zone), from.In(zone), to.In(zone), f.In(zone), u.In(zone))
		}
		if digest == "hourly" {
			if length := to.Sub(from); length >= 2*time.Hour {
				t.Fatalf("an hour takes %v", length)
			}
			return
		}
		if !civilDay(from, zone).Before(civilDay(to, zone)) {
			t.Fatalf("the periods up to %v and %v end on one day", from.In(zone), to.In(zone))
		}
		if weekday := to.In(zone).Weekday(); digest[0] == 'w' && (weekday == time.Saturday || weekday == time.Sunday) {
			t.Fatalf("a working day ends at %v", to.In(zone))
		}
	})
}

// fataler is a test, or one run of a property.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

func location(t fataler, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func instant(t fataler, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
