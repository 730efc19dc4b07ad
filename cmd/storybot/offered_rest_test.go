package main

import (
	"fmt"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// pressRest presses what no crawl comes to: what is offered for a slip of the pen, to
// somebody who has much to read, and below what has just been posted.
func pressRest(t *testing.T, s *stage) {
	t.Helper()
	who := s.editor(busy)
	now := func(on seen, label, words string) seen {
		t.Helper()
		presses(t, label)
		got, err := on.pressed(who, label)
		if err != nil || dead.MatchString(got.text) || !strings.Contains(got.text, words) {
			t.Errorf("%q of %s: %s, %v", label, on.text, got.text, err)
		}
		return got
	}
	tell(t, who, ask("subscribe", "target", "all"))
	now(tell(t, who, ask("desk reopen", "story", bridge, "text", "The bridge opens.")), "Publish it", "Published")
	now(tell(t, who, ask("desk reopen", "story", bridge, "text", "The bridge opens wide. slug:other")), "Without it", "is open already")

	topic := strings.Repeat("dyke-", 11) + "holds"
	tell(t, who, ask("desk track", "slug", "dykes", "topics", topic, "headline", "The dykes"))
	now(tell(t, who, ask("subscribe", "target", "topic:"+strings.Replace(topic, "holds", "hodls", 1))), "Follow it anyway", "now follows")

	tell(t, who, ask("subscribe", "target", rhine))
	now(tell(t, who, ask("unsubscribe", "target", "flodo")), "Stop following", "")
	tell(t, who, ask("subscribe", "target", "dykes"))
	now(tell(t, who, ask("unsubscribe", "target", "dykes")), "Follow again", "")

	for n := range 2*stories.UnreadStories + 1 {
		tell(t, who, ask("update", "story", fmt.Sprintf("river-%d", n), "text", fmt.Sprintf("Its gauge %d is above its mark.", n)))
	}
	withWords(t, who, fmt.Sprintf("Its gauge %d", 2*stories.UnreadStories))
	now(tell(t, who, ask("catchup")), "More stories", "New to you in")

	if s.name == "console" { // whose preview has no other side that a crawl sees
		tell(t, who, ask("desk track", "slug", "gates", "headline", "The gates of the harbour"))
		tell(t, who, ask("update", "story", "gates", "text", "The gates are closed."))
		withWords(t, who, "The gates are closed.")
		form := tell(t, who, ask("desk correct", "story", "gates", "number", "1"))
		shown, err := form.submit(map[string]string{"text": long("The gates stay open one behind another. ", 3000)})
		if err != nil {
			t.Fatal(err)
		}
		now(now(shown, "Show CORRECTION", ""), "Show the copies", "")
	}
}

// TestTheWholeOfALongTextIsRead presses what stands below a push and below a card that
// show the beginning of a text, on each platform.
func TestTheWholeOfALongTextIsRead(t *testing.T) {
	t.Parallel()
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			who, there := s.editor(busy), s.editor(quiet)
			const begin = "The gates are closed one behind another. "
			tell(t, who, ask("desk track", "slug", "gates", "headline", "The gates of the harbour"))
			tell(t, who, ask("subscribe", "target", "gates"))
			withWords(t, who, told+"gates")
			tell(t, who, ask("update", "story", "gates", "text", long(begin, s.longest-10)+" THE END"))
			reads := func(on seen, label string) {
				t.Helper()
				last, end := push(t, on, label), "THE END"
				if s.name == "console" { // where what follows a push is not pressed further
					end = "part 1 of"
				}
				for range 10 {
					if last.offered("Read on") < 0 {
						break
					}
					var err error
					if last, err = last.pressed(who, "Read on"); err != nil {
						t.Fatal(err)
					}
				}
				if !strings.Contains(last.text, end) {
					t.Errorf("%s leads to %s", label, last.text)
				}
			}
			reads(withWords(t, who, begin), "Read all (")
			tell(t, there, ask("subscribe", "target", "gates", "mode", "card"))
			reads(withWords(t, there, told+"gates"), "Read all")
		})
	}
}

// TestABlockedChannelIsTriedAgain presses Try again on both platforms once a channel is
// mended that refused what it began with: updates come then.
func TestABlockedChannelIsTriedAgain(t *testing.T) {
	t.Parallel()
	const again = "Try again"
	n := newNewsDesk(t)
	p := n.connect(t)
	n.onDiscord(t, "desk track", map[string]string{"slug": "flood", "headline": "The river rises"})
	manager := discordtest.Interaction{Channel: guildChannel, Permissions: discordtest.DefaultPermissions | manageChannels}
	heal := n.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage, Channel: guildChannel}, discordtest.MissingAccess())
	n.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: teamChannel}, -1, slacktest.APIError("is_archived"))
	n.onDiscord(t, "subscribe", map[string]string{"target": "flood"})
	n.onSlack(t, "/subscribe", "flood")
	n.wait(t, func() bool {
		return strings.Contains(n.onDiscord(t, "subscriptions", map[string]string{"target": "flood"}), "blocked") && strings.Contains(n.onSlack(t, "/subscriptions", "flood"), "blocked")
	})
	typed := manager
	typed.Name, typed.Options = "subscriptions", map[string]string{"target": "flood"}
	listed, err := n.discord.Command(n.ctx, typed)
	if err != nil {
		t.Fatal(err)
	}
	onSlack, err := n.slack.Slash(n.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: reader, Command: "/subscriptions", Text: "flood"})
	if err != nil {
		t.Fatal(err)
	}
	heal()
	n.slack.Heal()
	const words = "come to this channel again"
	if a, err := n.discord.Press(n.ctx, listed.Message, again, manager); err != nil || !strings.Contains(a.Message.Text, words) {
		t.Errorf("Try again on Discord: %+v, %v", a, err)
	}
	if a, err := n.slack.Press(n.ctx, onSlack.Message, again, reader); err != nil || !strings.Contains(a.Visible(), words) {
		t.Errorf("Try again on Slack: %+v, %v", a, err)
	}
	n.update(t, "The dyke breaks.")
	if _, err := n.discord.WaitMessages(n.ctx, guildChannel, 2); err != nil {
		t.Error(err)
	}
	if _, err := n.slack.WaitMessages(n.ctx, team, teamChannel, 2); err != nil {
		t.Error(err)
	}
	n.both(t, "subscribed this channel to flood", "The dyke breaks.")
	p.stop()
}
