package command

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"storybot/bot"
	"storybot/stories"
)

// keyForm is how an option begins: its name and a colon, at the very start.
var keyForm = regexp.MustCompile(`^([A-Za-z_-]{1,32}):`)

// parser reads the text form of a command: as it stands or, lenient, with
// whatever resembles an option taken as one.
type parser struct {
	command *command
	rest    string
	values  values
	lenient bool
	// within is set where the command's options came apart and rest is its free
	// text alone: what looks like an option there is at most meant as one.
	within bool
	// named is set where the free text was given in quotes after its name and a
	// colon: nothing but options may follow.
	named bool

	taken   []candidate // what was an option only leniently
	dropped bool        // something was left out that nobody can read
}

// all reads the whole text: positional arguments, then key:value options, then
// the free text, which is the rest of the text exactly as it was written. It
// begins at the first word that is neither, or after its own name and a colon
// (text:…). Errors are *misuse, or CodeInvalid.
func (p *parser) all() error {
	for p.skipSpace(); p.rest != ""; p.skipSpace() {
		done, err := p.next()
		if err != nil || done {
			return err
		}
	}
	return nil
}

// next reads one argument. done says that the free text was reached.
func (p *parser) next() (done bool, err error) {
	key, arg, ok := p.option()
	if ok && arg.Free {
		if p.named {
			return false, p.slip("%s: is there twice. Give it once.", arg.Name)
		}
		p.rest = p.rest[len(key)+1:]
		p.skipSpace()
		return true, p.takeNamed(arg)
	}
	if ok && !p.within {
		took, err := p.takeOption(key, arg)
		if err == errAsText {
			free, _ := p.command.free()
			return true, p.takeFree(free)
		}
		if took || err != nil {
			return false, err
		}
	}
	if c, ok := p.resembling(p.rest, p.openPositional() == nil); ok && !(c.open && c.spaced) {
		if p.named && !p.lenient && !c.certain {
			return false, errAsText
		}
		if c.open {
			return false, p.wrongQuote(c.arg, errOpen)
		}
		return p.doubt(c)
	}
	if ok && !p.mayBeText() {
		return false, p.slip("%s: has no value. Write it right after the colon, in quotes when it holds spaces.", arg.Name)
	}
	if arg := p.openPositional(); arg != nil {
		p.values[arg.Name] = []string{p.position(*arg)}
		return false, nil
	}
	if p.named {
		return false, errAsText
	}
	if arg, ok := p.command.free(); ok {
		return true, p.takeFree(arg)
	}
	return false, &misuse{p.command, fmt.Sprintf("I cannot place %q here.", clip(p.word()))}
}

// mayBeText says that an option's name and a colon, without a value of it, can
// be how a text begins: "Level: 3 emergency".
func (p *parser) mayBeText() bool {
	_, free := p.command.free()
	_, after, _ := strings.Cut(p.rest, ":")
	return free && p.openPositional() == nil && strings.TrimSpace(after) != ""
}

// takeNamed takes the free text that stands after its name and a colon. In quotes
// it ends with them where nothing but options follows; else it is the rest, and
// what it begins with is text whatever it resembles.
func (p *parser) takeNamed(arg bot.Arg) error {
	text, size, ok, err := quoted(p.rest)
	if ok && err == nil && strings.TrimSpace(text) != "" {
		behind := *p
		behind.named, behind.rest = true, strings.TrimLeft(p.rest[size:], ",;.")
		behind.values, behind.taken = p.values.with(arg.Name, text), slices.Clone(p.taken)
		if err := behind.all(); err != errAsText {
			*p = behind
			return err
		}
	}
	text = p.rest
	if p.lenient {
		if text, err = p.withoutBehind(text); err != nil {
			return err
		}
	}
	p.put(arg, text)
	return nil
}

// put gives the free argument its text.
func (p *parser) put(arg bot.Arg, text string) {
	if strings.TrimSpace(text) != "" {
		p.values[arg.Name] = []string{text}
	}
	p.rest = ""
}

// takeFree takes the rest as the free text, without what stands in it that
// resembles an option when the parser is lenient.
func (p *parser) takeFree(arg bot.Arg) error {
	text := p.rest
	if p.lenient {
		var err error
		if text, err = p.without(text); err != nil {
			return err
		}
	}
	p.put(arg, text)
	return nil
}

// option returns the option the rest begins with.
func (p *parser) option() (key string, arg bot.Arg, ok bool) {
	m := keyForm.FindStringSubmatch(p.rest)
	if m == nil {
		return "", arg, false
	}
	i := slices.IndexFunc(p.command.Args, func(a bot.Arg) bool { return strings.EqualFold(a.Name, m[1]) })
	if i < 0 || p.placed(p.command.Args[i]) || p.within && p.command.Args[i].Free {
		return "", arg, false
	}
	return m[1], p.command.Args[i], true
}

