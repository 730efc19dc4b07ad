package sqlstore

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/stories"
)

// What is on its way is read as it was written, whatever it is.
func TestFlightsAreReadAsTheyWereWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Int64Range(1, 1<<31-1)
		at := rapid.SampledFrom([]time.Time{{}, time.UnixMilli(1).UTC(), time.UnixMilli(1_700_000_000_123).UTC()})
		want := map[int64]stories.Flight{}
		var list []stories.Flight
		for range rapid.IntRange(0, 30).Draw(t, "flights") {
			publication, place := number.Draw(t, "publication"), number.Draw(t, "place")
			f := stories.Flight{Attempt: rapid.IntRange(1, 3).Draw(t, "attempt"), Revision: rapid.IntRange(0, 2).Draw(t, "revision"), First: at.Draw(t, "first"), Last: at.Draw(t, "last"),
				Ref: stories.Ref{Delivery: deliveryID(publication, place), Publication: publication, Place: place, Origin: publication}}
			switch rapid.IntRange(0, 2).Draw(t, "owed") {
			case 1: // again
				f.Publication = number.Draw(t, "again by")
			case 2: // where the channel is now
				f.Publication, f.Place = number.Draw(t, "again by"), number.Draw(t, "now at")
			}
			if _, twice := want[f.Delivery]; !twice {
				list, want[f.Delivery] = append(list, f), f
			}
		}
		var got flights
		if err := got.decode(encodeFlights(list)); err != nil {
			t.Fatal(err)
		}
		if len(got.byID) != len(want) {
			t.Fatalf("%d flights, want %d", len(got.byID), len(want))
		}
		for id, f := range want {
			if got.byID[id] != f {
				t.Fatalf("got %+v, want %+v", got.byID[id], f)
			}
		}
	})
}

// What cannot be read is no empty list: it would be sent again.
func TestFlightsThatCannotBeReadAreAnError(t *testing.T) {
	for _, text := range []string{"", "[[1,2,3,4]]", "[[1,2,3,4,1,5]]", `[["1"]]`, "[[1,0,0,0,"} {
		if err := new(flights).decode(text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}
