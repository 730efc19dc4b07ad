package command

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/bot"
)

// candidate is a piece of text that resembles an option.
type candidate struct {
	arg    bot.Arg
	values []string // as the option takes them
	source string   // the piece, as typed
	place  place
	// certain is set where nothing else can be meant.
	certain bool
	err     error // why it can be no option although it was meant as one
	// open is set for a text that has no quotes: it goes on to the end of its
	// line, or to the next option.
	open   bool
	lead   int  // of an open one: the size of what stands before its words
	spaced bool // white space stands around the separator
}

// place says where a candidate must stand to be doubted: the less it resembles
// an option, the less likely it is one in the middle of a text.
type place int

const (
	anywhere place = iota
	atAnEdge       // before or after the text, or alone on a line
	before         // before the text, or after its last sentence
)

// typed is the option as one types it.
func (c candidate) typed() string {
	words := make([]string, 0, len(c.values))
	for _, v := range c.values {
		if strings.ContainsFunc(v, unicode.IsSpace) {
			v = `"` + v + `"`
		}
		words = append(words, c.arg.Name+":"+v)
	}
	return strings.Join(words, " ")
}

// doubt goes on after the candidate that the rest begins with: leniently it is
// the option; as it stands it begins the text, or is left out where the command
// takes none or its story is still to come.
func (p *parser) doubt(c candidate) (done bool, err error) {
	if c.err != nil {
		return false, c.err
	}
	if c.arg.Free {
		if !p.lenient {
			return true, p.takeFree(c.arg)
		}
		p.taken, p.rest = append(p.taken, c), c.values[0]
		return true, p.takeNamed(c.arg)
	}
	if c.certain {
		p.rest = p.rest[len(c.source):]
		p.values[c.arg.Name] = c.values
		return false, nil
	}
	free, takesText := p.command.free()
	if !p.lenient && takesText && p.openPositional() == nil {
		return true, p.takeFree(free)
	}
	p.rest = strings.TrimLeft(p.rest[len(c.source):], ",;.:!?")
	if !p.lenient {
		p.dropped = true
		return false, nil
	}
	return false, p.take(c)
}

// take gives the option its value. One that was given for certain is replaced.
func (p *parser) take(c candidate) error {
	name := c.arg.Name
	switch old := p.values[name]; {
	case len(old) == 0 || p.command.isList(name):
		p.values[name] = append(old, c.values...)
	case strings.EqualFold(old[0], c.values[0]) && p.tookBefore(name):
		return nil // typed twice, but the same
	case strings.EqualFold(old[0], c.values[0]):
	case p.tookBefore(name):
		return p.slip("%s: is there twice. Give it once.", name)
	default:
		p.values[name] = c.values
	}
	p.taken = append(p.taken, c)
	return nil
}

func (p *parser) tookBefore(name string) bool {
	for _, c := range p.taken {
		if c.arg.Name == name {
			return true
		}
	}
	return false
}

// resembling returns the candidate that s begins with. atText says that nothing
// but options can come before the text there.
func (p *parser) resembling(s string, atText bool) (best candidate, ok bool) {
	lead, dashed := leadOf(s)
	least := maxSlip + 1
	for _, size := range keySizes(s[lead:]) {
		key, after := s[lead:lead+size], s[lead+size:]
		sep := separatorOf(after)
		if sep.size == 0 || sep.kind == bare && !dashed && !atText {
			continue
		}
		for _, arg := range p.command.Args {
			if sep.kind == bare && !strings.EqualFold(key, arg.Name) {
				continue // a word like any other
			}
			off := slipsIn(key, arg.Name)
			if off < 0 || arg.Free && (off == 0 && sep.plain && lead == 0 || !atText || p.within) || off == maxSlip && size < 2 && !isInitial(arg, sep) || off >= least || arg.Positional && (atText || p.values[arg.Name] != nil) {
				continue
			}
			m := match{arg: arg, key: key, lead: s[:lead], off: off, sep: sep, dashed: dashed, sameStart: fold(key)[0] == arg.Name[0]}
			if c, size, fits := m.read(after[sep.size:], after[sep.value:], atText); fits {
				if size += lead + len(key); size > len(s) {
					size = len(s)
				}
				if c.source, c.spaced = s[:closing(s, size)], sep.spaced; c.open || arg.Free {
					c.source, c.lead = s[:size], size-len(c.values[0])
				}
				best, least, ok = c, off, true
			}
		}
	}
	return best, ok
}

