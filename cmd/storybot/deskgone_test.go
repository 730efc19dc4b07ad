package main

import (
	"context"
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
)

// hasEnded is what the desk is told of a channel that was deleted.
const hasEnded = "has ended, and what it followed with it: it was deleted"

// TestADeskThatIsDeletedIsToldToTheOtherDesk deletes a channel of the desk in the
// middle of a push: the platform's own news of that has the other desk told, once,
// and the push's end is edited in there as ever, also where the program is killed
// before it has told.
func TestADeskThatIsDeletedIsToldToTheOtherDesk(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		for where, c := range map[string]deletedDesk{
			"Discord": {(*newsDesk).deleteOnDiscord, (*newsDesk).waitSlack, (*newsDesk).onSlacksDesk, "discord:" + guild + "/" + deskChannel, "#channel-" + deskChannel + " (Discord)"},
			"Slack":   {(*newsDesk).deleteOnSlack, (*newsDesk).waitDiscord, (*newsDesk).onDiscordsDesk, "slack:" + team + "/" + deskOnSlack, "#c-c0desk (Slack)"},
		} {
			killed := (name == "SQLite") == (where == "Discord") // each once on each: they take long
			t.Run(name+"/"+where, func(t *testing.T) {
				t.Parallel()
				n := newNewsDesk(t)
				database := "DATABASE_URL=" + url(t)
				p := n.connect(t, database)
				n.name(t)
				heal := n.hold(guildChannel)
				n.update(t, "The dykes break.")
				n.waitDiscord(t, halfWay)
				n.waitSlack(t, halfWay)
				if err := c.delete(n, n.ctx); err != nil {
					t.Fatal(err)
				}
				p.waitLog(`a channel ended, and its subscriptions with it" destination=` + c.place)
				if killed {
					p.kill()
					p = n.connect(t, database)
				}
				heal()
				c.wait(n, t, hasEnded)
				c.wait(n, t, allOfTwo)

				// What is told twice would stand before this.
				n.update(t, "The water rises.")
				c.wait(n, t, "update 2, normal: "+allOfTwo)
				p.stop()
				shown := c.shown(n)
				said := func(i int, text string) bool { return strings.Contains(plain(shown[i]), text) }
				if len(shown) != 3 || !said(0, "update 1, normal: "+allOfTwo) || !said(1, c.called+" "+hasEnded) || !said(2, "update 2, normal: "+allOfTwo) {
					t.Errorf("the desk that is left shows %q", shown)
				}
			})
		}
	}
}

// deletedDesk is a desk that is deleted, and the other one.
type deletedDesk struct {
	delete func(n *newsDesk, ctx context.Context) error
	wait   func(n *newsDesk, t *testing.T, text string)
	shown  func(n *newsDesk) []string
	place  string // as the log has it
	called string
}

func (n *newsDesk) deleteOnDiscord(context.Context) error {
	n.discord.DeleteChannel(deskChannel)
	return nil
}

// deleteOnSlack deletes the channel and tells the app.
// https://docs.slack.dev/reference/events/channel_deleted
func (n *newsDesk) deleteOnSlack(ctx context.Context) error {
	yes := true
	n.slack.SetChannel(team, deskOnSlack, slacktest.ChangeChannel{Deleted: &yes})
	return n.slack.Event(ctx, team, map[string]any{"type": "channel_deleted", "channel": deskOnSlack})
}
