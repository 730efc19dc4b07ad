package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// merging is how many channels on Discord are pushed to in the test below: long enough
// for a merge to come in between, with a kill before and after it.
const merging = 150

// merge asks on Discord to make one story of two, and answers its question.
func (f *far) merge(t *testing.T, from, into string) string {
	t.Helper()
	i := discordtest.Interaction{Channel: guildChannel, Name: "desk merge", Options: map[string]string{"story": from, "into": into}}
	question, err := f.discord.Command(f.ctx, i)
	if err != nil {
		t.Fatal(err)
	}
	done, err := f.discord.Press(f.ctx, question.Message, "Merge into "+into, discordtest.Interaction{Channel: guildChannel})
	if err != nil {
		t.Fatalf("press Merge under %q: %v", question.Message.Text, err)
	}
	return plain(done.Message.Text)
}

// TestMergeDuringAPush makes one story of two while updates of both are pushed, and
// kills the program right before and after it. Every channel gets what it was owed once,
// what comes later by the old slug too, and what was sent later is the one story's.
func TestMergeDuringAPush(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		for when, kill := range map[string]struct{ before, after bool }{"running": {}, "killed before": {before: true}, "killed after": {after: true}} {
			t.Run(name+"/"+when, func(t *testing.T) {
				t.Parallel()
				f := newDeskFar(t, merging)
				f.env = append(f.env, "DATABASE_URL="+url(t))
				p := f.start(t)
				f.follow(t)
				f.onDiscord(t, "desk track", map[string]string{"headline": "The river is above all marks", "slug": "river"})
				f.onDiscord(t, "subscribe", map[string]string{"target": "river"}) // the desk's channel
				f.onSlack(t, "/subscribe", "flood")
				f.onSlack(t, "/subscribe", "river")
				f.onDiscord(t, "update", map[string]string{"story": "river", "text": "The river rises."})
				cards := f.discord.Stats().Posts
				f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The dykes break."})
				f.onDiscord(t, "update", map[string]string{"story": "flood", "level": "breaking", "text": "The town is left."})
				if err := f.discord.Wait(f.ctx, func() bool { return f.discord.Stats().Posts > cards+merging/3 }); err != nil {
					t.Fatal(err)
				}
				if kill.before {
					p = f.restart(t, p)
				}
				if got := f.merge(t, "flood", "river"); !strings.Contains(got, "Merged flood into river.") || !strings.Contains(got, "updates 2–3 of river") {
					t.Fatalf("merged: %q", got)
				}
				if kill.after {
					p = f.restart(t, p)
				}
				if got := f.onDiscord(t, "desk merge", map[string]string{"story": "flood", "into": "river"}); !strings.Contains(got, "already") {
					t.Errorf("merged again: %q", got)
				}
				f.onDiscord(t, "update", map[string]string{"story": "flood", "text": "The water falls."})
				f.mergedTo(t, "The water falls.")
				if got := f.onDiscord(t, "story", map[string]string{"story": "flood", "number": "2"}); !strings.Contains(plain(got), "is update 3 of that now") || !strings.Contains(got, "The town is left.") {
					t.Errorf("flood 2: %q", got)
				}
				if got := f.onSlack(t, "/why", "flood 1"); !strings.Contains(plain(got), "Update 2 was sent") {
					t.Errorf("why: %q", got)
				}
				p.stop()
				for _, channel := range f.channels {
					var got []string
					for _, m := range f.discord.Messages(channel) {
						got = append(got, m.Text)
					}
					f.once(t, channel, got)
				}
				var got []string
				for _, m := range f.slack.Messages(team, teamChannel) {
					got = append(got, m.Visible())
				}
				f.once(t, "Slack", got)
			})
		}
	}
}

// mergedTo waits until every channel shows the words of an update.
func (f *deskFar) mergedTo(t *testing.T, words string) {
	t.Helper()
	if err := f.discord.Wait(f.ctx, func() bool {
		for _, channel := range f.channels {
			if !slices.ContainsFunc(f.discord.Messages(channel), func(m discordtest.Message) bool { return strings.HasPrefix(m.Text, words) }) {
				return false
			}
		}
		return true
	}); err != nil {
		t.Fatalf("%q is not everywhere: %v", words, err)
	}
	if _, err := f.slack.WaitUntil(f.ctx, team, teamChannel, words, func(list []slacktest.Message) bool {
		return slices.ContainsFunc(list, func(m slacktest.Message) bool {
			return strings.Contains(m.Visible(), words) && strings.Contains(m.Visible(), "river, update 4")
		})
	}); err != nil {
		t.Fatal(err)
	}
}

// once looks that a channel shows each update that it was owed once, the last one as
// the story's that the two are.
func (f *deskFar) once(t *testing.T, channel string, messages []string) {
	t.Helper()
	for i, words := range []string{"The dykes break.", "The town is left.", "The water falls."} {
		var holding []string
		for _, m := range messages {
			if strings.Contains(m, words) && !strings.Contains(m, told) {
				holding = append(holding, m)
			}
		}
		if len(holding) != 1 {
			t.Errorf("%s shows %q %d times: %q", channel, words, len(holding), messages)
			continue
		}
		if as := fmt.Sprintf("river, update %d", i+2); i == 2 && !strings.Contains(holding[0], as) {
			t.Errorf("%s shows it otherwise than as %s: %q", channel, as, holding[0])
		}
	}
}
