package command

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// manual is the commands by their names, and how they are used.
type manual struct {
	table  []command
	people []bot.Refs
}

// asksHelp says that text is nothing but a request for help.
func asksHelp(text string) bool {
	return slices.Contains([]string{"help", "?", "--help", "-h"}, strings.ToLower(strings.TrimSpace(text)))
}

// asksHelp says that help was written where the command expects a slug or a
// text: it is no story's slug, and nobody means to publish it.
func (c *command) asksHelp(given values) bool {
	return slices.ContainsFunc(c.Args, func(arg bot.Arg) bool {
		return (arg.Positional || arg.Free) && asksHelp(given.get(arg.Name))
	})
}

// help explains one command; that of the first is the way into all of them.
func (m *manual) help(c *command, as form) bot.Reply {
	if c.Name != m.table[0].Name {
		return c.help(as)
	}
	reply, own := m.overview("", "What you can ask", "", as), c.help(as)
	reply.Message.Blocks = append(append(reply.Message.Blocks, heading(own.Message.Title)), own.Message.Blocks...)
	return reply
}

// helpFor answers what is no command: a request for help, a group such as
// "desk" alone, a word mistyped.
func (m *manual) helpFor(name, text string, as form) bot.Reply {
	words := strings.Fields(strings.ToLower(name + " " + text))
	all := len(words)
	words = slices.DeleteFunc(words, asksHelp)
	asked := len(words) < all
	if len(words) == 0 {
		return m.overview("", "What you can ask", "", as)
	}
	words[0] = strings.TrimPrefix(words[0], "/")
	if asked {
		for n := min(2, len(words)); n > 0; n-- {
			if c := m.named(strings.Join(words[:n], " ")); c != nil {
				return m.help(c, as)
			}
		}
	}
	switch group := words[0]; {
	case !m.isGroup(group):
		return m.unknown(group, name+" "+strings.TrimSpace(text), as)
	case len(words) > 1:
		return m.unknown(group+" "+words[1], name+" "+strings.TrimSpace(text), as)
	default:
		return m.overview(group+" ", "/"+group, "", as)
	}
}

// deskHelp is a command of its own, since platforms with typed options offer no
// word that is none.
const deskHelp = "desk help"

func (m *manual) deskHelp(_ context.Context, r request) (bot.Reply, error) {
	return m.overview("desk ", "/desk", "", m.form(r.Where)), nil
}

// isGroup says that name is the first word of subcommands.
func (m *manual) isGroup(name string) bool {
	return slices.ContainsFunc(m.table, func(c command) bool { return strings.HasPrefix(c.Name, name+" ") })
}

// unknown answers a command there is not: with the one that was nearly
// written, and what was typed behind it, or with all there are.
func (m *manual) unknown(name, typed string, as form) bot.Reply {
	problem := fmt.Sprintf("There is no command /%s.", clip(name))
	if near := m.nearest(name); near != nil {
		reply := (&misuse{near, fmt.Sprintf("%s Did you mean /%s? /story help lists all there is.", problem, near.Name)}).reply(as)
		if typed = strings.TrimSpace(typed); near.givesBack() && len(strings.Fields(typed)) > len(strings.Fields(name)) {
			reply = quoting(reply, []typedWords{{"", "/" + strings.TrimPrefix(typed, "/")}}, 0)
		}
		return reply
	}
	if group, _ := cutWord(name); m.isGroup(group) {
		return m.overview(group+" ", "/"+group, problem, as)
	}
	return m.overview("", "What you can ask", problem, as)
}

// maxName is how long a mistyped name may be to be compared with names.
const maxName = 40

// nearest returns the command whose name is nearly name, nil when none is.
func (m *manual) nearest(name string) (near *command) {
	best := min(len(name)/2, maxSlip+1)
	for i, c := range m.table {
		if len(name) > maxName {
			return nil
		}
		if d := stories.Distance(name, c.Name, best); d >= 0 && (near == nil || d < best) {
			near, best = &m.table[i], d
		}
	}
	return near
}

