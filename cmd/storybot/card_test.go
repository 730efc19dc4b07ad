package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories/storetest/pgtest"
)

// TestKillBeforeTheCard kills the bot as soon as a subscription is answered, with
// the card not begun, on its way or stored with its answer lost. Each channel shows
// each card once in the end, before the next update.
func TestKillBeforeTheCard(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(t *testing.T) string{
		"SQLite":     func(t *testing.T) string { return "sqlite:" + t.TempDir() + "/news.db" },
		"PostgreSQL": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute) // what was on its way is settled after each kill
			defer cancel()
			f.ctx = ctx
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			rounds := 3
			for n := range rounds {
				slug := fmt.Sprint("flood-", n)
				f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises, " + slug, "slug": slug})
				if n == 1 { // stored, and nobody is told
					f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.ResetAfterStore())
				}
				if got := f.onDiscord(t, "subscribe", map[string]string{"target": slug}); !strings.Contains(got, "now follows "+slug) {
					t.Fatalf("/subscribe on Discord: %q", got)
				}
				if got := f.onSlack(t, "/subscribe", slug); !strings.Contains(got, "now follows "+slug) {
					t.Fatalf("/subscribe on Slack: %q", got)
				}
				p.kill()
				p = f.connect(t, database)
			}
			if _, err := f.discord.WaitMessages(f.ctx, guildChannel, rounds); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, rounds); err != nil {
				t.Fatal(err)
			}
			for n := range rounds {
				f.onDiscord(t, "update", map[string]string{"story": fmt.Sprint("flood-", n), "text": fmt.Sprintf("The dykes of flood-%d are closed.", n)})
			}
			if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 2*rounds); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 2*rounds); err != nil {
				t.Fatal(err)
			}
			p.stop()
			var onDiscord, onSlack []string
			for _, m := range f.discord.Messages(guildChannel) {
				onDiscord = append(onDiscord, m.Text)
			}
			for _, m := range f.slack.Messages(team, teamChannel) {
				onSlack = append(onSlack, m.Visible())
			}
			for where, shown := range map[string][]string{"Discord": onDiscord, "Slack": onSlack} {
				for n := range rounds {
					card, update := -1, -1
					for i, text := range shown {
						switch plain := strings.ReplaceAll(text, "\\", ""); {
						case strings.Contains(plain, fmt.Sprintf("subscribed this channel to flood-%d", n)) && card >= 0:
							t.Errorf("%s shows the card of flood-%d twice", where, n)
						case strings.Contains(plain, fmt.Sprintf("subscribed this channel to flood-%d", n)):
							card = i
						case strings.Contains(plain, fmt.Sprintf("The dykes of flood-%d are closed.", n)):
							update = i
						}
					}
					if card < 0 || update < card {
						t.Errorf("%s shows the card of flood-%d as message %d and its update as %d:\n%s", where, n, card, update, strings.Join(shown, "\n--\n"))
					}
				}
			}
		})
	}
}

// TestARefusedCardIsTold subscribes channels whose permissions were taken away after
// they were looked at: the answer says so, and how it is mended.
func TestARefusedCardIsTold(t *testing.T) {
	f := newFar(t)
	p := f.connect(t)
	f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises", "slug": "flood"})
	f.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.MissingAccess())
	answer, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "subscribe", Options: map[string]string{"target": "flood"},
		Permissions: discordtest.DefaultPermissions | manageChannels})
	if err != nil {
		t.Fatal(err)
	}
	told := func(text string) bool {
		return strings.Contains(text, "It could not be posted here.") && strings.Contains(text, "follows flood all the same")
	}
	if _, err := f.discord.WaitAnswer(f.ctx, answer.ID, func(a *discordtest.Answer) bool { return told(a.Message.Text) }); err != nil {
		t.Errorf("the answer on Discord stays %q: %v", f.discord.Answer(answer.ID).Message.Text, err)
	}
	f.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, 1, slacktest.APIError("restricted_action"))
	said, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/subscribe", Text: "flood"})
	if err != nil {
		t.Fatal(err)
	}
	if next, err := said.Next(f.ctx); err != nil || !told(next.Visible()) {
		t.Errorf("after %q Slack shows %+v, %v", said.Visible(), next, err)
	}
	// What is mended is tried again by the button under the answer, and the card comes.
	if _, err := f.discord.Press(f.ctx, f.discord.Answer(answer.ID).Message, "Try again", discordtest.Interaction{Channel: guildChannel, Permissions: discordtest.DefaultPermissions | manageChannels}); err != nil {
		t.Fatal(err)
	}
	shown, err := f.discord.WaitMessages(f.ctx, guildChannel, 1)
	if err != nil || !strings.Contains(shown[0].Text, "subscribed this channel to flood") {
		t.Errorf("Discord shows %+v, %v", shown, err)
	}
	p.stop()
}

