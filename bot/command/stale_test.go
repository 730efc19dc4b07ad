package command

import (
	"fmt"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// following is what a channel follows, by number, level and state.
func (n *newsroom) following(where string) string {
	n.t.Helper()
	subs, err := n.service.Following.Subscriptions(n.t.Context(), channel(where))
	if err != nil {
		n.t.Fatal(err)
	}
	var out []string
	for _, s := range subs {
		out = append(out, fmt.Sprintf("%d %s %s %s", s.ID, s.Target, s.Level, s.State))
	}
	return strings.Join(out, ", ")
}

// A button that names a subscription which has ended changes none that was made
// since, and says how it is now.
func TestAButtonOfWhatWasReplacedChangesNothing(t *testing.T) {
	const ended = "Nothing was changed: what this button was for has ended since."
	for _, c := range []struct {
		name, label string
		before      []string // until the button is shown
		after       []string // that replaces what it names
		says        []string
		failed      bool
	}{
		{"Stop here in the list", "Stop here", []string{"/subscribe sony-hack level:breaking", "/subscriptions"}, []string{"/unsubscribe sony-hack", "/subscribe sony-hack"}, []string{ended, "sony-hack", "every update"}, true},
		{"Stop here of a topic", "Stop here", []string{"/subscribe topic:film", "/subscriptions topic:film"}, []string{"/unsubscribe topic:film", "/subscribe topic:film level:breaking"}, []string{ended, "topic:film", "breaking updates only"}, true},
		{"Stop here of what nothing replaced", "Stop here", []string{"/subscribe all", "/subscriptions"}, []string{"/unsubscribe all"}, []string{ended, "This channel follows nothing."}, true},
		{"Stop here of one among several", "Stop here", []string{"/subscribe all", "/subscribe sony-hack", "/subscriptions all"}, []string{"/unsubscribe all", "/subscribe all"}, []string{ended, "This channel follows", "sony-hack", "all"}, true},
		{"Pause", "Pause", []string{"/subscribe sony-hack", "/subscriptions"}, []string{"/unsubscribe sony-hack", "/subscribe sony-hack"}, []string{ended, "every update"}, true},
		{"Resume", "Resume", []string{"/subscribe sony-hack", "/subscriptions", "[Pause]", "/subscriptions"}, []string{"/unsubscribe sony-hack", "/subscribe sony-hack", "/subscriptions", "[Pause]"}, []string{ended, "paused"}, true},
		{"a row of the list", "sony-hack", []string{"/subscribe sony-hack", "/subscribe all", "/subscriptions"}, []string{"/unsubscribe sony-hack", "/subscribe sony-hack level:breaking"}, []string{ended, "sony-hack", "breaking updates only"}, true},
		{"Follow again from another level", "Follow again", []string{"/subscribe sony-hack level:breaking", "/unsubscribe sony-hack"}, []string{"/subscribe sony-hack"}, []string{"This channel follows sony-hack already; it gets every update."}, false},
		{"Follow again of a topic", "Follow again", []string{"/subscribe topic:film", "/unsubscribe topic:film"}, []string{"/subscribe topic:film level:breaking"}, []string{"follows the topic film already; it gets breaking updates only."}, false},
		{"Follow again of what is paused now", "Follow again", []string{"/subscribe sony-hack", "/unsubscribe sony-hack"}, []string{"/subscribe sony-hack", "/subscriptions", "[Pause]"}, []string{"This channel follows sony-hack already, which is paused; nothing was changed."}, false},
		{"Follow of a slug that was meant, of one made since", "Follow sony-hack", []string{"/subscribe sony-hak level:breaking"}, []string{"/subscribe sony-hack"}, []string{"This channel follows sony-hack already; it gets every update."}, false},
		{"Follow of a slug that was meant, of one that was replaced", "Follow sony-hack", []string{"/subscribe sony-hack", "/subscribe sony-hak level:breaking"}, []string{"/unsubscribe sony-hack", "/subscribe sony-hack"}, []string{ended, "every update"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := openTracked(t)
			do := func(lines []string) {
				for _, line := range lines {
					if label, is := strings.CutPrefix(line, "["); is {
						n.must(n.press("ria", "general", strings.TrimSuffix(label, "]")))
					} else {
						n.ask("ria", "general", line)
					}
				}
			}
			do(c.before)
			var button bot.Button
			for _, b := range n.shown {
				if b.Label == c.label {
					button = b
				}
			}
			if button.Label == "" {
				t.Fatalf("no button %q: %v", c.label, n.shown)
			}
			do(c.after)
			n.said()
			before := n.following("general")
			reply := n.pressed("ria", "general", button.Action, button.Arg)
			if reply.Failed != c.failed || n.following("general") != before || n.said() != "" {
				t.Errorf("failed is %v; it follows %s, before %s: %s", reply.Failed, n.following("general"), before, transcript(reply))
			}
			for _, want := range c.says {
				if !strings.Contains(bot.PlainText(reply.Message), want) {
					t.Errorf("the answer does not say %q: %s", want, transcript(reply))
				}
			}
		})
	}
}

// The button that was there when the subscription was does what it says, and Follow
// of a slug that was meant changes the level of what was followed then.
func TestAButtonOfWhatIsThereChangesIt(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.ask("ria", "general", "/subscribe sony-hak level:breaking")
	n.must(n.press("ria", "general", "Follow sony-hack"))
	if got := n.following("general"); got != "1 sony-hack breaking active" {
		t.Errorf("it follows %s", got)
	}
	n.must(n.ask("ria", "general", "/subscriptions"))
	n.must(n.press("ria", "general", "Stop here"))
	if got := n.following("general"); got != "" {
		t.Errorf("it follows %s", got)
	}
}

// A press that comes again under its key, after what it named was replaced, is
// answered as it was the first time and changes nothing more.
func TestARepeatedPressKeepsItsAnswer(t *testing.T) {
	for _, label := range []string{"Stop here", "Pause", "Resume", "Follow again"} {
		t.Run(label, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("ria", "general", "/subscribe sony-hack level:breaking"))
			switch label {
			case "Resume":
				n.must(n.ask("ria", "general", "/subscriptions"))
				n.must(n.press("ria", "general", "Pause"))
			case "Follow again":
				n.must(n.ask("ria", "general", "/unsubscribe sony-hack"))
			default:
				n.must(n.ask("ria", "general", "/subscriptions"))
			}
			press := n.request("ria", "general")
			for _, b := range n.shown {
				if b.Label == label {
					press.Input = bot.Press{Action: b.Action, Arg: b.Arg}
				}
			}
			first := n.handle(press)
			n.must(first)
			n.must(n.ask("ria", "general", "/subscribe topic:film"))
			n.ask("ria", "general", "/unsubscribe sony-hack")
			n.must(n.ask("ria", "general", "/unsubscribe topic:film"))
			n.must(n.ask("ria", "general", "/subscribe sony-hack level:normal"))
			before := n.following("general")
			again := n.handle(press)
			if transcript(again) != transcript(first) || n.following("general") != before {
				t.Errorf("first %q, again %q; it follows %s, before %s", transcript(first), transcript(again), n.following("general"), before)
			}
		})
	}
}

