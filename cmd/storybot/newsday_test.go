package main

import (
	"context"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// alertsChannel is Discord's channel that follows all that is breaking, asksInPerson
// who follows stories in a direct message on Slack.
const (
	alertsChannel = "155101607195836418"
	asksInPerson  = "U0RITA"
)

// TestANewsroomsDay has a moderator on each of three platforms tell one story from its
// beginning to its end, in one process. testdata/newsday holds what everybody sees in
// the end: each channel's messages, the console's transcript and each answer. They are
// to be read as a newsroom would read them.
func TestANewsroomsDay(t *testing.T) {
	t.Parallel()
	d := newNewsDay(t)
	d.begin()
	d.threeUpdates()
	d.revise()
	d.changeStories()
	d.end()
}

// newsDay is the day's places, and what people were answered in them.
type newsDay struct {
	*newsDesk
	t       *testing.T
	p       *process
	direct  string
	answers []func() string // as they read in the end
}

func newNewsDay(t *testing.T) *newsDay {
	t.Helper()
	d := &newsDay{newsDesk: newNewsDesk(t), t: t}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	d.ctx = ctx
	d.discord.AddChannel(guild, alertsChannel)
	for id, name := range map[string]string{guildChannel: "news", alertsChannel: "alerts", deskChannel: "desk"} {
		d.discord.ChangeChannel(id, func(c *discordtest.Channel) { c.Name = name })
	}
	d.slack.AddUser(team, slacktest.User{ID: reader, Name: "ben", RealName: "Ben Adler"})
	d.slack.AddUser(team, slacktest.User{ID: asksInPerson, Name: "rita", RealName: asker})
	d.direct = d.slack.Direct(team, asksInPerson)
	d.p = startProcess(t, t.TempDir(), d.env, "run", "--console")
	d.p.waitReady()
	d.waitConnected(t)
	return d
}

// mia types a command on Discord. Its answer is kept as it reads at the end of the day.
func (d *newsDay) mia(channel, name string, options map[string]string) *discordtest.Answer {
	d.t.Helper()
	a, err := d.discord.Command(d.ctx, d.asMia(channel, name, options))
	if err != nil {
		d.t.Fatalf("/%s: %v", name, err)
	}
	typed := "/" + name
	for _, option := range []string{"slug", "story", "to", "into", "target", "number", "level", "topics", "headline", "reason", "text"} {
		if value := options[option]; value != "" {
			typed += " " + option + ":" + value
		}
	}
	d.keepDiscord("Mia on Discord, "+typed, a)
	return a
}

func (d *newsDay) asMia(channel, name string, options map[string]string) discordtest.Interaction {
	return discordtest.Interaction{Channel: channel, UserName: moderator, Name: name, Options: options, Permissions: discordtest.DefaultPermissions | manageChannels}
}

func (d *newsDay) keepDiscord(what string, a *discordtest.Answer) {
	d.answers = append(d.answers, func() string {
		last := d.discord.Answer(a.ID)
		if len(last.Modal) > 0 {
			return shownAs(what, "(a form)")
		}
		out := shownAs(what, buttoned(last.Message.Text, discordLabels(last.Message)))
		for _, m := range last.Followups {
			out += shownAs("and then", buttoned(m.Text, discordLabels(m)))
		}
		return out
	})
}

// press presses a button under an answer on Discord.
func (d *newsDay) press(a *discordtest.Answer, label string) *discordtest.Answer {
	d.t.Helper()
	done, err := d.discord.Press(d.ctx, a.Message, label, d.asMia(deskChannel, "", nil))
	if err != nil {
		d.t.Fatalf("%s under %q: %v", label, a.Message.Text, err)
	}
	d.keepDiscord("Mia presses "+label, done)
	return done
}

// slackSays types a command on Slack.
func (d *newsDay) slackSays(channel, user, command, text string) *slacktest.Answer {
	d.t.Helper()
	a, err := d.slack.Slash(d.ctx, slacktest.Slash{Team: team, Channel: channel, User: user, Command: command, Text: text})
	if err != nil {
		d.t.Fatalf("%s %s: %v", command, text, err)
	}
	who := map[string]string{reader: "Ben", asksInPerson: "Rita"}[user]
	d.keepSlack(who+" on Slack, "+command+" "+text, a)
	return a
}

func (d *newsDay) ben(command, text string) *slacktest.Answer {
	d.t.Helper()
	return d.slackSays(teamChannel, reader, command, text)
}

func (d *newsDay) keepSlack(what string, a *slacktest.Answer) {
	d.answers = append(d.answers, func() string {
		out := ""
		for i, said := range a.All() {
			if i > 0 {
				what = "and then"
			}
			out += shownAs(what, buttoned(said.Visible(), slackLabels(said.Message)))
		}
		return out
	})
}

// types types a line on the console, and reads on through words that end what is
// printed for it.
func (d *newsDay) types(line, through string) {
	d.t.Helper()
	_, _ = d.p.stdout.Write([]byte("> " + line + "\n"))
	if _, err := io.WriteString(d.p.stdin, line+"\n"); err != nil {
		d.t.Fatal(err)
	}
	d.printed(through)
}

func (d *newsDay) printed(words string) {
	d.t.Helper()
	if _, err := d.p.stdout.through(words); err != nil {
		d.t.Fatalf("%v:\n%s", err, d.p.stdout.String())
	}
}

func (d *newsDay) begin() {
	d.t.Helper()
	d.mia(deskChannel, "desk track", map[string]string{"slug": "flood", "headline": "The Rhine rises above nine metres", "topics": "weather"})
	d.mia(deskChannel, "desk here", nil)
	d.ben("/desk", "moderators action:add user:console:editor")
	d.mia(guildChannel, "subscribe", map[string]string{"target": "flood"})
	d.mia(alertsChannel, "subscribe", map[string]string{"target": "all", "level": "breaking"})
	d.ben("/subscribe", "topic:weather")
	d.slackSays(d.direct, asksInPerson, "/subscribe", "flood")
	d.types("/subscribe flood", "Stop here\n")
	d.shows(1, 1, 1, 1)
}

// shows waits until each channel shows so many messages.
func (d *newsDay) shows(news, alerts, onSlack, direct int) {
	d.t.Helper()
	for channel, n := range map[string]int{guildChannel: news, alertsChannel: alerts} {
		if _, err := d.discord.WaitMessages(d.ctx, channel, n); err != nil {
			d.t.Fatalf("%d messages on Discord: %v, not %+v", n, err, d.discord.Messages(channel))
		}
	}
	for channel, n := range map[string]int{teamChannel: onSlack, d.direct: direct} {
		if _, err := d.slack.WaitMessages(d.ctx, team, channel, n); err != nil {
			d.t.Fatalf("%d messages on Slack: %v", n, err)
		}
	}
}

func (d *newsDay) threeUpdates() {
	d.t.Helper()
	d.mia(deskChannel, "update", map[string]string{"story": "flood", "text": "The first dykes are closed; 4,700 peple have left their homes."})
	d.printed("4,700 peple")
	d.waitDiscord(d.t, "flood, update 1, normal: Delivered to all 4: ")
	d.ben("/update", "flood Ships no longer pass Cologne.")
	d.printed("Ships no longer")
	d.waitDiscord(d.t, "flood, update 2, normal: Delivered to all 4: ")
	// The answers to the breaking posts are lost on both platforms.
	d.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage, Channel: alertsChannel}, discordtest.HangAfterStore())
	d.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: teamChannel}, 1, slacktest.HangsAfterStore)
	d.types("/update flood level:breaking source:https://example.org/rhine A dyke has given way at Rodenkirchen.", "Stop here\n")
	d.waitDiscord(d.t, "flood, update 3, breaking: Delivered to all 5: ")
	d.printed("Delivered to all 5: ")
	if d.slack.Faults()[slacktest.HangsAfterStore] != 1 {
		d.t.Error("no answer was lost on Slack")
	}
	d.shows(4, 2, 4, 4)
}

