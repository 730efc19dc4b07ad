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
