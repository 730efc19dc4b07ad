package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// TestHomeTab is the home tab from the first time it is opened to the last button in it,
// in the whole program: with what follows in the person's direct message, what their
// public channels follow, and how the desk stands.
func TestHomeTab(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	f.slack.AddUser(team, slacktest.User{ID: reader, Name: "ben", RealName: "Ben Adler"})
	f.slack.AddChannel(team, "G0SECRET", slacktest.Private, true)
	f.env = append(f.env, "STORYBOT_ADMINS=slack:"+team+"/"+reader+",discord:"+discordtest.DefaultUser)
	f.connect(t)
	f.track(t)
	if a, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: "G0SECRET", User: reader, Command: "/subscribe", Text: "all"}); err != nil || !strings.Contains(a.Visible(), "now follows") {
		t.Fatalf("a private channel: %+v, %v", a, err)
	}
	open := func(user string) *slacktest.View {
		t.Helper()
		a, err := f.slack.OpenHome(f.ctx, team, user)
		if err != nil || a.Via != "home" {
			t.Fatalf("answer %+v, %v", a, err)
		}
		return a.View
	}
	press := func(v *slacktest.View, label, via string) *slacktest.Answer {
		t.Helper()
		a, err := f.slack.PressView(f.ctx, v, label)
		both := map[string]*slacktest.Answer{}
		for err == nil && a != nil {
			if both[a.Via] = a; both["home"] != nil && both[via] != nil {
				return both[via]
			}
			a, err = a.Next(f.ctx)
		}
		t.Fatalf("[%s]: %+v, %v", label, both, err)
		return nil
	}
	const stranger = "U0OTHER"
	says := func(v *slacktest.View, what string, want ...string) {
		t.Helper()
		for _, w := range want {
			if has := strings.Contains(v.Visible(), strings.TrimPrefix(w, "!")); has == strings.HasPrefix(w, "!") {
				t.Errorf("%s is\n%s\nand was not to be so: %s", what, v.Visible(), w)
			}
		}
	}
	says(open(stranger), "a newcomer's tab", "News as it develops", "Nothing yet", "Channels follow", "flood", "!The desk", "!all")
	says(open(stranger), "the same, once more", "!News as it develops")

	v := open(reader)
	says(v, "a moderator's tab", "The desk")
	// A story opens above the tab; followed there, it stands in the tab.
	a := press(v, "flood", "view")
	press(a.View, "Follow here", "view")
	direct := f.slack.Direct(team, reader)
	if _, err := f.slack.WaitMessages(f.ctx, team, direct, 1); err != nil {
		t.Fatalf("the direct message: %v", err)
	}
	v = open(reader)
	says(v, "with a story followed", "flood · every update · active", "Stop flood")
	if path := os.Getenv("HOME_PICTURE"); path != "" {
		line, _ := json.Marshal(map[string]any{"platform": "slack", "kind": "home", "payload": map[string]any{"text": "Home", "blocks": json.RawMessage(v.Blocks)}})
		if err := os.WriteFile(path, append(line, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, label := range []string{"Catch up", "Pause or resume", "Desk status"} {
		if a := press(v, label, "view"); len(a.View.Visible()) < 10 {
			t.Errorf("[%s] shows %q", label, a.View.Visible())
		}
		v = open(reader)
	}
	v = press(v, "Stop flood", "home").View
	says(v, "after it was stopped", "You no longer follow flood.", "Nothing yet", "Follow again")
	v = press(v, "Follow again", "home").View
	says(v, "followed again", "You now follow flood", "Stop flood")
	// What is published comes to the direct message alone, with one press to end it.
	f.publish(t, "Water over the dam.", 2, 2)
	said, err := f.slack.WaitMessages(f.ctx, team, direct, 3)
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.slack.Press(f.ctx, said[len(said)-1], "Stop here", reader)
	if err != nil || !strings.Contains(b.Visible(), "no longer come to you") {
		t.Fatalf("stopped under a message: %+v, %v", b, err)
	}
	says(open(reader), "after that", "Nothing yet")
	// A workspace of very many channels: pages, within Slack's limits, which the fake holds.
	for i := range 30 {
		channel := fmt.Sprintf("C0MANY%02d", i)
		f.slack.AddChannel(team, channel, slacktest.Public, true)
		if _, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: channel, User: reader, Command: "/subscribe", Text: "flood"}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 9 {
		f.onDiscord(t, "desk track", map[string]string{"slug": fmt.Sprint("gauge-", i), "headline": "One of more stories than stand in a tab"})
	}
	v = open(reader)
	if a := press(v, "All stories", "view"); !strings.Contains(a.View.Visible(), "gauge-8") {
		t.Errorf("all stories: %s", a.View.Visible())
	}
	v = open(reader)
	for range 3 {
		v = press(v, "More", "home").View
	}
	says(v, "the last page of channels", "Back", "!More")
	says(press(v, "Back", "home").View, "the first", "More", "!Back")
}
