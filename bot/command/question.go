package command

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// questions puts commands aside and asks.
type questions struct {
	now    func() time.Time
	notes  Notes
	manual *manual
}

// question is a command that waits for its author to say what they meant. It
// is kept as a note.
type question struct {
	By      string // the only one who may answer
	Where   stories.Destination
	Command string
	Answers []values // what the command is given, by the number of the answer
	Given   values   `json:",omitempty"` // what it is given beside that, whichever the answer
	Doubt   *doubt   `json:",omitempty"` // what is asked next: how the rest is meant
	Deed    string   // the key under which an answer is carried out, whichever it is
	At      time.Time
}

// The kinds of notes: the first letter of their ids.
const (
	questionKind = "q"
	searchKind   = "n"
)

// answer is one way to go on from a question.
type answer struct {
	label string
	given values
}

// answerTime is how long a question can be answered.
const answerTime = time.Hour

// question puts a command aside and asks, with a button for each answer, of
// which one is taken once, however often they are pressed. The same request asks
// the same question, however often and wherever it is answered: it is kept once.
func (m *questions) question(ctx context.Context, r request, asked string, answers ...answer) (bot.Reply, error) {
	return m.ask(ctx, r, question{}, asked, answers...)
}

// ask is question with more that q says of it.
func (m *questions) ask(ctx context.Context, r request, q question, asked string, answers ...answer) (bot.Reply, error) {
	if there, ok := r.Asker.(bot.Elsewhere); r.away != "" && ok && !there.AtLater() {
		return refused(asked + " Type the command again, with what you meant."), nil
	}
	q.By, q.Where, q.Command, q.Deed = r.User.Ref, r.Where, r.command.Name, r.deed
	if r.Key == "" {
		r.Key = rand.Text()
	}
	if q.Deed == "" {
		q.Deed = "answer:" + noteID("", r.Key)
	}
	for _, a := range answers {
		q.Answers = append(q.Answers, a.given)
	}
	said, err := json.Marshal(q)
	if err != nil {
		return bot.Reply{}, err
	}
	id := noteID(questionKind, r.Key+"\x00"+string(said))
	q.At = m.typedAt(r) // "tomorrow" is the day after that one
	if err := m.keep(ctx, r.User, id, q); err != nil {
		return bot.Reply{}, err
	}
	reply := refused(asked)
	for i, a := range answers {
		reply.Message.Buttons = append(reply.Message.Buttons, bot.NewWordButton(a.label, bot.ActionAnswer, int64(i), id))
	}
	return reply, nil
}

// keep puts a question aside under id unless it is there.
func (m *questions) keep(ctx context.Context, by stories.User, id string, q question) error {
	if _, err := m.notes.Note(ctx, id); stories.CodeOf(err) != stories.CodeNotFound {
		return err
	}
	note, err := json.Marshal(q)
	if err != nil {
		return err
	}
	return m.notes.PutNote(ctx, by, id, string(note))
}

// noteID is the id of what is kept between a question and its answer: the kind
// in front, then what nobody can guess who does not know of.
func noteID(kind, of string) string {
	sum := sha256.Sum256([]byte(of))
	return kind + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])
}

// pressAnswer goes on with the command that a question put aside.
func (m *doubts) pressAnswer(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	note, err := m.questions.note(ctx, args.Word)
	if err != nil {
		return bot.Reply{}, err
	}
	var q question
	entry := (*command)(nil)
	if json.Unmarshal([]byte(note), &q) == nil {
		entry = m.manual.named(q.Command)
	}
	if entry == nil || args.Number(0) >= int64(len(q.Answers)) {
		return bot.Reply{}, bot.ErrOldButton // a note of another kind
	}
	switch {
	case q.By != r.User.Ref:
		return refused("Only the person who typed this command can answer its question; nothing was changed."), nil
	case m.now().Sub(q.At) > answerTime:
		return m.questions.tooOld(q, fmt.Sprintf("A question can be answered for %d minutes, and this one is older; nothing was changed. Type the command again.", int(answerTime.Minutes()))), nil
	}
	if there, ok := r.at(q.Where); ok {
		r = there
	}
	r.Key, r.deed, r.typed = q.Deed, q.Deed, q.At
	r.command, r.values = entry, q.Given.and(q.Answers[args.Number(0)])
	var reply bot.Reply
	if q.Doubt != nil {
		reply, err = m.whichMeant(ctx, r, q.Doubt.and(q.Answers[args.Number(0)]))
	} else {
		reply, err = m.carryOut(ctx, r)
	}
	return reply, r.keepText(err)
}

// typedAt is when a command was typed: before the question that it is the answer to.
func (m *questions) typedAt(r request) time.Time {
	if r.typed.IsZero() {
		return m.now()
	}
	return r.typed
}

// note reads what a button's question put aside. Error: bot.ErrOldButton once
// it is gone.
func (m *questions) note(ctx context.Context, id string) (string, error) {
	text, err := m.notes.Note(ctx, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return "", bot.ErrOldButton
	}
	return text, err
}
