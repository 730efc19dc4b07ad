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

// amending revises updates.
type amending struct {
	now       func() time.Time
	archive   Archive
	health    Health
	reviser   Reviser
	questions *questions
}

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
func (m *amending) revise(ctx context.Context, r request) (bot.Reply, error) {
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
	if v.Picture, err = r.repicture(); err != nil {
		return v, err
	}
	switch cleared := strings.EqualFold(r.get("clear"), "source"); {
	case cleared && r.get("source") != "":
		return v, clearsAndGives("source")
	case cleared:
		v.Sources = []string{}
	case r.get("source") != "":
		v.Sources, err = r.sources()
	}
	return v, err
}

// repicture is the picture that an update is to have from now on, none where that is to
// be taken away; nil where it stays. A description alone is of the picture there is: see
// pictured. Errors: CodeInvalid.
func (r request) repicture() (*stories.Picture, error) {
	p, err := r.picture()
	cleared := strings.EqualFold(r.get("clear"), "image")
	switch {
	case err != nil:
		return nil, err
	case cleared && !p.IsZero():
		return nil, clearsAndGives("image")
	case cleared || !p.IsZero():
		return &p, nil
	}
	return nil, nil
}

// clearsAndGives refuses an option that is given and taken away.
func clearsAndGives(what string) error {
	return stories.Errorf(stories.CodeInvalid, "clear:%s takes away what %s: gives. Use one of the two.", what, what)
}

// pictured is v with the address of the update's picture, where only its description is
// to be another one.
func (m *amending) pictured(ctx context.Context, v revising) revising {
	if v.Picture == nil || v.Picture.URL != "" || v.Picture.Alt == "" {
		return v
	}
	if _, u, _, err := m.archive.UpdateOf(ctx, v.slug, v.number); err == nil { // else that is said in its turn
		v.Picture = &stories.Picture{URL: u.Picture.URL, Alt: v.Picture.Alt}
	}
	return v
}

// verifyRevision refuses a revision that would be refused whatever is answered.
func (m *amending) verifyRevision(ctx context.Context, r request) error {
	v, err := r.revising()
	if err != nil {
		return err
	}
	return m.checkRevise(ctx, r.User, v)
}

// checkRevise says what a revision would be refused for, whatever it would reach.
func (m *amending) checkRevise(ctx context.Context, by stories.User, v revising) error {
	v = m.pictured(ctx, v)
	return m.revisionError(ctx, by, v, m.reviser.CheckRevise(ctx, by, v.slug, v.number, v.Rewording))
}

// wouldRevise is what a revision would do, in whatever story and update it names.
func (m *amending) wouldRevise(ctx context.Context, by stories.User, v revising) (stories.Revised, error) {
	v = m.pictured(ctx, v)
	would, err := m.reviser.WouldRevise(ctx, by, v.slug, v.number, v.Rewording)
	return would, m.revisionError(ctx, by, v, err)
}

// revisionError puts the number of an update there is not into the story's words: what
// waits for its time has none.
func (m *amending) revisionError(ctx context.Context, by stories.User, v revising, err error) error {
	if stories.CodeOf(err) != stories.CodeNotFound {
		return err
	}
	story, missing := m.archive.Story(ctx, v.slug)
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
func (m *amending) waitingOf(ctx context.Context, by stories.User, story stories.Story) (n int, err error) {
	p, err := m.health.Planned(ctx, by, story.ID, toldLate)
	return p.Total(), err
}

// askRevision says what a revision will do, and asks whether it is meant.
func (m *amending) askRevision(ctx context.Context, r request, v revising) (bot.Reply, error) {
	would, err := m.wouldRevise(ctx, r.User, v)
	if err != nil {
		return bot.Reply{}, err
	}
	over := strconv.Itoa(would.Before.Revision)
	reply, err := m.questions.question(ctx, r, "", answer{revisionWords[v.Kind].button, r.values.with(confirmedOver, over)})
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
	blocks := []bot.Block{bot.Para(bot.Bold(asked), bot.Text(" "+reachWords(v.Kind, would)))}
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
	if would.Before.Picture != would.Update.Picture {
		blocks = append(blocks, pictureWords(would.Update))
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

// pictureWords says which picture u has from now on.
func pictureWords(u stories.Update) bot.Block {
	if u.Picture.IsZero() {
		return small(bot.Text("Without its picture"))
	}
	return bot.Image{URL: u.Picture.URL, Alt: u.Picture.Alt}.InWords()
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

// carryOutRevision revises an update and says how many copies and channels that
// reaches, for as long as it takes.
func (m *amending) carryOutRevision(ctx context.Context, act stories.Act, v revising) (bot.Reply, error) {
	v = m.pictured(ctx, v)
	done, err := m.reviser.Revise(ctx, act, v.slug, v.number, v.Rewording)
	if err != nil {
		return bot.Reply{}, m.revisionError(ctx, act.By, v, err)
	}
	said := revised{v.Kind, done}
	reply := bot.Reply{Message: said.message(stories.Spread{}, 0)}
	if done.Reach.Edits+done.Reach.Told+done.Reach.Again == 0 {
		return reply, nil
	}
	began, first := m.now(), done.Reach.Edits+done.Reach.Told
	now := func(ctx context.Context) (stories.Spread, time.Duration, error) {
		s, err := m.reviser.Spread(ctx, done.Update.ID, done.Update.Revision)
		return s, timeLeft(ctx, first-s.Edits.Waiting-s.Told.Waiting, s.Waiting(), m.now().Sub(began)), err
	}
	reply.Live = func(ctx context.Context) (bot.Message, bool, error) {
		s, left, err := now(ctx)
		return asItStands(ctx, said.message(s, left), s.Done(), left, m.now()), s.Done(), err
	}
	reply.Ending = func(ctx context.Context) (bot.Message, error) {
		s, left, err := now(ctx)
		return asItStands(ctx, said.ending(s, left), s.Done(), left, m.now()), err
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
		bot.Para(bot.Text(what + ". " + reachWords(v.kind, v.Revised))),
		{Kind: bot.Quote, Spans: []bot.Span{{Text: excerpt(v.Update.Text), Strike: v.Update.Marks.Standing == stories.Withdrawn}}}}}
	if words := v.words(s, left); words != "" {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(words)))
	}
	return m
}

// ending is what the author reads of its end where that is a message of its own.
func (v revised) ending(s stories.Spread, left time.Duration) bot.Message {
	return bot.Message{Tone: bot.Success, Blocks: []bot.Block{bot.Para(
		bot.Bold(fmt.Sprintf("%s, update %d: ", v.Story.Slug, v.Update.Number)), bot.Text(v.words(s, left)))}}
}

// words say how a revision's work stands, "" before that is known.
func (v revised) words(s stories.Spread, left time.Duration) string {
	return bot.RevisionWords(s, v.Reach.Kind, v.Reach.Again > 0, left)
}
