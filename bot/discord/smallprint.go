package discord

import (
	"math"
	"slices"
	"strings"

	"storybot/bot"
)

// smallPrint renders the small print at the end of a message in at most limit
// UTF-16 units. Where it is longer, links keep their names only, the last ones
// first, and then the longest lines are cut.
func smallPrint(blocks []bot.Block, limit int) string {
	out, cut := write(blocks, limit)
	for cut {
		if blocks, cut = unlinked(blocks); !cut {
			return lines(blocks, limit)
		}
		out, cut = write(blocks, limit)
	}
	return out
}

// unlinked is blocks without the last link's address; ok is false when there is
// none.
func unlinked(blocks []bot.Block) (out []bot.Block, ok bool) {
	for i := len(blocks) - 1; i >= 0; i-- {
		for j := len(blocks[i].Spans) - 1; j >= 0; j-- {
			s := blocks[i].Spans[j]
			if s.URL == "" {
				continue
			}
			if l, leads := safeLink(s.URL, maxAddress); leads {
				shown, rest := l.Label(s.Text)
				s.Text = shown + rest
			}
			s.URL = ""
			out = slices.Clone(blocks)
			out[i].Spans = slices.Clone(blocks[i].Spans)
			out[i].Spans[j] = s
			return out, true
		}
	}
	return blocks, false
}

// lines renders each of blocks in its share of limit: what the shorter ones leave
// is the longer ones'.
func lines(blocks []bot.Block, limit int) string {
	limit -= len(blocks) // the breaks between them
	shares := make([]int, len(blocks))
	order := make([]int, len(blocks))
	for i, b := range blocks {
		line, _ := write([]bot.Block{b}, math.MaxInt32)
		shares[i], order[i] = bot.Units(line), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return shares[a] - shares[b] })
	for n, i := range order {
		shares[i] = min(shares[i]+len(more), limit/(len(order)-n))
		limit -= shares[i]
	}
	var out []string
	for i, b := range blocks {
		if line, _ := write([]bot.Block{b}, shares[i]); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
