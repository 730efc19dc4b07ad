package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

const (
	deskRole  = "155101607195836500"
	deskGroup = "S0DESK"
)

// pinged is who was pinged by the messages of both channels that hold a text, and by how
// many: "2 messages: role:1, group:S". More than one ping for a message is told by itself.
func (f *far) pinged(t *testing.T, text string) string {
	t.Helper()
	n, whom := 0, []string{}
	for _, m := range f.discord.Messages(guildChannel) {
		if strings.Contains(m.Text, text) {
			n, whom = n+1, append(whom, m.Pings...)
		}
	}
	for _, m := range f.slack.Messages(team, teamChannel) {
		if strings.Contains(m.Visible(), text) {
			n, whom = n+1, append(whom, m.Pings...)
		}
	}
	slices.Sort(whom)
	return fmt.Sprintf("%d messages: %s", n, strings.Join(whom, ", "))
}

// waitBoth waits until both channels have so many messages.
func (f *far) waitBoth(t *testing.T, n int) {
	t.Helper()
	if _, err := f.discord.WaitMessages(f.ctx, guildChannel, n); err != nil {
		t.Fatalf("Discord: %v", err)
	}
	if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, n); err != nil {
		t.Fatalf("Slack: %v", err)
	}
}

// TestABreakingUpdatePingsOnce has a role and a user group pinged through the whole
// program: by breaking updates alone, once, whatever is lost and whoever is killed; by
// their corrections, and by no edit; and not any more once the role is gone.
func TestABreakingUpdatePingsOnce(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name != "SQLite" {
				t.Skip("takes a minute on each database: one is enough for a short run")
			}
			f := newFar(t)
			f.discord.SetRole(guild, discordtest.Role{ID: deskRole, Name: "Breaking Desk", Mentionable: true})
			f.slack.AddGroup(team, slacktest.UserGroup{ID: deskGroup, Handle: "breaking-desk"})
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.track(t)
			if got := f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "mention": deskRole}); !strings.Contains(got, "pings @Breaking Desk at breaking updates") || strings.Contains(got, deskRole) {
				t.Errorf("Discord: %q", got)
			}
			if got := f.onSlack(t, "/subscribe", "flood mention:@breaking-desk"); !strings.Contains(got, "pings @breaking-desk at breaking updates") || strings.Contains(got, deskGroup) {
				t.Errorf("Slack: %q", got)
			}
			update := func(text, level string) {
				t.Helper()
				f.onDiscord(t, "update", map[string]string{"story": "flood", "text": text, "level": level})
			}
			check := func(text, want string) {
				t.Helper()
				if got := f.pinged(t, text); got != want {
					t.Errorf("%q pinged by %s, want %s", text, got, want)
				}
			}
			const both = "2 messages: group:" + deskGroup + ", role:" + deskRole
			shown := 1
			sent := func(more int) {
				t.Helper()
				shown += more
				f.waitBoth(t, shown)
			}
			update("The dykes are watched, @everyone.", "normal")
			sent(1)
			check("dykes are watched", "2 messages: ")
			update("The dyke broke.", "breaking")
			sent(1)
			check("The dyke broke.", both)

			// The answers are lost: what is there already is not made again.
			f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.CutBody())
			f.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, slacktest.ResetAfterStore)
			update("The second dyke broke.", "breaking")
			sent(1)
			update("Boats are coming.", "normal")
			sent(1)
			check("The second dyke broke.", both)

			if !testing.Short() { // what a kill leaves on Slack is looked for during half a minute
				// The bot is killed while both messages are on their way.
				f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.HangAfterStore())
				f.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, slacktest.HangsAfterStore)
				update("The third dyke broke.", "breaking")
				sent(1)
				p.kill()
				p = f.connect(t, database)
				update("Soldiers are coming.", "normal")
				sent(1)
				check("The third dyke broke.", both)
			}

			// A withdrawal pings like its update, and the edit of the copy nobody anew.
			asked, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "desk withdraw", Options: map[string]string{"story": "flood", "number": "2", "reason": "It was the old dyke"}})
			if err != nil {
				t.Fatal(err)
			}
			if done, err := f.discord.Press(f.ctx, asked.Message, "Withdraw it", discordtest.Interaction{Channel: guildChannel}); err != nil {
				t.Fatalf("%q answered with %+v, %v", asked.Message.Text, done, err)
			}
			sent(1)
			edited := func() bool {
				return slices.ContainsFunc(f.discord.Messages(guildChannel), func(m discordtest.Message) bool {
					return m.Edits > 0 && strings.Contains(m.Content, "It was the old dyke") && strings.Contains(m.Content, "<@&"+deskRole+">") && !strings.Contains(string(m.Mentions), deskRole)
				})
			}
			if err := f.discord.Wait(f.ctx, edited); err != nil {
				t.Errorf("the copy is not edited: %v", err)
			}
			_, err = f.slack.WaitUntil(f.ctx, team, teamChannel, "an edit", func(list []slacktest.Message) bool {
				return slices.ContainsFunc(list, func(m slacktest.Message) bool {
					return len(m.Edits) > 0 && strings.Contains(m.Visible(), "It was the old dyke") && strings.Contains(m.Visible(), "@breaking-desk") && !strings.Contains(m.Text, "<!")
				})
			})
			if err != nil {
				t.Errorf("the copy is not edited: %v", err)
			}
			// Of each the copy, which pinged as it was posted, and the message beside it.
			check("It was the old dyke", "4 messages: group:"+deskGroup+", group:"+deskGroup+", role:"+deskRole+", role:"+deskRole)

			// A role that is gone costs no news and is not named by its id.
			f.discord.DeleteRole(guild, deskRole)
			f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "stories"}) // the event before it has been read by now
			update("The fourth dyke broke.", "breaking")
			sent(1)
			check("The fourth dyke broke.", "2 messages: group:"+deskGroup)
			for _, m := range f.discord.Messages(guildChannel) {
				if strings.Contains(m.Text, "The fourth dyke broke.") && strings.Contains(m.Text, deskRole) {
					t.Errorf("Discord shows %q", m.Text)
				}
			}
			told := ""
			for deadline := time.Now().Add(patience / 2); !strings.Contains(told, "It pings nobody: @Breaking Desk") && time.Now().Before(deadline); {
				told = f.onDiscord(t, "why", map[string]string{"story": "flood"}) // names are written down beside all else
			}
			if !strings.Contains(told, "It pings nobody: @Breaking Desk") {
				t.Errorf("/why: %q", told)
			}
			p.stop()
			for _, v := range f.discord.Violations() {
				t.Error(v)
			}
		})
	}
}
