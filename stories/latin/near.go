package latin

import (
	"slices"
	"strings"

	"storybot/stories"
)

// Near says that somebody who typed a slug there is not may have meant story: the
// slug is the same but for a slip of the hand or begins so, or its words and those
// of the headline are most of what was typed.
func Near(typed string, story stories.Story) bool {
	words := Words(typed)
	whole := strings.Join(words, "")
	for _, slug := range append([]string{story.Slug}, story.Aliases...) {
		if bare := strings.ReplaceAll(slug, "-", ""); whole != "" && (alike(whole, bare) || len(whole) >= leastNear && strings.HasPrefix(bare, whole)) {
			return true
		}
	}
	telling := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return len(w) <= leastNear }) // not the, of, in
	known := Words(story.Slug + " " + strings.Join(story.Aliases, " "))
	if len(telling) > 0 {
		words, known = telling, append(known, Words(story.Headline)...)
	}
	shared, slips := 0, 0
	for _, w := range words {
		switch {
		case slices.ContainsFunc(known, func(k string) bool { return k == w || len(w) >= leastNear && strings.HasPrefix(k, w) }):
			shared++
		case slices.ContainsFunc(known, func(k string) bool { return alike(w, k) }):
			slips++
		}
	}
	return shared > 0 && 2*shared >= len(words) || 2*(shared+slips) > len(words)
}

// leastNear is how many letters a word must have to resemble another, or to begin
// one; one no longer tells no story from others.
const leastNear = 3

// alike says that b is a but for a slip or, in longer words, two or three.
func alike(a, b string) bool {
	most, shorter := 0, min(len(a), len(b))
	switch {
	case shorter >= 12:
		most = 3
	case shorter >= 8:
		most = 2
	case shorter >= leastNear:
		most = 1
	}
	return stories.Distance(a, b, most) >= 0
}
