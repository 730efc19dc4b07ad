package stories

import (
	"testing"
	"time"
)

func TestInWordsKnowsOneFromMany(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:               "1 second", // clocks differ
		0:                          "1 second",
		time.Second:                "1 second",
		2 * time.Second:            "2 seconds",
		119 * time.Second:          "119 seconds",
		2*time.Minute - 1:          "119 seconds",
		2 * time.Minute:            "2 minutes",
		9*time.Minute + 59e9:       "9 minutes",
		DuplicateWindow - 1:        "9 minutes",
		1999 * time.Millisecond:    "1 second",
		60*time.Second + 999999999: "60 seconds",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
