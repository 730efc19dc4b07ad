package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/stories"
)

// digestOf renders a digest.
func digestOf(d stories.Digested) Message {
	until := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	return RenderContent(stories.Content{Digest: d, Notice: stories.Notice{Kind: stories.DigestNotice, Revision: 1,
		Body: stories.NoticeBody{Digest: stories.Period{From: until.Add(-24 * time.Hour), Until: until}}}})
}

func TestADigestBeginsWithTheNews(t *testing.T) {
	u := anUpdate
	u.Level, u.Text = stories.Normal, "The White House is confident.\nIt points to history."
	named := anUpdate
	named.Number = 3
	m := digestOf(stories.Digested{Stories: []stories.DigestedStory{{Story: aStory, Updates: []stories.Update{u}, More: 2, Breaking: []stories.Update{named}}}, More: 7, MoreStories: 2})
	want := `The White House is confident. It points to history.

- BREAKING 2014-12-20 15:04 UTC: The White House is "confident". It points to history. · update 3
North Korea denies the attack on Sony
sony-hack, update 4 · 2014-12-20 15:04 UTC · 2 more updates

And 7 updates in 2 more stories. /stories lists them.
Digest of 10 updates in 3 stories, 2026-11-27 09:00 UTC – 2026-11-28 09:00 UTC`
	if got := PlainText(m); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if m.Title != "" || m.Silent || m.Tone != Neutral || m.Image != nil {
		t.Errorf("%+v", m)
	}
	if want := []Button{{Label: "Stop here", Action: ActionList, Arg: "0"}}; !slices.Equal(m.Buttons, want) {
		t.Errorf("buttons %+v", m.Buttons)
	}
	if b := m.Blocks[2].Button; b == nil || *b != (Button{Label: "sony-hack", Action: ActionTimeline, Arg: "7"}) {
		t.Errorf("the story opens by %+v", b)
	}
}

func TestADigestOfMinorUpdatesIsSilent(t *testing.T) {
	u := anUpdate
	u.Level = stories.Minor
	d := stories.Digested{Stories: []stories.DigestedStory{{Story: aStory, Updates: []stories.Update{u}}}}
	if !digestOf(d).Silent {
		t.Error("it makes a sound")
	}
	d.Retold = []stories.Retold{{Story: aStory, Update: u, Told: []stories.Revision{{Text: "a"}, {Text: "b", Kind: stories.Correction}}}}
	if digestOf(d).Silent {
		t.Error("a correction makes none")
	}
}

func TestADigestSaysWhyAnUpdateDoesNotStand(t *testing.T) {
	first, second, named := anUpdate, anUpdate, anUpdate
	first.Level, second.Level, second.Number, named.Number = stories.Normal, stories.Normal, 3, 2
	first.Text, second.Text, named.Text = "Alpha.", "Beta.", "Gamma."
	first.Marks = stories.Marks{Standing: stories.Withdrawn, Reason: "The source took it back"}
	second.Marks = stories.Marks{Standing: stories.OnHold, Reason: "The date is in doubt"}
	named.Marks = stories.Marks{Standing: stories.Withdrawn, Reason: "It was a hoax"}
	text := PlainText(digestOf(stories.Digested{Stories: []stories.DigestedStory{{Story: aStory, Updates: []stories.Update{first, second}, Breaking: []stories.Update{named}}}}))
	for _, want := range []string{"WITHDRAWN The source took it back. ", "ON HOLD The date is in doubt. Beta.", ": It was a hoax. "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// Whatever is in a digest, it fits every platform, begins with the news, and shows or
// counts everything.
func TestAnyDigestFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
		text := func(what string, most int) string {
			s, _ := Cut(strings.Repeat(nasty().Draw(t, what), rapid.IntRange(1, 30).Draw(t, what+" times")), most)
			if strings.TrimSpace(OneLine(s)) == "" {
				return "News"
			}
			return s
		}
		update := func(level stories.Level) stories.Update {
			u := stories.Update{ID: 1, Number: rapid.IntRange(1, 99_999).Draw(t, "number"), Text: text("text", 1000), Level: level, At: at, CreatedAt: at}
			u.Marks.Standing = rapid.SampledFrom([]stories.Standing{stories.Stands, stories.Unverified, stories.Withdrawn, stories.OnHold}).Draw(t, "standing")
			if rapid.Bool().Draw(t, "corrected") {
				u.Marks.Corrected = at
			}
			return u
		}
		d := stories.Digested{More: rapid.IntRange(0, 10_000).Draw(t, "more"), MoreRetold: rapid.IntRange(0, 50).Draw(t, "more retold")}
		if d.More > 0 {
			d.MoreStories = rapid.IntRange(1, d.More).Draw(t, "more stories")
		}
		story := func(i int) stories.Story {
			return stories.Story{ID: int64(i + 1), Slug: strings.Repeat("a-", 31) + "aa", Headline: text("headline", stories.MaxHeadline)}
		}
		left, named := stories.MaxDigested, stories.MaxNamed
		for i := range rapid.IntRange(0, stories.MaxDigested).Draw(t, "stories") {
			s := stories.DigestedStory{Story: story(i), More: rapid.IntRange(0, 1000).Draw(t, "more of it")}
			for range rapid.IntRange(0, min(left, stories.MaxDigestedStory)).Draw(t, "updates") {
				s.Updates, left = append(s.Updates, update(stories.Normal)), left-1
			}
			for range rapid.IntRange(0, named).Draw(t, "breaking") {
				s.Breaking, named = append(s.Breaking, update(stories.Breaking)), named-1
			}
			if len(s.Updates)+len(s.Breaking) > 0 {
				d.Stories = append(d.Stories, s)
			}
		}
		for i := range rapid.IntRange(0, stories.MaxRetold).Draw(t, "retold") {
			u := update(stories.Normal)
			kind := rapid.SampledFrom([]stories.RevisionKind{stories.Correction, stories.Withdrawal, stories.Hold, stories.Release}).Draw(t, "kind")
			now := stories.Revision{Revision: 1, Kind: kind, Text: text("now", 1000), Reason: text("reason", stories.MaxReason)}
			now.Marks.Reason = now.Reason
			was := stories.Revision{Text: u.Text}
			switch kind {
			case stories.Withdrawal:
				now.Marks.Standing = stories.Withdrawn
			case stories.Hold:
				now.Marks.Standing = stories.OnHold
			case stories.Release:
				was.Marks.Standing = stories.OnHold
			}
			d.Retold = append(d.Retold, stories.Retold{Story: story(i + 5), Update: u, Told: []stories.Revision{was, now}})
		}
		if len(d.Stories)+len(d.Retold) == 0 {
			return
		}
		m := digestOf(d)
		if n := digestTakes(m); n > digestRoom {
			t.Fatalf("it takes %d of %d:\n%s", n, digestRoom, PlainText(m))
		}
		rows := 0
		for _, b := range m.Blocks {
			if b.Button != nil {
				rows++
			}
		}
		if rows > digestRows {
			t.Fatalf("%d rows can be opened", rows)
		}
		if len(d.Stories) == 0 || len(d.Stories[0].Updates) == 0 {
			return
		}
		news, _ := Cut(OneLine(d.Stories[0].Updates[0].Text), 6)
		if first := PlainText(Message{Blocks: m.Blocks[:1]}); !strings.Contains(first, strings.TrimRight(news, "…\u2069")) {
			t.Fatalf("it begins with %q, not with %q", first, news)
		}
	})
}
