package main

import (
	"bytes"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// consoleStage is the program on a pipe.
type consoleStage struct {
	t       *testing.T
	input   io.Writer
	output  *feed
	turn    int
	shared  map[string][]seen // by channel
	newest  []string          // labels of the newest message with buttons
	channel []string
}

// feed is what a program printed, to be waited for.
type feed struct {
	mu    sync.Mutex
	text  bytes.Buffer
	taken int           // bytes of text
	news  chan struct{} // closed at the next piece; nil until somebody waits
}

// Write adds a piece.
func (f *feed) Write(b []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.text.Write(b)
	if f.news != nil {
		close(f.news)
		f.news = nil
	}
	return len(b), nil
}

// String is all that was printed, taken or not.
func (f *feed) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text.String()
}

// through waits for words, and takes all that was printed up to their end.
func (f *feed) through(words string) (string, error) {
	late := time.NewTimer(answerWait)
	defer late.Stop()
	for {
		f.mu.Lock()
		left := f.text.Bytes()[f.taken:]
		if i := bytes.Index(left, []byte(words)); i >= 0 {
			text := string(left[:i+len(words)])
			f.taken += len(text)
			f.mu.Unlock()
			return text, nil
		}
		if f.news == nil {
			f.news = make(chan struct{})
		}
		news := f.news
		f.mu.Unlock()
		select {
		case <-news:
		case <-late.C:
			return "", fmt.Errorf("the console did not print %q", words)
		}
	}
}

func onConsole(t *testing.T) *stage {
	t.Helper()
	rig := &consoleStage{t: t, channel: []string{"#busy", "#quiet"}}
	s := &stage{name: "console", longest: 8000, types: true, editor: func(channel int) person {
		return &consolePerson{rig, "editor", rig.channel[channel]}
	}, colleague: "ben", others: func() (person, person) {
		return &consolePerson{rig, "ben", rig.channel[busy]}, &consolePerson{rig, "rita", rig.channel[busy]}
	}}
	dir := t.TempDir()
	start := func() {
		rig.output = &feed{}
		rig.shared, rig.newest = map[string][]seen{}, nil
		s.process, rig.input = startTalk(t, dir, rig.output)
		s.process.waitReady()
	}
	start()
	s.restart = func(meanwhile func(string)) {
		s.process.stop()
		between(dir, meanwhile)
		start()
	}
	return s
}

// startTalk starts the program on a pipe, with its output going to out.
func startTalk(t *testing.T, dir string, out io.Writer) (*process, io.Writer) {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(binary), news: make(chan struct{}), ended: make(chan struct{}), began: time.Now()}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout = dir, []string{"LOG_LEVEL=debug", "DATABASE_URL=sqlite:storybot.db"}, out
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.listen(stderr)
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("the log of the console:\n%s", p.log())
		}
	})
	return p, p.stdin
}

// consolePerson is a person at the console.
type consolePerson struct {
	*consoleStage
	user, in string
}

func (p *consolePerson) say(l line) (seen, error) {
	return p.enter(l.String(), func() (seen, error) { return p.say(l) })
}

// pushedAgain makes again what was pushed when anew was done first. The same text a
// second time is asked about.
func pushedAgain(anew func() (seen, error)) func() (seen, error) {
	return func() (seen, error) {
		s, err := anew()
		if again, missing := s.named("Post it anyway"); err == nil && missing == nil {
			return again.press()
		}
		return s, err
	}
}

// enter types a line and reads all that is printed for it. Only the newest
// message with buttons can be pressed: anew makes the same answer again, so that
// it is the newest.
func (p *consolePerson) enter(text string, anew func() (seen, error)) (seen, error) {
	s, err := p.lines(strings.ReplaceAll(text, "\n", "\\\n"), anew)
	if err == nil && strings.Contains(s.text, "leaves the form.") { // the end of what is typed has left it
		s.submit = func(values map[string]string) (seen, error) {
			for _, name := range []string{"text", "level", "source", "at"} {
				text += "\n" + values[name]
			}
			if _, err := anew(); err != nil { // so that what is pressed is the newest again
				return seen{}, err
			}
			return p.lines(text, anew)
		}
	}
	return s, err
}