// placed says that arg stood in its place already: its name and a colon later
// on are text.
func (p *parser) placed(arg bot.Arg) bool { return arg.Positional && p.values[arg.Name] != nil }

// takeOption reads the value after key and its colon. took is false when none
// of arg's stands there.
func (p *parser) takeOption(key string, arg bot.Arg) (took bool, err error) {
	after := p.rest[len(key)+1:]
	limit := p.nextOption(after)
	given, size, err := valueOf(arg, after[:limit])
	if size == limit && limit < len(after) {
		size++ // the comma
	}
	switch {
	case err != nil:
		return false, p.wrongQuote(arg, err)
	case len(given) == 0 && size > 0: // "" or a comma
		return false, p.slip("%s: has no value. Write it right after the colon, in quotes when it holds spaces.", arg.Name)
	case len(given) == 0:
		return false, nil
	}
	bare := strings.TrimRight(given[0], ",;")
	if len(arg.Choices) > 0 && !arg.Positional && !isChoice(arg, bare) {
		if _, doubtful := p.resembling(p.rest, true); doubtful {
			return false, nil
		}
		return false, p.slip("%q is no %s. Use %s.", clip(given[0]), arg.Name, choiceList(arg))
	}
	_, free := p.command.free()
	if end := listSize(after, size, arg); end > size && !free { // nothing else can stand there
		bare, given, size = strings.TrimRight(after[:end], ",;"), given[:1], end
	} else if end > size && strings.TrimSpace(after[end:]) != "" {
		switch {
		case p.lenient:
			bare, given, size = after[:end], given[:1], end
			p.taken = append(p.taken, candidate{arg: arg, values: []string{bare}, source: p.rest[:len(key)+1+end]})
		case beginsCapital(after[end:]):
			return true, errAsText // the list goes on, or it is none
		}
	}
	if bad := p.behind(arg, after, size); bad != nil {
		return false, p.wrongQuote(arg, bad)
	}
	given[0] = bare
	if len(p.values[arg.Name]) > 0 && !p.command.isList(arg.Name) {
		return false, p.slip("%s: is there twice. Give it once.", arg.Name)
	}
	p.rest = after[size:]
	p.values[arg.Name] = append(p.values[arg.Name], given...)
	return true, nil
}

// errAsText is an option that can only be the beginning of the text.
var errAsText = errors.New("text, not an option")

func isChoice(arg bot.Arg, value string) bool {
	return slices.ContainsFunc(arg.Choices, func(c bot.Choice) bool { return strings.EqualFold(c.Value, value) })
}

func (c *command) isList(name string) bool {
	arg := c.arg(name)
	return arg != nil && kindOf(*arg).list
}

// slip is the answer to a mistyped option: what is wrong, and how to say that
// it was meant as text.
func (p *parser) slip(format string, args ...any) error {
	message := fmt.Sprintf(format, args...)
	if free, ok := p.command.free(); ok {
		message += fmt.Sprintf(" If it is the beginning of the %s, write %s: before it.", free.Name, free.Name)
	}
	return &misuse{p.command, message}
}

// wrongQuote is the answer to a value whose end is in doubt.
func (p *parser) wrongQuote(arg bot.Arg, err error) error {
	switch err {
	case errOpen:
		return p.slip("Where the %s ends is not clear. Put it into quotes: %s:\"…\".", arg.Name, arg.Name)
	case errBehind:
		return p.slip("What stands behind the %s leaves in doubt where it ends. Put all of it into one pair of quotes, with white space after it: %s:\"…\".", arg.Name, arg.Name)
	case errBegun:
		return p.slip("The %s holds a quote, a bracket or a backslash without its partner. Put all of it into one pair of quotes: %s:\"…\".", arg.Name, arg.Name)
	case errUnclosed:
		return p.slip("The quote after %s: is not closed.", arg.Name)
	}
	return p.slip("Where the quote after %s: ends is not clear, since there are more quotes like it. Use another kind inside, for example %s:“It is ‘new’ today”.", arg.Name, arg.Name)
}

// word takes the next word, up to white space.
func (p *parser) word() string {
	end := wordEnd(p.rest, 0)
	word := p.rest[:end]
	p.rest = p.rest[end:]
	return word
}

func (p *parser) skipSpace() { p.rest = strings.TrimLeftFunc(p.rest, unicode.IsSpace) }

// free returns the argument that takes the rest of the line.
func (c *command) free() (bot.Arg, bool) {
	i := slices.IndexFunc(c.Args, func(a bot.Arg) bool { return a.Free })
	if i < 0 {
		return bot.Arg{}, false
	}
	return c.Args[i], true
}

// clip shortens what is quoted back to the person who wrote it.
func clip(s string) string {
	s, _ = bot.Cut(bot.OneLine(s), 40)
	return s
}

// isSlug says that s has the form of a slug.
func isSlug(s string) bool { return stories.CheckTopic(strings.ToLower(s)) == nil }
