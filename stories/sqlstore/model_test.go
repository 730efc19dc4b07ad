package sqlstore_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/stories"
	"storybot/stories/search"
	"storybot/stories/sqlstore"
)

// library is what a search is to find, in the plainest words: every text is read
// again for every query.
type library struct {
	held []*held
	now  time.Time
}

type held struct {
	stories.Story
	texts []stories.Update
}

// search is what Search promises, but for typing errors.
func (l *library) search(query string) (found []string) {
	q := search.Parse(query)
	type row struct {
		*held
		rank int
	}
	var rows []row
	for _, h := range l.held {
		own := q.Held(search.Words(append(slices.Clone(h.Aliases), h.Slug, h.Headline, h.Summary, strings.Join(h.Topics, " "))...), true)
		whole := heldWhole(query, append(slices.Clone(h.Aliases), h.Slug, h.Headline, h.Summary, strings.Join(h.Topics, " ")))
		for _, u := range h.texts {
			own |= q.Held(search.Words(u.Text), false)
			whole |= heldWhole(query, []string{u.Text})
		}
		typed := strings.ToLower(strings.TrimSpace(query))
		switch {
		case strings.TrimSpace(query) == "":
			rows = append(rows, row{h, 0})
		case q.Len() == 0:
		case typed == h.Slug || slices.Contains(h.Aliases, typed):
			rows = append(rows, row{h, 0})
		case whole == q.All():
			rows = append(rows, row{h, 1})
		case own == q.All():
			rows = append(rows, row{h, 2})
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		closed := 0
		if strings.TrimSpace(query) != "" && a.State != b.State {
			closed = cmp.Compare(b.State, a.State) // "developing" before "closed"
		}
		return cmp.Or(cmp.Compare(a.rank, b.rank), closed, b.ActiveAt.Compare(a.ActiveAt), cmp.Compare(b.ID, a.ID))
	})
	for _, r := range rows {
		found = append(found, r.Slug)
	}
	return found
}

// heldWhole tells which words of a query are among those of texts as they are.
func heldWhole(query string, texts []string) (bits uint32) {
	known, q := search.Words(texts...), search.Parse(query)
	for i := range q.Len() {
		if slices.ContainsFunc(q.Spellings(i), func(s string) bool { return slices.Contains(known, s) }) {
			bits |= 1 << i
		}
	}
	return bits
}

// vocabulary is few enough words that searches find something, in many scripts.
var vocabulary = strings.Fields("fire fires fire-station sony so kyiv Київ київські Łódź lodz Straße strasse STRASSE İstanbul ısparta ﬁre Ｓｏｎｙ 東京 京都 東京都 東 トヨタ รัฐบาล รัฐ لبنان أعلن اعلن צה״ל ΟΔΟΣ οδός a 2 2014 e\u0301te été don't dont AT&T *sony* 'fire' fire:*")

// Both databases find what a reader of all texts finds, in the same order, after
// whatever happened to the texts; and the hit they show holds what was asked for.
func TestSearchFindsWhatAReaderOfEverythingFinds(t *testing.T) {
	stores := map[string]*sqlstore.Store{}
	for kind, url := range databases {
		stores[kind] = open(t, url(t))
	}
	words := func(t *rapid.T, name string, least, most int) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(vocabulary), least, most).Draw(t, name), " ")
	}
	l, round := &library{now: time.UnixMilli(1_400_000_000_000).UTC()}, 0
	rapid.Check(t, func(t *rapid.T) {
		round++
		// Stories stay from check to check: closed and renamed ones, long ones.
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			l.now = l.now.Add(time.Second)
			l.change(t, stores, words, round)
		}
		query := words(t, "query", 0, 3)
		if len(l.held) > 0 && rapid.IntRange(0, 3).Draw(t, "a slug?") == 0 {
			h := rapid.SampledFrom(l.held).Draw(t, "whose")
			query = rapid.SampledFrom(append(slices.Clone(h.Aliases), h.Slug)).Draw(t, "slug")
		} else if r := []rune(query); len(r) > 0 {
			query = string(r[:rapid.IntRange(1, len(r)).Draw(t, "typed")])
		}
		want := l.search(query)
		var suggested []string
		for kind, s := range stores {
			hits, total, err := s.Search(context.Background(), query, 0, 1000)
			if err != nil {
				t.Fatalf("%s: search %q: %v", kind, query, err)
			}
			var got []string
			for _, hit := range hits {
				got = append(got, hit.Slug)
			}
			if found, err := s.Suggest(context.Background(), query, stories.MaxSuggested); err != nil {
				t.Fatalf("%s: suggest %q: %v", kind, query, err)
			} else if slugs := slugsOf(found); suggested == nil {
				suggested = slugs
			} else if !slices.Equal(slugs, suggested) {
				t.Fatalf("%s: %q suggests %q, and %q elsewhere", kind, query, slugs, suggested)
			}
			if len(want) == 0 && len(hits) > 0 && len(hits[0].Like) > 0 {
				continue // in spite of a typing error
			}
			if !slices.Equal(got, want) || total != len(want) {
				t.Fatalf("%s: search %q finds %d %q, want %q", kind, query, total, got, want)
			}
			for _, hit := range hits {
				l.check(t, kind, query, hit)
			}
			if page, of, err := s.Search(context.Background(), query, 1, 2); err != nil || of != total || len(page) != min(2, max(0, total-1)) || len(page) > 0 && page[0].Slug != want[1] {
				t.Fatalf("%s: the second of %q: %+v of %d, %v", kind, query, page, of, err)
			}
		}
	})
}

