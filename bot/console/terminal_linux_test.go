package console

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"storybot/bot"
	"storybot/bot/console/consoletest"
)

// sat is a console before which a person sits.
type sat struct {
	*consoletest.Terminal
	t       *testing.T
	console *Console
	echo    *echo
	done    chan error
}

// sit starts a console at a terminal of that size.
func sit(t *testing.T, width, height int, change ...func(*Config)) *sat {
	t.Helper()
	s := &sat{Terminal: consoletest.New(t, width, height), t: t, echo: &echo{}, done: make(chan error, 1)}
	c := Config{In: s.TTY, Out: s.TTY, Specs: specs(), Greeting: func(edits bool) string {
		if edits {
			return "Welcome"
		}
		return "Welcome, without keys"
	}, Env: environ("TERM=xterm-256color")}
	for _, f := range change {
		f(&c)
	}
	s.console = New(c)
	if !s.console.Interactive() {
		t.Fatal("a terminal is not taken for one")
	}
	go func() { s.done <- s.console.Run(t.Context(), s.echo) }()
	s.Ends("editor #general>")
	return s
}

func environ(pairs ...string) func(string) string {
	return func(name string) string {
		for _, p := range pairs {
			if n, v, _ := strings.Cut(p, "="); n == name {
				return v
			}
		}
		return ""
	}
}

// leave ends the console by a key and waits for its end.
func (s *sat) leave(keys ...string) {
	s.t.Helper()
	s.Press(keys...)
	if err := <-s.done; err != nil {
		s.t.Errorf("Run = %v", err)
	}
}

// last is what was asked last.
func (s *sat) last() string { return asked(s.echo.asked[len(s.echo.asked)-1].Input) }

// Who leaves while something waits reads what becomes of it, however they leave.
func TestWhatWaitsIsSaidToWhoLeaves(t *testing.T) {
	for _, keys := range [][]string{{"quit", consoletest.Enter}, {"/quit", consoletest.Enter}, {consoletest.CtrlD}} {
		s := sit(t, 60, 10, func(c *Config) { c.Leaving = func(context.Context) string { return "An update waits." } })
		s.leave(keys...)
		s.Ends("An update waits.")
	}
}

