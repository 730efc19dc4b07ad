package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/command"
)

// answerWait is how long a person waits for an answer before they think that
// the button is dead.
const answerWait = 6 * time.Second

// person is somebody who uses the bot in one channel, on whichever platform.
type person interface {
	// say types a command and returns what they are shown for it.
	say(l line) (seen, error)
	// read is what everybody can read in the channel of the bot's, oldest first.
	read() []seen
	// await reads until ok finds what it looks for; what names that.
	await(what string, ok func([]seen) bool) ([]seen, error)
	// forge presses a button that the bot never wrote, in the channel.
	forge(action, arg string) (seen, error)
}

// seen is a message as somebody sees it.
type seen struct {
	text   string
	public bool // all of the channel see it
	offers []offer
	// again lets the platform deliver what this answers once more, and returns
	// when the bot has taken that.
	again func() error
	// submit fills in the form that was opened, by the names of its fields, and submits
	// it; nil where none was.
	submit func(values map[string]string) (seen, error)
	// later is what the answer reads, or what followed it, once that holds words; nil on
	// a console, whose answers stay as they are.
	later func(words string) (seen, error)
	// payload is what the platform was sent to show it, nil on a console.
	payload any
}

// offer is something to press in a message: a button, or an option of a menu.
type offer struct {
	label string
	// key is the same for all that do the same: the action and its argument, or
	// whatever else is known of them.
	key string
	// press presses it and returns what is shown for it.
	press func() (seen, error)
}

// errStale says that an offer is not there any more, because what it was about
// has changed.
var errStale = errors.New("the way to this button is gone")

// named returns the offer whose label begins so.
func (s seen) named(prefix string) (offer, error) {
	for _, o := range s.offers {
		if strings.HasPrefix(o.label, prefix) {
			return o, nil
		}
	}
	return offer{}, fmt.Errorf("no %q among %q in: %s", prefix, s.labels(), s.text)
}

func (s seen) labels() (labels []string) {
	for _, o := range s.offers {
		labels = append(labels, o.label)
	}
	return labels
}

// line is a command: with its options by name, or as somebody typed it.
type line struct {
	name    string // "desk track"
	options map[string]string
	typed   string // instead of both, where people type: "/desk stauts"
}

// ask makes a line of a command's name and of its options' names and values.
func ask(name string, options ...string) line {
	l := line{name: name, options: map[string]string{}}
	for i := 0; i+1 < len(options); i += 2 {
		l.options[options[i]] = options[i+1]
	}
	return l
}

func typed(text string) line { return line{typed: text} }

// String is the line as people type it: what has a place first, then options,
// then the free text.
func (l line) String() string {
	if l.typed != "" {
		return l.typed
	}
	specs := command.Specs()
	i := slices.IndexFunc(specs, func(s bot.Spec) bool { return s.Name == l.name })
	if i < 0 {
		return "/" + l.name
	}
	var placed, keyed, free []string
	for _, arg := range specs[i].Args {
		value := l.options[arg.Name]
		switch {
		case value == "":
		case arg.Positional:
			placed = append(placed, value)
		case arg.Free:
			free = append(free, value)
		case strings.Contains(value, " "):
			keyed = append(keyed, arg.Name+`:"`+value+`"`)
		default:
			keyed = append(keyed, arg.Name+":"+value)
		}
	}
	return strings.Join(slices.Concat([]string{"/" + l.name}, placed, keyed, free), " ")
}

// short is the line for a report.
func (l line) short() string {
	text, _ := bot.Cut(bot.OneLine(l.String()), 60)
	return text
}

// stage is the program running on one platform, with two channels on it.
type stage struct {
	name string
	// editor is an admin who manages every channel, visitor somebody who may
	// only read; nil on a platform that has no such person.
	editor, visitor func(channel int) person
	// elsewhere are other ways in which the editor may ask, by what they are.
	elsewhere map[string]person
	// others are another person who may become a moderator, by the name that a command
	// takes for them, and somebody who only reads.
	others    func() (colleague, reader person)
	colleague string
	// add picks Add to story on a message that somebody has written in the busy channel;
	// nil where there is no such menu.
	add     func(text string) (seen, error)
	longest int  // an update's text that can be typed, in characters
	types   bool // commands are typed as text
	process *process
	// restart stops the program well and starts it again; meanwhile may be nil and
	// is given the address of the database.
	restart func(meanwhile func(database string))
}

// The channels of a stage: one that follows much, and one that follows what a
// test makes it follow.
const (
	busy = iota
	quiet
)

// stages are all platforms.
func stages() map[string]func(*testing.T) *stage {
	return map[string]func(*testing.T) *stage{"slack": onSlack, "discord": onDiscord, "console": onConsole}
}

// tell types a command that has to be answered.
func tell(t *testing.T, p person, l line) seen {
	t.Helper()
	s, err := p.say(l)
	if err != nil {
		t.Fatalf("%s: %v", l.short(), err)
	}
	return s
}

// push presses the offer of a message whose label begins so.
func push(t *testing.T, s seen, label string) seen {
	t.Helper()
	o, err := s.named(label)
	if err != nil {
		t.Fatal(err)
	}
	presses(t, o.label)
	answer, err := o.press()
	if err != nil {
		t.Fatalf("%q of %s: %v", o.label, s.text, err)
	}
	return answer
}

// told begins what the first message of a subscription says of it. It shows newest
// updates too, but is none.
const told = "subscribed this channel to "

// has says whether a message holds words, the first one of a subscription only those
// about it.
func has(s seen, words string) bool {
	return strings.Contains(s.text, words) && (strings.HasPrefix(words, told) || !strings.Contains(s.text, told))
}

// withWords waits for a message in the channel that holds words.
func withWords(t *testing.T, p person, words string) seen {
	t.Helper()
	var found seen
	_, err := p.await(fmt.Sprintf("a message with %q", words), func(all []seen) bool {
		for _, s := range all {
			if has(s, words) {
				found = s
				return true
			}
		}
		return false
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// shows says whether an update in the channel holds words.
func shows(p person, words string) bool {
	return times(p.read(), words) > 0
}
