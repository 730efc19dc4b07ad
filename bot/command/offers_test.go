package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

// TestEveryOfferLeadsSomewhere presses every button of every answer in the
// golden files: those that change nothing at once, the others each in a
// conversation of its own that went as far as that.
func TestEveryOfferLeadsSomewhere(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".golden"), func(t *testing.T) {
			if testing.Short() && filepath.Base(file) != "publish.golden" {
				t.Skip("follows some thousand offers, in which nothing runs side by side")
			}
			t.Parallel()
			golden, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			lines := inputs(string(golden))
			n := openStaffed(t)
			for i, line := range lines {
				n.play(line)
				who, where, said := speaker(line)
				if said == "" {
					continue
				}
				shown := n.shown
				for b, button := range offers(n.last.Message) {
					if spec, _ := bot.SpecOf(button.Action); !spec.Changes {
						n.offer(line, who, where, button)
						continue
					}
					other := openStaffed(t)
					for _, earlier := range lines[:i+1] {
						other.play(earlier)
					}
					other.offer(line, who, where, offers(other.last.Message)[b])
				}
				n.shown = shown // what was pressed here was not pressed there
			}
		})
	}
}

// inputs are the lines of a golden file that make something happen.
func inputs(golden string) []string {
	var lines []string
	for line := range strings.Lines(golden) {
		line = strings.TrimSuffix(line, "\n")
		if inputLine.MatchString(line) || strings.HasPrefix(line, "* ") {
			lines = append(lines, line)
		}
	}
	return lines
}

func speaker(line string) (who, where, said string) {
	if m := inputLine.FindStringSubmatch(line); m != nil {
		return m[1], m[2], m[3]
	}
	return "", "", ""
}

// play has one line of a golden file happen.
func (n *newsroom) play(line string) {
	n.t.Helper()
	if who, where, said := speaker(line); said != "" {
		n.now = n.now.Add(time.Minute)
		n.hear(who, where, said)
		return
	}
	n.happen(strings.Fields(line)[1:])
}

// offer presses a button of the last answer, for the one it was shown to.
func (n *newsroom) offer(line, who, where string, button bot.Button) {
	n.t.Helper()
	last := n.last
	text := bot.PlainText(n.pressed(who, where, button.Action, button.Arg).Message)
	if strings.Contains(text, "older message") || strings.Contains(text, "went wrong") {
		n.t.Errorf("%s: [%s] is dead: %s", line, button.Label, text)
	}
	n.last = last
}
