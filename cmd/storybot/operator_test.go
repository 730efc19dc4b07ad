package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// operated is the real program as an operator runs it, in a folder of its own,
// against both fakes.
type operated struct {
	t       *testing.T
	dir     string
	discord *discordtest.Server
	slack   *slacktest.Server
	bots    string // the token of Slack's workspace
	env     []string
}

const (
	theServer  = "81384788765712384"
	theChannel = "155101607195836416"
	theTeam    = "T0NEWSROOM"
	theRoom    = "C0NEWSROOM1"
)

// operate starts the fakes with a server, a workspace and a channel each, in which
// all is well.
func operate(t *testing.T) *operated {
	t.Helper()
	if raced {
		t.Skip("the program is built without the race detector")
	}
	o := &operated{t: t, dir: t.TempDir(), discord: discordtest.Start(t), slack: slacktest.Start(t)}
	o.discord.AddChannel(theServer, theChannel)
	o.discord.SetApplication(map[string]any{"bot_public": false})
	o.bots = o.slack.AddWorkspace(theTeam)
	o.slack.AddChannel(theTeam, theRoom, slacktest.Public, true)
	o.env = []string{"DISCORD_API_URL=" + o.discord.URL(), "SLACK_API_URL=" + o.slack.URL()}
	return o
}

// tokens are the settings of both platforms.
func (o *operated) tokens() []string {
	return append(o.env, "DISCORD_TOKEN="+discordtest.Token, "SLACK_BOT_TOKEN="+o.bots, "SLACK_APP_TOKEN="+o.slack.AppToken)
}

// runs runs the program to its end and returns what it said, without what
// differs from run to run. No token may be in it.
func (o *operated) runs(input string, env []string, args ...string) (status int, said string) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = o.dir, env, strings.NewReader(input)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	_ = cmd.Run() // the status tells
	said = out.String()
	for _, token := range []string{discordtest.Token, o.bots, o.slack.AppToken} {
		if strings.Contains(said, token) {
			o.t.Errorf("a token is shown in:\n%s", said)
		}
	}
	said = strings.NewReplacer(o.discord.URL(), "DISCORD", o.slack.URL(), "SLACK", discordtest.ApplicationID, "APPLICATION").Replace(said)
	return cmd.ProcessState.ExitCode(), freeMB.ReplaceAllString(said, "N MB are free")
}

// freeMB is what is free where the test runs.
var freeMB = regexp.MustCompile(`[0-9]+ MB are free`)

// golden holds text against testdata/operator/NAME, which -update writes.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "operator", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
