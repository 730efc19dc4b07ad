package command

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
)

// values holds what a command was given, by the name of the argument; an
// option that was given twice has two values.
type values map[string][]string

// get returns the value of name, "" when it was not given.
func (v values) get(name string) string {
	if len(v[name]) == 0 {
		return ""
	}
	return v[name][0]
}

// words returns all that was given for name, divided at white space and, where
// commas is set, at commas.
func (v values) words(name string, commas bool) []string {
	return strings.FieldsFunc(strings.Join(v[name], " "), func(r rune) bool {
		return unicode.IsSpace(r) || commas && r == ','
	})
}

// unfold writes mentions out: by the person's reference in an argument that
// names one, by name in every other.
func (v values) unfold(c *command, mentions []bot.Mention) {
	for _, arg := range c.Args {
		for i, value := range v[arg.Name] {
			if who, ok := bot.Mentioned(value, mentions); ok && arg.Person && who.Ref != "" {
				v[arg.Name][i] = who.Ref
				continue
			}
			v[arg.Name][i] = bot.Unfold(value, mentions)
		}
	}
}

// keyForm is how an option begins: its name and a colon, at the very start.
var keyForm = regexp.MustCompile(`^([A-Za-z_-]{1,32}):`)

// closers are the quotes that may end a value, by the quote that began it;
// chat clients turn straight quotes into curly ones.
var closers = map[rune]string{'"': `"`, '“': `”“"`, '”': `”"`, '„': `“”"`, '«': `»`}

// parser reads the text form of a command.
type parser struct {
	command *command
	rest    string
	values  values
}

// parse reads the text form of c: positional arguments, then key:value
// options, then the free text, which is the rest of the text exactly as it was
// written. It begins at the first word that is neither, or after its own name
// and a colon (text:…). Errors are *misuse.
func (c *command) parse(text string) (values, error) {
	p := parser{command: c, rest: text, values: values{}}
	for p.skipSpace(); p.rest != ""; p.skipSpace() {
		done, err := p.next()
		if err != nil || done {
			return p.values, err
		}
	}
	return p.values, nil
}

// next reads one argument. done says that the free text was reached.
func (p *parser) next() (done bool, err error) {
	if key, arg, ok := p.option(); ok && arg.Free {
		p.rest = p.rest[len(key)+1:]
		p.skipSpace()
		p.takeFree(arg)
		return true, nil
	} else if ok {
		return false, p.takeOption(key, arg)
	}
	if err := p.checkSlip(); err != nil {
		return false, err
	}
	if arg, ok := p.openPositional(); ok {
		p.values[arg.Name] = []string{p.word()}
		return false, nil
	}
	if arg, ok := p.command.free(); ok {
		p.takeFree(arg)
		return true, nil
	}
	return false, &misuse{p.command, fmt.Sprintf("I cannot place %q here.", clip(p.word()))}
}

func (p *parser) takeFree(arg bot.Arg) {
	if p.rest != "" {
		p.values[arg.Name] = []string{p.rest}
	}
	p.rest = ""
}

// option returns the option the rest begins with.
func (p *parser) option() (key string, arg bot.Arg, ok bool) {
	m := keyForm.FindStringSubmatch(p.rest)
	if m == nil {
		return "", arg, false
	}
	i := slices.IndexFunc(p.command.Args, func(a bot.Arg) bool { return strings.EqualFold(a.Name, m[1]) })
	if i < 0 || p.placed(p.command.Args[i]) {
		return "", arg, false
	}
	return m[1], p.command.Args[i], true
}

// placed says that arg stood in its place already: its name and a colon later
// on are text.
func (p *parser) placed(arg bot.Arg) bool { return arg.Positional && p.values[arg.Name] != nil }

// takeOption reads the value after key and its colon.
func (p *parser) takeOption(key string, arg bot.Arg) error {
	if len(p.values[arg.Name]) > 0 && !slices.Contains(p.command.lists, arg.Name) {
		return p.slip("%s: is there twice. Give it once.", arg.Name)
	}
	p.rest = p.rest[len(key)+1:]
	quote, size := utf8.DecodeRuneInString(p.rest)
	var value string
	if ends, ok := closers[quote]; ok {
		end := strings.IndexAny(p.rest[size:], ends)
		if end < 0 {
			return p.slip("The quote after %s: is not closed.", arg.Name)
		}
		value, p.rest = p.rest[size:size+end], p.rest[size+end:]
		_, size = utf8.DecodeRuneInString(p.rest)
		p.rest = p.rest[size:]
	} else {
		value = p.word()
	}
	if strings.TrimSpace(value) == "" {
		return p.slip("%s: has no value. Write it right after the colon, in quotes when it holds spaces.", arg.Name)
	}
	p.values[arg.Name] = append(p.values[arg.Name], value)
	return nil
}

// checkSlip asks when the next word looks like an option mistyped. A link is
// none.
func (p *parser) checkSlip() error {
	m := keyForm.FindStringSubmatch(p.rest)
	if m == nil || strings.HasPrefix(p.rest[len(m[0]):], "//") {
		return nil
	}
	if near, ok := p.resembling(strings.ToLower(m[1])); ok {
		return p.slip("Did you mean %s: where you wrote %s:?", near, m[1])
	}
	return nil
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

// openPositional returns the first positional argument not given yet.
func (p *parser) openPositional() (bot.Arg, bool) {
	for _, arg := range p.command.Args {
		if arg.Positional && p.values[arg.Name] == nil {
			return arg, true
		}
	}
	return bot.Arg{}, false
}

// word takes the next word, up to white space.
func (p *parser) word() string {
	end := strings.IndexFunc(p.rest, unicode.IsSpace)
	if end < 0 {
		end = len(p.rest)
	}
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

// maxSlip is how many letters a mistyped option may be off.
const maxSlip = 2

// resembling returns the option that key is nearly the name of.
func (p *parser) resembling(key string) (name string, ok bool) {
	best := maxSlip + 1
	for _, arg := range p.command.Args {
		if arg.Free || p.placed(arg) {
			continue
		}
		if d := distance(key, arg.Name); d < best && d < len(arg.Name) {
			best, name = d, arg.Name
		}
	}
	return name, best <= maxSlip
}

// distance is how many letters must be changed, added or left out to make b
// of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// clip shortens what is quoted back to the person who wrote it.
func clip(s string) string {
	s, _ = bot.Cut(bot.OneLine(s), 40)
	return s
}
