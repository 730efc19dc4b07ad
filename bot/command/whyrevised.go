package command

import (
	"context"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// whyRevised says what became in a channel of the revisions of an update it was owed in
// some copies: of the edits of these, and of the messages beside them.
func (m *recalling) whyRevised(ctx context.Context, r request, u stories.Update, copies []stories.Delivery) ([]bot.Block, error) {
	found, err := m.reviser.WhyRevised(ctx, r.Where, u.ID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	all, err := m.reviser.History(ctx, u.ID, mostHistory)
	if err != nil {
		return nil, err
	}
	var lines []bot.Block
	for _, c := range alike(found, all, copies) {
		lines = append(lines, small(revisionWhy(c, all, r.Direct, m.now())...))
	}
	return lines, nil
}

// editWord is what an edit that brings a revision does to a message: once it is done,
// and what is said of before that how it stands.
type editWord struct{ done, doing string }

var editWords = map[stories.RevisionKind]editWord{
	stories.Correction: {"The message here was corrected ", "Correcting the message here "},
	stories.Fix:        {"A slip in the message here was mended ", "Mending a slip in the message here "},
	stories.Withdrawal: {"The message here was marked as withdrawn ", "Marking the message here as withdrawn "},
	stories.Hold:       {"The message here was marked as on hold ", "Marking the message here as on hold "},
	stories.Release:    {"The message here was marked as released ", "Marking the message here as released "},
}

// toldAs is the label that the message d beside a copy bears: what it tells goes on from
// the wording that the channel was shown last. all are the wordings of the update.
func toldAs(d stories.Delivery, all []stories.Revision) string {
	var since []stories.Revision
	for _, v := range all {
		if v.Revision >= d.About.Since && v.Revision <= d.Revision {
			since = append(since, v)
		}
	}
	return bot.RevisionLabel(stories.Tell(since).Kind)
}

// revisionWhy says how an edit of a copy stands, or a message beside it. all are the
// wordings of the update.
func revisionWhy(c whyCopy, all []stories.Revision, direct bool, now time.Time) []bot.Span {
	d := c.Delivery
	if d.Op == stories.OpEdit {
		return editWhy(c, all, direct, now)
	}
	what := "The message " + toldAs(d, all) + " "
	if what == "The message  " { // of so many wordings the first are not looked at
		what = "The message about it "
	}
	switch c.at {
	case inThread:
		what += "in the story's thread "
	case inChannel:
		what += "in the channel "
	}
	switch d.State {
	case stories.Sent:
		spans := []bot.Span{bot.Text(what + "was posted "), ago(d.FinishedAt, now), bot.Text(".")}
		if passed := passedOnWords(d, direct); passed != "" {
			spans = append(spans, bot.Text(" It is "+strings.TrimSuffix(passed, ".")+"."))
		}
		return spans
	case stories.Sending:
		return []bot.Span{bot.Text(what + "is on its way.")}
	case stories.Pending:
		return waitingWhy(what, d, direct, now)
	case stories.Deferred:
		return waitsUntil(what, d)
	case stories.Gathered:
		return gatheredWhy(what, d, direct)
	case stories.Held:
		return []bot.Span{bot.Text(what + "is held until the bot can write here again.")}
	case stories.Unknown:
		return []bot.Span{bot.Text(what + "may have arrived; that could not be found out.")}
	}
	return []bot.Span{bot.Text(what + "was not posted. " + reasonSentence(d.Reason, direct))}
}

// waitingWhy says that what is owed waits, and for what, where it was refused for now.
func waitingWhy(what string, d stories.Delivery, direct bool, now time.Time) []bot.Span {
	spans := []bot.Span{bot.Text(what + "waits.")}
	if d.Reason != "" {
		spans = append(spans, bot.Text(" "+reasonSentence(d.Reason, direct)))
	}
	if d.Tries.DueAt.After(now) {
		spans = append(spans, bot.Text(" The next attempt is due "), bot.At(d.Tries.DueAt), bot.Text("."))
	}
	return spans
}

// editWhy says how an edit of a copy stands.
func editWhy(c whyCopy, all []stories.Revision, direct bool, now time.Time) []bot.Span {
	d := c.Delivery
	word := editWord{"The message here was edited ", "Editing the message here "}
	for _, v := range all {
		if v.Revision == d.Revision {
			word = editWords[v.Kind]
		}
	}
	word.done, word.doing = c.at.placed(word.done), c.at.placed(word.doing)
	switch d.State {
	case stories.Sent:
		return []bot.Span{bot.Text(word.done), ago(d.FinishedAt, now), bot.Text(".")}
	case stories.Sending:
		return []bot.Span{bot.Text(word.doing + "is under way.")}
	case stories.Pending:
		return waitingWhy(word.doing, d, direct, now)
	case stories.Held:
		return []bot.Span{bot.Text(word.doing + "waits until the bot can write here again.")}
	case stories.Unknown:
		return []bot.Span{bot.Text(word.doing + "may have worked; that could not be found out.")}
	case stories.Skipped:
		return []bot.Span{bot.Text(word.doing + "was not done. " + reasonSentence(d.Reason, direct))}
	}
	return []bot.Span{bot.Text(word.doing + "did not work. " + reasonSentence(d.Reason, direct))}
}
