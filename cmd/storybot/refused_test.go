package main

import (
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
)

// TestEveryPlatformRefused ends with status 2 and what to mend when no token is
// any good, on the real program.
func TestEveryPlatformRefused(t *testing.T) {
	discordCure := []string{"  discord: ", "DISCORD_TOKEN", "https://discord.com/developers/applications"}
	slackCure := []string{"  slack: ", "SLACK_"}
	for name, test := range map[string]struct {
		env  func(f *far) []string
		cure []string
	}{
		"Discord": {func(f *far) []string {
			return []string{"DISCORD_TOKEN=wrong.discord.token", "DISCORD_API_URL=" + f.discord.URL()}
		}, discordCure},
		"Slack's bot token": {func(f *far) []string {
			return []string{"SLACK_BOT_TOKEN=xoxb-wrong-0123456789", "SLACK_APP_TOKEN=" + f.slack.AppToken, "SLACK_API_URL=" + f.slack.URL()}
		}, slackCure},
		"Slack's app token": {func(f *far) []string {
			return append(f.env[2:5:5], "SLACK_APP_TOKEN=xapp-wrong-0123456789")
		}, slackCure},
		"both": {func(f *far) []string {
			return append(f.env[:5:5], "DISCORD_TOKEN=wrong.discord.token", "SLACK_BOT_TOKEN=xoxb-wrong-0123456789", "SLACK_APP_TOKEN=xapp-wrong-0123456789")
		}, append(discordCure, slackCure...)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProcess(t, t.TempDir(), test.env(newFar(t)))
			var exit *exec.ExitError
			if err := p.wait(); !errors.As(err, &exit) || exit.ExitCode() != exitUsage {
				t.Errorf("%v, want exit status %d", err, exitUsage)
			}
			_, last, _ := strings.Cut(p.log(), "storybot: every platform refuses the bot:")
			if strings.Contains(last, "by itself") {
				t.Errorf("the end promises that something goes on:\n%s", last)
			}
			for _, want := range test.cure {
				if !strings.Contains(last, want) {
					t.Errorf("the end does not say %q:\n%s", want, last)
				}
			}
		})
	}
}

// TestOneRefusedPlatform leaves the other alone, is told in the log, in /readyz
// and in /desk status, and is tried again.
func TestOneRefusedPlatform(t *testing.T) {
	t.Run("Discord", func(t *testing.T) {
		t.Parallel()
		f := newFar(t)
		f.env = append(f.env, "DISCORD_TOKEN=wrong.discord.token", "STORYBOT_ADMINS=slack:"+team+"/"+reader)
		p := startProcess(t, t.TempDir(), f.env)
		if err := f.slack.WaitConnected(f.ctx); err != nil {
			t.Fatal(err)
		}
		p.waitLog(`the gateway refuses the bot.*DISCORD_TOKEN`)
		if got := f.onSlack(t, "/desk", "status"); !strings.Contains(got, "DISCORD_TOKEN") {
			t.Errorf("/desk status: %q", got)
		}
		if status, body := p.get("/readyz"); status != http.StatusOK || !strings.Contains(body, "DISCORD_TOKEN") {
			t.Errorf("/readyz: %d\n%s", status, body)
		}
		p.stop()
		saidOnce(t, p.log(), "DISCORD_TOKEN")
	})
	t.Run("Slack", func(t *testing.T) {
		t.Parallel()
		f := newFar(t)
		p := startProcess(t, t.TempDir(), append(f.env, "SLACK_BOT_TOKEN=xoxb-wrong-0123456789", "SLACK_APP_TOKEN=xapp-wrong-0123456789",
			"STORYBOT_ADMINS=discord:"+discordtest.DefaultUser))
		if err := f.discord.WaitReady(f.ctx); err != nil {
			t.Fatal(err)
		}
		p.waitLog(`slack bot token refused.*SLACK_BOT_TOKEN`)
		p.waitLog(`slack app token refused.*SLACK_APP_TOKEN`)
		if got := f.onDiscord(t, "desk status", nil); !strings.Contains(got, "Slack refuses") {
			t.Errorf("/desk status: %q", got)
		}
		if status, body := p.get("/readyz"); status != http.StatusOK || !strings.Contains(body, "SLACK_") {
			t.Errorf("/readyz: %d\n%s", status, body)
		}
		p.stop()
		saidOnce(t, p.log(), "SLACK_BOT_TOKEN")
		saidOnce(t, p.log(), "SLACK_APP_TOKEN")
	})
}

// saidOnce checks that one line of the log, and no other, names what is to be
// mended.
func saidOnce(t *testing.T, log, cure string) {
	t.Helper()
	lines := 0
	for line := range strings.Lines(log) {
		if strings.Contains(line, cure) {
			lines++
		}
	}
	if lines != 1 {
		t.Errorf("%d lines name %s:\n%s", lines, cure, log)
	}
}
