package main

import (
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestWhatIsRenamedIsCalledSo has channels, a role and a user group renamed on both
// platforms: lists, the desk's log and its status call them as they are called now, after
// a kill of the bot too, and nothing by an id.
func TestWhatIsRenamedIsCalledSo(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			f.env = append(f.env, "STORYBOT_ADMINS=discord:"+discordtest.DefaultUser+",slack:"+team+"/"+reader)
			f.discord.SetRole(guild, discordtest.Role{ID: deskRole, Name: "Night Desk", Mentionable: true})
			f.slack.AddGroup(team, slacktest.UserGroup{ID: deskGroup, Handle: "night-desk"})
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.track(t)
			f.onDiscord(t, "subscribe", map[string]string{"target": "flood", "mention": deskRole})
			f.onSlack(t, "/subscribe", "flood mention:@night-desk")
			lists := func() string {
				return f.onDiscord(t, "subscriptions", nil) + "\n" + f.onSlack(t, "/subscriptions", "")
			}
			logs := func() string {
				return f.onDiscord(t, "desk log", map[string]string{"story": "flood"}) + "\n" + f.onSlack(t, "/desk", "log flood")
			}
			status := func() string { return f.onDiscord(t, "desk status", nil) + "\n" + f.onSlack(t, "/desk", "status") }
			f.says(t, lists, "@Night Desk", "@night-desk")

			f.discord.ChangeChannel(guildChannel, func(c *discordtest.Channel) { c.Name = "weather" })
			f.discord.SetRole(guild, discordtest.Role{ID: deskRole, Name: "Day Desk", Mentionable: true})
			if err := f.slack.Name(f.ctx, team, teamChannel, "partners"); err != nil {
				t.Fatal(err)
			}
			if err := f.slack.RenameGroup(f.ctx, team, slacktest.UserGroup{ID: deskGroup, Handle: "day-desk"}); err != nil {
				t.Fatal(err)
			}
			f.says(t, lists, "@Day Desk", "@day-desk")
			f.says(t, logs, "#weather (Discord)", "#partners (Slack)")
			p.kill()
			p = f.connect(t, database)
			f.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: teamChannel}, -1, slacktest.APIError("is_archived"))
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The river rises."})
			f.says(t, status, "#partners (Slack) since")
			f.says(t, logs, "#weather (Discord)", "#partners (Slack)")
			for what, said := range map[string]string{"the lists": lists(), "the logs": logs(), "the status": status()} {
				for _, old := range []string{"night-desk", "Night Desk", deskRole, deskGroup, guildChannel} {
					if strings.Contains(said, old) {
						t.Errorf("%s still have %q: %s", what, old, said)
					}
				}
			}
			p.stop()
		})
	}
}
