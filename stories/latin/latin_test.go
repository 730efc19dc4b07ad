package latin

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWordsAndLetters(t *testing.T) {
	for text, want := range map[string][2]string{
		"Łódź pod wodą":  {"lodz pod woda", "lodzpodwoda"},
		"Œuvre & Þór":    {"oeuvre and thor", "oeuvrethor"},
		"Don't, it’s_it": {"dont its it", "dontitsit"},
		"索尼 2":           {"suo ni 2", "suoni2"},
		"Сони взломана":  {"soni vzlomana", "sonivzlomana"},
		"🔥 …":            {"", ""},
		"":               {"", ""},
	} {
		if got := strings.Join(Words(text), " "); got != want[0] {
			t.Errorf("Words(%q) = %q, want %q", text, got, want[0])
		}
		if got := Letters(text); got != want[1] {
			t.Errorf("Letters(%q) = %q, want %q", text, got, want[1])
		}
	}
}

func TestNothingButLatinLettersAndDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for _, word := range append(Words(text), Letters(text)) {
			if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
				t.Fatalf("%q of %q", word, text)
			}
		}
	})
}
