package storetest

import (
	"fmt"
	"strings"
	"time"

	"storybot/stories"
)

// shelf starts stories, each a minute after the one before.
func (d *desk) shelf(list ...stories.Story) {
	d.Helper()
	for _, s := range list {
		d.later(time.Minute)
		_, err := d.CreateStory(d.ctx, d.act(), s)
		d.ok(err)
	}
}

// suggested is what typed suggests.
func (d *desk) suggested(typed string, limit int) string {
	d.Helper()
	found, err := d.Suggest(d.ctx, typed, limit)
	d.ok(err)
	return slugs(found)
}

func (d *desk) close(slug string) {
	d.Helper()
	s, err := d.StoryBySlug(d.ctx, slug)
	d.ok(err)
	_, _, err = d.SetStoryState(d.ctx, d.act(), s.ID, stories.Closed)
	d.ok(err)
}

var suggestTests = []test{
	{"only what was nearly typed is near a slug", func(d *desk) {
		d.shelf(stories.Story{Slug: "sony-hack", Headline: "Such a hack of Sony"}, stories.Story{Slug: "flood", Headline: "The Rhine rises"})
		for typed, want := range map[string]string{"sony-hak": "sony-hack", "nosuch": "", "rhine-flod": "flood", "such": "sony-hack", "": ""} {
			found, err := d.Near(d.ctx, typed, 3)
			d.ok(err)
			same(d, typed, slugs(found), want)
		}
	}},
	{"every topic is known, of however old a story, once", func(d *desk) {
		d.track("flood", "weather", "rhine")
		for n := range 60 {
			d.track(fmt.Sprintf("story-%d", n), "film")
			d.now = d.now.Add(time.Minute)
		}
		d.track("plain")
		topics, err := d.Topics(d.ctx)
		d.ok(err)
		same(d, "topics", strings.Join(topics, " "), "film rhine weather")
	}},
	{"nothing typed suggests all, those that develop first, then newest activity first", func(d *desk) {
		same(d, "of nothing", d.suggested("", 10), "")
		d.shelf(stories.Story{Slug: "old", Headline: "Old"}, stories.Story{Slug: "new", Headline: "New"}, stories.Story{Slug: "over", Headline: "Over"})
		d.later(time.Minute)
		d.close("over")
		for typed, want := range map[string]string{"": "new old over", "  ": "new old over", "🔥": "", "-": ""} {
			same(d, fmt.Sprintf("suggested for %q", typed), d.suggested(typed, 10), want)
		}
		s, err := d.StoryBySlug(d.ctx, "old")
		d.ok(err)
		d.later(time.Minute)
		d.append(s, stories.Minor)
		same(d, "order", d.suggested("", 10), "old new over")
		same(d, "the first", d.suggested("", 1), "old")
		same(d, "none", d.suggested("", 0), "")
	}},
	{"the slug itself comes first, then what begins so, then what has such words, then what resembles it", func(d *desk) {
		d.shelf(
			stories.Story{Slug: "fire", Headline: "A fire"}, stories.Story{Slug: "fire-station", Headline: "A station burns"},
			stories.Story{Slug: "hotel-fire", Headline: "A hotel burns"}, stories.Story{Slug: "quake", Headline: "Fire after the quake"},
			stories.Story{Slug: "sony-hack", Headline: "North Korea denies hacking Sony Pictures"}, stories.Story{Slug: "sony-layoffs", Headline: "Cuts at Sony"},
			stories.Story{Slug: "kyiv", Headline: "The capital"}, stories.Story{Slug: "budget-2015", Headline: "The budget"},
			stories.Story{Slug: "parliament-vote", Headline: "A narrow vote"}, stories.Story{Slug: "lodz", Headline: "Wybory: Łódź głosuje"},
			stories.Story{Slug: "moskva", Headline: "Москва и Харків"}, stories.Story{Slug: "street", Headline: "Die Straße des 17. Juni"},
		)
		for _, c := range []struct{ typed, want string }{
			{"fire", "fire fire-station quake hotel-fire"},
			{"FIRE ", "fire fire-station quake hotel-fire"},
			{"fire-", "fire fire-station quake hotel-fire"}, {"fire-station", "fire-station"},
			{"fire-s", "fire-station"},
			{"fir", "fire-station fire quake hotel-fire"},
			{"so ha", "sony-hack"},
			{"ha so", "sony-hack"},
			{"sony ha", "sony-hack"},
			{"sonyha", "sony-hack"},
			{"so nyh", "sony-hack"},
			{"north kor", "sony-hack"},
			{"sony", "sony-layoffs sony-hack"},
			{"kiyv", "kyiv"},
			{"sony-hakc", "sony-hack"},
			{"sony-hak", "sony-hack"},
			{"snoy-hcak", "sony-hack"},
			{"sonyhakc", "sony-hack"},
			{"the-sony-hack", "sony-hack"},
			{"budget-2014", "budget-2015"},
			{"parlament", "parliament-vote"},
			{"parlimnet", "parliament-vote"},
			{"Łó", "lodz"},
			{"głosuje", "lodz"},
			{"glosuje", "lodz"},
			{"glosuej", "lodz"},
			{"моск", "moskva"},
			{"kharkiv", "moskva"},
			{"strasse", "street"},
			{"Straße", "street"},
			{"parlim", "parliament-vote"}, // half typed and misspelt
			{"pralia", "parliament-vote"}, {"sonny-h", "sony-hack"}, {"snoy", "sony-layoffs sony-hack"}, {"hotle-f", "hotel-fire"}, {"budegt-20", "budget-2015"}, {"noth kor", "sony-hack"}, {"kor noth", "sony-hack"},
			{"zzzzzz", ""},
			{"x", ""},
		} {
			same(d, fmt.Sprintf("suggested for %q", c.typed), d.suggested(c.typed, 10), c.want)
		}
		d.ok(d.Prune(d.ctx, d.now)) // which merges what was written
		same(d, "the best two", d.suggested("fire", 2), "fire fire-station")
	}},
	{"of equally good ones those that develop come before closed ones", func(d *desk) {
		d.shelf(stories.Story{Slug: "fire-a", Headline: "Blaze"}, stories.Story{Slug: "fire", Headline: "Blaze"}, stories.Story{Slug: "fire-b", Headline: "Blaze"}, stories.Story{Slug: "fire-c", Headline: "Blaze"})
		for _, slug := range []string{"fire", "fire-c"} {
			d.close(slug)
		}
		same(d, "a prefix", d.suggested("fir", 10), "fire-b fire-a fire-c fire")
		same(d, "a slug", d.suggested("fire", 10), "fire fire-b fire-a fire-c")
		same(d, "a word", d.suggested("blaz", 10), "fire-b fire-a fire-c fire")
		same(d, "with an error", d.suggested("blzae", 10), "fire-b fire-a fire-c fire")
		s, err := d.StoryBySlug(d.ctx, "fire-c")
		d.ok(err)
		_, _, err = d.SetStoryState(d.ctx, d.act(), s.ID, stories.Developing)
		d.ok(err)
		same(d, "after reopening", d.suggested("fir", 10), "fire-c fire-b fire-a fire")
	}},
	{"the oldest story is found among many, however many are closed or begin alike", func(d *desk) {
		d.shelf(stories.Story{Slug: "zagreb-flood", Headline: "Flood in Zagreb"})
		for n := range 60 {
			d.shelf(stories.Story{Slug: fmt.Sprintf("flood-%02d", n), Headline: fmt.Sprint("Flood number ", n)})
			if n%2 == 0 {
				d.close(fmt.Sprintf("flood-%02d", n))
			}
		}
		same(d, "by its slug", d.suggested("zagreb-flood", 25), "zagreb-flood")
		same(d, "by its beginning", d.suggested("zag", 25), "zagreb-flood")
		same(d, "by its words", d.suggested("in zag", 25), "zagreb-flood")
		same(d, "with an error", d.suggested("zagerb", 25), "zagreb-flood")
		found, err := d.Suggest(d.ctx, "flood", 100)
		d.ok(err)
		same(d, "at most", len(found), stories.MaxSuggested)
		for _, s := range found {
			same(d, s.Slug, s.State, stories.Developing)
		}
		same(d, "the newest of them", found[0].Slug, "flood-59")
		if strings.Contains(d.suggested("flood 5", 25), "flood-4") {
			d.Error("flood-4… does not begin with flood 5")
		}
	}},
	{"no text is an operator, an error or a way in", func(d *desk) {
		library(d)
		for _, typed := range nasty {
			if _, err := d.Suggest(d.ctx, typed, 25); err != nil {
				d.Errorf("suggest %.40q: %v", typed, err)
			}
		}
	}},
}
