package command

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

var update = flag.Bool("update", false, "write the answers in testdata/*.golden anew")

// inputLine is a line of a golden file that somebody says:
//
//	mo@news> /story sony-hack      a command as text; \n is a line break
//	mo@news> [Timeline]            the button labelled so under the last answer
//	mo@news> story {story=x|number=1}   a command with typed options
//	mo@news> form {text=x|level=minor}  the form that was opened last, filled in so
//	mo@news> menu add                an entry of a menu; of a message of Rita's
//	* deliver                      the workers send everything
//	* block                        the channels refuse it
//	* wait 24h                     time passes
//	* due                          what is due is published
//	* zone Europe/Berlin           the newsroom's zone
//	* undo 20s                     how long an update can be taken back
//	* progress                     the last answer is looked at again
var inputLine = regexp.MustCompile(`^(\w+)@(\w+)> (.*)$`)

var typedForm = regexp.MustCompile(`^([a-z ]+) \{(.*)\}$`)

// TestTranscripts holds conversations against testdata/*.golden. With -update
// it writes what is answered now; read the difference before you commit it.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.golden")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".golden"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := converse(t, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the conversation went differently (-want +got):\n%s", diff)
			}
		})
	}
}

// converse plays the inputs of a golden file and returns it with the answers
// given now. The comments before the first input stay.
func converse(t *testing.T, golden string) string {
	n := openStaffed(t)
	var b strings.Builder
	begun := false
	for line := range strings.Lines(golden) {
		line = strings.TrimSuffix(line, "\n")
		said := inputLine.FindStringSubmatch(line)
		switch {
		case said != nil:
			n.now = n.now.Add(time.Minute)
			b.WriteString(line + "\n" + indent(transcript(n.hear(said[1], said[2], said[3]))) + "\n")
		case strings.HasPrefix(line, "* "):
			b.WriteString(line + "\n" + indent(n.happen(strings.Fields(line)[1:])) + "\n")
		case !begun:
			b.WriteString(line + "\n")
		}
		begun = begun || said != nil || strings.HasPrefix(line, "* ")
	}
	return b.String()
}

func indent(s string) string {
	if s == "" {
		return ""
	}
	s = "    " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n    ") + "\n"
	return strings.ReplaceAll(s, "    \n", "\n")
}

func (n *newsroom) hear(name, where, line string) bot.Reply {
	n.t.Helper()
	if label, ok := strings.CutPrefix(line, "["); ok {
		return n.press(name, where, strings.TrimSuffix(label, "]"))
	}
	if m := typedForm.FindStringSubmatch(line); m != nil {
		args := map[string]string{}
		for pair := range strings.SplitSeq(m[2], "|") {
			if key, value, ok := strings.Cut(pair, "="); ok {
				args[key] = value
			}
		}
		if m[1] == "form" {
			return n.submit(name, where, args)
		}
		return n.typed(name, where, m[1], args)
	}
	if entry, ok := strings.CutPrefix(line, "menu "); ok {
		said := bot.Chosen{Text: "Water over the dam, says " + bot.Mark(0) + "!", Mentions: []bot.Mention{{Kind: bot.PersonKind, Ref: "far:MIA", Name: "@mia"}}, Author: "Rita Klein", Link: "https://far.example/archives/1", More: true}
		return n.chosen(name, where, entry, &said)
	}
	return n.ask(name, where, strings.ReplaceAll(line, `\n`, "\n"))
}

// happen is what the world does.
func (n *newsroom) happen(words []string) string {
	n.t.Helper()
	switch words[0] {
	case "deliver":
		var said strings.Builder
		n.work(n.reading(&said))
		return strings.TrimRight(said.String(), "\n")
	case "due":
		for {
			wait, err := n.plan.PublishDue(n.t.Context())
			if err != nil {
				n.t.Fatal(err)
			}
			if wait > 0 {
				return ""
			}
		}
	case "zone":
		zone, err := time.LoadLocation(words[1])
		if err != nil {
			n.t.Fatal(err)
		}
		n.remake(func(c *Config) { c.Zone = zone })
	case "undo":
		undo, err := time.ParseDuration(words[1])
		if err != nil {
			n.t.Fatal(err)
		}
		n.remake(func(c *Config) { c.Undo = undo })
	case "block":
		n.work(blocking)
	case "fail":
		n.work(func(stories.Delivery) stories.Result {
			return stories.Result{State: stories.Failed, Reason: "has a filter that refuses the message. The desk can reword the update."}
		})
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			n.t.Fatal(err)
		}
		n.now = n.now.Add(d)
	case "progress":
		m, done, err := n.last.Live(n.t.Context())
		if err != nil {
			n.t.Fatal(err)
		}
		return bot.PlainText(m) + map[bool]string{true: "\n(no more to come)", false: "\n(more to come)"}[done]
	default:
		n.t.Fatalf("nothing known as %q", words)
	}
	return ""
}
