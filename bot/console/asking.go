package console

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// answerTime is how long an answer may take.
const answerTime = 30 * time.Second

// asking has the bot answer what is asked, and prints that.
type asking struct {
	page   *page
	person *person
	ends   *ends
	log    *slog.Logger
	keys   string // prefix of request keys, unlike in every other process
	asked  int
}

func newAsking(c Config, p *page, who *person) *asking {
	return &asking{page: p, person: who, ends: newEnds(c, p), log: c.Log, keys: rand.Text()[:12]}
}

// inquiry is something the bot is to answer.
type inquiry struct {
	where   stories.Destination
	input   bot.Input
	pressed *pressable // the button that it was asked by; nil for none
	// left says why a form was left that this is from, "" for where none was: no form is
	// opened then, the answer's message is shown instead.
	left string
}

// ask prints the answer to q. form is not nil where the answer is a form that is to be
// filled in.
func (a *asking) ask(ctx context.Context, h bot.Handler, q inquiry) (form *bot.Form, err error) {
	if err := a.page.take(ctx); err != nil {
		return nil, nil // the program is stopping
	}
	a.asked++
	user := a.person.author()
	reply := a.answer(ctx, h, bot.Command{
		Key: fmt.Sprintf("%s:%s-%d", Platform, a.keys, a.asked), User: user,
		Where: q.where, Lane: Platform, Input: q.input, Asker: asker{user, a.page.zone},
	})
	_, submitted := q.input.(bot.Submission) // what was refused of it stands in the message, with a button that opens it again
	if f := reply.Form; f != nil && len(f.Fields) > 0 && q.left == "" && !(submitted && f.Refused()) {
		a.page.give()
		return f, nil
	}
	whom := askerAlone
	if reply.Public {
		whom = askedForAll
	}
	if q.pressed != nil {
		a.page.numbers.answered(q.pressed, reply.InPlace)
	}
	if q.left != "" {
		err = a.page.screen.print(lines(leftWords(q.left, reply.Kept), 0))
	}
	err = cmp.Or(err, a.page.show(q.where, whom, reply.Message))
	a.page.give()
	if err != nil {
		return nil, err
	}
	return nil, a.ends.follow(ctx, reply)
}

// leftWords say that a form was left and, once that is so, that what was typed into it
// is kept.
func leftWords(why string, kept bool) string {
	if !kept {
		return why
	}
	return why + " What was typed into it is kept as a draft; /desk drafts lists yours."
}

// answer has h answer within answerTime. A handler that panics is answered
// for, and the console goes on.
func (a *asking) answer(ctx context.Context, h bot.Handler, command bot.Command) (reply bot.Reply) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			id := bot.FaultID()
			a.log.Error("a command panicked", "fault", id, "asked", bot.Describe(command.Input), "panic", cause, "stack", string(debug.Stack()))
			reply = bot.Faulty(id)
		}
	}()
	return h.Handle(ctx, command)
}
