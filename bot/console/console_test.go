package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

// echo answers every command with what it was asked.
type echo struct {
	asked []bot.Command
	reply func(bot.Command) bot.Reply
}

func (e *echo) Handle(_ context.Context, c bot.Command) bot.Reply {
	e.asked = append(e.asked, c)
	if e.reply != nil {
		return e.reply(c)
	}
	return bot.Reply{Message: bot.Plainly(fmt.Sprintf("%s in %s: %s", c.User.Name, c.Where.Channel, asked(c.Input)))}
}

// asked writes an input as the tests compare it.
func asked(in bot.Input) string {
	switch in := in.(type) {
	case bot.Typed:
		return in.Name + "(" + in.Text + ")"
	case bot.Press:
		return "()" + string(in.Action) + in.Arg
	}
	return "?"
}

func (e *echo) Complete(_ context.Context, _, arg, typed string) []bot.Choice {
	if arg != "story" {
		return nil
	}
	return []bot.Choice{{Value: "sony-hack"}, {Value: "sony-film"}, {Value: "other"}}
}

func specs() []bot.Spec {
	slug := bot.Arg{Name: "story", Positional: true, Completes: true}
	return []bot.Spec{
		{Name: "story", Args: []bot.Arg{slug}},
		{Name: "update", Args: []bot.Arg{slug, {Name: "text", Free: true}, {Name: "level", Choices: []bot.Choice{{Value: "breaking"}, {Value: "minor"}}}, {Name: "source"}}},
		{Name: "desk track", Args: []bot.Arg{{Name: "headline", Free: true}}},
		{Name: "desk close", Args: []bot.Arg{slug}},
	}
}

