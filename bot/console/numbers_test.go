package console

import (
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// TestNumbersMeanWhatWasRead: a number never presses what came behind the list that it
// was read from, unless nothing had that number there.
func TestNumbersMeanWhatWasRead(t *testing.T) {
	const between = "Nothing was pressed: a message came in between that has numbers of its own. From now on they are: "
	for name, test := range map[string]struct{ steps, want string }{
		"nothing yet":                     {"1", "There is no message with buttons yet. Where a message has some, they stand below it, with their numbers."},
		"an answer":                       {"answer:Post,Change 2", "Change"},
		"a push":                          {"push:Timeline,Stop 2", "Stop"},
		"a push behind an answer":         {"answer:Post,Change push:Timeline,Stop 2", between + "[1] Post  [2] Change  [3] Timeline  [4] Stop."},
		"and then of the answer":          {"answer:Post,Change push:Timeline,Stop 2 2", "Change"},
		"and then of the push":            {"answer:Post,Change push:Timeline,Stop 2 4", "Stop"},
		"two pushes behind it":            {"answer:Post,Change push:Timeline,Stop push:Open 2", between + "[1] Post  [2] Change  [3] Open."},
		"more than the push has":          {"answer:One,Two,Three push:Open 3", between + "[1] One  [2] Two  [3] Three  [4] Open."},
		"none had that number":            {"answer:Post push:Timeline,Stop 2", "Stop"},
		"none has that number":            {"answer:Post push:Timeline 3", "The newest message with buttons has these: [1] Timeline. Example: /press 1"},
		"no number":                       {"answer:Post it", "The newest message with buttons has these: [1] Post. Example: /press 1"},
		"a line in between":               {"answer:Post,Change push:Timeline,Stop line 2", "Stop"},
		"a line before the push":          {"answer:Post,Change line push:Timeline,Stop 2", "Stop"},
		"another answer":                  {"answer:One,Two push:Timeline answer:Post 1", "Post"},
		"what the old answer had alone":   {"answer:One,Two answer:Post 2", "The newest message with buttons has these: [1] Post. Example: /press 1"},
		"a push behind another":           {"push:Timeline,Stop push:Open 1", "Open"},
		"what was done already":           {"answer:Correct done:1 push:Timeline,Stop 1", "Timeline"},
		"what another of the list did":    {"answer:One,Two done:1 push:Timeline,Stop 2", between + "[1] One  [2] Two  [3] Timeline  [4] Stop."},
		"what ended the list":             {"answer:Post,Change over:1 push:Timeline,Stop 2", "Stop"},
		"a push that was waited for":      {"answer:Post,Change due push:Timeline,Stop 2", "Stop"},
		"a push that was waited for once": {"answer:Post,Change due late push:Timeline,Stop 2", between + "[1] Post  [2] Change  [3] Timeline  [4] Stop."},
	} {
		t.Run(name, func(t *testing.T) {
			var n numbers
			got := ""
			for step := range strings.FieldsSeq(test.steps) {
				does, with, _ := strings.Cut(step, ":")
				switch does {
				case "answer", "push":
					var buttons []bot.Button
					for label := range strings.SplitSeq(with, ",") {
						buttons = append(buttons, bot.Button{Label: label})
					}
					n.show(stories.Destination{}, buttons, does == "answer")
				case "line":
					n.passed()
				case "done", "over":
					pressed, _ := n.choose(with)
					n.answered(pressed, does == "over")
				case "due", "late":
					n.due = does == "due"
				default:
					chosen, instead := n.choose(step)
					if got = instead; chosen != nil {
						got = chosen.button.Label
					}
				}
			}
			if got != test.want {
				t.Errorf("%s: %q, want %q", test.steps, got, test.want)
			}
		})
	}
}
