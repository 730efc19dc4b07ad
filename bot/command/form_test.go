package command

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// TestHelpIsWrittenAsThePlatformWritesCommands: where options are chosen one by one,
// usage and example name them, and no word is told to follow a command.
func TestHelpIsWrittenAsThePlatformWritesCommands(t *testing.T) {
	n := openTracked(t)
	n.remake(func(c *Config) {
		c.People = slices.Clone(anyone)
		c.People[1].Apart = true
	})
	for _, test := range []struct {
		command   string
		args      map[string]string
		far, text []string // what is said there, and where commands are a line of text
	}{
		{"story", map[string]string{"story": "help"},
			[]string{"/update story:… text:… [level:breaking/normal/minor]", "stands beside it while the command is typed", "\nExample: /story story:sony-hack"},
			[]string{"/update <story> [level:breaking/normal/minor]", "Add help to any of them to learn more: /update help", "\nExample: /story sony-hack"}},
		{"desk help", nil,
			[]string{"/desk track headline:… [slug:…]", "stands beside it"},
			[]string{"/desk track [slug:…] [topics:…] [summary:…] <headline>", "Add help to any of them"}},
		{"subscribe", map[string]string{"target": "sony-hack", "level": "loud"},
			[]string{"Usage: /subscribe target:… [level:breaking/normal/minor/off]", "Example: /subscribe target:sony-hack level:breaking"},
			[]string{"Usage: /subscribe <target> [level:breaking/normal/minor/off]", "Example: /subscribe sony-hack level:breaking"}},
		{"update", map[string]string{"story": "help", "text": "help"},
			[]string{"/update story:… text:…", "Example: /update story:sony-hack text:The studio cancels the film. level:breaking source:https://example.org/report"},
			[]string{"Example: /update sony-hack level:breaking source:https://example.org/report The studio cancels the film."}},
	} {
		for _, apart := range []bool{true, false} {
			c := n.request("mo", "general")
			c.Input = bot.Options{Name: test.command, Values: test.args}
			says, not := test.text, test.far
			if apart {
				c.Where.Platform = "far"
				says, not = test.far, test.text
			}
			text := bot.PlainText(n.handle(c).Message)
			for _, s := range says {
				if !strings.Contains(text, s) {
					t.Errorf("%s, apart %v: %q is not in\n%s", test.command, apart, s, text)
				}
			}
			for _, s := range not {
				if !slices.Contains(says, s) && strings.Contains(text, s) {
					t.Errorf("%s, apart %v: %q is in\n%s", test.command, apart, s, text)
				}
			}
		}
	}
}

// TestExamplesCanBeTyped: each example is one that its command takes, and says the
// same where options are chosen one by one.
func TestExamplesCanBeTyped(t *testing.T) {
	n := open(t)
	for i := range n.common.manual.table {
		c := &n.common.manual.table[i]
		text, ok := strings.CutPrefix(c.Example, "/"+c.Name)
		given, err := c.read(strings.TrimSpace(text))
		if !ok || err != nil || given.doubtful() || len(given.typed) > 0 && c.check(given.typed) != nil {
			t.Errorf("%s: the example %q is not read: %v", c.Name, c.Example, err)
			continue
		}
		apart := c.example(apart)
		for name, values := range given.typed {
			for _, value := range values {
				if !strings.Contains(apart, name+":") || !strings.Contains(apart, value) {
					t.Errorf("%s: %s:%s is not in %q", c.Name, name, value, apart)
				}
			}
		}
		if names := slices.Collect(maps.Keys(given.typed)); strings.Count(apart, ":")-strings.Count(apart, "://") != len(names) {
			t.Errorf("%s: %q has other options than %v", c.Name, apart, names)
		}
	}
}

// TestTheExampleOfACodeLooksLikeOne that is in the log.
func TestTheExampleOfACodeLooksLikeOne(t *testing.T) {
	n := open(t)
	code, err := n.service.Rights.ClaimCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}$`)
	claim := n.common.manual.named("desk claim")
	_, example, _ := strings.Cut(claim.Example, "/"+claim.Name+" ")
	if !form.MatchString(code) || !form.MatchString(example) {
		t.Errorf("a code is %q, the example %q", code, example)
	}
	// It may be typed as people type: in any case, with or without its dashes.
	for _, typed := range []string{strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ToLower(strings.ReplaceAll(code, "-", " ")), strings.ReplaceAll(code, "-", "–"), "“" + code + "”."} {
		n := open(t)
		if _, err := n.store.ClaimCode(t.Context(), code); err != nil {
			t.Fatal(err)
		}
		n.must(n.ask("ria", "general", "/desk claim "+typed))
		n.must(n.ask("ria", "general", "/desk here"))
		if reply := n.ask("ria", "general", "/desk claim "+code); !strings.Contains(bot.PlainText(reply.Message), "You are an admin already") {
			t.Errorf("claimed again by the admin: %s", bot.PlainText(reply.Message))
		}
		if reply := n.ask("tom", "general", "/desk claim "+code); !strings.Contains(bot.PlainText(reply.Message), "has an admin already. Ask them") {
			t.Errorf("claimed by another: %s", bot.PlainText(reply.Message))
		}
	}
}

// TestBeforeThereIsAnAdmin nobody is told of one.
func TestBeforeThereIsAnAdmin(t *testing.T) {
	for _, line := range []string{"/stories", "/story sony-hack", "/desk track A headline", "/desk status", "/desk here", "/desk moderators"} {
		n := open(t)
		before := bot.PlainText(n.ask("ria", "general", line).Message)
		if !strings.Contains(before, stories.FirstAdmin) || strings.Contains(before, "An admin of the bot can") || strings.Contains(before, "A moderator starts") || strings.Contains(before, "Ask one") {
			t.Errorf("%s: %s", line, before)
		}
		n = open(t, "console:ada")
		if after := bot.PlainText(n.ask("ria", "general", line).Message); strings.Contains(after, "log") || !strings.Contains(after, "admin") && !strings.Contains(after, "A moderator starts") {
			t.Errorf("%s, with an admin: %s", line, after)
		}
	}
}

// TestNobodyAloneIsToldOfAChannel: whoever is alone with the bot is in none.
func TestNobodyAloneIsToldOfAChannel(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "general", "/update sony-hack Sony waits."))
	for _, line := range []string{
		"/why sony-hack", "/why sony-hack 1", "/unsubscribe sony-hack", "/subscriptions", "/subscriptions sony-hack",
		"/subscribe sony-hack level:breaking", "/why sony-hack", "/why sony-hack 2", "/subscribe sony-hack", "/subscribe all",
		"/subscriptions", "/unsubscribe sony-hack", "/unsubscribe sony-hack", "/unsubscribe all", "/unsubscribe topic:x", "/desk here", "/desk here",
	} {
		text := bot.PlainText(n.ask("ada", "alone", line).Message)
		if strings.Contains(strings.ReplaceAll(text, "failing channels", ""), "channel") {
			t.Errorf("%s: %s", line, text)
		}
	}
	n.must(n.ask("ada", "alone", "/subscribe sony-hack"))
	for _, button := range []string{"Pause", "Resume"} {
		n.must(n.ask("ada", "alone", "/subscriptions"))
		if text := bot.PlainText(n.press("ada", "alone", button).Message); strings.Contains(text, "channel") {
			t.Errorf("%s: %s", button, text)
		}
		if text := bot.PlainText(n.ask("ada", "alone", "/why sony-hack").Message); strings.Contains(text, "channel") {
			t.Errorf("why after %s: %s", button, text)
		}
	}
}