// lines types lines and reads all that is printed for them.
func (p *consolePerson) lines(text string, anew func() (seen, error)) (seen, error) {
	p.turn++
	begin, end := fmt.Sprintf("You are in %s now.\n\n", p.in), fmt.Sprintf("You are in #end%d now.\n\n", p.turn)
	if _, err := fmt.Fprintf(p.input, "/as %s\n/join %s\n%s\n/join #end%d\n", p.user, p.in, text, p.turn); err != nil {
		return seen{}, err
	}
	if _, err := p.output.through(begin); err != nil {
		return seen{}, err
	}
	printed, err := p.output.through(end)
	if err != nil {
		return seen{}, err
	}
	var shown seen
	for i, m := range divide(strings.TrimSuffix(printed, end)) {
		s := seen{text: strings.TrimSpace(m.text), public: m.channel != ""}
		if i == 0 {
			s.offers = p.offers(m, anew)
			shown = s
		} else {
			s.offers = p.lasting(m.labels, p.offers(m, pushedAgain(anew)))
		}
		if len(m.labels) > 0 {
			p.newest = m.labels
		}
		if s.public {
			p.shared[m.channel] = append(p.shared[m.channel], s)
		}
	}
	return shown, nil
}

// printed is a message as the console prints it.
type printed struct {
	channel string // whose people all see it, or ""
	text    string
	labels  []string
}

// heading stands over what all of a channel see, buttons are the last line of a
// message that has some.
var (
	consoleHeading = regexp.MustCompile(`^── (#\S+?)(?:, edited)? ──$`)
	consoleButtons = regexp.MustCompile(`(?:^|  )\[(\d+)\] `)
)

// divide tells the answer, which comes first, from what was pushed after it.
func divide(text string) []printed {
	all, at := make([]printed, 1), 0
	for i, row := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		heading := consoleHeading.FindStringSubmatch(row)
		switch {
		case heading != nil && i == 0:
			all[0].channel = heading[1]
		case heading != nil:
			all, at = append(all, printed{channel: heading[1]}), len(all)
		case strings.HasPrefix(row, "[1] "):
			all[at].labels = labelsOf(row)
			at = 0 // what follows says more of the answer
		default:
			all[at].text += row + "\n"
		}
	}
	return all
}

func labelsOf(row string) (labels []string) {
	at := consoleButtons.FindAllStringIndex(row, -1)
	for i, from := range at {
		end := len(row)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		labels = append(labels, row[from[1]:end])
	}
	return labels
}

// stamps are what differs between two prints of the same message.
var stamps = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d UTC|[Uu]pdate \d+|\d+ updates?|\d+ new to you`)

// offers are what can be pressed under a message, which anew makes the newest.
func (p *consolePerson) offers(m printed, anew func() (seen, error)) (all []offer) {
	for i, label := range m.labels {
		var press func() (seen, error)
		press = func() (seen, error) {
			if _, err := anew(); err != nil {
				return seen{}, err
			}
			n := slices.Index(p.newest, label)
			if n < 0 {
				return seen{}, fmt.Errorf("%w: %q is not among %q", errStale, label, p.newest)
			}
			return p.enter(strconv.Itoa(n+1), press)
		}
		all = append(all, offer{label: label, key: fmt.Sprintf("%s/%d/%s", stamps.ReplaceAllString(m.text, ""), i, label), press: press})
	}
	return all
}

// lasting leaves of what follows from a push what the push offers itself. Each
// push that is made again changes the rest, which commands lead to as well.
func (p *consolePerson) lasting(labels []string, offers []offer) []offer {
	for i, o := range offers {
		offers[i].press = func() (seen, error) {
			s, err := o.press()
			s.offers = p.lasting(labels, slices.DeleteFunc(s.offers, func(next offer) bool { return !slices.Contains(labels, next.label) }))
			return s, err
		}
	}
	return offers
}

func (p *consolePerson) read() []seen { return p.shared[p.in] }

// await reads: all that is due is printed before the next line is read.
func (p *consolePerson) await(what string, ok func([]seen) bool) ([]seen, error) {
	if !ok(p.read()) {
		return p.read(), fmt.Errorf("the console did not print %s", what)
	}
	return p.read(), nil
}

// forge presses what is not there.
func (p *consolePerson) forge(action, arg string) (seen, error) {
	return p.enter("/press "+action+arg, func() (seen, error) { return seen{}, errStale })
}
