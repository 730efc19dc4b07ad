package main

import (
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
)

// TestATimelineHasItsReadersDays has a reader on each platform, and two on Slack, look at
// one story that goes over midnight: where the platform says in which zone they read,
// their days stand over its updates, and each update has its own time in any case.
func TestATimelineHasItsReadersDays(t *testing.T) {
	t.Parallel()
	n := newNewsDesk(t)
	n.slack.AddUser(team, slacktest.User{ID: "U0LONDON", Name: "lee", TZ: "Europe/London"})
	n.slack.AddUser(team, slacktest.User{ID: "U0AUCKLAND", Name: "aro", TZ: "Pacific/Auckland"})
	n.slack.AddUser(team, slacktest.User{ID: "U0NOWHERE", Name: "noa"})
	p := startProcess(t, t.TempDir(), append(n.env, "TIMEZONE=America/New_York"), "run", "--console")
	p.waitReady()
	n.waitConnected(t)
	n.onDiscord(t, "desk track", map[string]string{"slug": "flood", "headline": "The river rises"})
	n.onDiscord(t, "update", map[string]string{"story": "flood", "at": "2025-03-30T00:30Z", "text": "The dyke holds."})
	n.onDiscord(t, "update", map[string]string{"story": "flood", "at": "2025-03-30T11:30Z", "text": "The dyke gives way."})
	onSlack := func(user string) string {
		return n.readerOnSlack(teamChannel, user).ask(t, "catchup", "story", "flood")
	}
	for who, shown := range map[string]struct {
		text string
		want []string
	}{
		"London":   {onSlack("U0LONDON"), []string{"Sunday 30 March 2025", "gives way", "holds"}},
		"Auckland": {onSlack("U0AUCKLAND"), []string{"Monday 31 March 2025", "gives way", "Sunday 30 March 2025", "holds"}},
		"nowhere":  {onSlack("U0NOWHERE"), []string{"gives way", "holds"}},
		"Discord":  {n.readerOnDiscord().ask(t, "catchup", "story", "flood"), []string{"gives way", "<t:1743334200:", "holds", "<t:1743294600:"}},
		"console":  {n.readerOnConsole(p).ask(t, "catchup", "story", "flood"), []string{"Sunday 30 March 2025", "gives way", "2025-03-30 07:30 EDT", "Saturday 29 March 2025", "holds", "2025-03-29 20:30 EDT"}},
	} {
		inOrder(t, who, shown.text, shown.want...)
		if named := strings.Count(shown.text, "day 3") + strings.Count(shown.text, "day 29 March"); named != strings.Count(strings.Join(shown.want, "\n"), "day ") {
			t.Errorf("%s has %d days over the updates: %s", who, named, shown.text)
		}
	}
	p.stop()
}
