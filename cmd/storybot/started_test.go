package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"storybot/bot"
)

// fakeChat is a platform whose first try to connect ends as it is told, and
// which goes on until it is stopped, as the platforms do.
type fakeChat struct {
	postbox
	name    string
	outcome error
	never   bool // the first try does not end
	started func(error)
	told    func() // called when the first try has ended; may be nil
}

func (f *fakeChat) Name() string         { return f.name }
func (f *fakeChat) Health() []bot.Health { return []bot.Health{{ID: f.name, Connection: f.name}} }
func (f *fakeChat) Run(ctx context.Context, _ bot.Handler) error {
	if !f.never {
		f.started(f.outcome)
		f.started(errors.New("a second call counts for nothing"))
		if f.told != nil {
			f.told()
		}
	}
	<-ctx.Done()
	return nil
}

// syncBuffer is a buffer several may write to, and which tells of a text in it.
type syncBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
	want string
	seen chan struct{} // closed once want was written
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	had := strings.Contains(b.text.String(), b.want)
	n, err := b.text.Write(p)
	if b.seen != nil && !had && strings.Contains(b.text.String(), b.want) {
		close(b.seen)
	}
	return n, err
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// runWith runs the program with these platforms in place of the real ones until
// it ends by itself, or until it has said until.
func runWith(t *testing.T, until string, stdin io.Reader, args []string, chats ...*fakeChat) (status int, log string) {
	t.Helper()
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	out := &syncBuffer{want: until}
	if until != "" {
		out.seen = make(chan struct{})
		go func() {
			select {
			case <-out.seen:
			case <-ctx.Done():
			}
			cancel()
		}()
	}
	p := &program{stdin: stdin, stdout: io.Discard, stderr: out, hidden: new(hidden)}
	kit := func(name string, open func(bot.Parts) (bot.Platform, error)) bot.Kit {
		return bot.Kit{Refs: bot.Refs{Platform: name, Title: name}, Settings: []bot.Setting{{Name: strings.ToUpper(name) + "_TOKEN", Token: true}}, Open: open}
	}
	for _, chat := range chats {
		p.environ = append(p.environ, strings.ToUpper(chat.name)+"_TOKEN=the.secret.token-0123456789")
		p.kits = append(p.kits, kit(chat.name, func(parts bot.Parts) (bot.Platform, error) {
			chat.started = parts.Started
			return chat, nil
		}))
	}
	p.kits = append(p.kits, kit("unset", func(bot.Parts) (bot.Platform, error) {
		return nil, errors.New("a platform that is not configured was opened")
	}))
	status = p.run(ctx, args)
	return status, out.String()
}

func refusal1() error {
	return &bot.Refused{Cure: "The first refuses the token the.secret.token-0123456789. Set FIRST_TOKEN.", Err: errors.New("401")}
}

func refusal2() error {
	return &bot.Refused{Cure: "The second refuses its token. Set SECOND_TOKEN.", Err: errors.New("invalid_auth")}
}

// TestAllRefused ends with status 2 and all cures when every platform refuses.
func TestAllRefused(t *testing.T) {
	status, log := runWith(t, "", strings.NewReader(""), nil, &fakeChat{name: "first", outcome: refusal1()}, &fakeChat{name: "second", outcome: refusal2()})
	const want = `storybot: every platform refuses the bot:
  first: The first refuses the token ••••. Set FIRST_TOKEN.
  second: The second refuses its token. Set SECOND_TOKEN.
Mend the settings and start it again.
`
	if status != exitUsage || !strings.HasSuffix(log, want) {
		t.Errorf("exit status %d:\n%s", status, log)
	}
	if strings.Contains(log, "the.secret") {
		t.Errorf("the token is in the log:\n%s", log)
	}
	status, log = runWith(t, "", strings.NewReader(""), nil, &fakeChat{name: "second", outcome: refusal2()})
	if status != exitUsage || !strings.Contains(log, "  second: The second refuses its token.") {
		t.Errorf("one alone: exit status %d:\n%s", status, log)
	}
}

// TestOneOfTwoRefused goes on with the other, whatever that one is doing.
func TestOneOfTwoRefused(t *testing.T) {
	for name, other := range map[string]*fakeChat{
		"is connected":         {name: "second"},
		"is still trying":      {name: "second", never: true},
		"has another weakness": {name: "second", outcome: errors.New("no network")},
	} {
		t.Run(name, func(t *testing.T) {
			const ready = "storybot is ready"
			status, log := runWith(t, ready, strings.NewReader(""), nil, &fakeChat{name: "first", outcome: refusal1()}, other)
			if status != exitOK || strings.Contains(log, "refuse") { // the platform itself tells of it
				t.Errorf("exit status %d:\n%s", status, log)
			}
		})
	}
}

// TestTheConsoleGoesOnWithoutThem answers on the console although all platforms
// refuse, and ends well at the end of its input.
func TestTheConsoleGoesOnWithoutThem(t *testing.T) {
	input, typed := io.Pipe()
	typing := func() {
		go func() {
			_, _ = io.WriteString(typed, "/stories\n")
			_ = typed.Close()
		}()
	}
	status, log := runWith(t, "", input, []string{"--console"}, &fakeChat{name: "first", outcome: refusal1(), told: typing})
	if status != exitOK || strings.Contains(log, "every platform refuses") {
		t.Errorf("exit status %d:\n%s", status, log)
	}
}

// TestStartsInAnyOrder has the outcomes come as they like.
func TestStartsInAnyOrder(t *testing.T) {
	for _, test := range []struct {
		outcomes []error // of first, second, first, …
		all      bool
	}{
		{nil, false},
		{[]error{refusal1()}, false},
		{[]error{refusal1(), refusal2()}, true},
		{[]error{nil, refusal2()}, false},
		{[]error{refusal1(), nil}, false},
		{[]error{refusal1(), nil, nil, refusal2()}, false}, // the first outcome counts
		{[]error{refusal1(), errors.New("down")}, false},
	} {
		s := newStarts()
		s.expect("first")
		s.expect("second")
		tell := []func(error){s.of("first"), s.of("second")}
		for i, outcome := range test.outcomes {
			tell[i%2](outcome)
		}
		all := false
		select {
		case <-s.refused:
			all = true
		default:
		}
		if all != test.all {
			t.Errorf("%v: all refused %v, want %v", test.outcomes, all, test.all)
		}
	}
}
