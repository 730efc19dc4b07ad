package bot

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Pages divides a text into parts of at most limit UTF-16 units each, on
// borders between graphemes and after a line or a word where one ends near.
// Together the parts are the text. A single grapheme longer than limit is
// divided between its characters. There is always at least one part.
func Pages(s string, limit int) []string { return pages(s, limit, Units) }

// pages is Pages with lengths as measure tells them: that of a text is the sum of
// those of its graphemes.
func pages(s string, limit int, measure func(string) int) []string {
	var pages []string
	for measure(s) > limit {
		end := pageEnd(s, limit, measure)
		if end == len(s) {
			break
		}
		pages = append(pages, s[:end])
		s = s[end:]
	}
	return append(pages, s)
}

// pageEnd is where the first page of s ends, in bytes.
func pageEnd(s string, limit int, measure func(string) int) int {
	end, space, line, used := 0, 0, 0, 0
	for g := uniseg.NewGraphemes(s); g.Next(); {
		used += measure(g.Str())
		if used > limit && end > 0 {
			break
		}
		if used > limit {
			return insideCluster(g.Str(), limit, measure)
		}
		_, end = g.Positions()
		switch g.Str() {
		case "\n":
			line, space = end, end
		case " ":
			space = end
		}
	}
	switch {
	case line > end*3/4:
		return line
	case space > end*3/4:
		return space
	}
	return end
}

// insideCluster is where a cluster that no page holds is divided, in bytes: between two
// of its characters, the first of which stays whatever it measures.
func insideCluster(cluster string, limit int, measure func(string) int) int {
	end, used := 0, 0
	for i, r := range cluster {
		used += measure(string(r))
		if used > limit && i > 0 {
			break
		}
		end = i + utf8.RuneLen(r)
	}
	return end
}