// talk runs a console over input lines and returns what it printed, entry by
// entry.
func talk(t *testing.T, h bot.Handler, input string) []string {
	t.Helper()
	var out bytes.Buffer
	c := New(Config{In: strings.NewReader(input), Out: &out, Specs: specs()})
	if err := c.Run(t.Context(), h); err != nil {
		t.Fatalf("Run = %v", err)
	}
	if !strings.HasSuffix(out.String(), "\n\n") {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n\n"), "\n\n")
}

// What nobody sees is not there, and white space of any kind divides words.
func TestInvisibleInput(t *testing.T) {
	for _, tt := range []struct{ input, want string }{
		{"\uFEFF/story sony-hack\n", "editor in #general: story(sony-hack)"},
		{"\uFEFF\n/story sony-hack\n", "editor in #general: story(sony-hack)"},
		{"\u200B/story sony-hack\n", "editor in #general: story(sony-hack)"},
		{"/update\u00A0sony-hack\u00A0River Rises\n", "editor in #general: update(sony-hack\u00A0River Rises)"},
		{"/desk\u3000track\u2003The Film\n", "editor in #general: desk track(The Film)"},
		{"/as\u00A0mo\n/story x\n", "mo in #general: story(x)"},
	} {
		h := &echo{}
		said := talk(t, h, tt.input)
		if len(said) == 0 || said[len(said)-1] != tt.want {
			t.Errorf("%q: %q, want %q", tt.input, said, tt.want)
		}
	}
}

func TestTalk(t *testing.T) {
	tests := map[string]struct {
		input string
		want  []string
	}{
		"a command":                              {"/story sony-hack\n", []string{"editor in #general: story(sony-hack)"}},
		"the last line needs no break":           {"/story sony-hack", []string{"editor in #general: story(sony-hack)"}},
		"a break of Windows":                     {"/story sony-hack\r\n", []string{"editor in #general: story(sony-hack)"}},
		"capitals":                               {"/Story Sony", []string{"editor in #general: story(Sony)"}},
		"a command of two words":                 {"/desk  track   A  headline", []string{"editor in #general: desk track(A  headline)"}},
		"the first of two words":                 {"/desk what", []string{"editor in #general: desk(what)"}},
		"an unknown command":                     {"/nothing here", []string{"editor in #general: nothing(here)"}},
		"empty lines":                            {"\n \n\t\n", nil},
		"a line that goes on":                    {"/update sony-hack one\\\ntwo\\\n\n/story x", []string{"editor in #general: update(sony-hack one\ntwo)", "editor in #general: story(x)"}},
		"the last line goes on":                  {"/story x\\", []string{"editor in #general: story(x)"}},
		"another channel":                        {"/join #news\n/story x", []string{"You are in #news now.", "editor in #news: story(x)"}},
		"another channel without its mark":       {"/join news\n/story x", []string{"You are in #news now.", "editor in #news: story(x)"}},
		"a channel that is none":                 {"/join no such\n/join", []string{"A channel's name is letters, digits, - and _, at most 80 of them. Example: /join #news", "A channel's name is letters, digits, - and _, at most 80 of them. Example: /join #news"}},
		"another user":                           {"/as Alice\n/story x", []string{"You are Alice now.", "Alice in #general: story(x)"}},
		"a user that is many":                    {"/as @Everyone\n/story x", []string{"Everyone is nobody's name here: chats take it for a group of people. Take another one. Example: /as alice", "editor in #general: story(x)"}},
		"a user that is none":                    {"/as a:b", []string{"A user's name is letters, digits, dots, - and _, at most 40 of them. Example: /as alice"}},
		"chatter":                                {"hello", []string{"Commands begin with a slash. Example: /story sony-hack. Write help for all of them."}},
		"a command without its slash":            {"desk status", []string{"Commands begin with a slash: /desk …"}},
		"nothing to press":                       {"/press 1\n2", []string{"There is no message with buttons yet. Where a message has some, they stand below it, with their numbers.", "There is no message with buttons yet. Where a message has some, they stand below it, with their numbers."}},
		"leaving":                                {"/quit\n/story x", nil},
		"leaving in another word":                {"/exit\n/story x", nil},
		"leaving without a slash":                {"quit\n/story x", nil},
		"leaving without a slash, too":           {"Exit\n/story x", nil},
		"no leaving":                             {"quit now", []string{chatter}},
		"help about a command":                   {"/help story\nhelp story\n/help /story", []string{helped, helped, helped}},
		"help about a command of two words":      {"/help desk track\nhelp /desk  track", []string{"editor in #general: desk track(help)", "editor in #general: desk track(help)"}},
		"help about some of two words":           {"/help desk", []string{"editor in #general: desk(help)"}},
		"help about leaving leaves not":          {"/quit help\nquit ?\n/help quit\n/story x", []string{quitHelp[0], quitHelp[1], quitHelp[2], quitHelp[0], quitHelp[1], quitHelp[2], quitHelp[0], quitHelp[1], quitHelp[2], "editor in #general: story(x)"}},
		"a channel called help":                  {"/join #help\n/story x", []string{"You are in #help now.", "editor in #help: story(x)"}},
		"own commands in capitals":               {"/JOIN news\n/As mo\n/story x", []string{"You are in #news now.", "You are mo now.", "mo in #news: story(x)"}},
		"a line that is too long, and the next":  {"/story " + strings.Repeat("x", maxLine) + "\n/story y", []string{tooLong, "editor in #general: story(y)"}},
		"lines that are too long together":       {strings.Repeat(strings.Repeat("x", 1000)+"\\\n", maxLine/1000+1) + "end\n/story y", []string{tooLong, "editor in #general: story(y)"}},
		"a line that is too long without a next": {strings.Repeat("x", maxLine+1), []string{tooLong}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, talk(t, &echo{}, test.input)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

const (
	chatter = "Commands begin with a slash. Example: /story sony-hack. Write help for all of them."
	helped  = "editor in #general: story(help)"
)

var quitHelp = []string{"/quit\nLeave; the bot stops with it.", "/quit", "Example: /quit"}

// TestHelpChangesNothing: a person who asks what a command of the console's does
// is told, and stays where and who they are.
func TestHelpChangesNothing(t *testing.T) {
	for _, word := range []string{"help", "?", "HELP", "--help", "-h"} {
		for _, own := range []string{"join", "as", "press", "quit", "exit"} {
			for _, line := range []string{"/" + own + " " + word, "/help " + own, "help /" + own} {
				h := &echo{}
				said := talk(t, h, line+"\n/story x")
				if len(h.asked) != 1 || said[len(said)-1] != "editor in #general: story(x)" {
					t.Errorf("%s: %q", line, said)
				}
				if all := strings.Join(said, "\n"); !strings.Contains(all, "Example: /") || strings.Contains(all, "now.") {
					t.Errorf("%s is not explained: %q", line, said)
				}
			}
		}
	}
}

const tooLong = "This is longer than the console reads, so nothing was done. A shorter one is read: an update has at most 8,000 characters."

func TestHelpListsTheConsolesOwnCommands(t *testing.T) {
	for _, line := range []string{"help", "/help"} {
		out := strings.Join(talk(t, &echo{}, line), "\n")
		for _, word := range []string{"editor in #general: help()", "/join", "/as", "/press", "/quit"} {
			if !strings.Contains(out, word) {
				t.Errorf("%s does not mention %s:\n%s", line, word, out)
			}
		}
	}
}

func TestButtonsArePressedByNumber(t *testing.T) {
	h := &echo{}
	h.reply = func(c bot.Command) bot.Reply {
		m := bot.Plainly("Read this")
		if pressed, ok := c.Input.(bot.Press); ok {
			m = bot.Plainly("pressed " + string(pressed.Action) + " " + pressed.Arg)
		} else {
			m.Buttons = []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "7"}, {Label: "Page", URL: "https://example.org/"}}
		}
		return bot.Reply{Message: m}
	}
	want := []string{
		"Read this\n[1] Timeline  [2] Page",
		"pressed timeline 7",
		"pressed timeline 7",
		"Page is at https://example.org/",
		"The newest message with buttons has these: [1] Timeline  [2] Page. Example: /press 1",
		"The newest message with buttons has these: [1] Timeline  [2] Page. Example: /press 1",
	}
	if diff := cmp.Diff(want, talk(t, h, "/story x\n/press 1\n1\n2\n3\n/press it")); diff != "" {
		t.Error(diff)
	}
}

// TestRowsArePressedByNumber, before what the whole message offers.
func TestRowsArePressedByNumber(t *testing.T) {
	h := &echo{}
	h.reply = func(c bot.Command) bot.Reply {
		if pressed, ok := c.Input.(bot.Press); ok {
			return bot.Reply{Message: bot.Plainly("pressed " + string(pressed.Action) + " " + pressed.Arg)}
		}
		row := bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Text("one")}, Button: &bot.Button{Label: "One", Action: "open", Arg: "1"}}
		return bot.Reply{Message: bot.Message{Blocks: []bot.Block{row}, Buttons: []bot.Button{{Label: "Older", Action: "page", Arg: "2"}}}}
	}
	if diff := cmp.Diff([]string{"- one\n[1] One  [2] Older", "pressed open 1", "pressed page 2"}, talk(t, h, "/story x\n1\n2")); diff != "" {
		t.Error(diff)
	}
}

