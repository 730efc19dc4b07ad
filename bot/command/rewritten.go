package command

import (
	"context"
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
func (m *Mux) previewRevision(ctx context.Context, r request, kind stories.RevisionKind, d stories.Draft) (bot.Message, []bot.Span, error) {
	v, err := m.drafted(ctx, kind, d)
	if err != nil {
		return bot.Message{}, nil, err
	}
	would, err := m.wouldRevise(ctx, r.User, v)
	if err != nil {
		return bot.Message{}, nil, err
	}
	says := []bot.Span{bot.Text(postWords(reachWords(kind, would.Reach)))}
	msg := bot.RenderUpdate(would.Story, would.Update)
	msg.Buttons = nil
	if would.Reach.Told == 0 {
		return msg, says, nil
	}
	now := m.stories.Now()
	told := []stories.Revision{
		would.Before.Wording(stories.Original, "", would.Before.Author, now),
		would.Update.Wording(kind, strings.TrimSpace(v.Reason), r.User, now),
	}
	beside := bot.RenderContent(stories.Content{Story: would.Story, Update: would.Update, Notice: stories.Notice{Kind: stories.RevisionNotice}, Told: told})
	both := append(append([]bot.Block{}, msg.Blocks...), small(bot.Text("Beside each copy is posted:")), heading(beside.Title))
	both = append(both, beside.Blocks...)
	switch {
	case bot.Room(msg.Title)+roomOf(both...) <= previewRoom:
		msg.Blocks = both
	case d.Fields[besideField] != "":
		msg, msg.Buttons = beside, []bot.Button{sideButton("Show the copies", d, 0)}
	default:
		msg.Buttons = []bot.Button{sideButton("Show "+labels[would.Reach.Kind], d, 1)}
	}
	return msg, says, nil
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
