package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// revising is what a moderator asks to be done to an update, whoever collected it.
type revising struct {
	slug   string
	number int
	stories.Rewording
}

// revisionCommands are the commands that revise an update.
var revisionCommands = map[string]stories.RevisionKind{
	"desk correct": stories.Correction, "desk fix": stories.Fix, "desk withdraw": stories.Withdrawal, "desk hold": stories.Hold, "desk release": stories.Release,
}

// revise asks whether an update is to be revised, and does it once that was answered.
func (m *Mux) revise(ctx context.Context, r request) (bot.Reply, error) {
	v, err := r.revising()
	if err != nil {
		return bot.Reply{}, err
	}
	seen, err := strconv.Atoi(r.get(confirmedOver))
	if err != nil {
		return m.askRevision(ctx, r, v)
	}
	v.Over = &seen
	return m.carryOutRevision(ctx, r.act(), v)
}

// confirmedOver is the value that an answered question adds to its command: the
// number of the wording that was revised when it was asked.
const confirmedOver = "confirmed over"

// revising reads what the request asks for. Errors: *misuse, CodeInvalid.
func (r request) revising() (v revising, err error) {
	v = revising{slug: r.get("story"), Rewording: stories.Rewording{Kind: revisionCommands[r.command.Name], Text: r.get("text"), Reason: r.get("reason")}}
	if v.number, err = r.number(); err != nil {
		return v, err
	}
	if r.get("source") == "" {
		return v, nil
	}
	v.Sources, err = r.sources()
	return v, err
}

// verifyRevision refuses a revision that would be refused whatever is answered.
func (m *Mux) verifyRevision(ctx context.Context, r request) error {
	v, err := r.revising()
	if err != nil {
		return err
	}
	_, err = m.wouldRevise(ctx, r.User, v)
	return err
}

// wouldRevise is what a revision would do, in whatever story and update it names.
func (m *Mux) wouldRevise(ctx context.Context, by stories.User, v revising) (stories.Revised, error) {
	would, err := m.stories.WouldRevise(ctx, by, v.slug, v.number, v.Rewording)
	return would, m.revisionError(ctx, by, v, err)
}

// revisionError puts the number of an update there is not into the story's words: what
// waits for its time has none.
func (m *Mux) revisionError(ctx context.Context, by stories.User, v revising, err error) error {
	if stories.CodeOf(err) != stories.CodeNotFound {
		return err
	}
	story, missing := m.stories.Story(ctx, v.slug)
	if missing != nil {
		return err
	}
	if n, err := m.waitingOf(ctx, by, story); err != nil {
		return err
	} else if n > 0 {
		return stories.Errorf(stories.CodeNotFound, "%s has no update %d. %s of it %s not published yet and %s no number: /desk scheduled shows %s, with a button to take it back. Then write it as it should read.",
			story.Slug, v.number, plural(n, "update"), oneOr(n, "is", "are"), oneOr(n, "has", "have"), oneOr(n, "it", "each"))
	}
	return noUpdate(story, v.number)
}

// waitingOf counts the updates of a story that wait for their time, or to be undone.
func (m *Mux) waitingOf(ctx context.Context, by stories.User, story stories.Story) (n int, err error) {
	open, _, err := m.config.Schedule.Open(ctx, by, 0, stories.MaxScheduled)
	for _, s := range open {
		if s.Story.ID == story.ID {
			n++
		}
	}
	return n, err
}

// askRevision says what a revision will do, and asks whether it is meant.
func (m *Mux) askRevision(ctx context.Context, r request, v revising) (bot.Reply, error) {
	would, err := m.wouldRevise(ctx, r.User, v)
	if err != nil {
		return bot.Reply{}, err
	}
	over := strconv.Itoa(would.Before.Revision)
	reply, err := m.question(ctx, r, "", answer{revisionWords[v.Kind].button, r.values.with(confirmedOver, over)})
	if err != nil {
		return reply, err
	}
	reply.Message.Tone, reply.Failed = bot.Neutral, false
	reply.Message.Blocks = revisionPreview(v, would)
	return reply, nil
}

