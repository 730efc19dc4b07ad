package command

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// fill adds updates to sony-hack up to number total.
func (n *newsroom) fill(total int, text string) {
	n.t.Helper()
	for i := 2; i <= total; i++ {
		n.now = n.now.Add(time.Minute)
		if _, _, _, err := n.service.Publisher.Append(n.t.Context(), stories.Act{By: user("mo")}, stories.Append{Slug: "sony-hack", Text: fmt.Sprintf("%s %d", text, i)}); err != nil {
			n.t.Fatal(err)
		}
	}
}

// TestTimelineTurnsAllPages goes to the oldest update and back.
func TestTimelineTurnsAllPages(t *testing.T) {
	n := openTracked(t)
	n.fill(12, "Text")
	n.must(n.ask("ria", "general", "/story sony-hack"))
	n.must(n.press("ria", "general", "Timeline"))
	for _, want := range []string{"12–8 of 12", "7–3 of 12", "2–1 of 12"} {
		if !strings.Contains(bot.PlainText(n.last.Message), want) {
			t.Fatalf("want %q in:\n%s", want, transcript(n.last))
		}
		if want != "2–1 of 12" {
			n.press("ria", "general", "Older")
		}
	}
	if strings.Contains(transcript(n.last), "[Older]") {
		t.Error("there is nothing older")
	}
	n.press("ria", "general", "Newer")
	n.press("ria", "general", "Newer")
	if got := transcript(n.last); !strings.Contains(got, "12–8 of 12") || strings.Contains(got, "[Newer]") {
		t.Errorf("back at the newest:\n%s", got)
	}
}

// TestWholeTextCanBeRead collects all parts of the longest text there may be.
func TestWholeTextCanBeRead(t *testing.T) {
	n := openTracked(t)
	text := strings.TrimSpace(strings.Repeat("Words, and \U0001F468\u200D\U0001F469\u200D\U0001F467. ", 400))
	if _, _, _, err := n.service.Publisher.Append(t.Context(), stories.Act{By: user("mo")}, stories.Append{Slug: "sony-hack", Text: text}); err != nil {
		t.Fatal(err)
	}
	n.must(n.ask("ria", "general", "/story sony-hack 2"))
	got := n.last.Message.Blocks[0].Spans[0].Text
	for range 10 {
		if n.last.Message.Buttons[0].Label != "Read on" {
			break
		}
		n.must(n.press("ria", "general", "Read on"))
		got += n.last.Message.Blocks[0].Spans[0].Text
	}
	if got != text {
		t.Errorf("the parts are %d bytes, the text %d", len(got), len(text))
	}
}

// TestStoriesTurnsPagesOfASearch goes through the pages of a search that fits
// into a button, and of one that is put aside.
func TestStoriesTurnsPagesOfASearch(t *testing.T) {
	long := strings.Repeat("word ", 12) + "ключ"
	for _, query := range []string{"", "ключ", long} {
		n := openStaffed(t)
		for i := range 14 {
			n.must(n.ask("mo", "general", fmt.Sprintf("/desk track slug:story-%d %s", i, long)))
			n.now = n.now.Add(time.Minute)
		}
		n.must(n.ask("ria", "general", "/stories "+query))
		if got := transcript(n.last); !strings.Contains(got, "1–6 of 14") || !strings.Contains(got, "story-13") {
			t.Fatalf("%q:\n%s", query, got)
		}
		n.must(n.press("ria", "general", "Older"))
		n.must(n.press("ria", "general", "Older"))
		if got := transcript(n.last); !strings.Contains(got, "13–14 of 14") || !strings.Contains(got, "story-0") || strings.Contains(got, "[Older]") {
			t.Fatalf("%q:\n%s", query, got)
		}
		n.must(n.press("ria", "general", "Newer"))
		if got := transcript(n.last); !strings.Contains(got, "7–12 of 14") {
			t.Fatalf("%q:\n%s", query, got)
		}
	}
}