func TestEveryRequestHasItsOwnKey(t *testing.T) {
	one, two := &echo{}, &echo{}
	talk(t, one, "/story x\n/story x\n")
	talk(t, two, "/story x\n")
	keys := map[string]bool{}
	for _, c := range append(one.asked, two.asked...) {
		if !strings.HasPrefix(c.Key, "console:") || c.Lane != "console" || c.User.Ref != "console:editor" || c.Asker.Manages(t.Context()) != nil || c.Asker.Posts(t.Context()) != nil || c.Asker.Name(t.Context()) != "editor" {
			t.Errorf("command %+v", c)
		}
		keys[c.Key] = true
	}
	if len(keys) != 3 {
		t.Errorf("three requests under %d keys", len(keys))
	}
}

// TestPushesFollowTheAnswer has a push ready while the answer is still being
// made, as the delivery engine may.
func TestPushesFollowTheAnswer(t *testing.T) {
	var out bytes.Buffer
	var c *Console
	sent := make(chan bot.Verdict, 1)
	h := &echo{reply: func(bot.Command) bot.Reply {
		m := bot.Plainly("It happened")
		begun := make(chan struct{})
		go func() {
			close(begun)
			sent <- c.Do(context.Background(), push("k1", &m))
		}()
		<-begun
		return bot.Reply{Message: bot.Plainly("Published")}
	}}
	c = New(Config{In: strings.NewReader("/update x it\n"), Out: &out, Specs: specs(), Settled: func(context.Context, bool) error {
		if v := <-sent; v.Outcome != bot.Delivered || v.MessageID != "k1" {
			t.Errorf("verdict %+v", v)
		}
		sent <- bot.Verdict{Outcome: bot.Delivered, MessageID: "k1"} // settled is asked again at the end
		return nil
	}})
	if err := c.Run(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("Published\n\n── #news ──\nIt happened\n\n", out.String()); diff != "" {
		t.Error(diff)
	}
}

func push(key string, m *bot.Message) bot.Operation {
	return bot.Operation{Message: m, Delivery: stories.Delivery{Key: key, Destination: stories.Destination{Platform: Platform, Channel: "#news"}, Tries: stories.Tries{First: time.Now()}}}
}

func TestSharedAnswersStandUnderTheChannel(t *testing.T) {
	h := &echo{reply: func(bot.Command) bot.Reply { return bot.Reply{Message: bot.Plainly("For all"), Public: true} }}
	if diff := cmp.Diff([]string{"── #general ──\nFor all"}, talk(t, h, "/story x")); diff != "" {
		t.Error(diff)
	}
}

func TestLiveAnswersEndInTheirLastState(t *testing.T) {
	live := bot.Plainly("Delivered 3 of 3")
	h := &echo{reply: func(bot.Command) bot.Reply {
		return bot.Reply{Message: bot.Plainly("Delivered 0 of 3"), Live: func(context.Context) (bot.Message, bool, error) { return live, true, nil }}
	}}
	if diff := cmp.Diff([]string{"Delivered 0 of 3", "Delivered 3 of 3"}, talk(t, h, "/update x")); diff != "" {
		t.Error(diff)
	}
	live = bot.Plainly("Delivered 0 of 3")
	live.Blocks = append(live.Blocks, bot.Para(bot.Text("Delivered to all 3")))
	if diff := cmp.Diff([]string{"Delivered 0 of 3", "Delivered to all 3"}, talk(t, h, "/update x")); diff != "" {
		t.Error("the beginning is said twice:", diff)
	}
	live = bot.Plainly("Delivered 0 of 3")
	if diff := cmp.Diff([]string{"Delivered 0 of 3"}, talk(t, h, "/update x")); diff != "" {
		t.Error("said twice:", diff)
	}
}

func TestControlCharactersNeverReachTheScreen(t *testing.T) {
	nasty := "a\x1b[31mred\x1b]0;title\x07 b\rc\x00d\x9be \u202Ef"
	h := &echo{reply: func(bot.Command) bot.Reply {
		m := bot.Message{Title: nasty, Blocks: []bot.Block{bot.Para(bot.Text(nasty))}, Buttons: []bot.Button{{Label: nasty, Action: "x"}, {Label: nasty, URL: "https://example.org/" + nasty}}}
		return bot.Reply{Message: m, Public: true}
	}}
	for _, entry := range talk(t, h, "/story "+nasty+"\n/join "+nasty+"\n/as "+nasty+"\n"+nasty+"\n2\n9\n") {
		if strings.ContainsAny(entry, "\x1b\x07\r\x00\u009b\u202E") {
			t.Errorf("a control character is in %q", entry)
		}
	}
}

func TestSettle(t *testing.T) {
	c := New(Config{In: strings.NewReader(""), Out: io.Discard})
	m := bot.Plainly("It happened")
	printed := push("k1", &m)
	if v := c.Do(t.Context(), printed); v.Outcome != bot.Delivered {
		t.Fatalf("Do = %+v", v)
	}
	if v := c.Settle(t.Context(), printed); v.Outcome != bot.Delivered || v.MessageID != "k1" {
		t.Errorf("printed: %+v", v)
	}
	if v := c.Settle(t.Context(), push("k2", &m)); v.Outcome != bot.NotSent {
		t.Errorf("not printed: %+v", v)
	}
	earlier := push("k3", &m)
	earlier.Delivery.Tries.First = time.Now().Add(-time.Hour)
	if v := c.Settle(t.Context(), earlier); v.Outcome != bot.Unreadable || v.Reason == "" {
		t.Errorf("of an earlier process: %+v", v)
	}
	for i := range 3 * maxPrinted {
		c.Do(t.Context(), push(fmt.Sprint("n", i), &m))
	}
	if len(c.marks.copies) > maxPrinted+1 {
		t.Errorf("%d keys are kept", len(c.marks.copies))
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestOutputThatFailsIsAnError(t *testing.T) {
	c := New(Config{In: strings.NewReader("/story x\n"), Out: brokenWriter{}, Specs: specs()})
	if err := c.Run(t.Context(), &echo{}); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("Run = %v", err)
	}
	m := bot.Plainly("x")
	if v := c.Do(t.Context(), push("k", &m)); v.Outcome != bot.Transient {
		t.Errorf("Do = %+v", v)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	in, w := io.Pipe()
	defer w.Close() // lets the reader go
	c := New(Config{In: in, Out: io.Discard, Specs: specs()})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, &echo{}) }()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run = %v", err)
	}
}

