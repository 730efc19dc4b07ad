package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"storybot/bot/command"
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
	cmd := exec.Command(binary, args...)
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

var _ = command.Specs
