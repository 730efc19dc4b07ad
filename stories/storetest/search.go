package storetest

import (
	"fmt"
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

var searchTests = []test{
	{"all words are found in headline, summary, slug, topics and updates, the last as a prefix", func(d *desk) {
		library(d)
		for _, c := range []struct{ query, want string }{
			{"", "sony-hack bank-run tokyo-vote quake-chile"},
			{"   ", "sony-hack bank-run tokyo-vote quake-chile"},
			{"sony", "sony-hack"},
			{"SONY hack", "sony-hack"},
			{"sony-hack", "sony-hack"},
			{"secur", "sony-hack bank-run"},
			{"security sony", "sony-hack"},
			{"sec sony", ""}, // only the last word may be a beginning
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
			same(d, fmt.Sprintf("search %q", c.query), slugs(found), c.want)
			same(d, fmt.Sprintf("total of %q", c.query), total, len(strings.Fields(c.want)))
		}
	}},
	{"no input is an operator, an error or a way in", func(d *desk) {
		library(d)
		for _, query := range []string{
			`"`, `'`, `''`, `""`, `sony"`, `"sony`, `sony' OR '1'='1`, `sony OR bank`, `sony AND`, `NOT sony`, `sony NEAR bank`, `sony*`, `*`, `^sony`,
			`headline:sony`, `-sony`, `(sony`, `sony)`, `{`, `sony & | !`, `a:*`, `\`, `\'`, `%`, `_`, `?1`, `$1`, `:x`, `@a`, ";--", "\x00", "sony\x00", "\xff\xfe",
			"😀", "👩‍👩‍👧", "\u202e", "\u0301", "ﬁ", "…", strings.Repeat("a", 100_000), strings.Repeat("a ", 50_000), strings.Repeat("'\" ", 1000),
		} {
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
			same(d, fmt.Sprintf("search %q", query), slugs(found), want)
		}
	}},
	{"results come newest activity first, in pages, with the total of all", func(d *desk) {
		library(d)
		for page, want := range []string{"sony-hack bank-run", "tokyo-vote quake-chile", ""} {
			found, total, err := d.Search(d.ctx, "", 2*page, 2)
			d.ok(err)
			same(d, "page", slugs(found), want)
			same(d, "total", total, 4)
		}
		found, total, err := d.Search(d.ctx, "security", 1, 2)
		d.ok(err)
		same(d, "second result", slugs(found), "bank-run")
		same(d, "total", total, 2)
	}},
}
