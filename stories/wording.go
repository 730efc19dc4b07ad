package stories

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A revision is of what readers see. How many blanks stand between two words and of
// which kind, how a line ends, in which form an accented letter is stored and in which
// order sources are kept, nobody can tell: that is no other wording.

// SameWords says that two texts are of the same words, in whatever lines.
func SameWords(a, b string) bool {
	return a == b || slices.Equal(strings.Fields(seen(a)), strings.Fields(seen(b)))
}

// alike says that readers could not tell two texts apart: the words and the lines are
// the same.
func alike(a, b string) bool { return a == b || slices.Equal(lines(a), lines(b)) }

// lines are the lines of a text with single blanks between their words, with no empty
// ones around it and one at most between two others.
func lines(s string) (list []string) {
	for line := range strings.SplitSeq(seen(s), "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line != "" || len(list) > 0 && list[len(list)-1] != "" {
			list = append(list, line)
		}
	}
	if n := len(list); n > 0 && list[n-1] == "" {
		list = list[:n-1]
	}
	return list
}

// seen is a text in one Unicode form, its lines ended in one way, without what shows
// nothing. Joiners and variation selectors stay: they choose how letters and emoji are
// drawn.
func seen(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return norm.NFC.String(strings.Map(func(r rune) rune {
		switch {
		case r == '\u200C' || r == '\u200D' || unicode.Is(unicode.Variation_Selector, r) || unicode.IsSpace(r):
			return r
		case Ignorable(r) || unicode.IsControl(r):
			return -1
		}
		return r
	}, s))
}

// sameSources says that two lists name the same sources, in whatever order.
func sameSources(a, b []string) bool {
	sorted := func(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
	return slices.Equal(sorted(a), sorted(b))
}

// samePicture says that two pictures are the same, described in the same words.
func samePicture(a, b Picture) bool { return a.URL == b.URL && SameWords(a.Alt, b.Alt) }
