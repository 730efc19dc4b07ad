package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/bot/console/consoletest"
)

// The questions of each form, in order, and how many lines one types for it to have
// something that is worth keeping.
var consoleForms = []struct {
	opens string
	asks  []string
	typed string // for the first question
	holds bool   // the first holds something when it opens
}{
	{"/desk write sony-hack", []string{"What happened", "Level", "Sources", "When, if not now"}, "The film is out.", false},
	{"/desk track", []string{"Headline", "What it is about", "Topics", "Slug"}, "The Rhine rises", false},
	{"/desk edit sony-hack", []string{"Headline", "What it is about", "Topics"}, "The studio releases the film", true},
	{"/desk correct sony-hack 1", []string{"What it is to say", "What was wrong", "Sources"}, "The White House is sure.", true},
	{"/desk fix sony-hack 1", []string{"What it is to say", "Sources"}, "The White House is certain.", true},
}

// TestAFormIsLeftWithNothingLost: in each question of each form a window gets another
// size, a line is begun and dropped, and the form is left by a key. The program goes on,
// what was typed is a draft, in the next run too.
func TestAFormIsLeftWithNothingLost(t *testing.T) {
	for _, form := range consoleForms {
		t.Run(form.opens, func(t *testing.T) {
			dir := t.TempDir()
			env := []string{"TERM=xterm-256color"}
			s := seat(t, dir, 100, 400, env)
			for at, field := range form.asks {
				key := []string{consoletest.CtrlC, consoletest.CtrlD}[at%2]
				s.Press(form.opens, consoletest.Enter)
				for k, label := range form.asks[:at] {
					s.Ends("\n" + label + ">")
					if typed := form.typed; k == 0 {
						s.Press(typed + " " + strings.Repeat("!", at)) // another each time
					}
					s.Press(consoletest.Enter)
				}
				s.Ends("\n" + field + ">")
				s.Press("half a line")
				s.Ends("half a line")
				s.Resize(60+at, 400)
				s.Press(consoletest.CtrlC)
				s.Ends("\n" + field + ">")
				s.Press(key)
				if at == 0 {
					s.Ends("The form was left. Nothing had been typed into it.\n\neditor #general>")
					continue
				}
				s.Sees(form.typed+" "+strings.Repeat("!", at)+"\n", "[2] Change  [3] Discard")
				s.Ends("\n\neditor #general>")
			}
			s.Press("quit", consoletest.Enter)
			s.ends()

			s = seat(t, dir, 100, 400, env)
			s.Press("/desk drafts", consoletest.Enter)
			s.Sees("Your drafts", "Continue 1")
			s.Press("1", consoletest.Enter)
			s.Sees("[2] Change  [3] Discard")
			s.Press("2", consoletest.Enter)
			s.Ends("\n" + form.asks[0] + ">")
			s.Sees("It holds: " + form.typed + " " + strings.Repeat("!", len(form.asks)-1))
			s.Press(consoletest.Up, "?", consoletest.Enter) // what it holds is brought into the line
			s.Ends("\n" + form.asks[1] + ">")
			s.Sees(form.asks[0] + "> " + form.typed + " " + strings.Repeat("!", len(form.asks)-1) + "?\n")
			s.Press(consoletest.CtrlD, consoletest.CtrlD) // the form, and then the program
			s.ends()
		})
	}
}

// TestAFormIsLeftAtAPlainTerminal, where Ctrl-D ends a line and Ctrl-C is a signal.
func TestAFormIsLeftAtAPlainTerminal(t *testing.T) {
	dir := t.TempDir()
	s := seat(t, dir, 100, 400, []string{"TERM=dumb"})
	s.Press("/desk track\n")
	s.Ends("\nHeadline>")
	s.Press("The Rhine rises\n")
	s.Ends("\nWhat it is about>")
	s.Press(consoletest.CtrlD)
	s.Sees("The form was left. What was typed into it is kept as a draft")
	s.Ends("\n\neditor #general>")
	s.Press("/desk track\n")
	s.Ends("\nHeadline>")
	s.Press("The Elbe rises\n")
	s.Ends("\nWhat it is about>")
	s.Press(consoletest.CtrlC)
	s.ends()
	s = seat(t, dir, 100, 400, []string{"TERM=dumb"})
	s.Press("/desk drafts\n")
	s.Sees("The Rhine rises", "The Elbe rises", "[4] Discard 2")
	s.Press(consoletest.CtrlD)
	s.ends()
}

// TestANumberPressesWhatItStoodFor: an update goes out while its author reads what can
// be done about it. A number typed then presses nothing of what was printed meanwhile.
func TestANumberPressesWhatItStoodFor(t *testing.T) {
	s := seat(t, t.TempDir(), 100, 400, []string{"TERM=xterm", "UNDO_WINDOW=1s"})
	s.Press("/subscribe sony-hack", consoletest.Enter)
	s.Sees("[1] Timeline  [2] Stop here")
	s.Press("/update sony-hack The film is out.", consoletest.Enter)
	s.Sees("[1] Undo  [2] Publish now")
	s.Sees("sony-hack, update 2 · editor\n[1] Timeline  [2] Stop here", "Delivered to the one channel.")
	s.Press("2", consoletest.Enter)
	s.Sees("editor #general> 2\nNothing was pressed: a message came in between", "[3] Timeline  [4] Stop here.")
	s.Press("3", consoletest.Enter)
	s.Sees("Timeline of sony-hack")
	s.Press("quit", consoletest.Enter)
	s.ends()
}

// TestAPipeThatGoesOnReadsTheEnd of an update that could be undone, before it ends and
// without another line; not again at its end.
func TestAPipeThatGoesOnReadsTheEnd(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("UNDO_WINDOW=1s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var printed feed
	p, input := startTalk(t, dir, &printed)
	if _, err := io.WriteString(input, "/desk track The Rhine rises\n/subscribe the-rhine-rises\n/update the-rhine-rises It rains.\n"); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"[1] Undo", "the-rhine-rises, update 1 · editor\n[1] Timeline", "Published update 1 of the-rhine-rises, normal, to 1 channel.", "Delivered to the one channel.\n"} {
		if _, err := printed.through(words); err != nil {
			t.Fatalf("%v:\n%s", err, printed.String())
		}
	}
	if err := p.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil || strings.Count(printed.String(), "Delivered to the one channel.") != 1 {
		t.Errorf("%v, printed:\n%s", err, printed.String())
	}
}
