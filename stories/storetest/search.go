package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// library has four stories; the first is the one with the newest activity.
func library(d *desk) {
	for _, s := range []stories.Story{
		{Slug: "quake-chile", Headline: "Erdbeben in Chile: Müller berichtet", Topics: []string{"weather"}},
		{Slug: "tokyo-vote", Headline: "東京の選挙", Summary: "Élection à Tokyo"},
		{Slug: "bank-run", Headline: "A run on Example Bank", Topics: []string{"finance", "security"}},
		{Slug: "sony-hack", Headline: "Sony Pictures attacked", Summary: "Internal data leaked", Topics: []string{"security"}},
	} {
		d.later(time.Minute)
		made, err := d.CreateStory(d.ctx, d.act(), s)
		d.ok(err)
		if s.Slug == "sony-hack" {
			d.later(time.Minute)
			_, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{
				StoryID: made.ID, Text: "North Korea denied it. See https://example.org/KCNA-statement_2.", Level: stories.Normal, Author: ana, At: d.now})
			d.ok(err)
		}
	}
}

// nasty are texts that mean something to a query language or to nobody.
var nasty = []string{
	`"`, `'`, `''`, `""`, `sony"`, `"sony`, `sony' OR '1'='1`, `sony OR bank`, `sony AND`, `NOT sony`, `sony NEAR bank`, `sony*`, `*`, `^sony`,
	`headline:sony`, `-sony`, `(sony`, `sony)`, `{`, `sony & | !`, `a:*`, `\`, `\'`, `%`, `_`, `?1`, `$1`, `:x`, `@a`, ";--", "\x00", "sony\x00", "\xff\xfe",
	"😀", "👩‍👩‍👧", "\u202e", "\u0301", "ﬁ", "…", strings.Repeat("a", 100_000), strings.Repeat("a ", 50_000), strings.Repeat("'\" ", 1000),
}