func (d *newsDay) revise() {
	d.t.Helper()
	asked := d.ben("/desk", "fix flood 1 The first dykes are closed; 4,700 people have left their homes.")
	d.benPresses(asked, "Fix it")
	d.printed("edited ──\nThe first dykes are closed; 4,700 people")
	d.everywhere("4,700 people")
	d.waitDiscord(d.t, "flood, update 1, fix: Edited 4 of 4 copies.")

	form := d.mia(deskChannel, "desk correct", map[string]string{"story": "flood", "number": "3"})
	preview, err := d.discord.Submit(d.ctx, form, map[string]string{"text": "A dyke has given way at Porz.", "reason": "The wrong bank of the river"}, d.asMia(deskChannel, "", nil))
	if err != nil {
		d.t.Fatal(err)
	}
	d.answers = append(d.answers, func() string { // Post takes its place
		return shownAs("Mia submits the form", buttoned(preview.Message.Text, discordLabels(preview.Message)))
	})
	d.press(preview, "Post")
	d.printed("CORRECTION\n")
	d.shows(5, 3, 5, 5)
	d.waitDiscord(d.t, "flood, update 3, correction: Edited 5 of 5 copies; posted CORRECTION to 5 of 5 ")

	d.mia(deskChannel, "update", map[string]string{"story": "flood", "at": "tomorrow 09:00", "text": "The chancellor visits Cologne."})
	waiting := d.mia(deskChannel, "desk scheduled", nil)
	d.press(waiting, "Cancel")

	d.types("/desk withdraw flood 2 The shipping office denies it.", "[1] Withdraw it\n")
	d.types("1", "copies; posted WITHDRAWN to ")
	d.shows(6, 3, 6, 6)
	d.waitDiscord(d.t, "flood, update 2, withdrawal: Edited 4 of 4 copies; posted WITHDRAWN to 4 of 4 ")
}

