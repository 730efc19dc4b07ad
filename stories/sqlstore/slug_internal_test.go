package sqlstore

import "testing"

func TestWhatIsTypedAsABeginningOfASlug(t *testing.T) {
	for typed, want := range map[string]string{
		"Sony Ha": "sony-ha", "sony-": "sony-", "Łódź": "lodz", "  ": "", "--": "", "Москва 2": "moskva-2", "Большая сем": "bolshaia-sem", "@Mia W": "mia-w", "東京": "dong-jing",
	} {
		if got := slugOf(typed); got != want {
			t.Errorf("slugOf(%q) = %q, want %q", typed, got, want)
		}
	}
}
