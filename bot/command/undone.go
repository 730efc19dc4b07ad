package command

import (
	"context"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// undone is the answer to the author of an update who has taken it back: it is a draft
// of theirs now, which nobody else sees.
func (m *Mux) undone(ctx context.Context, r request, s stories.Scheduled) (bot.Reply, error) {
	k := updateForm()
	d := stories.Draft{ID: noteID(k.letter, fmt.Sprintf("undone:%d", s.ID)), StoryID: s.Story.ID, Fields: m.typedOf(s.Update)}
	kept, err := m.stories.Draft(ctx, r.User, d.ID)
	if stories.CodeOf(err) == stories.CodeNotFound {
		if err = k.settle(m, ctx, &d); err == nil {
			kept, err = m.stories.SaveDraft(ctx, r.User, d)
		}
	}
	if err != nil {
		return bot.Reply{}, err
	}
	if kept.State != stories.DraftBegun {
		return m.endedDraft(ctx, r, k, kept)
	}
	reply, err := m.show(ctx, r, k, kept, false)
	reply.Message = headed(bot.Para(bot.Bold("Taken back: nothing was published. "), bot.Text("It is a draft now.")), reply.Message)
	return reply, err
}

// typedOf is an update as it would be put into its form.
func (m *Mux) typedOf(u stories.Update) map[string]string {
	fields := map[string]string{"text": u.Text, "level": u.Level.String(), "source": strings.Join(u.Sources, "\n"), "image": u.Picture.URL, "alt": u.Picture.Alt}
	if u.Marks.Standing == stories.Unverified {
		fields["unverified"] = "yes"
	}
	if !u.At.IsZero() {
		fields["at"] = m.lasting(u.At)
	}
	return fields
}