// overview lists the commands whose names begin with prefix; without one,
// groups are one line. problem, if any, is said above it.
func (m *manual) overview(prefix, title, problem string, as form) bot.Reply {
	reply := bot.Reply{Message: bot.Message{Title: title}}
	if problem != "" {
		reply = refused(problem)
		reply.Message.Blocks = append(reply.Message.Blocks, heading(title))
	}
	var groups []string
	for _, c := range m.table {
		group, _, grouped := strings.Cut(c.Name, " ")
		switch {
		case c.Name == deskHelp: // said below, or being read
		case prefix == "" && grouped && !slices.Contains(groups, group):
			groups = append(groups, group)
		case strings.HasPrefix(c.Name, prefix) && (prefix != "" || !grouped):
			reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Code(c.usage(as)), bot.Text(" "+c.Summary)))
		}
	}
	for _, group := range groups {
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Code("/"+group+" help"), bot.Text(" What moderators and admins do")))
	}
	more := bot.Para(bot.Text("Add help to any of them to learn more: "), bot.Code("/"+m.firstOf(prefix)+" help"))
	if as == apart {
		more = bot.Para(bot.Text("What an option is for stands beside it while the command is typed."))
	}
	reply.Message.Blocks = append(reply.Message.Blocks, more)
	// What does not fit stands in each command's own help: its options, then what it does.
	for _, shorten := range []func([]bot.Span) []bot.Span{
		func(s []bot.Span) []bot.Span { s[0].Text = optionsOf.ReplaceAllString(s[0].Text, " […]"); return s },
		func(s []bot.Span) []bot.Span { return s[:1] },
	} {
		for _, i := range longestFirst(reply.Message.Blocks) {
			if roomOf(reply.Message.Blocks...)+bot.Room(reply.Message.Title) <= wholeRoom {
				return reply
			}
			reply.Message.Blocks[i].Spans = shorten(reply.Message.Blocks[i].Spans)
		}
	}
	return reply
}

// longestFirst are the items among blocks, those that take the most first.
func longestFirst(blocks []bot.Block) (items []int) {
	for i, b := range blocks {
		if b.Kind == bot.Item {
			items = append(items, i)
		}
	}
	slices.SortStableFunc(items, func(a, b int) int { return cmp.Compare(roomOf(blocks[b]), roomOf(blocks[a])) })
	return items
}

// optionsOf are the options of a command's usage that may be left out, where there are
// several.
var optionsOf = regexp.MustCompile(`( \[[a-z-]+:[^\]]*\]){2,}`)

// wholeRoom is what an answer may take at most, in Room units, on the platform that takes least.
const wholeRoom = 2000

func (m *manual) firstOf(prefix string) string {
	i := slices.IndexFunc(m.table, func(c command) bool { return c.role > stories.Reader && strings.HasPrefix(c.Name, prefix) })
	return m.table[i].Name
}

// help explains one command.
func (c *command) help(as form) bot.Reply {
	m := bot.Message{Title: "/" + c.Name, Blocks: []bot.Block{bot.Para(bot.Text(c.Summary + "." + c.audience())), bot.Para(bot.Code(c.usage(as)))}}
	for _, arg := range c.ordered(as) {
		m.Blocks = append(m.Blocks, item(bot.Code(arg.Name), bot.Text(" "+arg.Summary)))
	}
	m.Blocks = append(m.Blocks, bot.Para(bot.Text("Example: "), bot.Code(c.example(as))))
	return bot.Reply{Message: m}
}

func (c *command) audience() string {
	switch {
	case c.role == stories.Admin:
		return " For admins."
	case c.role == stories.Moderator:
		return " For moderators."
	case c.Manages:
		return " For those who manage the channel."
	}
	return ""
}

// reply says what is wrong, how the command is written, and an example.
func (e *misuse) reply(as form) bot.Reply {
	if e.message == "" {
		reply := e.command.help(as)
		reply.Failed = true
		return reply
	}
	reply := refused(e.message)
	reply.Message.Blocks = append(reply.Message.Blocks,
		bot.Para(bot.Text("Usage: "), bot.Code(e.command.usage(as))),
		bot.Para(bot.Text("Example: "), bot.Code(e.command.example(as))))
	return reply
}

// choiceList is the choices as one types them: level:breaking or level:minor.
func choiceList(arg bot.Arg) string {
	var values []string
	for _, ch := range arg.Choices {
		values = append(values, arg.Name+":"+ch.Value)
	}
	return strings.Join(values, " or ")
}
