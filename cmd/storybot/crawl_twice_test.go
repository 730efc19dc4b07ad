package main

import (
	"context"
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
)

// TestSlackSendsToBothSockets has a Slack that gives each envelope to both
// connections at once. Every person gets every answer, once, and nothing is
// done twice.
func TestSlackSendsToBothSockets(t *testing.T) {
	t.Parallel()
	rig, s := newSlackStage(t)
	s.visitor = rig.person(slackGuest)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := rig.server.WaitConnections(ctx, 2); err != nil {
		t.Fatal(err)
	}
	d := newDeeds(t, s, "lock", "water")
	shown := d.follow()
	rig.server.Copies(true)
	for n := range 10 {
		before := len(rig.server.Ephemerals(team, "C0QUIET", slackEditor))
		card := tell(t, d.editor, ask("story", "story", d.slug))
		if !strings.Contains(card.text, "About the lock") {
			t.Errorf("/story, %d: %s", n, card.text)
		}
		if timeline := push(t, card, "Timeline"); !strings.Contains(timeline.text, "Report lock/1") {
			t.Errorf("Timeline, %d: %s", n, timeline.text)
		}
		help, err := rig.server.Mention(ctx, slacktest.Mention{Team: team, Channel: "C0QUIET", User: slackEditor, Text: "story " + d.slug})
		if err != nil || !strings.Contains(help.Visible(), "About the lock") {
			t.Errorf("@storybot story, %d: %v", n, err)
		}
		if got := len(rig.server.Ephemerals(team, "C0QUIET", slackEditor)) - before; got != 3 {
			t.Errorf("three questions got %d answers", got)
		}
	}
	text := "The lock is shut."
	for range 2 {
		tell(t, d.editor, ask("update", "story", d.slug, "text", text)) // the second is asked about
	}
	push(t, tell(t, d.editor, ask("update", "story", d.slug, "text", text)), "Post it anyway")
	// What waits for its turn is not sent after Stop, so it is waited for.
	if _, err := d.editor.await("the same text twice", func(all []seen) bool { return times(all, text) == 2 }); err != nil {
		t.Fatal(err)
	}
	push(t, shown, "Stop")
	push(t, tell(t, d.editor, ask("story", "story", d.slug)), "Follow")
	tell(t, d.editor, ask("desk track", "headline", "Rain"))
	d.arrives()
	if n := times(d.editor.read(), text); n != 2 {
		t.Errorf("%q was pushed %d times, want twice", text, n)
	}
	log := strings.Join(strings.Fields(tell(t, d.editor, ask("desk log")).text), " ")
	for words, want := range map[string]int{" published update ": 4, " started ": 2, " follow lock": 2, " ended lock": 1} {
		if got := strings.Count(log, words); got != want {
			t.Errorf("the log holds %q %d times, want %d:\n%s", words, got, want, log)
		}
	}
}
