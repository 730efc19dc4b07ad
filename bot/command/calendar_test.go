package command

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// TestADayIsNamedWhereItBegins lists updates of all hours in several zones, over changes
// of their clocks, the date line and a year's end: the first of a page and each that is of
// another day than the one above it stands below its day, and no other does.
func TestADayIsNamedWhereItBegins(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 26))
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			at := time.Date(2026, time.Month(1+random.IntN(14)), 1+random.IntN(28), random.IntN(24), random.IntN(60), 0, 0, time.UTC)
			var updates []stories.Update
			for i := range timelinePage {
				at = at.Add(-time.Duration(random.IntN(30*60)-60) * time.Minute) // some are dated otherwise than they stand
				updates = append(updates, stories.Update{Number: timelinePage - i, Text: strings.Repeat("A long text ", 30), At: at, Author: user("mo"), Level: stories.Normal})
			}
			now := time.Date(2027, 1, 5, 12, 0, 0, 0, time.UTC)
			const room = 1700
			blocks := calendar{now: now, zone: zone}.rows(updates, room)
			if took := roomOf(blocks...); took > room {
				t.Errorf("the rows take %d of %d", took, room)
			}
			var days, want []string
			for _, b := range blocks {
				switch b.Kind {
				case bot.Heading:
					days = append(days, b.Spans[0].Text)
				case bot.Item:
					days = append(days, fmt.Sprint("row ", len(days)))
				}
			}
			last := ""
			for _, u := range updates {
				local := u.At.In(zone)
				day := local.Format("Monday 2 January 2006")
				if day != last {
					last = day
					want = append(want, strings.TrimSuffix(day, " 2027"))
				}
				want = append(want, fmt.Sprint("row ", len(want)))
			}
			if got, want := strings.Join(days, "\n"), strings.Join(want, "\n"); got != want {
				t.Fatalf("%s: the list is\n%s\nnot\n%s", name, got, want)
			}
			for _, b := range (calendar{now: now}).rows(updates, room) {
				if b.Kind == bot.Heading {
					t.Fatalf("a day of somebody whose days are not known: %s", b.Spans[0].Text)
				}
			}
		}
	}
}