var searchTests = []test{
	{"all words are found in headline, summary, slug, topics and updates, each by its beginning", func(d *desk) {
		library(d)
		for _, c := range []struct{ query, want string }{
			{"", "sony-hack bank-run tokyo-vote quake-chile"},
			{"   ", "sony-hack bank-run tokyo-vote quake-chile"},
			{"sony", "sony-hack"},
			{"SONY hack", "sony-hack"},
			{"sony-hack", "sony-hack"},
			{"secur", "sony-hack bank-run"},
			{"security sony", "sony-hack"},
			{"sec sony", "sony-hack"},
			{"so ha", "sony-hack"},
			{"kor pict leak", "sony-hack"},
			{"ko", ""}, // two letters begin too many words of updates
			{"korea pictures leaked", "sony-hack"},
			{"kcna statement", "sony-hack"},
			{"example", "sony-hack bank-run"},
			{"run on example bank", "bank-run"},
			{"muller", "quake-chile"},
			{"Müll", "quake-chile"},
			{"election", "tokyo-vote"},
			{"東京", "tokyo-vote"},
			{"京", "tokyo-vote"},
			{"nothing", ""},
			{"sony nothing", ""},
			{"2", "sony-hack"},
		} {
			found, total, err := d.Search(d.ctx, c.query, 0, 10)
			d.ok(err)
			same(d, fmt.Sprintf("search %q", c.query), called(found), c.want)
			same(d, fmt.Sprintf("total of %q", c.query), total, len(strings.Fields(c.want)))
		}
	}},
	{"a word is found in Latin letters, in its own and without its accents", func(d *desk) {
		for _, s := range []stories.Story{
			{Slug: "aa", Headline: "Łódź głosuje"}, {Slug: "bb", Headline: "Die Straße ist gesperrt, sagt MÜLLER"}, {Slug: "cc", Headline: "Москва и Київ"},
			{Slug: "dd", Headline: "Πυρκαγιά στην Αθήνα"}, {Slug: "ee", Headline: "أخبار من لبنان"}, {Slug: "ff", Headline: "İstanbul ve Diyarbakır"},
			{Slug: "gg", Headline: "Ærø œuvre ﬁnance"}, {Slug: "hh", Headline: "トヨタ自動車と東京"}, {Slug: "ii", Headline: "서울 지하철"}, {Slug: "jj", Headline: "Ђоковић łódź2022"},
			{Slug: "kk", Headline: "Lodz and Moskva in plain letters"}, {Slug: "ll", Headline: "so\u00adny soft"},
		} {
			d.later(time.Minute)
			_, err := d.CreateStory(d.ctx, d.act(), s)
			d.ok(err)
		}
		s, err := d.StoryBySlug(d.ctx, "aa")
		d.ok(err)
		_, _, err = d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "Powiedział Wałęsa", Level: stories.Normal, Author: ana, At: d.now})
		d.ok(err)
		for _, c := range []struct{ query, want string }{
			{"lodz", "aa kk jj"}, {"Łódź", "aa kk jj"}, {"łódź", "aa kk jj"}, {"ŁÓDŹ głos", "aa"}, {"glosuje lodz", "aa"}, {"walesa", "aa"}, {"WAŁĘSA", "aa"},
			{"strasse", "bb"}, {"STRASSE", "bb"}, {"Straße", "bb"}, {"STRAẞE", "bb"}, {"muller", "bb"}, {"mueller", "bb"}, {"müller", "bb"},
			{"moskva", "kk cc"}, {"москва", "kk cc"}, {"МОСКВА", "kk cc"}, {"kiyiv", "cc"}, {"київ", "cc"},
			{"athena", "dd"}, {"αθήνα", "dd"}, {"ΑΘΗΝΑ", "dd"}, {"αθηνα", "dd"}, {"لبنان", "ee"}, {"lbnn", "ee"},
			{"istanbul", "ff"}, {"ISTANBUL", "ff"}, {"İSTANBUL", "ff"}, {"diyarbakir", "ff"}, {"DİYARBAKIR", "ff"},
			{"aero", "gg"}, {"oeuvre", "gg"}, {"œuvre", "gg"}, {"finance", "gg"}, {"ﬁnance", "gg"},
			{"toyota", "hh"}, {"トヨタ", "hh"}, {"東京", "hh"}, {"dong", "hh"}, {"seoul", "ii"}, {"서울", "ii"}, {"lodz2022", "jj"}, {"djokovic", "jj"}, {"sony", "ll"},
		} {
			found, total, err := d.Search(d.ctx, c.query, 0, 20)
			d.ok(err)
			if got := called(found); total != len(found) || !sameWords(got, c.want) {
				d.Errorf("search %q finds %q, want %q", c.query, got, c.want)
			}
		}
	}},
	{"no input is an operator, an error or a way in", func(d *desk) {
		library(d)
		for _, query := range nasty {
			_, _, err := d.Search(d.ctx, query, 0, 10)
			if err != nil {
				d.Errorf("search %.40q: %v", query, err)
			}
		}
		for query, want := range map[string]string{
			`sony" *`: "sony-hack", `'sony':*`: "sony-hack", `sony OR bank`: "", "😀": "", `"sony hack"`: "sony-hack", "sony\x00hack": "sony-hack",
		} {
			found, _, err := d.Search(d.ctx, query, 0, 10)
			d.ok(err)
			same(d, fmt.Sprintf("search %q", query), called(found), want)
		}
	}},
	{"the slug itself comes first, then whole words, then their beginnings, and what resembles only where there is none", func(d *desk) {
		d.shelf(
			stories.Story{Slug: "fire", Headline: "A hotel burns"}, stories.Story{Slug: "brigade", Headline: "On strike", Summary: "Those who fight a fire"},
			stories.Story{Slug: "works", Headline: "Fireworks are forbidden"}, stories.Story{Slug: "kyiv", Headline: "The capital"},
			stories.Story{Slug: "fire-station", Headline: "Fire station closes"}, stories.Story{Slug: "old-fire", Headline: "Firemen honoured"},
			stories.Story{Slug: "hack", Headline: "A studio is attacked"},
		)
		d.close("fire-station")
		d.later(time.Minute)
		d.append(d.story("brigade"), stories.Minor)
		hack := d.story("hack")
		d.later(time.Minute)
		_, err := d.RenameStory(d.ctx, d.act(), hack.ID, "studio-hack")
		d.ok(err)
		d.later(time.Minute)
		d.track("hack-news")
		resembling := map[string]bool{"kiyv": true, "kyvi": true, "capitl": true, "fier station": true}
		for query, want := range map[string]string{
			"fire":         "fire brigade old-fire fire-station works",
			"FIRE":         "fire brigade old-fire fire-station works",
			"fir":          "brigade old-fire works fire fire-station",
			"fire-station": "fire-station", "station fire": "fire-station", "sta fi": "fire-station",
			"kiyv": "kyiv", "kyvi": "kyiv", "capitl": "kyiv", "fier station": "fire-station",
			"hack":  "studio-hack hack-news", // by the slug it had
			"zebra": "", "capital zebra": "",
		} {
			found, total, err := d.Search(d.ctx, query, 0, 10)
			d.ok(err)
			same(d, fmt.Sprintf("search %q", query), called(found), want)
			same(d, fmt.Sprintf("total of %q", query), total, len(strings.Fields(want)))
			same(d, fmt.Sprintf("%q resembles", query), len(found) > 0 && found[0].Like != nil, resembling[query])
		}
	}},
	{"a hit says where its words are, and which update that is", func(d *desk) {
		d.shelf(stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked", Summary: "Internal data leaked", Topics: []string{"security"}})
		s := d.story("sony-hack")
		for i := range 30 {
			text := fmt.Sprint("Nothing new at ", i)
			switch i {
			case 3:
				text = "The Interview is called off; KCNA warns"
			case 6, 25:
				text = "The film may still come out"
			}
			d.later(time.Minute)
			_, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: text, Level: stories.Minor, Author: ana, At: d.now})
			d.ok(err)
		}
		_, err := d.RenameStory(d.ctx, d.act(), s.ID, "studio-hack")
		d.ok(err)
		for _, c := range []struct {
			query  string
			place  stories.Place
			number int
		}{
			{"", stories.InName, 0}, {"hack sony", stories.InName, 0}, {"attac", stories.InName, 0},
			{"film", stories.InUpdate, 26}, // the newest
			{"kcna", stories.InUpdate, 4}, {"interview film", stories.InUpdate, 26}, {"KCNA called sony", stories.InUpdate, 4}, {"interv warns film", stories.InUpdate, 4},
			{"leaked", stories.InSummary, 0}, {"data film", stories.InUpdate, 26}, {"internal data film", stories.InSummary, 0},
			{"securi", stories.InTopics, 0}, {"sony-hack", stories.InName, 0},
		} {
			found, _, err := d.Search(d.ctx, c.query, 0, 1)
			d.ok(err)
			same(d, fmt.Sprintf("place of %q", c.query), found[0].Place, c.place)
			same(d, fmt.Sprintf("update of %q", c.query), found[0].Update.Number, c.number)
		}
		same(d, "a misspelt word that no story is called by", d.finds("intreview"), "")
		d.edit(s, stories.StoryEdit{Headline: to("A studio is attacked")})
		found, _, err := d.Search(d.ctx, "sony", 0, 1)
		d.ok(err)
		same(d, "of an older slug", found[0].Place, stories.InOlderSlug)
	}},
	{"a misspelt word does not hide where the others are", func(d *desk) {
		d.shelf(stories.Story{Slug: "kyiv", Headline: "Kyiv under fire"})
		_, _, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: d.story("kyiv").ID, Text: "A hospital was hit", Level: stories.Minor, Author: ana, At: d.now})
		d.ok(err)
		for _, query := range []string{"kyiv hospital", "kiyv hospital", "hospital kiyv"} {
			found, _, err := d.Search(d.ctx, query, 0, 1)
			d.ok(err)
			same(d, fmt.Sprintf("stories with %q", query), len(found), 1)
			same(d, fmt.Sprintf("place of %q", query), found[0].Place, stories.InUpdate)
			same(d, fmt.Sprintf("update of %q", query), found[0].Update.Number, 1)
		}
	}},
	{"results come newest activity first, in pages, with the total of all", func(d *desk) {
		library(d)
		for page, want := range []string{"sony-hack bank-run", "tokyo-vote quake-chile", ""} {
			found, total, err := d.Search(d.ctx, "", 2*page, 2)
			d.ok(err)
			same(d, "page", called(found), want)
			same(d, "total", total, 4)
		}
		found, total, err := d.Search(d.ctx, "security", 1, 2)
		d.ok(err)
		same(d, "second result", called(found), "bank-run")
		same(d, "total", total, 2)
	}},
}

// story is the one called so.
func (d *desk) story(slug string) stories.Story {
	d.Helper()
	s, err := d.StoryBySlug(d.ctx, slug)
	d.ok(err)
	return s
}

// called are the slugs of what was found.
func called(found []stories.Hit) string {
	var slugs []string
	for _, hit := range found {
		slugs = append(slugs, hit.Slug)
	}
	return strings.Join(slugs, " ")
}

// sameWords compares lists whose order says nothing.
func sameWords(a, b string) bool {
	as, bs := strings.Fields(a), strings.Fields(b)
	slices.Sort(as)
	slices.Sort(bs)
	return slices.Equal(as, bs)
}
