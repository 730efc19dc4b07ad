package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Mux answers commands. It implements bot.Handler.
type Mux struct {
	*families
	log     *slog.Logger
	presses map[bot.Action]press
}

var _ bot.Handler = (*Mux)(nil)

// New returns a Mux for c.
func New(c Config) *Mux {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	f := assemble(c)
	return &Mux{families: f, log: c.Log, presses: presses(f)}
}

// Wait returns when everything begun for answers given so far is done.
func (m *Mux) Wait() { m.readers.showing.after.Wait() }

// Handle answers a command or a pressed button. Whatever happens, the answer
// says so in a sentence.
func (m *Mux) Handle(ctx context.Context, c bot.Command) (reply bot.Reply) {
	began, outcome := time.Now(), "panic"
	defer func() {
		m.log.Info("asked", "what", bot.Describe(c.Input), "platform", c.Where.Platform, "key", c.Key, "outcome", outcome, "took", time.Since(began))
	}()
	defer func() {
		if cause := recover(); cause != nil {
			reply = m.common.refusing.refusePanic(c, cause)
			if in, submitted := c.Input.(bot.Submission); submitted {
				reply = m.forms.forming.unkept(ctx, reply, in, nil)
			}
			m.common.warning.tellBlocked(ctx, c, &reply)
		}
	}()
	reply, err := m.answer(ctx, c)
	outcome = "ok"
	if err != nil {
		outcome = outcomeOf(err)
		reply = m.common.refusing.refuse(ctx, c, err)
	}
	if reply.Form == nil {
		m.common.warning.tellBlocked(ctx, c, &reply)
	}
	return near(reply, c.Where)
}

// outcomeOf is an error for the log, in a word.
func outcomeOf(err error) string {
	switch wrong := (*misuse)(nil); {
	case errors.As(err, &wrong):
		return string(stories.CodeInvalid)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "timeout"
	}
	return string(stories.CodeOf(err))
}

func (m *Mux) answer(ctx context.Context, c bot.Command) (bot.Reply, error) {
	if c.Asker == nil {
		c.Asker = nobody{}
	}
	switch in := c.Input.(type) {
	case bot.Press:
		return m.press(ctx, c, in)
	case bot.Typed:
		return m.typed(ctx, c, in)
	case bot.Options:
		return m.chosen(ctx, c, in)
	case bot.Submission:
		reply, err := m.forms.forming.submit(ctx, c, in)
		if err != nil {
			reply = m.forms.forming.unkept(ctx, m.common.refusing.refuse(ctx, c, err), in, err)
		}
		return reply, nil
	case bot.Menu:
		return m.forms.menus.menu(ctx, c, in)
	}
	return refused("The bot does not know this any more; nothing was changed. Type /story help to see what there is."), nil
}

// nobody is the Asker of a command that came without one: it may nothing.
type nobody struct{}

var errNobody = stories.Errorf(stories.CodeUnavailable, "Who asks this cannot be checked.")

func (nobody) Name(context.Context) string              { return "" }
func (nobody) Manages(context.Context) error            { return errNobody }
func (nobody) Posts(context.Context, ...bot.Need) error { return errNobody }
func (nobody) Pings(context.Context, bot.Mention) (stories.Ping, error) {
	return stories.Ping{}, errNobody
}

// typed answers a command written as text. What nobody can see in it is not
// there, and any white space divides words.
func (m *Mux) typed(ctx context.Context, c bot.Command, in bot.Typed) (bot.Reply, error) {
	name, text := cutWord(bot.Visible(in.Name + " " + in.Text))
	name = strings.ToLower(strings.Trim(name, "/,:;"))
	entry, given := m.common.manual.find(name, text)
	if entry == nil || entry.Name == deskHelp {
		return m.common.manual.helpFor(name, bot.Unfold(text, in.Mentions), m.common.manual.form(c.Where)), nil
	}
	text = given
	if asksHelp(text) {
		return m.common.manual.help(entry, m.common.manual.form(c.Where)), nil
	}
	if err := m.common.guard.mayBeRead(ctx, c, entry, text); err != nil {
		return bot.Reply{}, entry.keepLine(err, bot.Unfold(text, in.Mentions))
	}
	read, err := entry.read(text)
	read.unfold(entry, in.Mentions)
	if err != nil {
		err = cmp.Or(m.common.guard.checkStory(ctx, c, entry, read.story()), m.common.guard.checkTarget(ctx, request{values: read.typed}), err)
		return bot.Reply{}, entry.keepLine(err, bot.Unfold(text, in.Mentions))
	}
	return m.run(ctx, c, entry, read)
}

// chosen answers a command whose options came apart.
func (m *Mux) chosen(ctx context.Context, c bot.Command, in bot.Options) (bot.Reply, error) {
	name := strings.ToLower(strings.Trim(in.Name, "/ "))
	entry := m.common.manual.named(name)
	if entry == nil {
		return m.common.manual.helpFor(name, "", m.common.manual.form(c.Where)), nil
	}
	given := values{}
	for name, value := range in.Values {
		if value = bot.Visible(value); strings.TrimSpace(value) != "" {
			if arg := entry.arg(name); arg != nil && !arg.Free && arg.Kind != bot.KindText {
				value = bareValue(value)
			}
			given[name] = []string{value}
		}
	}
	if err := m.common.guard.mayBeRead(ctx, c, entry, given.all()); err != nil {
		return bot.Reply{}, request{command: entry, values: given}.keepText(err)
	}
	read := entry.within(given)
	read.unfold(entry, in.Mentions)
	return m.run(ctx, c, entry, read)
}

