package command

import (
	"context"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// oneStory is an archive of one story.
type oneStory struct{ Archive }

func (oneStory) Story(_ context.Context, slug string) (stories.Story, error) {
	return stories.Story{ID: 1, Slug: slug, Headline: "North Korea denies hacking Sony Pictures"}, nil
}

// unpublished publishes nothing, and remembers what it was to publish.
type unpublished struct {
	Publisher
	given []stories.Append
}

func (u *unpublished) CheckAppend(context.Context, stories.Append) error { return nil }

func (u *unpublished) Append(_ context.Context, _ stories.Act, a stories.Append) (stories.Story, stories.Update, stories.Progress, error) {
	u.given = append(u.given, a)
	return stories.Story{}, stories.Update{}, stories.Progress{}, stories.Errorf(stories.CodeClosed, "The story is closed.")
}

// A command is carried out by the families it needs, and by nothing behind them.
func TestACommandNeedsNoDatabase(t *testing.T) {
	took := &unpublished{}
	m := New(Config{Stories: Newsroom{Archive: oneStory{}, Publisher: took, Rights: everybody{}, Following: nothing{}, Now: time.Now}, Schedule: unscheduled{}})
	reply := m.Handle(t.Context(), bot.Command{Key: "1", Input: bot.Typed{Name: "update", Text: "sony-hack level:breaking The studio cancels the film."}, Asker: nobody{}})
	if !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "The story is closed.") {
		t.Errorf("answer: %s", transcript(reply))
	}
	if len(took.given) != 1 || took.given[0].Slug != "sony-hack" || took.given[0].Level != stories.Breaking || took.given[0].Text != "The studio cancels the film." {
		t.Errorf("to be published: %+v", took.given)
	}
}

// everybody may do everything.
type everybody struct{ Rights }

func (everybody) Require(context.Context, stories.User, stories.Role) error { return nil }

// nothing is followed.
type nothing struct{ Following }

func (nothing) Subscriptions(context.Context, stories.Destination) ([]stories.Subscription, error) {
	return nil, nil
}

// unscheduled has no update that waits for its time.
type unscheduled struct{ Schedule }

func (unscheduled) Added(context.Context, string) (stories.Scheduled, bool, bool, error) {
	return stories.Scheduled{}, false, false, nil
}