// TestKillBeforeACardFollows ends the bot with SIGKILL between a change of a story and
// the edits of its cards, which the platforms refuse until then: in the end each card
// says what is so, on both platforms, is the one message there is of it, and nobody is
// told anything more.
func TestKillBeforeACardFollows(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFar(t)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
			defer cancel()
			f.ctx = ctx
			database := "DATABASE_URL=" + url(t)
			p := f.connect(t, database)
			f.onDiscord(t, "desk track", map[string]string{"headline": "Main rises", "slug": "river"})
			f.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises", "slug": "flood", "topics": "weather"})
			f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "Four dams broke."})
			f.onDiscord(t, "subscribe", map[string]string{"target": "flood"})
			f.onSlack(t, "/subscribe", "flood")
			f.onSlack(t, "/subscribe", "topic:weather")
			if _, err := f.discord.WaitMessages(f.ctx, guildChannel, 1); err != nil {
				t.Fatal(err)
			}
			if _, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 2); err != nil {
				t.Fatal(err)
			}
			for _, change := range []struct {
				do        func()
				want, not string // in every card, in none
			}{
				{func() { f.edit(t, "flood", "Rhine falls") }, "Rhine falls", "Rhine rises"},
				{func() {
					f.onDiscord(t, "desk rename", map[string]string{"story": "flood", "slug": "rhine"})
				}, "rhine ·", "flood ·"},
				{func() {
					f.withdraw(t, "rhine", "Wrong river")
				}, "WITHDRAWN", "nothing of this"},
				{func() { f.onDiscord(t, "desk close", map[string]string{"story": "rhine"}) }, "closed", "developing"},
				{func() { f.onDiscord(t, "desk reopen", map[string]string{"story": "rhine"}) }, "WITHDRAWN", "closed"},
				{func() { f.merge(t, "rhine", "river") }, "goes on as river", "nothing of this"},
			} {
				heal := f.discord.Fail(discordtest.Match{Op: discordtest.EditMessage}, discordtest.StatusBeforeStore(500))
				f.slack.Fail(slacktest.Match{Method: "chat.update"}, -1, slacktest.Error500Before)
				change.do()
				p.kill()
				heal()
				f.slack.Heal()
				p = f.connect(t, database)
				follows := func(cards int, texts ...string) bool {
					all := strings.Join(texts, "\n")
					return len(texts) == cards && !strings.Contains(all, change.not) && strings.Count(all, change.want) >= cards
				}
				if err := f.discord.Wait(f.ctx, func() bool {
					var texts []string
					for _, m := range f.discord.Messages(guildChannel) {
						texts = append(texts, plain(m.Text))
					}
					return follows(1, texts...)
				}); err != nil {
					t.Fatalf("for %q Discord shows %+v: %v", change.want, f.discord.Messages(guildChannel), err)
				}
				if _, err := f.slack.WaitUntil(f.ctx, team, teamChannel, change.want, func(list []slacktest.Message) bool {
					var texts []string
					for _, m := range list {
						texts = append(texts, plain(m.Text))
					}
					return follows(2, texts...)
				}); err != nil {
					t.Fatalf("%v: %+v", err, f.slack.Messages(team, teamChannel))
				}
			}
			p.stop()
		})
	}
}

// edit gives a story another headline, in the form on Discord.
func (f *far) edit(t *testing.T, slug, headline string) {
	t.Helper()
	person := discordtest.Interaction{Channel: guildChannel, Name: "desk edit", Options: map[string]string{"story": slug, "headline": headline}}
	form, err := f.discord.Command(f.ctx, person)
	if err != nil {
		t.Fatal(err)
	}
	preview, err := f.discord.Submit(f.ctx, form, nil, person)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := f.discord.Press(f.ctx, preview.Message, "Post", person); err != nil {
		t.Fatalf("%q answered with %+v, %v", preview.Message.Text, done, err)
	}
}

// withdraw withdraws the first update of a story, on Discord.
func (f *far) withdraw(t *testing.T, slug, why string) {
	t.Helper()
	asked, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, Name: "desk withdraw", Options: map[string]string{"story": slug, "number": "1", "reason": why}})
	if err != nil {
		t.Fatal(err)
	}
	if done, err := f.discord.Press(f.ctx, asked.Message, "Withdraw it", discordtest.Interaction{Channel: guildChannel}); err != nil {
		t.Fatalf("%q answered with %+v, %v", asked.Message.Text, done, err)
	}
}