// Who changes again and again what a channel follows is done what is asked, and told
// once the channel is not told any more; what the channel is told is bounded.
func TestWhoChangesTooMuchIsToldThatTheChannelIsNot(t *testing.T) {
	const untold = "The channel is not told: of one person's changes at most 10 in a minute are."
	n := openTracked(t)
	story, err := n.service.Archive.Story(t.Context(), "sony-hack")
	if err != nil {
		t.Fatal(err)
	}
	n.must(n.ask("ria", "general", "/subscribe all"))
	told, changed := strings.Count(n.said(), "(to "), 1
	check := func(reply bot.Reply) {
		t.Helper()
		n.must(reply)
		changed++
		said := strings.Count(n.said(), "(to ")
		told += said
		if is := strings.Contains(transcript(reply), untold); is != (said == 0) || is != (changed > stories.MostTold) {
			t.Errorf("change %d, the channel is told %d times: %s", changed, said, transcript(reply))
		}
	}
	for changed < 100 {
		check(n.pressed("ria", "general", bot.ActionStop, fmt.Sprint(story.ID)))
		check(n.press("ria", "general", "Follow again"))
		check(n.ask("ria", "general", "/subscribe topic:film"))
		check(n.ask("ria", "general", "/unsubscribe topic:film"))
	}
	if told != stories.MostTold {
		t.Errorf("the channel was told %d times", told)
	}
	n.now = n.now.Add(stories.ToldWithin)
	n.must(n.ask("ria", "general", "/unsubscribe all"))
	if got := n.said(); !strings.Contains(got, "Ria stopped all stories here.") {
		t.Errorf("a minute later the channel is told %q", got)
	}
	n.must(n.ask("ria", "alone", "/subscribe all"))
	for range stories.MostTold {
		n.must(n.ask("ria", "alone", "/unsubscribe all"))
		n.must(n.ask("ria", "alone", "/subscribe all"))
	}
	if got := transcript(n.last); !strings.Contains(got, "You now follow all stories: every update. It is not shown here: of one person's") {
		t.Errorf("alone: %s", got)
	}
}