func (d *newsDay) benPresses(a *slacktest.Answer, label string) *slacktest.Answer {
	d.t.Helper()
	done, err := d.slack.Press(d.ctx, a.Message, label, reader)
	if err != nil {
		d.t.Fatalf("%s under %q: %v", label, a.Visible(), err)
	}
	d.keepSlack("Ben presses "+label, done)
	return done
}

// everywhere waits until the channels that follow the story show words.
func (d *newsDay) everywhere(words string) {
	d.t.Helper()
	if err := d.discord.Wait(d.ctx, func() bool {
		for _, m := range d.discord.Messages(guildChannel) {
			if strings.Contains(m.Text, words) {
				return true
			}
		}
		return false
	}); err != nil {
		d.t.Fatalf("%q on Discord: %v", words, err)
	}
	for _, channel := range []string{teamChannel, d.direct} {
		if _, err := d.slack.WaitUntil(d.ctx, team, channel, words, func(list []slacktest.Message) bool {
			for _, m := range list {
				if strings.Contains(m.Visible(), words) {
					return true
				}
			}
			return false
		}); err != nil {
			d.t.Fatal(err)
		}
	}
}

func (d *newsDay) changeStories() {
	d.t.Helper()
	d.ben("/desk", "rename flood rhine")
	d.ben("/desk", "track slug:gauge The gauge at Cologne")
	d.slackSays(d.direct, asksInPerson, "/subscribe", "gauge")
	d.shows(6, 3, 6, 7)
	d.ben("/update", "gauge The gauge shows 9.12 metres.")
	d.waitDiscord(d.t, "gauge, update 1, normal: Delivered to the one direct message.")
	asked := d.mia(deskChannel, "desk merge", map[string]string{"story": "gauge", "into": "rhine"})
	d.press(asked, "Merge into rhine")
}

func (d *newsDay) end() {
	d.t.Helper()
	d.types("/desk close rhine The water falls, and everybody is home again.", "Delivered ")
	d.waitDiscord(d.t, "rhine, update 5, normal: Delivered to all 4: ")
	d.mia(guildChannel, "story", map[string]string{"story": "flood"})
	d.slackSays(d.direct, asksInPerson, "/story", "flood")
	d.slackSays(teamChannel, reader, "/story", "gauge 1")
	d.types("/story flood", "Timeline")
	d.cardsFollow(guildChannel, alertsChannel)
	d.cardsFollowOnSlack(map[string][]string{teamChannel: {"rhine · closed"}, d.direct: {"rhine · closed", "goes on as rhine"}})
	d.p.stop()
	d.golden("answers", d.answered())
	for name, channel := range map[string]string{"discord-news": guildChannel, "discord-alerts": alertsChannel, "discord-desk": deskChannel} {
		d.golden(name, d.discordShows(channel))
	}
	for name, channel := range map[string]string{"slack-news": teamChannel, "slack-direct": d.direct} {
		d.golden(name, d.slackShows(channel))
	}
	d.golden("console", lateEnd.ReplaceAllString(inProgress.ReplaceAllString(d.p.stdout.String(), "(how far it is)\n\n"), ""))
}

// cardsFollow waits until the cards on Discord read as their story is in the end.
func (d *newsDay) cardsFollow(channels ...string) {
	d.t.Helper()
	for _, channel := range channels {
		if err := d.discord.Wait(d.ctx, func() bool {
			return slices.ContainsFunc(d.discord.Messages(channel), func(m discordtest.Message) bool { return strings.Contains(m.Text, "rhine · closed") })
		}); err != nil {
			d.t.Fatalf("the card in %s: %v", channel, err)
		}
	}
}

// cardsFollowOnSlack waits until cards there read so.
func (d *newsDay) cardsFollowOnSlack(want map[string][]string) {
	d.t.Helper()
	for channel, all := range want {
		for _, words := range all {
			if _, err := d.slack.WaitUntil(d.ctx, team, channel, words, func(list []slacktest.Message) bool {
				return slices.ContainsFunc(list, func(m slacktest.Message) bool { return strings.Contains(oneLine(m.Text), words) })
			}); err != nil {
				d.t.Fatalf("the card in %s: %v", channel, err)
			}
		}
	}
}

// lateEnd tells how a push ended whose answer was followed by others: when that is found
// out, and so beside what it stands, no two days have in common.
var lateEnd = regexp.MustCompile(`(?m)^[a-z]+, update \d+(?:, [a-z]+)?: (?:Edited|Delivered) .*\n\n`)
