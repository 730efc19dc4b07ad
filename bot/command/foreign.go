package command

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// writes says that what stands in a command's free text is published, or shown to
// readers.
func (c *command) writes() bool {
	_, free := c.free()
	return free && c.role >= stories.Moderator
}

// options are the arguments that are given by their names.
func (c *command) options() []bot.Arg {
	return slices.DeleteFunc(slices.Clone(c.Args), func(a bot.Arg) bool { return a.Free || a.Positional })
}

// foreign are the options that other commands with a text take and c does not, as far as
// text may hold them. Those of /update are known to everybody who writes, so that what
// only resembles one counts; the others have names that texts use ("Reason: …"), and
// count as they are typed.
func (m *manual) foreign(c *command, text string) (args []bot.Arg) {
	for i := range m.table {
		other := &m.table[i]
		if !other.writes() || other.Name == c.Name {
			continue
		}
		for _, arg := range other.options() {
			known := c.arg(arg.Name) != nil || slices.ContainsFunc(args, func(a bot.Arg) bool { return a.Name == arg.Name })
			if !known && (other.Name == "update" || asTyped(arg.Name).MatchString(text)) {
				args = append(args, arg)
			}
		}
	}
	return args
}

// asTyped finds an option as it is typed: its name and a colon with its value behind it.
func asTyped(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?:^|\s)` + regexp.QuoteMeta(name) + `:\S`)
}

// foreignDoubt asks about a text that holds what looks like an option of another command:
// this one does not take it, and nobody means to publish one. ok is false when there is
// nothing to ask.
func (m *doubts) foreignDoubt(ctx context.Context, r request) (reply bot.Reply, ok bool, err error) {
	free, _ := r.command.free()
	if !r.command.writes() || r.get(free.Name) == "" || r.get(anyway) != "" {
		return reply, false, nil
	}
	foreign := m.manual.foreign(r.command, r.get(free.Name))
	others := command{Spec: bot.Spec{Name: r.command.Name, Args: append([]bot.Arg{free}, foreign...)}, role: r.command.role}
	read := others.within(values{free.Name: {r.get(free.Name)}})
	endless := false
	if !read.doubtful() {
		if read.options, endless = endlessOption(foreign, r.get(free.Name)); !endless {
			return reply, false, nil
		}
	}
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return reply, false, err
	}
	takers := m.manual.takers(read.options)
	looks, it := "looks like an option of "+takers, "it"
	if len(read.options) > 1 {
		looks, it = "look like options of "+takers, "them"
	}
	takes := "does not take " + it
	if len(r.command.options()) == 0 {
		takes = "takes none"
	}
	answers := []answer{{"As typed", r.values.with(anyway, "yes")}}
	if !endless {
		answers = append(answers, answer{"Without " + it, r.values.with(free.Name, read.taken.get(free.Name)).with(anyway, "yes")})
	}
	reply, err = m.questions.question(ctx, r, fmt.Sprintf("%s %s, and /%s %s. Nothing was changed yet: what is the %s?", namedPieces(read.options), looks, r.command.Name, takes, free.Name), answers...)
	if err != nil {
		return reply, false, err
	}
	for _, a := range answers {
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Bold(a.label), bot.Text(r.command.leaves(free, a.given.get(free.Name)))))
	}
	if endless {
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Bold("Without it"), bot.Text(": where it ends is not clear, so type the command again, without it.")))
	}
	reply.Message.Blocks = append(reply.Message.Blocks, small(bot.Code(takers), bot.Text(" takes "+it+r.command.instead(takers))))
	return reply, true, nil
}

// endlessOption is the option in words that a text begins with, without quotes: where it
// ends nobody can tell.
func endlessOption(foreign []bot.Arg, text string) (found []candidate, ok bool) {
	for _, arg := range foreign {
		if arg.Kind == bot.KindText && strings.HasPrefix(text, arg.Name+":") && asTyped(arg.Name).MatchString(text) {
			return []candidate{{arg: arg, source: text[:wordEnd(text, 0)]}}, true
		}
	}
	return nil, false
}

// takers names the commands that take some options: the one that takes all, if there is
// one, else each.
func (m *manual) takers(options []candidate) string {
	var each []string
	for i := range m.table {
		c := &m.table[i]
		if !c.writes() {
			continue
		}
		takes := func(o candidate) bool { return c.arg(o.arg.Name) != nil }
		if !slices.ContainsFunc(options, func(o candidate) bool { return !takes(o) }) {
			return "/" + c.Name
		}
		if slices.ContainsFunc(options, takes) {
			each = append(each, "/"+c.Name)
		}
	}
	return strings.Join(each, ", ")
}

// leaves says what an answer leaves of the free text.
func (c *command) leaves(free bot.Arg, text string) string {
	text, _ = bot.Cut(bot.OneLine(text), maxAskedText)
	switch {
	case text != "":
		return fmt.Sprintf(": the %s is “%s”", free.Name, text)
	case c.opensForm(values{storyArg.Name: {"x"}, numberArg.Name: {"1"}}):
		return ": the form opens"
	case free.Required:
		return ": the " + free.Name + " is missing then"
	case free.Name == lastWordArg.Name:
		return ": no update is published with it"
	}
	return ": without a " + free.Name
}

// instead says how to have what an option of another command does, behind "/update takes
// it".
func (c *command) instead(takers string) string {
	switch {
	case takers != "/update":
	case c.Name == "desk close":
		return ": use that, then /desk close."
	case c.Name == "desk reopen": // a closed story takes no update
		return ": use /desk reopen alone, then that."
	case c.arg(numberArg.Name) != nil:
		return ": what is published keeps its level and its time."
	}
	return "."
}