// run answers a command whose arguments have been read. Whoever may not give
// it learns that first, then which story there is not; only then is what is
// missing or doubtful worth a word.
func (m *Mux) run(ctx context.Context, c bot.Command, entry *command, read reading) (bot.Reply, error) {
	read.typed.spellSlugs()
	read.taken.spellSlugs()
	if entry.asksHelp(read.typed) {
		return m.common.manual.help(entry, m.common.manual.form(c.Where)), nil
	}
	opens := entry.asksForm(c, read)
	if len(read.typed) == 0 && !read.doubtful() && !opens {
		if err := entry.check(read.typed); err != nil {
			return bot.Reply{}, err
		}
	}
	r := request{Command: c, values: read.typed, command: entry}
	reply, err := m.meant(ctx, r, read, opens)
	return reply, r.keepText(err)
}

// meant answers a command whose arguments are clear, or asks what is not.
func (m *Mux) meant(ctx context.Context, r request, read reading, opens bool) (bot.Reply, error) {
	var in *doubt
	if read.doubtful() {
		d := read.doubt()
		in = &d
	}
	if err := m.common.guard.checkStory(ctx, r.Command, r.command, read.story()); err != nil {
		return m.common.doubts.offerNear(ctx, r, in, err)
	}
	if in != nil {
		return m.common.doubts.whichMeant(ctx, r, *in)
	}
	if opens {
		return m.common.doubts.inForm(ctx, r)
	}
	return m.common.doubts.carryOut(ctx, r)
}

// asksForm says that a command was given so that it is filled in in a form.
func (c *command) asksForm(asked bot.Command, read reading) bool {
	if _, typed := asked.Input.(bot.Typed); !typed && c.formed&ifApart != 0 {
		return !read.doubtful() && c.named(read.typed)
	}
	return !read.doubtful() && c.opensForm(read.typed)
}

// opensForm says that what was given with a command leaves the rest of it to its form.
func (c *command) opensForm(given values) bool {
	return c.inForm != nil && c.named(given) && !slices.ContainsFunc(c.Args, func(a bot.Arg) bool {
		return given.get(a.Name) != "" && (a.Free || c.formed&ifBare != 0 && !a.Required)
	})
}

// named says that everything is given that a command is about.
func (c *command) named(given values) bool {
	return !slices.ContainsFunc(c.Args, func(a bot.Arg) bool { return a.Required && !a.Free && given.get(a.Name) == "" })
}

// inForm opens the form of a command, for those who may give it, with what was typed.
func (m *doubts) inForm(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return bot.Reply{}, err
	}
	return r.command.inForm(ctx, r)
}

// carryOut does what a request asks whose meaning is clear.
func (m *doubts) carryOut(ctx context.Context, r request) (bot.Reply, error) {
	if r.command.opensForm(r.values) { // it was asked first which story is meant
		return m.inForm(ctx, r)
	}
	if err := r.command.check(r.values); err != nil {
		return bot.Reply{}, cmp.Or(m.guard.checkTarget(ctx, r), err)
	}
	if asked, ok, err := m.foreignDoubt(ctx, r); ok || err != nil {
		return asked, err
	}
	if r.command.changes() {
		r.User.Name = r.Asker.Name(ctx)
	}
	reply, err := r.command.run(ctx, r)
	if err != nil {
		return m.offerNear(ctx, r, nil, err)
	}
	return reply, nil
}

// find returns the command called name, or the subcommand that text begins
// with, and the text that is left. nil when there is none.
func (m *manual) find(name, text string) (*command, string) {
	if c := m.named(name); c != nil {
		return c, text
	}
	word, rest := cutWord(text)
	if c := m.named(name + " " + strings.ToLower(word)); c != nil {
		return c, rest
	}
	return nil, text
}

func (m *manual) named(name string) *command {
	i := slices.IndexFunc(m.table, func(c command) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return &m.table[i]
}

// arg returns the argument called name, nil when there is none.
func (c *command) arg(name string) *bot.Arg {
	i := slices.IndexFunc(c.Args, func(a bot.Arg) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &c.Args[i]
}

// changes says that the command changes something, and so is recorded under
// the name of who gave it.
func (c *command) changes() bool {
	return c.role > stories.Reader || c.Manages || c.recorded
}

// check says what is missing, and which value is none of the choices.
func (c *command) check(given values) error {
	for _, arg := range c.Args {
		value := given.get(arg.Name)
		switch {
		case arg.Required && value == "" && len(given) == 0:
			return &misuse{c, ""}
		case arg.Required && value == "":
			return &misuse{c, fmt.Sprintf("The %s is missing.", noun(arg.Name))}
		case value != "" && len(arg.Choices) > 0 && !slices.ContainsFunc(arg.Choices, func(ch bot.Choice) bool { return strings.EqualFold(ch.Value, value) }):
			return &misuse{c, fmt.Sprintf("%q is no %s. Use %s.", clip(value), arg.Name, choiceList(arg))}
		}
	}
	return nil
}
