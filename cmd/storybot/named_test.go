package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// rawReference finds what people are never to read: an address, or an id that is
// not shown as its platform shows a channel.
var rawReference = regexp.MustCompile(`\b(discord|slack|console):[0-9A-Z#]|(^|[^#0-9])[0-9]{17,20}|(^|[^#A-Z0-9])[CDGTU]0[A-Z0-9]+`)

// noReference fails for a text that holds one.
func noReference(t *testing.T, where, text string) {
	t.Helper()
	text = strings.ReplaceAll(text, "user-"+discordtest.DefaultUser, "Ada") // what the fake calls them
	if found := rawReference.FindString(text); found != "" {
		t.Errorf("%s shows %q: %q", where, found, text)
	}
}

// deskOn asks something at the desk of a platform and returns what is shown.
func (n *newsDesk) deskOnDiscord(t *testing.T, name string) string {
	t.Helper()
	answer, err := n.discord.Command(n.ctx, discordtest.Interaction{Channel: deskChannel, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	noReference(t, "Discord, "+name, answer.Message.Text)
	return plain(answer.Message.Text)
}

func (n *newsDesk) deskOnSlack(t *testing.T, text string) string {
	t.Helper()
	answer, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: deskOnSlack, User: reader, Command: "/desk", Text: text})
	if err != nil {
		t.Fatal(err)
	}
	noReference(t, "Slack, "+text, answer.Visible())
	noReference(t, "Slack's notification of "+text, answer.Text)
	return plain(answer.Visible())
}

// TestTheDeskReadsNames blocks a channel on each platform: the desks read of it by
// its name, on its own platform as that shows it, also after a restart, without
// the platform, and after a rename.
func TestTheDeskReadsNames(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := newNewsDesk(t)
			n.discord.ChangeChannel(guildChannel, func(c *discordtest.Channel) { c.Name = "partners" })
			n.discord.ChangeChannel(deskChannel, func(c *discordtest.Channel) { c.Name = "desk" })
			for channel, name := range map[string]string{"": "Newsroom", teamChannel: "partners-too", deskOnSlack: "news-desk"} {
				if err := n.slack.Name(n.ctx, team, channel, name); err != nil {
					t.Fatal(err)
				}
			}
			database := "DATABASE_URL=" + url(t)
			p := n.connect(t, database)
			n.name(t)
			n.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage, Channel: guildChannel}, discordtest.MissingAccess())
			n.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: teamChannel}, -1, slacktest.APIError("is_archived"))
			n.update(t, "The dykes break.")

			const onDiscord, onSlack = "<#" + guildChannel + "> gets no updates", "#partners (Discord) gets no updates"
			n.waitDiscord(t, onDiscord)
			n.waitSlack(t, "#partners (Discord)")
			n.waitDiscord(t, "#partners-too (Slack) gets no updates")
			n.waitSlack(t, "<#"+teamChannel+">")
			left, right := n.shown()
			for _, m := range slices.Concat(left, right) {
				noReference(t, "a desk", m)
			}
			if all := plain(strings.Join(right, " ")); !strings.Contains(all, onSlack) {
				t.Errorf("Slack's desk shows %q, want %q", all, onSlack)
			}
			n.says(t, n.deskOnDiscord(t, "desk status"), "<#"+guildChannel+">", "#partners-too (Slack)", "Slack (Newsroom) is connected", "Discord is connected")
			n.says(t, n.deskOnSlack(t, "status"), "#partners (Discord)", "<#"+teamChannel+">")
			n.says(t, n.deskOnDiscord(t, "desk log"), "made this channel the desk", "made #news-desk (Slack) the desk", "had <#"+guildChannel+"> follow flood")
			n.says(t, n.deskOnSlack(t, "log"), "made this channel the desk", "made #desk (Discord) the desk", "had #partners (Discord) follow flood")
			n.says(t, n.deskOnSlack(t, "moderators"), "(Discord), admin", "(Slack), admin")
			p.stop()

			// Without Discord nobody tells its names.
			alone := startProcess(t, t.TempDir(), append(slices.Clone(n.env[2:]), database))
			alone.waitReady()
			if err := n.slack.WaitConnected(n.ctx); err != nil {
				t.Fatal(err)
			}
			n.says(t, n.deskOnSlack(t, "status"), "#partners (Discord)")
			n.says(t, n.deskOnSlack(t, "log"), "made #desk (Discord) the desk")
			alone.stop()

			p = n.connect(t, database)
			n.discord.ChangeChannel(guildChannel, func(c *discordtest.Channel) { c.Name = "partner-news" })
			if err := n.slack.Name(n.ctx, team, teamChannel, "partners-2"); err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				ask  func(*testing.T, string) string
				what string
				name string
			}{{n.deskOnSlack, "log", "had #partner-news (Discord) follow flood"}, {n.deskOnDiscord, "desk log", "had #partners-2 (Slack) follow flood"}} {
				for !strings.Contains(c.ask(t, c.what), c.name) {
					if n.ctx.Err() != nil {
						t.Fatalf("the log does not say %q", c.name)
					}
				}
			}
			p.stop()
		})
	}
}

// says fails unless a text holds all of some.
func (n *newsDesk) says(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in %q", w, text)
		}
	}
}
