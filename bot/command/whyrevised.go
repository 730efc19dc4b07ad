package command

import (
	"context"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// whyRevised says what became in a channel of the revisions of an update it was owed:
// of the edits of its copy, and of the messages beside it.
func (m *Mux) whyRevised(ctx context.Context, r request, d stories.Delivery) ([]bot.Block, error) {
	found, err := m.stories.WhyRevised(ctx, r.Where, d.About.UpdateID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	all, err := m.stories.History(ctx, d.About.UpdateID, mostHistory)
	if err != nil {
		return nil, err
	}
	kinds := map[int]stories.RevisionKind{}
	for _, v := range all {
		kinds[v.Revision] = v.Kind
	}
	var lines []bot.Block
	for _, f := range found {
		lines = append(lines, small(revisionWhy(f, kinds[f.Revision], r.Direct, m.stories.Now())...))
	}
	return lines, nil
}

// editNames are what the edits that bring revisions of each kind are called.
var editNames = map[stories.RevisionKind]string{
	stories.Correction: "The correction of the message here ", stories.Fix: "The mended slip in the message here ",
	stories.Withdrawal: "The mark of the withdrawal on the message here ", stories.Hold: "The mark ON HOLD on the message here ",
	stories.Release: "The end of the hold on the message here ",
}

// revisionWhy says how an edit of a copy stands, or a message beside it.
func revisionWhy(d stories.Delivery, kind stories.RevisionKind, direct bool, now time.Time) []bot.Span {
	what := editNames[kind]
	if d.Op != stories.OpEdit {
		what = "The message " + labels[kind] + " "
		if labels[kind] == "" { // it tells of what came before a fix, too
			what = "The message about it "
		}
	}
	switch d.State {
	case stories.Sent:
		done := "was posted "
		if d.Op == stories.OpEdit {
			done = "was made "
		}
		return []bot.Span{bot.Text(what + done), ago(d.FinishedAt, now), bot.Text(".")}
	case stories.Sending:
		return []bot.Span{bot.Text(what + "is on its way.")}
	case stories.Pending:
		return []bot.Span{bot.Text(what + "waits.")}
	case stories.Held:
		return []bot.Span{bot.Text(what + "is held until the bot can write here again.")}
	case stories.Unknown:
		return []bot.Span{bot.Text(what + "may have arrived; that could not be found out.")}
	}
	failed := "was not posted. "
	if d.Op == stories.OpEdit {
		failed = "was not made. "
	}
	return []bot.Span{bot.Text(what + failed + reasonSentence(d.Reason, direct))}
}
