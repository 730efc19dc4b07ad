package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

// failing finds no story: how is for the test to say.
type failing struct {
	stories.ArchiveStore
	fail func() error
}

func (f failing) StoryBySlug(ctx context.Context, slug string) (stories.Story, error) {
	if err := f.fail(); err != nil {
		return stories.Story{}, err
	}
	return f.ArchiveStore.StoryBySlug(ctx, slug)
}

// breakStore has every search for a story fail from now on.
func (n *newsroom) breakStore(fail func() error) {
	n.Wait()
	families := n.store.Families()
	families.Archive = failing{families.Archive, fail}
	n.Mux = New(Config{Stories: Over(stories.NewService(stories.Config{Stores: families, Now: func() time.Time { return n.now }})),
		Log: slog.New(slog.NewTextHandler(&n.logged, faultsAlone))})
}

var faultForm = regexp.MustCompile(`in its log under ([A-Z2-7]{6})\.`)

func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fail   func() error
		says   string
		logs   string
		hasID  bool
		logged int
	}{
		{"panic", func() error { panic("secret of ours") }, "Something went wrong inside the bot", "secret of ours", true, 1},
		{"fault", func() error { return errors.New("disk on fire") }, "Something went wrong inside the bot", "disk on fire", true, 1},
		{"coded fault", func() error {
			return &stories.Error{Code: stories.CodeInternal, Message: "inner words", Err: errors.New("disk on fire")}
		}, "Something went wrong inside the bot", "disk on fire", true, 1},
		{"no database", func() error {
			return &stories.Error{Code: stories.CodeUnavailable, Message: "The disk of the database is full.", Err: errors.New("dial tcp")}
		}, "The disk of the database is full. Nothing was changed. Try again in a minute.", "dial tcp", false, 1},
		{"database lost while it recorded", func() error {
			return &stories.Error{Code: stories.CodeUnavailable, Message: "The database cannot be reached.", Err: fmt.Errorf("%w: dial tcp", stories.ErrUnsure)}
		}, "The database cannot be reached. It was lost in the middle of recording this. Look whether it was done before you try again.", "dial tcp", false, 1},
		{"no time", func() error { return context.DeadlineExceeded }, "took too long", "deadline", false, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := openTracked(t)
			n.breakStore(tt.fail)
			reply := n.ask("ria", "news", "/story sony-hack")
			text := bot.PlainText(reply.Message)
			if !reply.Failed || !strings.Contains(text, tt.says) || strings.Contains(text, tt.logs) || strings.Contains(text, "inner words") {
				t.Errorf("answer: %s", text)
			}
			log := n.logged.String()
			if strings.Count(log, "\n") != tt.logged || !strings.Contains(log, tt.logs) {
				t.Errorf("log:\n%s", log)
			}
			if m := faultForm.FindStringSubmatch(text); (m != nil) != tt.hasID || m != nil && !strings.Contains(log, m[1]) {
				t.Errorf("the answer's id is not in the log: %s\n%s", text, log)
			}
		})
	}
}

func TestPanicInCompleteSuggestsNothing(t *testing.T) {
	n := openTracked(t)
	n.Mux = New(Config{Log: slog.New(slog.NewTextHandler(&n.logged, nil))}) // without a Service
	if got := n.Complete(t.Context(), "story", "story", "s"); got != nil {
		t.Errorf("choices = %v", got)
	}
	if !strings.Contains(n.logged.String(), "panic") {
		t.Errorf("log: %s", n.logged.String())
	}
}

// TestReplayChangesNothing gives commands twice under one key.
func TestReplayChangesNothing(t *testing.T) {
	n := openTracked(t)
	for _, line := range []string{
		"/desk track slug:second A second story", "/update sony-hack level:breaking It is out.", "/subscribe sony-hack level:breaking", "/unsubscribe sony-hack",
		"/desk close sony-hack", "/desk reopen sony-hack",
	} {
		c := n.request("mo", "general")
		name, text, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
		c.Input = bot.Typed{Name: name, Text: text}
		first := n.handle(c)
		n.must(first)
		before := n.state()
		n.now = n.now.Add(time.Second)
		second := n.handle(c)
		if after := n.state(); after != before {
			t.Errorf("%s, replayed, changed something:\n%s\n%s", line, before, after)
		}
		if second.Failed {
			t.Errorf("%s, replayed, was refused: %s", line, bot.PlainText(second.Message))
		}
	}
}

