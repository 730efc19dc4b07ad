package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestASharedChannelGetsEachUpdateOnce has a channel that two workspaces share be followed
// from both, with each update there once: also what was followed before it was shared, what
// was on its way when the bot was killed, and after its home has left; copies are corrected
// whoever posted them.
func TestASharedChannelGetsEachUpdateOnce(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const host, guest, shared = "T9HOST", "T1GUEST", "C0SHARED"
			f := newFar(t)
			f.env[2] += "," + f.slack.AddWorkspace(guest) // SLACK_BOT_TOKEN
			f.slack.AddWorkspace(host)                    // which has no Storybot
			f.slack.AddChannel(host, shared, slacktest.Public, false)
			if err := f.slack.Share(f.ctx, host, shared, guest, true); err != nil {
				t.Fatal(err)
			}
			f.slack.AddUser(guest, slacktest.User{ID: "U0GUEST", Name: "ben", RealName: "Ben"})
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.track(t)
			typed := func(team, user, command, text, want string) {
				t.Helper()
				a, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: shared, User: user, Command: command, Text: text})
				if err != nil || !strings.Contains(a.Visible(), want) {
					t.Fatalf("%s: %v, %+v", text, err, a)
				}
			}
			update := func(text string) {
				t.Helper()
				f.onDiscord(t, "update", map[string]string{"story": "flood", "text": text})
			}
			// once waits until the channel, as a workspace has it, holds a text, and the
			// marker behind it, and says by whose bot the one message with it is.
			once := func(team, text, marker string) string {
				t.Helper()
				if marker != "" {
					update(marker)
				}
				list, err := f.slack.WaitUntil(f.ctx, team, shared, text, func(list []slacktest.Message) bool {
					return showing(list, text) > 0 && showing(list, marker) > 0
				})
				if err != nil || showing(list, text) != 1 {
					t.Fatalf("%q stands there %d times: %v", text, showing(list, text), err)
				}
				for _, m := range list {
					if strings.Contains(m.Visible(), text) {
						return m.User
					}
				}
				return ""
			}
			typed(guest, "U0GUEST", "/subscribe", "flood", "now follows flood")
			if _, err := f.slack.WaitMessages(f.ctx, guest, shared, 1); err != nil { // the card, which would show what follows
				t.Fatal(err)
			}
			ofGuest := f.slack.BotUser(guest)
			update("The river rises.")
			if by := once(guest, "The river rises.", ""); by != ofGuest {
				t.Errorf("sent by %s", by)
			}

			// It comes to be shared with a workspace before the other by its id.
			if err := f.slack.Share(f.ctx, host, shared, team, true); err != nil {
				t.Fatal(err)
			}
			typed(team, reader, "/subscribe", "flood level:normal", "flood")
			typed(guest, "U0GUEST", "/subscriptions", "", "normal and breaking updates")
			update("The dyke is wet.")
			if by := once(team, "The dyke is wet.", "Sand is brought."); by != f.slack.BotUser(team) {
				t.Errorf("sent by %s, not by the home's bot", by)
			}
			asked, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "desk withdraw", Options: map[string]string{"story": "flood", "number": "1", "reason": "It fell"}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.discord.Press(f.ctx, asked.Message, "Withdraw it", discordtest.Interaction{Channel: guildChannel}); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitUntil(f.ctx, team, shared, "the copy withdrawn", func(list []slacktest.Message) bool {
				return showing(list, "WITHDRAWN") == 2 && list[1].User == ofGuest && strings.Contains(list[1].Visible(), "WITHDRAWN")
			}); err != nil {
				t.Error(err)
			}

			// The bot is killed while a message is on its way.
			f.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, slacktest.HangsAfterStore)
			update("The dyke broke.")
			if _, err := f.slack.WaitUntil(f.ctx, team, shared, "the last", func(list []slacktest.Message) bool { return showing(list, "The dyke broke.") > 0 }); err != nil {
				t.Fatal(err)
			}
			p.kill()
			p = f.connect(t, database)
			once(team, "The dyke broke.", "Boats are coming.")

			// Who sends leaves and keeps nothing: the other goes on.
			if err := f.slack.Unshare(f.ctx, shared, team, false); err != nil {
				t.Fatal(err)
			}
			typed(guest, "U0GUEST", "/subscriptions", "", "normal and breaking updates")
			update("The water falls.")
			if by := once(guest, "The water falls.", "Boats leave."); by != ofGuest {
				t.Errorf("sent by %s", by)
			}
			p.stop()
		})
	}
}

// showing is how many messages show a text; every one does "".
func showing(list []slacktest.Message, text string) (n int) {
	for _, m := range list {
		if strings.Contains(m.Visible(), text) {
			n++
		}
	}
	return n
}
