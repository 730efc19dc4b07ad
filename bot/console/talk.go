package console

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode"

	"storybot/bot"
	"storybot/stories"
)

// answerTime is how long an answer may take.
const answerTime = 30 * time.Second

// hear does what one line asks. quit says that it asked to leave.
func (c *Console) hear(ctx context.Context, h bot.Handler, in input) (quit bool, err error) {
	if errors.Is(in.err, errTooLong) {
		return false, c.say(ctx, "This is longer than the console reads, so nothing was done. A shorter one is read: an update has at most %s characters.", bot.Count(stories.MaxUpdateText))
	}
	if in.err != nil {
		return false, fmt.Errorf("read a line: %w", in.err)
	}
	line := strings.TrimSpace(bot.Visible(in.line))
	if c.form != nil {
		return c.fill(ctx, h, line)
	}
	word, rest := cutWord(line)
	word = strings.ToLower(word)
	own, isOwn := c.own(word, rest)
	switch {
	case line == "":
		return false, nil
	case word == "help" || word == "/help":
		return false, c.help(ctx, h, rest)
	case isOwn && asksHelp(rest):
		return false, c.explain(ctx, own)
	case isOwn:
		return own.do(ctx, h, rest)
	case isNumber(line):
		return false, c.press(ctx, h, line)
	case !strings.HasPrefix(word, "/"):
		return false, c.chatter(ctx, word)
	}
	name, text := c.split(strings.TrimPrefix(line, "/"))
	return false, c.ask(ctx, h, c.here(), bot.Typed{Name: name, Text: text})
}

// split separates a command's name from the rest; names of two words are known
// from the specs.
func (c *Console) split(line string) (name, text string) {
	fields := strings.Fields(line)
	if len(fields) >= 2 && c.isSpec(strings.ToLower(fields[0]+" "+fields[1])) {
		_, rest, _ := strings.Cut(line, fields[0])
		_, rest, _ = strings.Cut(rest, fields[1])
		return strings.ToLower(fields[0] + " " + fields[1]), strings.TrimSpace(rest)
	}
	name, text = cutWord(line)
	return strings.ToLower(name), text
}

// cutWord divides a line after its first word, at white space of any kind.
func cutWord(line string) (word, rest string) {
	if i := strings.IndexFunc(line, unicode.IsSpace); i >= 0 {
		return line[:i], strings.TrimSpace(line[i:])
	}
	return line, ""
}

func (c *Console) isSpec(name string) bool {
	return slices.ContainsFunc(c.config.Specs, func(s bot.Spec) bool { return s.Name == name })
}

// ask has h answer what was asked in channel where and prints the answer.
func (c *Console) ask(ctx context.Context, h bot.Handler, where stories.Destination, in bot.Input) error {
	if err := c.take(ctx); err != nil {
		return nil // the program is stopping
	}
	c.asked++
	user := stories.User{Ref: Platform + ":" + c.user, Name: c.user}
	reply := c.answer(ctx, h, bot.Command{
		Key: fmt.Sprintf("%s:%s-%d", Platform, c.keys, c.asked), User: user,
		Where: where, Lane: Platform, Input: in, Asker: asker{user},
	})
	_, submitted := in.(bot.Submission) // what was refused of it stands in the message, with a button that opens it again
	if f := reply.Form; f != nil && len(f.Fields) > 0 && !(submitted && f.Refused()) {
		c.give()
		return c.begin(ctx, where, *f)
	}
	whom := askerAlone
	if reply.Public {
		whom = postedThere
	}
	err := c.show(where, whom, reply.Message)
	c.give()
	if err != nil {
		return err
	}
	return c.follow(ctx, reply)
}

// answer has h answer within answerTime. A handler that panics is answered
// for, and the console goes on.
func (c *Console) answer(ctx context.Context, h bot.Handler, command bot.Command) (reply bot.Reply) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			id := bot.FaultID()
			c.config.Log.Error("a command panicked", "fault", id, "asked", bot.Describe(command.Input), "panic", cause, "stack", string(debug.Stack()))
			reply = bot.Faulty(id)
		}
	}()
	return h.Handle(ctx, command)
}

// follow shows what becomes of an answer: from a pipe once everything due has
// been sent, at a terminal whenever it is done.
func (c *Console) follow(ctx context.Context, reply bot.Reply) error {
	if c.Interactive() {
		if reply.Live != nil {
			c.live.Go(func() { c.watch(ctx, reply) })
		}
		return nil
	}
	if err := c.settled(ctx, false); err != nil {
		return ignoreStop(ctx, err)
	}
	if reply.Live == nil {
		return nil
	}
	m, done, err := reply.Live(ctx)
	if err != nil {
		return ignoreStop(ctx, err)
	}
	if !done && len(m.Buttons) > 0 && slices.Equal(m.Buttons, reply.Message.Buttons) {
		// Nothing has come of it: it says the same but for the time that is left.
		c.unended = append(c.unended, reply)
		return nil
	}
	return c.showLater(ctx, reply.Message, m)
}

// ended prints how an answer ended, by when other answers may stand between: so it
// says what it is about, where it can.
func (c *Console) ended(ctx context.Context, reply bot.Reply) error {
	if reply.Ending != nil {
		if apart, err := reply.Ending(ctx); err == nil {
			if len(apart.Blocks) == 0 {
				return nil
			}
			return c.tell(ctx, apart)
		}
	}
	m, _, err := reply.Live(ctx)
	if err != nil {
		return err
	}
	return c.showLater(ctx, reply.Message, m)
}

// Live answers are looked at this often, and given up after this long.
const (
	liveEvery = 500 * time.Millisecond
	liveFor   = 15 * time.Minute
)

// watch prints a live answer's last state.
func (c *Console) watch(ctx context.Context, reply bot.Reply) {
	ctx, cancel := context.WithTimeout(ctx, liveFor)
	defer cancel()
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if _, done, err := reply.Live(ctx); err == nil && done {
			_ = c.ended(ctx, reply)
			return
		}
	}
}

// showLater prints what a later state of an answer adds to the first one. It
// leaves the numbers for /press with the message they were printed under.
func (c *Console) showLater(ctx context.Context, first, later bot.Message) error {
	text := strings.TrimSpace(strings.TrimPrefix(bot.PlainText(later), bot.PlainText(first)))
	if text == "" {
		return nil
	}
	return c.say(ctx, "%s", text)
}

// ignoreStop drops an error that only says the program is stopping.
func ignoreStop(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// say prints the console's own words.
func (c *Console) say(ctx context.Context, format string, args ...any) error {
	if err := c.take(ctx); err != nil {
		return nil
	}
	defer c.give()
	return c.screen.print(lines(fmt.Sprintf(format, args...), 0))
}
