package delivery

import (
	"context"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

func TestTheFirstMessageAfterABlockSaysWhatWasMissed(t *testing.T) {
	c := &renderer{
		read: func(context.Context, stories.Subject, int) (stories.Content, error) {
			return stories.Content{Story: stories.Story{Slug: "flood", Headline: "The Rhine rises"}, Update: stories.Update{Number: 9, Text: "It falls."}}, nil
		},
		render: bot.RenderContent,
	}
	plain, _, err := c.message(t.Context(), edition{Subject: stories.Subject{UpdateID: 1}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	after, _, err := c.message(t.Context(), edition{Subject: stories.Subject{UpdateID: 1}}, 7)
	if err != nil {
		t.Fatal(err)
	}
	if text := bot.PlainText(*after); !strings.Contains(text, "7 earlier updates were not posted here") || !strings.Contains(text, "It falls.") {
		t.Errorf("after a block:\n%s", text)
	}
	again, _, err := c.message(t.Context(), edition{Subject: stories.Subject{UpdateID: 1}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if again != plain || strings.Contains(bot.PlainText(*again), "earlier") {
		t.Errorf("elsewhere:\n%s", bot.PlainText(*again))
	}
}

// A copy bears marks of what was done to its update since the wording that it began
// with: one that could be sent only after all, though it is owed the edit, bears none.
func TestACopyIsShownByTheWordingItBeganWith(t *testing.T) {
	update, notice := stories.Subject{UpdateID: 1}, stories.Subject{NoticeID: 1}
	for _, c := range []struct {
		name                            string
		of                              stories.Subject
		op                              stories.Op
		published, present, began, want int
	}{
		{"a new one", update, stories.OpPost, 0, 2, 0, 2},
		{"one of the first wording", update, stories.OpEdit, 1, 2, 0, 0},
		{"one that began between", update, stories.OpEdit, 2, 2, 1, 1},
		{"one that began with what the edit brings", update, stories.OpEdit, 1, 1, 1, 1},
		{"one that began with what came after the edit was owed", update, stories.OpEdit, 1, 2, 2, 2},
		{"a notice", notice, stories.OpEdit, 1, 2, 1, 0},
	} {
		e := edition{Subject: c.of, revision: c.present}.inCopy(&origin{Publication: stories.Publication{Op: c.op, Revision: c.published}}, c.began)
		if e.shown != c.want {
			t.Errorf("%s is shown as since wording %d, want %d", c.name, e.shown, c.want)
		}
	}
}