func TestBlockedIsToldOnceAnHour(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "general", "/update sony-hack Sony waits."))
	n.work(blocking)
	told := func() bool {
		t.Helper()
		n.now = n.now.Add(2 * time.Minute)
		return strings.Contains(bot.PlainText(n.ask("tom", "general", "/stories").Message), "Updates do not arrive here")
	}
	if !told() || told() {
		t.Error("want it told at the first answer and not at the second")
	}
	n.now = n.now.Add(time.Hour)
	if !told() {
		t.Error("not told again an hour later")
	}
	if strings.Contains(bot.PlainText(n.ask("tom", "elsewhere", "/stories").Message), "do not arrive") {
		t.Error("told in another channel")
	}
}

func TestClaim(t *testing.T) {
	n := open(t)
	code, err := n.service.Rights.ClaimCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if reply := n.ask("tom", "general", "/desk claim AAAA-BBBB"); !reply.Failed {
		t.Errorf("a wrong code: %s", transcript(reply))
	}
	for _, refused := range []string{"/desk track A headline", "/desk moderators"} {
		reply := n.ask("tom", "general", refused)
		if text := bot.PlainText(reply.Message); !reply.Failed || !strings.Contains(text, "no") || !strings.Contains(text, "/desk claim") || strings.Contains(text, "An admin can") || strings.Contains(text, "Ask one") {
			t.Errorf("%s before there is an admin: %s", refused, text)
		}
	}
	n.must(n.ask("ria", "general", "/desk claim "+strings.ToLower(code)))
	if reply := n.ask("tom", "general", "/desk track A headline"); !strings.Contains(bot.PlainText(reply.Message), "An admin of the bot can make you one, with /desk moderators action:add user:tom;") {
		t.Errorf("once there is one: %s", transcript(reply))
	}
	n.must(n.ask("ria", "general", "/desk moderators add console:mo"))
	if reply := n.ask("tom", "general", "/desk claim "+code); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "has an admin already") {
		t.Errorf("the second one: %s", transcript(reply))
	}
}

