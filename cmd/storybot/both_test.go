package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// far is a Discord and a Slack, each with one channel.
type far struct {
	discord *discordtest.Server
	slack   *slacktest.Server
	env     []string
	ctx     context.Context
}

const (
	guild        = "81384788765712384"
	guildChannel = "155101607195836416"
	team         = "T0NEWS"
	teamChannel  = "C0NEWS"
	reader       = "U0READER"

	manageChannels = 1 << 4 // of Discord's permissions
)

func newFar(t *testing.T, options ...discordtest.Option) *far {
	t.Helper()
	f := &far{discord: discordtest.Start(t, options...), slack: slacktest.Start(t)}
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience) // for all that a test asks
	t.Cleanup(cancel)
	f.ctx = ctx
	f.discord.AddChannel(guild, guildChannel)
	token := f.slack.AddWorkspace(team)
	f.slack.AddChannel(team, teamChannel, slacktest.Public, true)
	f.env = []string{
		"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + f.discord.URL(),
		"SLACK_BOT_TOKEN=" + token, "SLACK_APP_TOKEN=" + f.slack.AppToken, "SLACK_API_URL=" + f.slack.URL(),
		"STORYBOT_ADMINS=discord:" + discordtest.DefaultUser,
	}
	return f
}

// connect starts the program and waits until both platforms are connected.
func (f *far) connect(t *testing.T, env ...string) *process {
	t.Helper()
	p := startProcess(t, t.TempDir(), append(f.env, env...))
	t.Logf("ready after %v", p.waitReady().Round(1e6))
	f.waitConnected(t)
	return p
}

func (f *far) waitConnected(t *testing.T) {
	t.Helper()
	if err := f.discord.WaitReady(f.ctx); err != nil {
		t.Fatalf("Discord: %v", err)
	}
	if err := f.slack.WaitConnected(f.ctx); err != nil {
		t.Fatalf("Slack: %v", err)
	}
}

// onDiscord types a command on Discord and returns the answer's text.
func (f *far) onDiscord(t *testing.T, name string, options map[string]string) string {
	t.Helper()
	answer, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: name, Options: options,
		Permissions: discordtest.DefaultPermissions | manageChannels})
	if err != nil {
		t.Fatalf("/%s on Discord: %v", name, err)
	}
	t.Logf("/%s %v on Discord: %q", name, options, answer.Message.Text)
	return answer.Message.Text
}

// onSlack types a command on Slack and returns the answer's text.
func (f *far) onSlack(t *testing.T, command, text string) string {
	t.Helper()
	answer, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: command, Text: text})
	if err != nil {
		t.Fatalf("%s on Slack: %v", command, err)
	}
	t.Logf("%s %s on Slack: %q", command, text, answer.Visible())
	return answer.Visible()
}

// track starts a story that both channels follow.
func (f *far) track(t *testing.T) {
	t.Helper()
	f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises above nine metres", "slug": "flood"})
	f.onDiscord(t, "subscribe", map[string]string{"target": "flood"})
	f.onSlack(t, "/subscribe", "flood")
	// Both show the story's card before anything is published.
	shown, err := f.discord.WaitMessages(f.ctx, guildChannel, 1)
	if err != nil || !strings.Contains(shown[0].Text, "subscribed this channel to flood") {
		t.Fatalf("Discord shows %+v, %v", shown, err)
	}
	said, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 1)
	if err != nil || !strings.Contains(said[0].Visible(), "subscribed this channel to flood") {
		t.Fatalf("Slack shows %+v, %v", said, err)
	}
}

// publish publishes an update and waits until both channels have it, together
// with the card so many messages.
func (f *far) publish(t *testing.T, text string, discordPosts, slackPosts int) {
	t.Helper()
	f.onDiscord(t, "update", map[string]string{"story": "flood", "text": text})
	onDiscord, err := f.discord.WaitMessages(f.ctx, guildChannel, discordPosts)
	if err != nil {
		t.Fatalf("%q on Discord: %v", text, err)
	}
	onSlack, err := f.slack.WaitMessages(f.ctx, team, teamChannel, slackPosts)
	if err != nil {
		t.Fatalf("%q on Slack: %v", text, err)
	}
	if got := onDiscord[len(onDiscord)-1].Text; !strings.Contains(got, text) {
		t.Errorf("Discord shows %q, want %q in it", got, text)
	}
	if got := onSlack[len(onSlack)-1].Visible(); !strings.Contains(got, text) {
		t.Errorf("Slack shows %q, want %q in it", got, text)
	}
}