// isInitial says that the first letter of arg's name may stand for it before sep:
// a value without doubt follows right behind it, l:breaking.
func isInitial(arg bot.Arg, sep separator) bool {
	return sep.kind == strong && !sep.spaced && (len(arg.Choices) > 0 || arg.TakesLinks())
}

// maxLead is how many marks may stand before an option's name.
const maxLead = 8

// leadOf is the size of the marks before an option's name: dashes, quotes,
// brackets, bold. dashed says that dashes are among them; after those and
// bullets white space may follow.
func leadOf(s string) (size int, dashed bool) {
	n, onlyBullets := 0, true
	for i := 0; i < len(s); {
		if tag := tagSize(s[i:]); tag > 0 && n < maxLead {
			i, n, onlyBullets = i+tag, n+1, false
			continue
		}
		r, width := utf8.DecodeRuneInString(s[i:])
		bullet := unicode.Is(unicode.Pd, r) || strings.ContainsRune("−•·/+>", r)
		switch {
		case isGap(r) && i > 0 && onlyBullets && n < maxLead:
		case isWordRune(r):
			return i, dashed
		case unicode.IsSpace(r) || unicode.Is(unicode.Co, r) || n == maxLead:
			return 0, false
		}
		onlyBullets = onlyBullets && (bullet || isGap(r))
		dashed = dashed || unicode.Is(unicode.Pd, r) || r == '−' || r == '/'
		i += width
		n++
	}
	return 0, false
}

// maxKey is how long the name of an option may be, in characters.
const maxKey = 32

// keySizes are the sizes of the names that s may begin with: as far as letters
// and hyphens go, and up to the first hyphen.
func keySizes(s string) []int {
	whole, first, n := len(s), 0, 0
	for i, r := range s {
		hyphen := r == '-' || r == '_'
		if !hyphen && !isWordRune(r) {
			whole = i
			break
		}
		if hyphen && first == 0 {
			first = i
		}
		if n++; n > maxKey {
			return nil
		}
	}
	whole = len(strings.TrimRight(s[:whole], "-_"))
	switch {
	case whole == 0:
		return nil
	case first == 0 || first >= whole:
		return []int{whole}
	}
	return []int{whole, first}
}

// separator is what stands between an option's name and its value.
type separator struct {
	size   int // up to the first letter or digit of the value
	value  int // up to where a value may begin with a quote
	kind   separatorKind
	spaced bool
	plain  bool // a colon right behind the name
	stops  bool // it can end a sentence or a part of one
}

type separatorKind int

const (
	bare   separatorKind = iota // white space alone
	weak                        // another sign
	strong                      // a colon, an equals sign, a semicolon, or what looks like one
)

const strongSigns = ":=;：﹕∶꞉ː︰＝；→"

// separatorOf reads the separator that s begins with; its size is 0 when there
// is none with a value after it on the same line.
func separatorOf(s string) separator {
	var sep separator
	n, begun := 0, false // begun: a quote stands where the value begins
	for i := 0; i < len(s); n++ {
		if tag := tagSize(s[i:]); tag > 0 {
			i += tag
			if sep.kind == strong {
				sep.value = i
			}
			continue
		}
		r, width := utf8.DecodeRuneInString(s[i:])
		switch {
		case isWordRune(r) || unicode.Is(unicode.Co, r):
			if sep.size = i; sep.kind != strong && !begun {
				sep.value = i
			}
			return sep
		case sep.kind == bare && sep.spaced && !begun && closers[r] != "":
			sep.value, begun = i, true
		case isGap(r) && n < maxGap:
			sep.spaced = true
			if sep.kind == strong && sep.value == i {
				sep.value = i + width
			}
		case unicode.IsSpace(r) || r == utf8.RuneError || n >= maxLead && !sep.spaced:
			return separator{}
		case strings.ContainsRune(strongSigns, r):
			sep.plain = i == 0 && r == ':'
			sep.kind, sep.value = strong, i+width
		default:
			sep.kind, sep.stops = max(sep.kind, weak), sep.stops || strings.ContainsRune(".,!?…", r)
		}
		i += width
	}
	return separator{}
}

// maxGap is how wide a separator with white space in it may be.
const maxGap = 40

// closing is where the piece that ends at size ends with the marks around it.
func closing(s string, size int) int {
	end := size + closingMarks(s[size:])
	rest := strings.TrimLeft(s[end:], wraps+"/|—–-")
	if first, _ := utf8.DecodeRuneInString(rest); isWordRune(first) {
		return end
	}
	return len(s) - len(rest)
}