// TestTheCodeOfTheExample has the form of a real one, which differ in every
// installation.
func TestTheCodeOfTheExample(t *testing.T) {
	n := open(t)
	code, err := n.service.Rights.ClaimCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$`)
	for _, s := range Specs() {
		if example, ok := strings.CutPrefix(s.Example, "/desk claim "); ok && (!form.MatchString(example) || !form.MatchString(code)) {
			t.Errorf("the example is %s, a code %s", example, code)
		}
	}
}

// TestACodeIsTakenAsItIsTyped in any case, with any divider or none.
func TestACodeIsTakenAsItIsTyped(t *testing.T) {
	for name, typed := range map[string]func(string) string{
		"as it is":      func(c string) string { return c },
		"in small":      strings.ToLower,
		"mixed":         func(c string) string { return strings.ToLower(c[:6]) + c[6:] },
		"in one piece":  func(c string) string { return strings.ReplaceAll(strings.ToLower(c), "-", "") },
		"with dashes":   func(c string) string { return strings.ReplaceAll(c, "-", "\u2013") },
		"with spaces":   func(c string) string { return strings.ReplaceAll(strings.ToLower(c), "-", " ") },
		"in quotes":     func(c string) string { return "“" + c + "”" },
		"in code marks": func(c string) string { return "`" + c + "`" },
	} {
		n := open(t)
		code, err := n.service.Rights.ClaimCode(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if reply := n.ask("ria", "general", "/desk CLAIM "+typed(code)); reply.Failed {
			t.Errorf("%s: %s", name, transcript(reply))
		}
	}
}

func TestComplete(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "general", "/desk track slug:zebra-escape topics:film Another story"))
	for _, tt := range []struct {
		command, arg, typed string
		want                []string
	}{
		{"story", "story", "", []string{"zebra-escape", "sony-hack"}},
		{"story", "story", "sony", []string{"sony-hack"}},
		{"story", "story", "attack", []string{"sony-hack"}},
		{"desk close", "story", "zeb", []string{"zebra-escape"}},
		{"subscribe", "target", "", []string{"zebra-escape", "sony-hack", "topic:film", "topic:security", "all"}},
		{"subscribe", "target", "topic:s", []string{"topic:security"}},
		{"subscribe", "target", "al", []string{"all"}},
		{"subscribe", "level", "b", []string{"breaking"}},
		{"update", "level", "", []string{"breaking", "normal", "minor"}},
		{"update", "text", "b", nil},
		{"update", "nothing", "b", nil},
		{"nothing", "story", "", nil},
	} {
		var got []string
		for _, c := range n.Complete(t.Context(), tt.command, tt.arg, tt.typed) {
			got = append(got, c.Value)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %s: %q (-want +got):\n%s", tt.command, tt.arg, tt.typed, diff)
		}
	}
	if got := n.Complete(t.Context(), "story", "story", "sony")[0].Label; got != "sony-hack — North Korea denies the attack on Sony" {
		t.Errorf("label = %q", got)
	}
}

// TestSpecs holds the table against what platforms take.
func TestSpecs(t *testing.T) {
	name := regexp.MustCompile(`^[a-z]{1,32}( [a-z]{1,32})?$`)
	option := regexp.MustCompile(`^[a-z-]{1,32}$`)
	c := New(Config{})
	for _, s := range Specs() {
		if !name.MatchString(s.Name) || s.Summary == "" || bot.Units(s.Summary) > 100 {
			t.Errorf("%s: %q", s.Name, s.Summary)
		}
		optional, free := false, 0
		for _, a := range s.Args {
			if !option.MatchString(a.Name) || bot.Units(a.Summary) > 100 || a.Summary == "" {
				t.Errorf("%s %s: %q", s.Name, a.Name, a.Summary)
			}
			if a.Required && optional {
				t.Errorf("%s: %s is required and stands after an optional argument", s.Name, a.Name)
			}
			optional = optional || !a.Required
			if a.Free {
				free++
			}
		}
		if free > 1 {
			t.Errorf("%s has %d free arguments", s.Name, free)
		}
		// Its own example can be read, and gives all that is required.
		line := strings.TrimPrefix(s.Example, "/")
		entry, text := c.common.manual.find(strings.ToLower(strings.Fields(line)[0]), strings.TrimPrefix(line, strings.Fields(line)[0]))
		if entry == nil || entry.Name != s.Name {
			t.Errorf("%s: the example is %q", s.Name, s.Example)
			continue
		}
		given, err := readPlain(entry, text)
		if err == nil {
			err = entry.check(given)
		}
		if err != nil {
			t.Errorf("%s: the example %q: %v", s.Name, s.Example, err)
		}
	}
	if story := Specs()[0].Args[0]; !story.Insist || story.Required {
		t.Errorf("/story's slug is %+v: clients lose it, or a text has to have it", story)
	}
	manages := slices.DeleteFunc(Specs(), func(s bot.Spec) bool { return !s.Manages })
	if len(manages) != 2 || manages[0].Name != "subscribe" || manages[1].Name != "unsubscribe" {
		t.Errorf("commands hidden from others: %v", manages)
	}
}

// TestMarkIsSeenAtOnce asks for a story again at once, while the mark of the
// first look may still be on its way.
func TestMarkIsSeenAtOnce(t *testing.T) {
	n := openTracked(t)
	c := n.request("ria", "general")
	c.Input = bot.Typed{Name: "story", Text: "sony-hack"}
	for range 50 {
		n.Handle(t.Context(), c) // without waiting for what it began
		n.must(n.ask("mo", "general", "/update sony-hack again:yes Another text."))
		if got := bot.PlainText(n.Handle(t.Context(), c).Message); !strings.Contains(got, "1 new to you") {
			t.Fatalf("answer:\n%s", got)
		}
	}
}

// faultsAlone leaves the lines out that tell of every command.
var faultsAlone = &slog.HandlerOptions{Level: slog.LevelWarn}

// TestEveryCommandIsLogged once, with how it ended, and without what was typed.
func TestEveryCommandIsLogged(t *testing.T) {
	for _, c := range []struct{ who, typed, what, outcome string }{
		{"ria", "/story sony-hack", "/story", "ok"},
		{"ria", "/story nowhere-at-all", "/story", "not_found"},
		{"ria", "/update sony-hack Reykjavik burns.", "/update", "forbidden"},
		{"mo", "/update sony-hack level:loud Reykjavik burns.", "/update", "invalid"},
	} {
		n := openTracked(t)
		var told bytes.Buffer
		n.log = slog.New(slog.NewJSONHandler(&told, nil))
		n.ask(c.who, "news", c.typed)
		var line struct{ Msg, What, Platform, Key, Outcome string }
		if err := json.Unmarshal(told.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v in %s", c.typed, err, told.String())
		}
		if line.Msg != "asked" || line.What != c.what || line.Platform == "" || line.Key == "" || line.Outcome != c.outcome {
			t.Errorf("%s: %s", c.typed, told.String())
		}
		if strings.Contains(told.String(), "Reykjavik") {
			t.Errorf("what was typed is in the log: %s", told.String())
		}
	}
}
