package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// previewRoom is what both sides of a revision may take of one message beside what is
// said below them, in Room units.
const previewRoom = bot.AnswerText + 240

// previewRevision is the copies as they will read and, beside them, what is posted to
// the same channels. Where one message does not hold both, a button leads from one to
// the other: each is shown as channels will see it.
func (m *correcting) previewRevision(ctx context.Context, r request, kind stories.RevisionKind, d stories.Draft) (bot.Message, []bot.Span, error) {
	v, err := m.revisingOf(ctx, kind, d)
	if err != nil {
		return bot.Message{}, nil, err
	}
	would, err := m.amending.wouldRevise(ctx, r.User, v)
	if err != nil {
		return bot.Message{}, nil, err
	}
	says := []bot.Span{bot.Text(postWords(reachWords(kind, would)))}
	msg := bot.RenderUpdate(would.Story, would.Update)
	msg.Buttons = nil
	if len(would.Tells) == 0 {
		msg.Blocks = append(msg.Blocks, small(bot.Text("It says so far: “"+excerpt(would.Before.Text)+"”")))
		return msg, says, nil
	}
	beside, err := m.besideCopies(ctx, r, v, would)
	if err != nil {
		return bot.Message{}, nil, err
	}
	both := append(append([]bot.Block{}, msg.Blocks...), small(bot.Text("Beside each copy is posted:")), heading(beside.Title))
	both = append(both, beside.Blocks...)
	switch {
	case bot.Room(msg.Title)+roomOf(both...) <= previewRoom:
		msg.Blocks = both
	case d.Fields[besideField] != "":
		msg, msg.Buttons = beside, []bot.Button{sideButton("Show the copies", d, 0)}
	default:
		msg.Buttons = []bot.Button{sideButton("Show "+bot.RevisionLabel(would.Tells[0].Kind), d, 1)}
	}
	return msg, says, nil
}

// besideCopies is the message that a revision would post beside most copies.
func (m *correcting) besideCopies(ctx context.Context, r request, v revising, would stories.Revised) (bot.Message, error) {
	all, err := m.reviser.History(ctx, would.Update.ID, mostHistory)
	if err != nil {
		return bot.Message{}, err
	}
	var told []stories.Revision
	for _, was := range all {
		if was.Revision >= would.Tells[0].Since && was.Revision < would.Update.Revision {
			told = append(told, was)
		}
	}
	told = append(told, would.Update.Wording(v.Kind, strings.TrimSpace(v.Reason), r.User, m.now()))
	return bot.RenderContent(stories.Content{Story: would.Story, Update: would.Update, Notice: stories.Notice{Kind: stories.RevisionNotice}, Told: told}), nil
}

// sideButton shows one side of the preview of a draft.
func sideButton(label string, d stories.Draft, side int64) bot.Button {
	return bot.Button{Label: label, Action: bot.ActionDraft, Arg: bot.Args{Numbers: []int64{int64(d.Version), side}, Word: d.ID}.String()}
}

// postWords says of Post what would be said of what it does.
func postWords(words string) string {
	if does, ok := strings.CutPrefix(words, "This "); ok {
		return "Post " + does
	}
	return words
}

// askRevisedSince says that an update was revised since the author of a draft has seen
// it, and by whom; false when it was not. That it was withdrawn is a problem of its own.
func (m *correcting) askRevisedSince(ctx context.Context, d stories.Draft) (bot.Reply, bool, error) {
	u, err := m.revisedBy(ctx, d)
	if err != nil || u.Marks.Standing == stories.Withdrawn || strconv.Itoa(u.Revision) == d.Fields[overField] {
		return bot.Reply{}, false, err
	}
	story, err := m.archive.StoryByID(ctx, u.StoryID)
	if err != nil {
		return bot.Reply{}, false, err
	}
	made, err := m.reviser.History(ctx, u.ID, 1)
	if err != nil {
		return bot.Reply{}, false, err
	}
	reply := refused(fmt.Sprintf("Update %d of %s was revised since you saw it. Nothing was posted; what you wrote is kept.", u.Number, story.Slug))
	for i := range made {
		reply.Message.Blocks = append(reply.Message.Blocks, m.recalling.historyRow(made, i, m.now())...)
	}
	reply.Message.Buttons = changeButtons(d)
	reply.Message.Buttons[0] = bot.NewWordButton("Change", bot.ActionForm, newestForm+int64(u.Revision), d.ID)
	reply.Message.Buttons[0].Style = bot.Primary
	reply.InPlace = true
	return reply, true, nil
}

// basedAnew is a draft once its author has seen the wording of this number.
func (m *correcting) basedAnew(ctx context.Context, r request, d stories.Draft, seen int64) (stories.Draft, error) {
	u, err := m.revisedBy(ctx, d)
	if err != nil || int64(u.Revision) != seen {
		return d, err // there is a newer one: its author is told when it is submitted
	}
	baseOn(&d, u)
	d.Form = "" // what is open still shows what was before
	return m.drafts.SaveDraft(ctx, r.User, d)
}
