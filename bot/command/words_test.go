package command

import "testing"

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