// revisionPreview says what a revision will do, and shows what is to be read then.
func revisionPreview(v revising, would stories.Revised) []bot.Block {
	asked := fmt.Sprintf(revisionWords[v.Kind].ask, would.Update.Number, would.Story.Slug)
	blocks := []bot.Block{bot.Para(bot.Bold(asked), bot.Text(" "+reachWords(v.Kind, would.Reach)))}
	switch {
	case v.Kind.Words() && would.Before.Text == would.Update.Text:
		blocks = append(blocks, bot.Para(bot.Text("Its text stays: “"+excerpt(would.Update.Text)+"”")))
		blocks = append(blocks, bot.Sources(would.Update)...)
	case v.Kind.Words():
		was, is := bot.FromChange(would.Before.Text, would.Update.Text, quotedUnits)
		blocks = append(blocks, bot.Para(bot.Text("It says: “"+excerpt(was)+"”")), bot.Para(bot.Text("It will say: “"+excerpt(is)+"”")))
		if v.Sources != nil {
			blocks = append(blocks, bot.Sources(would.Update)...)
		}
	default:
		blocks = append(blocks, bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(excerpt(would.Update.Text))}})
	}
	if v.Reason != "" {
		blocks = append(blocks, bot.Para(bot.Text("Readers are told why: “"+excerpt(v.Reason)+"”")))
	}
	last := "Nothing was changed yet."
	if v.Kind == stories.Withdrawal {
		last += " Withdrawing cannot be undone."
	}
	return append(blocks, small(bot.Text(last)))
}

// revisionWord is how a kind of revision is called where it is asked about, in a
// button, in what was done, and in the log.
type revisionWord struct{ ask, button, done, log string }

var revisionWords = map[stories.RevisionKind]revisionWord{
	stories.Correction: {"Correct update %d of %s?", "Correct it", "Corrected update %d of %s", "corrected update %s of %s"},
	stories.Fix:        {"Mend a slip in update %d of %s?", "Fix it", "Mended a slip in update %d of %s", "mended a slip in update %s of %s"},
	stories.Withdrawal: {"Withdraw update %d of %s?", "Withdraw it", "Withdrew update %d of %s", "withdrew update %s of %s"},
	stories.Hold:       {"Put update %d of %s on hold?", "Put it on hold", "Put update %d of %s on hold", "put update %s of %s on hold"},
	stories.Release:    {"Release update %d of %s?", "Release it", "Released update %d of %s", "released update %s of %s"},
}

// labels are the words that head the message beside the copies.
var labels = map[stories.RevisionKind]string{
	stories.Correction: "CORRECTION", stories.Withdrawal: "WITHDRAWN", stories.Hold: "ON HOLD", stories.Release: "RELEASED",
}

// reachWords says what a revision of a kind does, in sentences.
func reachWords(kind stories.RevisionKind, reach stories.Reach) string {
	var does, more []string
	if reach.Edits > 0 {
		does = append(does, "edits "+copies(reach.Edits))
	}
	if reach.Told > 0 {
		does = append(does, fmt.Sprintf("posts %s to %s", labels[reach.Kind], plural(reach.Told, "channel")))
	}
	if reach.Again > 0 {
		does = append(does, fmt.Sprintf("sends %s that %s kept back", copies(reach.Again), oneOr(reach.Again, "was", "were")))
	}
	if len(does) > 0 {
		more = append(more, "This "+strings.Join(does, " and ")+".")
	}
	if wait := waitingWords(kind, reach.Waiting); wait != "" {
		more = append(more, wait)
	}
	if reach.Old > 0 {
		more = append(more, fmt.Sprintf("%s %s too old to be reached.", capital(copies(reach.Old)), oneOr(reach.Old, "is", "are")))
	}
	if len(more) == 0 {
		return "No channel has a copy of it."
	}
	return strings.Join(more, " ")
}

// waitingWords says what becomes of n copies that were not sent yet.
func waitingWords(kind stories.RevisionKind, n int) string {
	if n <= 0 {
		return ""
	}
	wait := fmt.Sprintf("%s that %s not sent yet ", capital(copies(n)), oneOr(n, "was", "were"))
	switch kind {
	case stories.Withdrawal:
		return wait + oneOr(n, "is not sent at all.", "are not sent at all.")
	case stories.Hold:
		return wait + oneOr(n, "is kept until it is released.", "are kept until it is released.")
	}
	return wait + oneOr(n, "goes out as it reads then.", "go out as it reads then.")
}