func TestBothPlatforms(t *testing.T) {
	for name, url := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/news.db" },
		"PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFar(t)
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.track(t)
			f.publish(t, "The first dykes are closed.", 2, 2)
			if got := f.onSlack(t, "/story", "flood"); !strings.Contains(got, "Rhine rises") {
				t.Errorf("/story on Slack: %q", got)
			}
			if got := f.onDiscord(t, "story", map[string]string{"story": "flood"}); !strings.Contains(got, "The first dykes are closed.") {
				t.Errorf("/story on Discord: %q", got)
			}
			t.Logf("resident memory: %d MB", p.memory()>>20)
			checkMonitor(t, p)

			f.discord.DropConnections()
			f.slack.Drop()
			f.waitConnected(t)
			f.publish(t, "The water rises.", 3, 3)
			p.stop()

			// What was published before is not pushed again by the next start.
			p = f.connect(t, database)
			f.publish(t, "The water falls.", 4, 4)
			p.stop()
			if n := f.discord.Stats().Posts + f.slack.Posts(); n != 8 {
				t.Errorf("%d posts, want 8", n)
			}
		})
	}
}

// checkMonitor asks /healthz, /readyz and /metrics of a connected program.
func checkMonitor(t *testing.T, p *process) {
	t.Helper()
	if status, body := p.get("/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("/healthz: %d %q", status, body)
	}
	status, body := p.get("/readyz")
	if status != http.StatusOK || !strings.Contains(body, "database: up\n") || !strings.Contains(body, "discord gateway: up since") || !strings.Contains(body, "slack") {
		t.Errorf("/readyz: %d\n%s", status, body)
	}
	_, body = p.get("/metrics")
	for _, line := range []string{
		`storybot_deliveries_total{outcome="delivered",platform="discord"} 2`,
		`storybot_deliveries_total{outcome="delivered",platform="slack"} 2`,
		`storybot_connection_up{connection="discord"} 1`,
		`storybot_delivery_lag_seconds_bucket{platform="discord",`,
		`storybot_lane_rate{lane="discord"}`,
		`process_resident_memory_bytes`,
	} {
		if !strings.Contains(body, line) {
			t.Errorf("/metrics has no %s in\n%s", line, body)
		}
	}
}

// TestRefusedSlackTokenLeavesDiscordAlone starts with a Slack token that is
// refused.
func TestRefusedSlackTokenLeavesDiscordAlone(t *testing.T) {
	f := newFar(t)
	p := startProcess(t, t.TempDir(), append(f.env, "SLACK_BOT_TOKEN=xoxb-refused-0123456789"))
	if err := f.discord.WaitReady(f.ctx); err != nil {
		t.Fatal(err)
	}
	p.waitLog(`slack bot token refused.*SLACK_BOT_TOKEN`)
	if got := f.onDiscord(t, "stories", nil); !strings.Contains(got, "/desk track") && !strings.Contains(got, "stor") {
		t.Errorf("/stories: %q", got)
	}
	if got := f.onDiscord(t, "desk status", nil); !strings.HasPrefix(got, "**Slack, bot token 1 is not connected**") {
		t.Errorf("/desk status does not say that Slack is down: %q", got)
	}
	if status, body := p.get("/readyz"); status != http.StatusOK || !strings.Contains(body, "down") {
		t.Errorf("/readyz: %d\n%s", status, body)
	}
	p.stop()
}

// TestFirstAdminClaims uses the code the log shows when nobody is an admin.
func TestFirstAdminClaims(t *testing.T) {
	f := newFar(t)
	f.env = append(f.env, "STORYBOT_ADMINS=")
	p := f.connect(t)
	code := p.waitLog(`/desk claim ([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4})`)[1]
	if got := f.onDiscord(t, "desk claim", map[string]string{"code": "AAAA-BBBB-CCCC"}); strings.Contains(got, "You are") {
		t.Errorf("a wrong code: %q", got)
	}
	f.onDiscord(t, "desk claim", map[string]string{"code": code})
	if got := f.onDiscord(t, "desk moderators", nil); !strings.Contains(got, discordtest.DefaultUser) {
		t.Errorf("/desk moderators after the claim: %q", got)
	}
	if got := f.onSlack(t, "/desk", "claim "+code); !strings.Contains(got, "admin") {
		t.Errorf("the code a second time: %q", got)
	}
	if got := f.onSlack(t, "/desk", "status"); !strings.Contains(got, "Only moderators") {
		t.Errorf("the code worked a second time: %q", got)
	}
	p.stop()
}