func TestManySubscriptions(t *testing.T) {
	n := openStaffed(t)
	for i := range 30 {
		n.must(n.ask("ria", "general", fmt.Sprintf("/subscribe topic:%s-%d", strings.Repeat("x", 55), i)))
	}
	n.must(n.ask("ria", "general", "/subscriptions"))
	seen := map[string]bool{}
	for range 3 {
		for _, row := range n.last.Message.Blocks {
			seen[row.Button.Arg] = true
		}
		if len(n.last.Message.Buttons) == 0 || n.last.Message.Buttons[len(n.last.Message.Buttons)-1].Label != "More" {
			break
		}
		n.must(n.press("ria", "general", "More"))
	}
	if len(seen) != 30 {
		t.Errorf("the pages open %d subscriptions of 30; the last is\n%s", len(seen), transcript(n.last))
	}
	n.must(n.press("ria", "general", "Back"))
	if got := transcript(n.last); !strings.Contains(got, "11–20 of 30") {
		t.Errorf("the page before the last is\n%s", got)
	}
	n.must(n.pressed("ria", "general", bot.ActionList, "400"))
	if got := transcript(n.last); !strings.Contains(got, "21–30 of 30") {
		t.Errorf("a page behind the last is\n%s", got)
	}
}

func TestLogTurnsPages(t *testing.T) {
	n := openTracked(t)
	n.fill(30, "Text")
	n.must(n.ask("mo", "general", "/desk log sony-hack"))
	seen := strings.Count(transcript(n.last), "published")
	for strings.Contains(transcript(n.last), "[Older]") {
		n.must(n.press("mo", "general", "Older"))
		seen += strings.Count(transcript(n.last), "published")
	}
	if seen != 30 {
		t.Errorf("the pages show %d entries of 30", seen)
	}
	n.ask("mo", "general", "/desk log")
	if reply := n.press("ria", "general", "Older"); !reply.Failed {
		t.Errorf("someone who may not: %s", transcript(reply))
	}
}

// countingNotes counts what is kept, or refuses it.
type countingNotes struct {
	stories.NotesStore
	kept int
	full bool
}

func (c *countingNotes) PutNote(ctx context.Context, by, id, text string, now time.Time) error {
	if c.full {
		return &stories.Error{Code: stories.CodeUnavailable, Message: "The disk of the database is full."}
	}
	c.kept++
	return c.NotesStore.PutNote(ctx, by, id, text, now)
}

func TestASearchIsShownWhateverCanBeKept(t *testing.T) {
	long := strings.Repeat("word ", 20)
	n := openStaffed(t)
	for i := range 8 {
		n.must(n.ask("mo", "general", "/desk track slug:s-"+string(rune('a'+i))+" "+long))
	}
	families := n.store.Families()
	notes := &countingNotes{NotesStore: families.Notes}
	families.Notes = notes
	n.Mux = New(Config{Stories: Over(stories.NewService(stories.Config{Stores: families, Now: func() time.Time { return n.now }}))})
	n.must(n.ask("ria", "general", "/stories "+long))
	n.must(n.press("ria", "general", "Older"))
	n.must(n.press("ria", "general", "Newer"))
	if word, _, _ := strings.Cut(n.shown[0].Arg[2:], "."); notes.kept != 1 || word[0] != 'n' {
		t.Errorf("kept %d times, under %q", notes.kept, word)
	}
	notes.full = true
	n.must(n.ask("ria", "general", "/stories "+long+" wor"))
	if got := transcript(n.last); !strings.Contains(got, "1–6 of 8") || strings.Contains(got, "[Older]") || !strings.Contains(got, "cannot be shown now") {
		t.Errorf("answer:\n%s", got)
	}
	n.must(n.ask("ria", "general", "/stories word"))
	n.must(n.press("ria", "general", "Older"))
}

// unread is an index that older stories are not in yet.
type unread struct{ stories.IndexStore }

func (unread) Searchable(context.Context) (bool, error) { return false, nil }

// While the index is not whole, no search says that there is no such story.
func TestSearchesSayThatTheyMayMissStories(t *testing.T) {
	n := openTracked(t)
	families := n.store.Families()
	families.Index = unread{families.Index}
	n.Mux = New(Config{Stories: Over(stories.NewService(stories.Config{Stores: families, Now: func() time.Time { return n.now }}))})
	for line, want := range map[string]string{
		"/stories nosuchword": "still reading its older stories", "/stories sony": "Some may be missing", "/stories": "",
	} {
		text := bot.PlainText(n.ask("ria", "general", line).Message)
		if !strings.Contains(text, want) || strings.Contains(text, "No story holds") || want == "" && strings.Contains(text, "missing") {
			t.Errorf("%s: %s", line, text)
		}
	}
}