func TestTerminal(t *testing.T) {
	before := consoletest.New(t, 40, 24)
	state, err := term.GetState(int(before.TTY.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	s := sit(t, 40, 24)
	if !strings.HasPrefix(s.Screen(), "Welcome\n\neditor #general>") {
		t.Errorf("it begins with:\n%s", s.Screen())
	}
	s.Press("/st\tsony-h\t")
	s.Ends("editor #general> /story sony-hack")
	s.Press(consoletest.Enter)
	s.Ends("editor #general> /story sony-hack\neditor in #general: story(sony-hack)\n\neditor #general>")

	// What comes while a line is typed stands above it, and the line stays.
	s.Press("/join ne")
	s.Ends("/join ne")
	m := bot.Plainly("It happened, and this line is wider than the window")
	if v := s.console.Do(t.Context(), push("k1", &m)); v.Outcome != bot.Delivered {
		t.Fatalf("Do = %+v", v)
	}
	s.Ends("── #news ──\nIt happened, and this line is wider\nthan the window\n\neditor #general> /join ne")
	if _, err := s.console.LogWriter(s.TTY).Write([]byte("a line of the log that is wider than the window\n")); err != nil {
		t.Fatal(err)
	}
	s.Ends("a line of the log that is wider than\n  the window\neditor #general> /join ne")
	s.Press("ws", consoletest.Enter)
	s.Ends("You are in #news now.\n\neditor #news>")
	s.leave(consoletest.CtrlD)
	after, err := term.GetState(int(s.TTY.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(*state) != fmt.Sprint(*after) {
		t.Error("the terminal was not given back as it was")
	}
}

// TestEditing moves through what is typed by the characters a person sees.
func TestEditing(t *testing.T) {
	const family, flag, accent = "👨‍👩‍👧", "🇺🇦", "e\u0301"
	left := func(n int) string { return strings.Repeat(consoletest.Left, n) }
	right := func(n int) string { return strings.Repeat(consoletest.Right, n) }
	for name, test := range map[string]struct{ keys, want string }{
		"wide characters":          {"漢字と仮名" + left(2) + "X", "漢字とX仮名"},
		"backspace in the middle":  {"漢字と仮名" + left(3) + consoletest.Backspace, "漢と仮名"},
		"delete in the middle":     {"漢字と仮名" + left(3) + consoletest.Delete, "漢字仮名"},
		"Ctrl-D in the middle":     {"漢字と仮名" + left(3) + consoletest.CtrlD, "漢字仮名"},
		"an emoji of three":        {"a" + family + "b" + left(2) + "X", "aX" + family + "b"},
		"and over it again":        {"a" + family + "b" + left(2) + right(1) + "X", "a" + family + "Xb"},
		"it goes in one piece":     {"a" + family + "b" + left(1) + consoletest.Backspace, "ab"},
		"and forwards":             {"a" + family + "b" + left(2) + consoletest.Delete, "ab"},
		"a flag":                   {"a" + flag + flag + left(1) + consoletest.Backspace, "a" + flag},
		"a letter with its accent": {"caf" + accent + "s" + left(1) + consoletest.Backspace, "cafs"},
		"Home and End":             {"bc" + consoletest.Home + "a" + consoletest.End + "d", "abcd"},
		"keys of Emacs":            {"bc\x01a\x05d", "abcd"},
		"a word back":              {"one two\x17three", "one three"},
		"the line":                 {"one two\x15three", "three"},
		"a tag of an option":       {"level:breaking 漢字", "level:breaking 漢字"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sit(t, 60, 24)
			s.Press("/update ", strings.ReplaceAll(strings.ReplaceAll(test.keys, consoletest.Home, consoletest.Home+right(8)), "\x01", "\x01"+right(8)))
			if strings.Contains(test.keys, "\x15") {
				test.want = "three"
				s.Press(consoletest.Home, "/update ")
			}
			s.Press(consoletest.Enter)
			s.Sees("editor in #general: update(")
			if want := "update(" + test.want + ")"; s.last() != want {
				t.Errorf("sent %q, want %q", s.last(), want)
			}
			s.leave(consoletest.CtrlD)
		})
	}
}

// TestTheCursorStandsWhereOneTypes beside wide characters.
func TestTheCursorStandsWhereOneTypes(t *testing.T) {
	s := sit(t, 60, 24)
	s.Press("漢字と")
	s.Ends("漢字と")
	s.Press(consoletest.Left, "x")
	s.Ends("漢字xと")
	const typed = len("editor #general> ") + 5
	s.CursorIn(typed)
	// It stays there whatever is printed above: a push, the log, the words one may go
	// on with.
	for _, shown := range []string{"First", "Second"} {
		m := bot.Plainly(shown)
		s.console.Do(t.Context(), push(shown, &m))
		s.Sees(shown)
		s.CursorIn(typed)
	}
	if _, err := s.console.LogWriter(s.TTY).Write([]byte("a line of the log\n")); err != nil {
		t.Fatal(err)
	}
	s.Sees("a line of the log")
	s.CursorIn(typed)
	s.Press(consoletest.CtrlC, "/update sony-hack ", consoletest.Tab)
	s.Sees("level:breaking  level:minor")
	s.CursorIn(len("editor #general> /update sony-hack "))
	s.leave(consoletest.CtrlC, consoletest.CtrlD)
}

// TestAPasteIsOneMessage however many lines it has.
func TestAPasteIsOneMessage(t *testing.T) {
	const five = "/update sony-hack The river\nrises.\n\nIts dams 漢字 hold\nfor now."
	for name, test := range map[string]struct{ pasted, want string }{
		"five lines":          {five, "The river\nrises.\n\nIts dams 漢字 hold\nfor now."},
		"with a break at end": {five + "\n", "The river\nrises.\n\nIts dams 漢字 hold\nfor now."},
		"of Windows":          {strings.ReplaceAll(five, "\n", "\r\n"), "The river\nrises.\n\nIts dams 漢字 hold\nfor now."},
		"a backslash":         {"/update sony-hack One\\\ntwo", "One\ntwo"},
		"a line like another": {"/update sony-hack One\n/no command", "One\n/no command"},
		"twenty lines":        {"/update sony-hack x" + strings.Repeat("\nline", 20), "x" + strings.Repeat("\nline", 20)},
	} {
		t.Run(name, func(t *testing.T) {
			s := sit(t, 50, 30)
			s.Paste(test.pasted)
			s.Press("!", consoletest.Enter)
			s.Ends("!)\n\neditor #general>")
			if len(s.echo.asked) != 1 || s.last() != "update(sony-hack "+test.want+"!)" {
				t.Errorf("sent %q", s.last())
			}
			s.leave(consoletest.CtrlD)
		})
	}
}

// TestCommandsArePastedTogether: lines copied from a page are what they are there.
func TestCommandsArePastedTogether(t *testing.T) {
	s := sit(t, 80, 30)
	s.Paste("/join news\n/story sony-hack\n\n/update sony-hack level:breaking Rain.\nhelp\n")
	s.Press(consoletest.Enter)
	s.Sees("editor #general> /join news", "editor #news> /story sony-hack", "editor #news> help", "On this console")
	var got []string
	for _, c := range s.echo.asked {
		got = append(got, asked(c.Input))
	}
	if want := "story(sony-hack) update(sony-hack level:breaking Rain.) help()"; strings.Join(got, " ") != want {
		t.Errorf("asked %q", got)
	}
	s.leave(consoletest.CtrlD)
}

func TestALineGoesOn(t *testing.T) {
	s := sit(t, 60, 24)
	s.Press("/update x one\\", consoletest.Enter)
	s.Sees("editor #general> /update x one\n               …")
	s.Press("two", consoletest.AltEnter, "three", consoletest.Up, consoletest.Home, ">")
	s.Ends("editor #general> /update x one\n               … >two\n               … three")
	s.Press(consoletest.Enter)
	s.Sees("update(x one")
	if s.last() != "update(x one\n>two\nthree)" {
		t.Errorf("sent %q", s.last())
	}
	s.leave(consoletest.CtrlD)
}

// TestALongPromptLeavesRoomToType in a narrow window.
func TestALongPromptLeavesRoomToType(t *testing.T) {
	s := sit(t, 40, 24)
	s.Press("/join a-channel-of-the-newsroom-in-london", consoletest.Enter)
	s.Ends("\n\neditor #a-channel…>")
	s.Press("/story 漢字")
	s.Ends("editor #a-channel…> /story 漢字")
	s.Press(consoletest.Enter)
	s.Sees("editor #a-channel…> /story 漢字\neditor in\n#a-channel-of")
	s.leave(consoletest.CtrlD)
}

func TestKeysThatLeave(t *testing.T) {
	s := sit(t, 60, 24)
	s.Press("/quit", consoletest.CtrlC) // drops the line
	s.Ends("/quit^C\neditor #general>")
	s.leave(consoletest.CtrlC)
	s = sit(t, 60, 24)
	s.leave("quit", consoletest.Enter)
	if len(s.echo.asked) != 0 {
		t.Errorf("asked %v", s.echo.asked)
	}
}

func TestTabListsWholeWords(t *testing.T) {
	s := sit(t, 60, 24)
	s.Press("/update sony-hack ", consoletest.Tab)
	s.Sees("level:breaking  level:minor  source:")
	s.Press("l", consoletest.Tab)
	s.Ends("/update sony-hack level:")
	s.Press("b", consoletest.Tab, "Rain", consoletest.Enter)
	s.Sees("editor in #general: update(sony-hack level:breaking Rain)")
	s.Press("/story hack", strings.Repeat(consoletest.Left, 4), "sony-f", consoletest.Tab)
	s.Ends("/story sony-film hack")
	s.leave(consoletest.CtrlC, consoletest.CtrlD)
}

// TestWhatIsTypedAheadIsHeardInTurn: the prompt of each line is the one it is
// heard under.
func TestWhatIsTypedAheadIsHeardInTurn(t *testing.T) {
	s := sit(t, 60, 24)
	s.Press("/join news\r/as mo\r/story x\rquit\r")
	if err := <-s.done; err != nil {
		t.Fatal(err)
	}
	s.Sees("editor #general> /join news", "editor #news> /as mo", "mo #news> /story x", "mo in #news: story(x)", "mo #news> quit")
}

// TestAnEndSaysWhatItIsOf: it comes when other answers stand between.
func TestAnEndSaysWhatItIsOf(t *testing.T) {
	s := sit(t, 60, 24)
	s.echo.reply = func(bot.Command) bot.Reply {
		return bot.Reply{
			Message: bot.Plainly("Published update 2 of sony-hack."),
			Live: func(context.Context) (bot.Message, bool, error) {
				return bot.Plainly("Published update 2 of sony-hack. Delivered."), true, nil
			},
			Ending: func(context.Context) (bot.Message, error) {
				return bot.Plainly("sony-hack, update 2: Delivered."), nil
			},
		}
	}
	s.Press("/update x y", consoletest.Enter)
	s.Ends("Published update 2 of sony-hack.\n\nsony-hack, update 2: Delivered.\n\neditor #general>")
	s.leave(consoletest.CtrlD)
}

func TestLongAnswersStayInOrder(t *testing.T) {
	s := sit(t, 40, 12)
	var long strings.Builder
	for i := range 100 {
		fmt.Fprintf(&long, "row %d\n", i)
	}
	s.echo.reply = func(bot.Command) bot.Reply { return bot.Reply{Message: bot.Plainly(long.String())} }
	s.Press("/story x", consoletest.Enter)
	s.Ends("row 92\nrow 93\nrow 94\nrow 95\nrow 96\nrow 97\nrow 98\nrow 99\n\neditor #general>")
	if strings.Count(s.Raw(), "row 50") != 1 {
		t.Error("a row is missing or twice")
	}
	s.leave(consoletest.CtrlD)
}

func TestTheWindowIsFollowed(t *testing.T) {
	s := sit(t, 60, 24)
	s.Press("/update x one two three four five six")
	s.Ends("six")
	s.Resize(40, 24)
	if err := unix.Kill(os.Getpid(), unix.SIGWINCH); err != nil {
		t.Fatal(err)
	}
	s.Ends("editor #general> /update x one two\n               … three four five six")
	s.Press(consoletest.Enter)
	s.Ends("editor #general> /update x one two\n               … three four five six\neditor in #general: update(x one two\nthree four five six)\n\neditor #general>")
	s.leave(consoletest.CtrlD)
}

func TestHistoryGoesOn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	keep := func(c *Config) {
		c.History = file
		c.Private = func(line string) bool { return strings.Contains(line, "sesame") }
	}
	s := sit(t, 60, 24, keep)
	s.Press("/story one\r/desk claim K7QX-42MD-WB3N\r/story sesame\r/update x two\\\rlines\r")
	s.Sees("update(x two\nlines)")
	s.leave(consoletest.CtrlD)
	s = sit(t, 60, 24, keep)
	s.Press(consoletest.Up)
	s.Ends("/update x two\n               … lines")
	s.Press(consoletest.Up, consoletest.Up) // a row up, then the entry before
	s.Ends("/story one")
	s.Press(consoletest.Down)
	s.Ends("lines")
	s.Press(consoletest.Down)
	s.Ends("editor #general>")
	s.leave(consoletest.CtrlD)
	if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), "K7QX") || strings.Contains(string(text), "sesame") {
		t.Errorf("%v, the history holds %s", err, text)
	}
}

