package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/term"

	"storybot/bot/console/consoletest"
	"storybot/bot/discord/discordtest"
)

// setsUp runs setup at a terminal, which was as before says.
func (o *operated) setsUp() (s *seated, before *term.State) {
	o.t.Helper()
	s = &seated{Terminal: consoletest.New(o.t, 110, 200), t: o.t, cmd: exec.Command(binary, "setup")}
	s.cmd.Dir, s.cmd.Env = o.dir, o.env
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = s.TTY, s.TTY, s.TTY
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	before, err := term.GetState(int(s.TTY.Fd()))
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	return s, before
}

// TestSetupAtATerminal asks again where a token is wrong, and shows none.
func TestSetupAtATerminal(t *testing.T) {
	t.Parallel()
	o := operate(t)
	s, _ := o.setsUp()
	s.Sees("DISCORD_TOKEN (it is shown on the page Bot")
	s.Press("some wrong-words-0123", consoletest.Enter)
	s.Sees("A token has no spaces")
	s.Press(discordtest.Token, consoletest.Enter)
	s.Sees("Discord takes the token", "client_id="+discordtest.ApplicationID, "SLACK_BOT_TOKEN (it is shown")
	s.Press(consoletest.Enter)
	s.ends()
	s.Sees("Slack is left out.", "Written to .env", "storybot doctor")
	for _, secret := range []string{discordtest.Token, "wrong-words"} {
		if strings.Contains(s.Raw(), secret) {
			t.Errorf("%s is shown", secret)
		}
	}
	if vars := o.envFile(); vars["DISCORD_TOKEN"] != discordtest.Token {
		t.Error("it was not written")
	}
}

// TestSetupInterrupted leaves the terminal as it was.
func TestSetupInterrupted(t *testing.T) {
	t.Parallel()
	o := operate(t)
	s, before := o.setsUp()
	s.Sees("DISCORD_TOKEN (it is shown on the page Bot")
	s.Press("half", consoletest.CtrlC)
	s.Sees("interrupted; nothing was written")
	if err := s.cmd.Wait(); err == nil || s.cmd.ProcessState.ExitCode() != exitFail {
		t.Errorf("it ended with %v", err)
	}
	after, err := term.GetState(int(s.TTY.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	if *after != *before {
		t.Error("the terminal is not as it was")
	}
	if vars := o.envFile(); vars != nil {
		t.Error("something was written")
	}
}