func slugsOf(found []stories.Story) []string {
	slugs := []string{}
	for _, story := range found {
		slugs = append(slugs, story.Slug)
	}
	return slugs
}

// change does one of the things that change what is found.
func (l *library) change(t *rapid.T, stores map[string]*sqlstore.Store, words func(*rapid.T, string, int, int) string, round int) {
	act := stories.Act{By: stories.User{Ref: "console:ana"}, At: l.now}
	what := "track"
	if len(l.held) > 0 {
		what = rapid.SampledFrom([]string{"track", "append", "append", "append", "revise", "edit", "rename", "close"}).Draw(t, "what")
	}
	if what == "track" {
		h := &held{Story: stories.Story{Slug: fmt.Sprintf("s-%d-%d", round, len(l.held)), Headline: words(t, "headline", 1, 3), Summary: words(t, "summary", 0, 2), State: stories.Developing, ActiveAt: l.now}}
		for kind, s := range stores {
			made, err := s.CreateStory(context.Background(), act, h.Story)
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			h.ID = made.ID
		}
		l.held = append(l.held, h)
		return
	}
	h := rapid.SampledFrom(l.held).Draw(t, "story")
	text := words(t, "text", 1, 4)
	if what == "revise" && len(h.texts) == 0 {
		what = "append"
	}
	var revised int
	if what == "revise" {
		revised = rapid.IntRange(0, len(h.texts)-1).Draw(t, "update")
		if h.texts[revised].Text == text {
			return // it says exactly that already
		}
	}
	slug := fmt.Sprintf("%s-%d-%d", rapid.SampledFrom([]string{"fire", "sony", "kyiv"}).Draw(t, "new slug"), round, l.now.Unix())
	var u stories.Update
	for kind, s := range stores {
		ctx, err := context.Background(), error(nil)
		switch what {
		case "append":
			if h.State == stories.Closed {
				return
			}
			u, _, err = s.AppendUpdate(ctx, act, stories.Update{StoryID: h.ID, Text: text, Level: stories.Minor, At: l.now})
		case "revise":
			_, err = s.Revise(ctx, act, h.texts[revised].ID, stories.Rewording{Kind: stories.Correction, Text: text})
		case "edit":
			_, err = s.EditStory(ctx, act, h.ID, stories.StoryEdit{Headline: &text})
		case "rename":
			if len(h.Aliases) == stories.MaxAliases {
				return
			}
			_, err = s.RenameStory(ctx, act, h.ID, slug)
		case "close":
			state := stories.Closed
			if h.State == stories.Closed {
				state = stories.Developing
			}
			_, _, err = s.SetStoryState(ctx, act, h.ID, state)
		}
		if err != nil {
			t.Fatalf("%s: %s: %v", kind, what, err)
		}
	}
	switch what {
	case "append":
		h.texts, h.ActiveAt = append(h.texts, u), l.now
	case "revise":
		h.texts[revised].Text = text
	case "edit":
		if h.Headline != text {
			h.Headline, h.ActiveAt = text, l.now
		}
	case "rename":
		h.Aliases, h.Slug, h.ActiveAt = append(h.Aliases, h.Slug), slug, l.now
	case "close":
		h.ActiveAt = l.now
		if h.State == stories.Closed {
			h.State = stories.Developing
		} else {
			h.State = stories.Closed
		}
	}
}

// check holds a hit against what it promises.
func (l *library) check(t *rapid.T, kind, query string, hit stories.Hit) {
	q := search.Parse(query)
	missing := q.All() &^ q.Held(search.Words(hit.Slug, hit.Headline), true)
	shown := uint32(0)
	switch hit.Place {
	case stories.InName:
		if missing != 0 {
			t.Fatalf("%s: %q is not in the name of %+v", kind, query, hit)
		}
		return
	case stories.InUpdate:
		at := slices.IndexFunc(l.held, func(h *held) bool { return h.Slug == hit.Slug })
		u := hit.Update
		if now := l.held[at].texts[u.Number-1]; now.Text != u.Text {
			t.Fatalf("%s: %q is found in an older wording of %+v", kind, query, u)
		}
		shown = q.Held(search.Words(u.Text), false)
	case stories.InSummary:
		shown = q.Held(search.Words(hit.Summary), true)
	case stories.InTopics:
		shown = q.Held(search.Words(hit.Topics...), true)
	case stories.InOlderSlug:
		shown = q.Held(search.Words(hit.Aliases...), true)
	}
	if shown&missing == 0 {
		t.Fatalf("%s: place %d of %q says nothing of it: %+v", kind, hit.Place, query, hit)
	}
}
