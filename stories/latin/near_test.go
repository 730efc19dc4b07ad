package latin_test

import (
	"testing"

	"pgregory.net/rapid"

	"storybot/stories"
	"storybot/stories/latin"
)

// A story is offered for a slug there is not only where somebody may have meant it.
func TestNear(t *testing.T) {
	hack := stories.Story{Slug: "sony-hack", Aliases: []string{"the-interview"}, Headline: "North Korea denies the attack on Sony Pictures"}
	for _, typed := range []string{
		"sony-hak", "sonny-hack", "sonyhack", "soni-hak", "sony", "hack", "snoy-hack", "sony-hack-2014", "hack-sony", "interview", "the-intervew",
		"north korea", "Sony Hack", "north-korea-denies", "sony-hacks", "Сони hack",
	} {
		if !latin.Near(typed, hack) {
			t.Errorf("%q is not near %s", typed, hack.Slug)
		}
	}
	for _, typed := range []string{
		"nosuch", "", "-", "x", "so", "no-such-story", "on", "of a", "of-the-river", "hockey", "tony-blair", "flood", "пожар", "soy-milk-recall", "north-sea-flood-barrier-holds",
	} {
		if latin.Near(typed, hack) {
			t.Errorf("%q is near %s", typed, hack.Slug)
		}
	}
}

// Whatever is typed, it is compared without a fault, and a story's own slug is
// nearest to it.
func TestNearHoldsForAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		slug := rapid.StringMatching(`[a-z0-9]{1,9}(-[a-z0-9]{1,9}){1,4}`).Draw(t, "slug")
		latin.Near(rapid.String().Draw(t, "typed"), stories.Story{Slug: slug, Headline: rapid.String().Draw(t, "headline")})
		if !latin.Near(slug, stories.Story{Slug: slug}) {
			t.Fatalf("%q is not near itself", slug)
		}
	})
}