// copies counts copies of an update.
func copies(n int) string {
	if n == 1 {
		return "1 copy"
	}
	return bot.Count(n) + " copies"
}

// carryOutRevision revises an update and says how many copies and channels that
// reaches, for as long as it takes.
func (m *Mux) carryOutRevision(ctx context.Context, act stories.Act, v revising) (bot.Reply, error) {
	done, err := m.stories.Revise(ctx, act, v.slug, v.number, v.Rewording)
	if err != nil {
		return bot.Reply{}, m.revisionError(ctx, act.By, v, err)
	}
	said := revised{v.Kind, done}
	reply := bot.Reply{Message: said.message(stories.Spread{}, 0)}
	if done.Reach.Edits+done.Reach.Told+done.Reach.Again == 0 {
		return reply, nil
	}
	began, first := m.stories.Now(), done.Reach.Edits+done.Reach.Told
	now := func(ctx context.Context) (stories.Spread, time.Duration, error) {
		s, err := m.stories.Spread(ctx, done.Update.ID, done.Update.Revision)
		return s, bot.TimeLeft(first-s.Edits.Waiting-s.Told.Waiting, s.Waiting(), m.stories.Now().Sub(began)), err
	}
	reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
		s, left, err := now(ctx)
		return said.message(s, left), s.Done(), err
	}
	reply.Ending = func(ctx context.Context) (bot.Message, error) {
		s, left, err := now(ctx)
		return said.ending(s, left), err
	}
	return reply, nil
}

// revised is a revision as its author is told of it.
type revised struct {
	kind stories.RevisionKind
	stories.Revised
}

// message is what the author reads while the revision's work stands so.
func (v revised) message(s stories.Spread, left time.Duration) bot.Message {
	what := fmt.Sprintf(revisionWords[v.kind].done, v.Update.Number, v.Story.Slug)
	m := bot.Message{Tone: bot.Success, Blocks: []bot.Block{
		bot.Para(bot.Text(what + ". " + reachWords(v.kind, v.Reach))),
		{Kind: bot.Quote, Spans: []bot.Span{{Text: excerpt(v.Update.Text), Strike: v.Update.Marks.Standing == stories.Withdrawn}}}}}
	if words := v.progress(s, left); words != "" {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(words)))
	}
	return m
}

// ending is what the author reads of its end where that is a message of its own.
func (v revised) ending(s stories.Spread, left time.Duration) bot.Message {
	return bot.Message{Tone: bot.Success, Blocks: []bot.Block{bot.Para(
		bot.Bold(fmt.Sprintf("%s, update %d: ", v.Story.Slug, v.Update.Number)), bot.Text(v.progress(s, left)))}}
}

// progress says how a revision's work stands, "" before that is known.
func (v revised) progress(s stories.Spread, left time.Duration) string {
	var parts []string
	if s.Edits.Total > 0 {
		parts = append(parts, ofAll("edited", s.Edits, "copy", "copies", "could not be edited"))
	}
	if s.Told.Total > 0 {
		parts = append(parts, ofAll("posted "+labels[v.Reach.Kind]+" to", s.Told, "channel", "channels", "did not get it"))
	}
	if v.Reach.Again > 0 && s.Again.Total > 0 {
		parts = append(parts, ofAll("sent the update to", s.Again, "channel", "channels", "did not get it"))
	}
	if len(parts) == 0 {
		return ""
	}
	words := capital(strings.Join(parts, "; "))
	if !s.Done() && left >= time.Second {
		words += ", about " + bot.Roughly(left) + " left"
	}
	return words + "."
}

// ofAll says how much of some work is done, and what did not succeed.
func ofAll(did string, p stories.Progress, one, more, failed string) string {
	words := fmt.Sprintf("%s %s of %s %s", did, bot.Count(p.Sent), bot.Count(p.Total), oneOr(p.Total, one, more))
	if p.Held > 0 {
		words += fmt.Sprintf(", %s in channels that are blocked", bot.Count(p.Held))
	}
	if p.Failed > 0 {
		words += fmt.Sprintf(", %s %s", bot.Count(p.Failed), failed)
	}
	if p.Unknown > 0 {
		words += fmt.Sprintf(", %s uncertain", bot.Count(p.Unknown))
	}
	return words
}
