package command

import (
	"context"
	"fmt"
	"time"

	"storybot/bot"
)

// drafting keeps what was begun in a form.
type drafting struct {
	kinds  *formKinds
	now    func() time.Time
	drafts Drafts
	guard  *guard
}

// draftsPage is how many drafts are listed: each has two entries in a menu that
// holds 25 (https://discord.com/developers/docs/components/reference#string-select).
const draftsPage = 10

// drafts lists what the moderator began in forms and did not post.
func (m *drafting) listed(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	found, err := m.drafts.Drafts(ctx, r.User)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(found) == 0 {
		return bot.Reply{Message: bot.Plainly("You have no drafts. What you put into a form and do not post is listed here for a week; /desk write opens one.")}, nil
	}
	msg := bot.Message{Title: "Your drafts"}
	page := found[:min(len(found), draftsPage)]
	for i, d := range page {
		k, ok := m.kinds.of(d.ID)
		if !ok {
			continue
		}
		text, _ := bot.CutToRoom(bot.OneLine(k.line(ctx, d)), answerRoom/(2*len(page)))
		goOn := bot.NewWordButton(fmt.Sprintf("Continue %d", i+1), bot.ActionDraft, int64(d.Version), d.ID)
		discard := bot.NewWordButton(fmt.Sprintf("Discard %d", i+1), bot.ActionDiscard, 0, d.ID)
		row, print := item(bot.Text(text+"\nlast changed "), ago(d.Changed, m.now())), small(bot.Text(fmt.Sprintf("Draft %d", i+1)))
		row.Button, print.Button = &goOn, &discard
		msg.Blocks = append(msg.Blocks, row, print)
	}
	if left := len(found) - len(page); left > 0 {
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Text(fmt.Sprintf("And %s older. They are listed once some of these are posted or discarded.", bot.Count(left)))))
	}
	msg.Blocks = append(msg.Blocks, small(bot.Text("Only you see these. A draft is forgotten a week after its last change.")))
	return bot.Reply{Message: msg}, nil
}
