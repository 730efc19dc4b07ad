package command

import (
	"context"
	"crypto/rand"
	"encoding/json"

	"storybot/bot"
)

// question is a command that waits for its author to say what they meant. It
// is kept as a note.
type question struct {
	By      string // the only one who may answer
	Command string
	Answers []values // what the command is given, by the number of the answer
}

// answer is one way to go on from a question.
type answer struct {
	label string
	given values
}

// question puts a command aside and asks, with a button for each answer, of
// which one is taken once, however often they are pressed.
func (m *Mux) question(ctx context.Context, r request, asked string, answers ...answer) (bot.Reply, error) {
	q := question{By: r.User.Ref, Command: r.command.Name}
	for _, a := range answers {
		q.Answers = append(q.Answers, a.given)
	}
	note, err := json.Marshal(q)
	if err != nil {
		return bot.Reply{}, err
	}
	id := rand.Text()
	if err := m.stories.PutNote(ctx, r.User, id, string(note)); err != nil {
		return bot.Reply{}, err
	}
	reply := refused(asked)
	for i, a := range answers {
		reply.Message.Buttons = append(reply.Message.Buttons, bot.NewWordButton(a.label, bot.ActionAnswer, int64(i), id))
	}
	return reply, nil
}

// pressAnswer goes on with the command that a question put aside.
func (m *Mux) pressAnswer(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	note, err := m.note(ctx, args.Word)
	if err != nil {
		return bot.Reply{}, err
	}
	var q question
	entry := (*command)(nil)
	if json.Unmarshal([]byte(note), &q) == nil {
		entry = m.named(q.Command)
	}
	if entry == nil || args.Number(0) >= int64(len(q.Answers)) {
		return bot.Reply{}, bot.ErrOldButton // a note of another kind
	}
	if q.By != r.User.Ref {
		return refused("Only the person who typed this command can answer its question; nothing was changed."), nil
	}
	r.Key = "answer:" + args.Word // one deed, whichever answer is pressed, however often
	r.command, r.values = entry, q.Answers[args.Number(0)]
	return entry.run(m, ctx, r)
}

// with returns a copy of v in which name has this value alone; "" takes it away.
func (v values) with(name, value string) values {
	changed := values{}
	for k, old := range v {
		changed[k] = old
	}
	delete(changed, name)
	if value != "" {
		changed[name] = []string{value}
	}
	return changed
}
