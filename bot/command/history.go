package command

import (
	"context"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// recalling shows the history of updates.
type recalling struct {
	now      func() time.Time
	archive  Archive
	reviser  Reviser
	finding  *finding
	staffing *staffing
}

// mostHistory is how many wordings of an update are looked at.
const mostHistory = 200

func (m *recalling) pressHistory(ctx context.Context, _ request, args bot.Args) (bot.Reply, error) {
	story, err := m.finding.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	u, err := m.archive.Update(ctx, args.Number(0), int(args.Number(1)))
	if stories.CodeOf(err) == stories.CodeNotFound {
		return bot.Reply{}, noUpdate(story, int(args.Number(1)))
	}
	if err != nil {
		return bot.Reply{}, err
	}
	all, err := m.reviser.History(ctx, u.ID, mostHistory)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Message: m.renderHistory(story, u, all, int(args.Number(2)))}, nil
}

// renderHistory is what an update has said, the newest wording first: who wrote or
// decided it, when, and why. skip leaves out so many of the newest.
func (m *recalling) renderHistory(story stories.Story, u stories.Update, all []stories.Revision, skip int) bot.Message {
	first := bot.Para(bot.Bold("History of "+story.Slug), bot.Text(" · update "+bot.Count(u.Number)))
	msg := bot.Message{Blocks: []bot.Block{first}}
	room, now := answerRoom-roomOf(first), m.now()
	shown := skip
	for i := len(all) - 1 - skip; i >= 0; i-- {
		row := m.historyRow(all, i, now)
		if room -= roomOf(row...); room < 0 && shown > skip {
			break
		}
		msg.Blocks = append(msg.Blocks, row...)
		shown++
	}
	if skip > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Newest", bot.ActionHistory, story.ID, int64(u.Number), 0))
	}
	if shown < len(all) {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Older", bot.ActionHistory, story.ID, int64(u.Number), int64(shown)))
	}
	msg.Buttons = append(msg.Buttons, bot.ReadButton("Show update "+bot.Count(u.Number), u), bot.NewButton("Timeline", bot.ActionTimeline, story.ID))
	return msg
}

// historyDid is what somebody did with each kind of revision.
var historyDid = map[stories.RevisionKind]string{
	stories.Original: "wrote it", stories.Correction: "corrected it", stories.Fix: "mended a slip", stories.Withdrawal: "withdrew it",
	stories.Hold: "put it on hold", stories.Release: "released it",
}

// historyUnits is how much of a wording its row quotes, in UTF-16 units.
const historyUnits = 400

// historyRow is one wording among all: who did what and why, and what it said then, text
// and sources, where that is another wording than the one before.
func (m *recalling) historyRow(all []stories.Revision, i int, now time.Time) []bot.Block {
	v := all[i]
	spans := []bot.Span{bot.Bold(bot.UserName(m.staffing.withName(v.Author)) + " " + historyDid[v.Kind])}
	if v.Kind == stories.Original && v.Marks.Standing == stories.Unverified {
		spans = append(spans, bot.Text(", unverified"))
	}
	spans = append(spans, bot.Text(" · "), ago(v.At, now))
	if v.Reason != "" {
		spans = append(spans, bot.Text(": "+excerpt(v.Reason)))
	}
	row := []bot.Block{item(spans...)}
	if i > 0 && !v.Kind.Words() {
		return row
	}
	beside := v // the wording it is set against
	switch {
	case i > 0:
		beside = all[i-1]
	case len(all) > 1:
		beside = all[1]
	}
	said := v.Text
	if v.Text != beside.Text {
		said, _ = bot.FromChange(v.Text, beside.Text, historyUnits)
	}
	said, _ = bot.Cut(bot.OneLine(said), historyUnits)
	row = append(row, bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(said)}})
	if len(v.Sources) == 0 && i > 0 && len(beside.Sources) > 0 {
		row = append(row, small(bot.Text("without a source")))
	}
	row = append(row, bot.Sources(stories.Update{Sources: v.Sources})...)
	was := stories.Picture{} // before the first wording there was none
	if i > 0 {
		was = beside.Picture
	}
	if v.Picture != was {
		row = append(row, small(bot.Text(pictureChange(was, v.Picture))))
	}
	return row
}

// pictureChange says which picture there is now where it was another one, or none.
func pictureChange(was, now stories.Picture) string {
	switch {
	case now.URL == "":
		return "without its picture"
	case was.URL == "":
		return "with a picture: " + excerpt(now.Alt)
	case was.URL == now.URL:
		return "its picture described otherwise: " + excerpt(now.Alt)
	}
	return "with another picture: " + excerpt(now.Alt)
}

// historyButtons open what was said of the newest revised updates of those shown.
func historyButtons(shown []stories.Update) (buttons []bot.Button) {
	for _, u := range shown {
		if u.Revision > 0 && len(buttons) < 2 {
			buttons = append(buttons, bot.HistoryButton("History of update "+bot.Count(u.Number), u))
		}
	}
	return buttons
}
