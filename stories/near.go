package stories

import (
	"cmp"
	"slices"
	"strings"
)

// Suggest ranks known stories for what was typed so far: slugs that begin with
// it, then slugs or headlines that hold it, then slugs that resemble it. An
// empty text suggests all, in the order given.
func Suggest(typed string, known []Story, limit int) []Story {
	typed = strings.ToLower(strings.TrimSpace(typed))
	type ranked struct {
		story Story
		rank  int
	}
	var hits []ranked
	for _, s := range known {
		rank := -1
		switch {
		case strings.HasPrefix(s.Slug, typed):
			rank = 0
		case strings.Contains(s.Slug, typed):
			rank = 1
		case strings.Contains(strings.ToLower(s.Headline), typed):
			rank = 2
		default:
			if d := distance(typed, s.Slug, 4); d >= 0 && d <= len(typed)*2/5 {
				rank = 3 + d
			}
		}
		if rank >= 0 {
			hits = append(hits, ranked{s, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	found := make([]Story, 0, min(limit, len(hits)))
	for _, h := range hits[:min(limit, len(hits))] {
		found = append(found, h.story)
	}
	return found
}

// Nearest returns the stories a wrong slug may have meant, best first; the
// newest ones when it resembles none.
func Nearest(slug string, known []Story, limit int) []Story {
	if found := Suggest(shorten(slug, MaxSlug), known, limit); len(found) > 0 {
		return found
	}
	return known[:min(limit, len(known))]
}

// distance is how many letters must be changed, added or left out to make b of
// a; -1 when more than most.
func distance(a, b string, most int) int {
	if d := len(a) - len(b); d > most || -d > most {
		return -1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := diagonal
			if a[i-1] != b[j-1] {
				change++
			}
			diagonal = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
			least = min(least, row[j])
		}
		if least > most {
			return -1
		}
	}
	if row[len(b)] > most {
		return -1
	}
	return row[len(b)]
}
