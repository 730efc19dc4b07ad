package command

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// state is everything a reader can see of the newsroom: to tell that nothing
// was changed.
func (n *newsroom) state() string {
	n.t.Helper()
	ctx := n.t.Context()
	all, total, err := n.service.Index.Search(ctx, "", 0, 100)
	if err != nil {
		n.t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintln(&b, total)
	for _, s := range all {
		updates, err := n.service.Archive.Timeline(ctx, s.ID, 0, 1000)
		if err != nil {
			n.t.Fatal(err)
		}
		fmt.Fprintln(&b, s, updates)
	}
	subs, err := n.service.Following.Subscriptions(ctx, channel("general"))
	if err != nil {
		n.t.Fatal(err)
	}
	log, err := n.service.Desk.Log(ctx, user("ada"), "", 0, 100)
	if err != nil {
		n.t.Fatal(err)
	}
	fmt.Fprintln(&b, subs, log)
	return b.String()
}

func TestNastyInputIsRefusedAndChangesNothing(t *testing.T) {
	n := openTracked(t)
	before := n.state()
	for _, tt := range []struct{ name, line, want string }{
		{"text of 100 KB", "/update sony-hack " + strings.Repeat("x", 100<<10), "102411 characters; at most 8000 fit"},
		{"headline of 100 KB", "/desk track " + strings.Repeat("x", 100<<10), "at most 150 fit"},
		{"slug of 100 KB", "/story " + strings.Repeat("x", 100<<10), "No story is called"},
		{"option of 100 KB", "/update sony-hack level:" + strings.Repeat("x", 100<<10) + " Text", "at most 8000 fit"},
		{"command of 100 KB", "/" + strings.Repeat("x", 100<<10), "There is no command"},
		{"search for 100 KB", "/stories " + strings.Repeat("x", 100<<10), "No story holds"},
		{"NUL in a text", "/update sony-hack a\x00b", "NUL"},
		{"NUL in a headline", "/desk track a\x00b", "NUL"},
		{"NUL in a slug", "/story a\x00b", "No story is called"},
		{"bytes that are not UTF-8", "/update sony-hack a\xff\xfeb", "UTF-8"},
		{"headline of emoji", "/desk track 🔥🔥", "no letter and no digit"},
		{"text of emoji", "/update sony-hack 🔥🔥", "no letter and no digit"},
		{"text of direction marks", "/update sony-hack \u202E\u2066", "to fill in the form"},
		{"text of blank letters", "/update sony-hack \u3164\u115F\u1160\uFFA0", "to fill in the form"},
		{"slug in capitals with a space", "/desk track slug:\"Sony Hack\" A headline", "small letters"},
		{"slug with a path", "/desk track slug:../../etc A headline", "small letters"},
		{"duplicate slug", "/desk track slug:sony-hack A headline", "slug:sony-hack-2"},
		{"reserved slug", "/desk track slug:all A headline", "word of the bot itself"},
		{"headline on two lines", "/desk track one\ntwo", "one line"},
		{"eleven topics", "/desk track topics:aa,bb,cc,dd,ee,ff,gg,hh,ii,jj,kk A headline", "at most 10"},
		{"link with a password", "/update sony-hack source:https://user:pass@example.org Text", "user name or a password"},
		{"script as a link", "/update sony-hack source:javascript:alert(1) Text", "https://"},
		{"six links", "/update sony-hack " + strings.Repeat("source:https://a.example/1?", 1) + " " + sixSources() + " Text", "at most 5"},
		{"an update of the same text", "/update sony-hack The White House is confident.", "Post it anyway?"},
		{"an update of nothing known", "/update sonny-hack Text", "No story is called"},
		{"a date in the year 5", "/update sony-hack at:0005-01-01 Text", "no time I can read"},
		{"a level twice", "/update sony-hack level:minor level:breaking Text", "twice"},
		{"a level mistyped", "/update sony-hack levle:breaking Text", "looks like an option"},
		{"stop words in capitals", "/SUBSCRIBE sony-hack level:", "no value"},
		{"a topic of the wrong form", "/subscribe topic:a/b", "A topic has"},
		{"nothing at all", "/", "What you can ask"},
		{"white space", "/ \n\t", "What you can ask"},
		{"a user of the wrong form", "/desk moderators add <script>", "names nobody"},
	} {
		who := "mo"
		if strings.Contains(tt.line, "moderators") {
			who = "ada"
		}
		reply := n.ask(who, "general", tt.line)
		text := bot.PlainText(reply.Message)
		if !strings.Contains(text, tt.want) {
			t.Errorf("%s: %s\nwant %q in it", tt.name, text, tt.want)
		}
		if strings.ContainsRune(text, 0) || len(text) > 3000 {
			t.Errorf("%s: the answer repeats what is nasty: %d bytes", tt.name, len(text))
		}
		n.now = n.now.Add(time.Second)
		if after := n.state(); after != before {
			t.Fatalf("%s changed something:\n%s\n%s", tt.name, before, after)
		}
	}
	if log := n.logged.String(); log != "" {
		t.Errorf("refusals are no faults, but the log has:\n%s", log)
	}
}

func sixSources() string {
	var b strings.Builder
	for i := range 6 {
		fmt.Fprintf(&b, "source:https://example.org/%d ", i)
	}
	return b.String()
}

// TestAnyInput asks anything at all in any form: every answer keeps what
// bot.Message promises (checkMessage), and none is a fault.
func TestAnyInput(t *testing.T) {
	n := openTracked(t)
	specs := Specs()
	actions := []bot.Action{"nonsense"}
	for action := range presses(&families{}) {
		actions = append(actions, action)
	}
	rapid.Check(t, func(rt *rapid.T) {
		n.now = n.now.Add(time.Minute)
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"sony-hack", "sony-hack 1", "all", "topic:film", "sony-hack A text", "sony-hack level:breaking A text", "add console:x", code, "help"})).Draw(rt, "text")
		spec := rapid.SampledFrom(specs).Draw(rt, "command")
		who := rapid.SampledFrom([]string{"ada", "mo", "ria", "tom"}).Draw(rt, "who")
		switch rapid.IntRange(0, 3).Draw(rt, "form") {
		case 0:
			n.ask(who, "general", "/"+spec.Name+" "+text)
		case 1:
			args := map[string]string{}
			for _, arg := range spec.Args {
				if rapid.Bool().Draw(rt, arg.Name) {
					args[arg.Name] = text
				}
			}
			n.typed(who, "general", spec.Name, args)
		case 2:
			arg := rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{1,20}(\.[0-9]{1,20}){0,3}`), rapid.StringMatching(`[0-9]{1,3}\.[qn][a-zA-Z%+]{0,9}`)).Draw(rt, "arg")
			n.pressed(who, "general", rapid.SampledFrom(actions).Draw(rt, "action"), arg)
		default:
			for _, arg := range spec.Args {
				for _, c := range n.Complete(n.t.Context(), spec.Name, arg.Name, text) {
					if c.Value == "" || c.Label == "" || bot.Units(c.Label) > 100 || len(c.Value) > 100 {
						rt.Errorf("choice %+v", c)
					}
				}
			}
		}
		if log := n.logged.String(); log != "" {
			rt.Fatalf("a fault: %s", log)
		}
	})
}

// TestStoredNastyTextIsHarmless publishes what may be published and looks at it
// every way there is.
func TestStoredNastyTextIsHarmless(t *testing.T) {
	n := openTracked(t)
	ria := user("ria")
	ria.Name = "\u202Eevil\n@everyone " + strings.Repeat("x", 100)
	for i, text := range []string{"\u202Ereversed @everyone <!channel> `x` *y*", "a\x07b\x1b[31mc", "שלום עולם\nzweite", strings.Repeat("a\u0332\u0332\u0332\u0332\u0332\u0332\u0332", 1000), strings.Repeat("\U0001F468\u200D\U0001F469\u200D\U0001F467 x ", 1000)} {
		n.now = n.now.Add(time.Minute)
		if _, _, _, err := n.service.Publisher.Append(t.Context(), stories.Act{By: user("mo"), Key: fmt.Sprint("nasty", i)}, stories.Append{Slug: "sony-hack", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"/story sony-hack", "/story sony-hack 2", "/story sony-hack 6", "/stories x", "/desk log sony-hack", "/why sony-hack"} {
		n.must(n.ask("mo", "general", line))
	}
	n.must(n.ask("mo", "general", "/story sony-hack"))
	n.must(n.press("mo", "general", "Timeline"))
	n.must(n.press("mo", "general", "Update 6"))
	n.must(n.press("mo", "general", "Read on"))
}
