package command

import (
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// TestWhatDecidesAloneIsSaid: of several subscriptions that cover a story one decides,
// and every answer says which, and what comes then.
func TestWhatDecidesAloneIsSaid(t *testing.T) {
	type step struct{ say, want string } // as in a transcript; want is in the answer
	for name, steps := range map[string][]step{
		"less of a story than all brings": {
			{"/subscribe all", "This channel now follows all stories: every update."},
			{"/subscribe sony-hack level:breaking", "This channel now follows sony-hack: breaking updates only. From now on all brings no more of it: what is asked for the story itself counts."},
			{"/update sony-hack Sony waits.", "No channel gets it: 1 follows it for breaking updates only."},
			{"/why sony-hack 2", "Its level is normal, and of sony-hack this channel asked for breaking updates only. That decides alone, not all."},
			{"/why sony-hack 2", "What brings the story here now: sony-hack (breaking updates only, active). That decides alone, not all."},
			{"/update sony-hack level:breaking Sony decides.", "breaking, to 1 channel."},
			{"/unsubscribe sony-hack", "This channel's own subscription to sony-hack has ended; its updates now come by all: every update. To end those, stop this one story here."},
			{"/update sony-hack level:minor Sony waits again.", "minor, to 1 channel."},
			{"/unsubscribe sony-hack", "This channel has no subscription of its own to sony-hack, but its updates come by all: every update."},
			{"[Stop sony-hack here]", "Updates of sony-hack no longer come to this channel; what else it follows does."},
			{"/update sony-hack Sony sleeps.", "No channel gets it: 1 has stopped it."},
			{"/why sony-hack", "sony-hack was stopped here, so nothing brings it now."},
		},
		"less of a topic than all brings": {
			{"/subscribe sony-hack level:normal", "This channel now follows sony-hack: normal and breaking updates."},
			{"/subscribe all", "This channel now follows all stories: every update. What was asked for sony-hack stays as it is."},
			{"/subscribe topic:film level:breaking", "breaking updates only. From now on all brings no more of its stories: what is asked for the topic counts. What was asked for sony-hack stays as it is."},
			{"/subscribe sony-hack level:breaking", "breaking updates only now, normal and breaking updates before. From now on all brings no more of it: what is asked for the story itself counts."},
			{"/unsubscribe sony-hack", "its updates now come by topic:film: breaking updates only."},
			{"/unsubscribe topic:film", "This channel no longer follows the topic film. Its stories now come by all: every update. To end one of them, press Stop here under it. This channel still follows all."},
			{"/unsubscribe all", "This channel no longer follows all stories."},
		},
		"of topics the oldest": {
			{"/subscribe topic:film level:breaking", "This channel now follows the topic film: breaking updates only."},
			{"/subscribe topic:security", "This channel now follows the topic security: every update."},
			{"/update sony-hack Sony waits.", "No channel gets it: 1 follows it for breaking updates only."},
			{"/why sony-hack", "What brings the story here now: topic:film (breaking updates only, active). That decides alone, not topic:security."},
			{"/subscribe topic:film level:minor", "every update now, breaking updates only before."},
			{"/subscribe topic:film level:normal", "From now on topic:security brings no more of its stories: what is asked for the topic counts."},
		},
		"a paused one decides too": {
			{"/subscribe sony-hack", "every update"},
			{"/subscribe all", "every update."},
			{"/subscriptions sony-hack", ""},
			{"[Pause]", "Paused: updates of sony-hack do not come to this channel until it is resumed, not even by all. What is published"},
			{"/update sony-hack level:breaking Sony decides.", "No channel gets it: 1 has paused it."},
			{"/why sony-hack", "The subscription to sony-hack is paused. That decides alone, not all. /subscriptions has a button to resume it."},
			{"/why sony-hack", "Nothing of the story comes here now: sony-hack is paused. That decides alone, not all."},
			{"/subscriptions all", ""},
			{"[Pause]", "until it is resumed. What is published"},
			{"/unsubscribe sony-hack", "This channel no longer follows sony-hack; nothing of it comes while all is paused. To keep it away after that too, stop this one story here."},
			{"[Stop sony-hack here]", "Updates of sony-hack no longer come to this channel"},
			{"[Follow again]", "sony-hack is not stopped here any more, but nothing of it comes while all is paused."},
		},
		"how what decides brings it": {
			{"/subscribe sony-hack", ""},
			{"/subscribe all level:normal digest:daily@09:00 quiet:22:00-07:00 tz:Europe/Berlin", ""},
			{"/subscribe topic:film digest:hourly", ""},
			{"/unsubscribe sony-hack", "its updates now come by topic:film: every update, as one digest every hour. To end those"},
			{"/unsubscribe sony-hack", "but its updates come by topic:film: every update, as one digest every hour. To end those"},
			{"/unsubscribe sony-hck", "sony-hack comes by topic:film: every update, as one digest every hour."},
			{"/unsubscribe topic:film", "Its stories now come by all: normal and breaking updates, quiet from 22:00 to 07:00 (Europe/Berlin), as one digest"},
			{"/subscribe sony-hack", ""},
			{"/unsubscribe sony-hack", "its updates now come by all: normal and breaking updates, quiet from 22:00 to 07:00 (Europe/Berlin), as one digest"},
			{"[Stop sony-hack here]", ""},
			{"[Follow again]", "come to this channel again, by all: normal and breaking updates, quiet from 22:00 to 07:00 (Europe/Berlin), as one digest"},
		},
		"what goes before it still comes": {
			{"/subscribe sony-hack", ""},
			{"/subscribe all", ""},
			{"/subscribe topic:film", ""},
			{"/subscriptions topic:film", ""},
			{"[Pause]", "until it is resumed, not even by all, except by what else is followed here: sony-hack."},
			{"/subscriptions all", ""},
			{"[Pause]", "until it is resumed, except by what else is followed here: sony-hack."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := openTracked(t)
			for _, s := range steps {
				who := "ria"
				if strings.HasPrefix(s.say, "/update") {
					who = "mo"
				}
				n.now = n.now.Add(1e9)
				if got := bot.PlainText(n.hear(who, "general", s.say).Message); !strings.Contains(got, s.want) {
					t.Fatalf("%s is answered\n%s\nwithout\n%s", s.say, got, s.want)
				}
			}
		})
	}
}

func TestWhyNobodyGetsAnUpdate(t *testing.T) {
	for want, n := range map[string]stories.Spared{
		"No channel follows it.": {},
		"No channel gets it: 2 follow it for breaking updates only, 1 has paused it, 1 has stopped it.":                                  {Breaking: 2, Paused: 1, Stopped: 1},
		"No channel gets it: 1 follows it for breaking updates only, 1,200 follow it for normal and breaking updates, 3 have paused it.": {Breaking: 1, Normal: 1200, Paused: 3},
		"No channel gets it: 2 have stopped it.": {Stopped: 2},
	} {
		if got := nobodyWords(n); got != want {
			t.Errorf("%+v: %q, want %q", n, got, want)
		}
	}
}
