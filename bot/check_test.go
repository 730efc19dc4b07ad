package bot

import (
	"testing"
	"time"
)

func TestToldSplitsTheFaultFromItsCure(t *testing.T) {
	for text, want := range map[string]Finding{
		"it is away. Start it, then try again.": {Said: "It is away.", Cure: "Start it, then try again."},
		"the server at 127.0.0.1:1 is away":     {Said: "The server at 127.0.0.1:1 is away."},
		"Is it there?":                          {Said: "Is it there?"},
		"über zwei\nZeilen. Und mehr":           {Said: "Über zwei Zeilen.", Cure: "Und mehr."},
		"":                                      {},
	} {
		got := Told("it", text)
		if got.About != "it" || got.State != Failing || got.Said != want.Said || got.Cure != want.Cure {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestClocks(t *testing.T) {
	for ahead, want := range map[time.Duration]string{
		0:                        "This machine's clock agrees with that of There.",
		-4 * time.Second:         "This machine's clock agrees with that of There.",
		90 * time.Second:         "This machine's clock is 1m30s behind that of There.",
		-time.Hour - time.Second: "This machine's clock is 1h0m1s ahead of that of There.",
	} {
		got := Clocks("There", ahead)
		if got.Said != want || (got.State == Fine) != (got.Cure == "") {
			t.Errorf("%v: %+v", ahead, got)
		}
	}
}

func TestWorst(t *testing.T) {
	if got := Worst([]Finding{{State: Noted}, {State: Failing}, {State: Wanting}}); got != Failing || got.String() != "failed" {
		t.Errorf("got %v", got)
	}
	if got := Worst(nil); got != Fine || got.String() != "ok" {
		t.Errorf("of none %v", got)
	}
}