func TestStylesAreShownWhereTheyMayBe(t *testing.T) {
	m := bot.Message{Title: "BREAKING", Tone: bot.Urgent, Blocks: []bot.Block{bot.Para(bot.Text("It rains")), {Kind: bot.Small, Spans: []bot.Span{bot.Text("sony-hack")}}}}
	for name, test := range map[string]struct {
		env    []string
		styled bool
	}{
		"as ever":        {[]string{"TERM=xterm"}, true},
		"NO_COLOR":       {[]string{"TERM=xterm", "NO_COLOR=1"}, false},
		"NO_COLOR empty": {[]string{"TERM=xterm", "NO_COLOR="}, true},
	} {
		s := sit(t, 60, 24, func(c *Config) { c.Env = environ(test.env...) })
		s.console.Do(t.Context(), push("k1", &m))
		s.Ends("── #news ──\nBREAKING\nIt rains\nsony-hack\n\neditor #general>")
		if got := strings.Contains(s.Raw(), "\x1b[1mBREAKING\x1b[0m") && strings.Contains(s.Raw(), "\x1b[2msony-hack\x1b[0m"); got != test.styled {
			t.Errorf("%s: styled %v, want %v", name, got, test.styled)
		}
		s.leave(consoletest.CtrlD)
	}
}

// TestADumbTerminal gets lines of text and nothing else.
func TestADumbTerminal(t *testing.T) {
	for _, kind := range []string{"TERM=dumb", "TERM="} {
		s := sit(t, 40, 24, func(c *Config) { c.Env = environ(kind) })
		s.Sees("Welcome, without keys\n\neditor")
		s.Press("/story sony-hack\n")
		s.Ends("editor #general> /story sony-hack\neditor in #general: story(sony-hack)\n\neditor #general>")
		s.Press("/update x one\\\n")
		s.Ends("\n…")
		m := bot.Plainly("It happened, and this line is wider than the window")
		s.console.Do(t.Context(), push("k1", &m))
		s.Ends("── #news ──\nIt happened, and this line is wider\nthan the window\n\n…")
		s.Press("two\n")
		s.Sees("update(x one\ntwo)")
		if strings.Contains(s.Raw(), "\x1b") {
			t.Errorf("it was sent %q", s.Raw())
		}
		s.leave("quit\n")
	}
}
