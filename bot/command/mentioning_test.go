package command

import (
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// says checks that the last answer holds words, and whether it is a refusal.
func (n *newsroom) says(r bot.Reply, failed bool, words ...string) {
	n.t.Helper()
	text := bot.PlainText(r.Message)
	for _, w := range words {
		if !strings.Contains(text, w) {
			n.t.Errorf("%q is missing in\n%s", w, text)
		}
	}
	if r.Failed != failed {
		n.t.Errorf("refused: %t\n%s", r.Failed, text)
	}
}

// Whom a subscription pings is set by who may ping them, told by name and never by an id,
// and taken away like any option.
func TestMentions(t *testing.T) {
	n := openTracked(t)
	n.says(n.ask("ria", "news", "/subscribe sony-hack mention:@desk"), false, "pings @desk at breaking updates")
	n.says(n.ask("ria", "news", "/subscribe sony-hack mention-level:normal"), false, "pings @desk at normal and breaking updates now, pings @desk at breaking updates before")
	n.says(n.ask("ria", "news", "/subscribe sony-hack mention:@film"), false, "pings @film at normal and breaking updates now, pings @desk at normal and breaking updates before")
	n.says(n.ask("ria", "news", "/subscriptions"), false, "pings @film at normal and breaking updates")
	n.says(n.ask("ria", "news", "/subscribe sony-hack mention:@everyone"), true, "Everyone is never pinged")
	n.says(n.ask("tim", "news", "/subscribe sony-hack mention:@desk"), true, "You may not have @desk pinged")
	n.says(n.ask("tom", "news", "/subscribe sony-hack mention:@desk"), true, "Only people who manage this channel")
	n.says(n.ask("ria", "news", "/subscriptions"), false, "pings @film at normal and breaking updates")

	// Picked: what is stored is the platform's own, and what is shown the name.
	c := n.request("ria", "news")
	c.Input = bot.Options{Name: "subscribe", Values: map[string]string{"target": "sony-hack", "mention": bot.Mark(0)},
		Mentions: []bot.Mention{{Kind: bot.RoleKind, Ref: "console:<@&7>", Name: "@Breaking Desk"}}}
	n.says(n.handle(c), false, "pings @Breaking Desk at normal and breaking updates now")
	subs, err := n.service.Following.Subscriptions(t.Context(), channel("news"))
	if err != nil || len(subs) != 1 || subs[0].Mention != "@Breaking Desk" {
		t.Fatalf("%+v %v", subs, err)
	}

	// A role that was deleted pings nobody, and that is said.
	gone := stories.Destination{Platform: "console", Channel: "@Breaking Desk"}
	if err := n.store.KeepNames(t.Context(), stories.Sighting{Places: []stories.PlaceName{{Place: gone, Form: stories.GroupForm, Access: stories.GoneAccess, Heard: true}}}, n.now); err != nil {
		t.Fatal(err)
	}
	n.says(n.ask("ria", "news", "/subscriptions"), false, "pings @Breaking Desk (which is not there any more, so that nobody is pinged)")
	n.says(n.ask("ria", "news", "/why sony-hack"), false, "It pings nobody: @Breaking Desk, whom it was to ping, is not there any more", "mention:off")
	n.says(n.ask("ria", "news", "/subscribe sony-hack mention:off"), false, "nobody is pinged now")
	subs, _ = n.service.Following.Subscriptions(t.Context(), channel("news"))
	if subs[0].Mention != "" || subs[0].MentionLevel != stories.Normal { // it stays for whom is to be pinged next
		t.Errorf("%+v", subs[0].Options)
	}
}

// What the options need of the channel is asked before anything is done.
func TestOptionsArePreflighted(t *testing.T) {
	n := openTracked(t)
	n.says(n.ask("ria", "plain", "/subscribe sony-hack mode:thread"), true, "Create Public Threads")
	n.says(n.ask("ria", "plain", "/subscriptions"), false, "follows nothing")
	n.says(n.ask("ria", "plain", "/subscribe sony-hack mode:card"), false, "one live card")
	n.says(n.ask("ria", "plain", "/subscribe sony-hack level:normal mode:thread"), true, "Create Public Threads")
	n.says(n.ask("ria", "plain", "/subscriptions"), false, "every update, as one live card")
	n.says(n.ask("tom", "plain", "/subscribe sony-hack mode:thread"), true, "Only people who manage this channel")
}