func TestComplete(t *testing.T) {
	c := New(Config{In: strings.NewReader(""), Out: io.Discard, Specs: specs()})
	tests := map[string][]string{
		"":                                     {"help", "quit"},
		"he":                                   {"help"},
		"/":                                    {"/as", "/desk", "/help", "/join", "/press", "/quit", "/story", "/update"},
		"/st":                                  {"/story"},
		"/story ":                              {"sony-hack", "sony-film", "other"},
		"/story sony":                          {"sony-hack", "sony-film"},
		"/story sony-hack x":                   nil,
		"/help":                                {"/help"},
		"/help /st":                            {"/story"},
		"/update sony":                         {"sony-hack", "sony-film"},
		"/update o ":                           {"level:breaking", "level:minor", "source:"},
		"/update o l":                          {"level:breaking", "level:minor"},
		"/update o s":                          {"source:"},
		"/update o level:minor ":               {"source:"},
		"/update o level:minor source:x.org s": nil,
		"/update o Rain. ":                     nil,
		"/update o Rain. lev":                  nil,
		"/update o text:x ":                    {"level:breaking", "level:minor", "source:"},
		"/desk ":                               {"track", "close"},
		"/desk c":                              {"close"},
		"/desk close o":                        {"other"},
		"/update o le":                         {"level:breaking", "level:minor"},
		"/update o level:":                     {"level:breaking", "level:minor"},
		"/update o level:b":                    {"level:breaking"},
		"/update o other:b":                    nil,
		"/join ":                               {"#general"},
		"/nothing ":                            nil,
		"/update story:other":                  {"story:other"},
	}
	for line, want := range tests {
		if diff := cmp.Diff(want, c.complete(t.Context(), &echo{}, line)); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
}
