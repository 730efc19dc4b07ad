package command

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
	"storybot/stories"
)

// A story mistyped costs nothing of what was typed beside it, and is posted once
// however often the offer is pressed.
func TestAMistypedStoryKeepsAllThatWasTyped(t *testing.T) {
	n := openTracked(t)
	asked := n.ask("mo", "general", `/update sony-hakc level:breaking source:https://a.example/1 source:https://a.example/2 image:https://a.example/x.jpg alt:"Water over the dam" at:2014-12-19 Line one\nline two`)
	if !asked.Failed || len(asked.Message.Buttons) != 1 {
		t.Fatalf("asked: %s", transcript(asked))
	}
	offer := asked.Message.Buttons[0]
	for range 2 {
		n.must(n.pressed("mo", "general", offer.Action, offer.Arg))
	}
	if got := n.levels(); got != "normal breaking" {
		t.Fatalf("levels %q after two presses", got)
	}
	story, err := n.service.Archive.Story(t.Context(), "sony-hack")
	if err != nil {
		t.Fatal(err)
	}
	got, err := n.service.Archive.Update(t.Context(), story.ID, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := stories.Update{Text: `Line one\nline two`, Level: stories.Breaking, At: time.Date(2014, 12, 19, 0, 0, 0, 0, time.UTC),
		Sources: []string{"https://a.example/1", "https://a.example/2"}, Picture: stories.Picture{URL: "https://a.example/x.jpg", Alt: "Water over the dam"}}
	if diff := cmp.Diff(want, stories.Update{Text: got.Text, Level: got.Level, At: got.At, Sources: got.Sources, Picture: got.Picture}); diff != "" {
		t.Errorf("published otherwise than typed (-want +got):\n%s", diff)
	}
}

// The right is looked at when the offer is pressed, not when it was made.
func TestAnOfferNeedsTheRightStill(t *testing.T) {
	for _, line := range []string{"/update sony-hakc Sony waits.", "/desk close sony-hakc", "/desk log sony-hakc"} {
		n := openTracked(t)
		offered := n.ask("mo", "general", line).Message.Buttons
		if len(offered) != 1 {
			t.Fatalf("%s offers %v", line, offered)
		}
		if _, err := n.service.Desk.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), false); err != nil {
			t.Fatal(err)
		}
		before := n.state()
		if reply := n.pressed("mo", "general", offered[0].Action, offered[0].Arg); !reply.Failed || n.state() != before || !strings.Contains(bot.PlainText(reply.Message), "Only moderators") {
			t.Errorf("%s: %s", line, transcript(reply))
		}
	}
}

// givenWith is a command for a story with everything it takes, as far as that goes
// together.
var optionValues = map[stories.Option]string{stories.OptionDigest: "daily@09:00", stories.OptionQuiet: "22:00-07:00", stories.OptionZone: "Europe/Berlin"}

func givenWith(c command, slug string) map[string]string {
	given := map[string]string{}
	for _, arg := range c.Args {
		switch right, _ := valuesOf(arg); {
		case arg.Name == "clear" || arg.Name == "at" || arg.Name == "again" || arg.Role || arg.Place: // contradict others, or change what is done
		case arg.Name == intoArg:
			given[arg.Name] = "rhine"
		case arg.Name == storyArg.Name || arg.Name == targetArg.Name:
			given[arg.Name] = slug
		case optionValues[stories.Option(arg.Name)] != "":
			given[arg.Name] = optionValues[stories.Option(arg.Name)]
		case right == "":
			given[arg.Name] = precious + " in " + arg.Name + "."
		default:
			given[arg.Name] = right
		}
	}
	return given
}

// Every command that names a story there is not offers the one that was meant, and does
// there what was typed.
func TestEveryMistypedStoryIsOfferedAsItWasMeant(t *testing.T) {
	tried := 0
	for _, c := range table(&families{}) {
		if c.names() == "" {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			begin := func() *newsroom {
				n := openTracked(t)
				n.must(n.ask("mo", "general", "/desk track slug:rhine The Rhine rises"))
				switch c.Name {
				case "desk release":
					n.must(n.typed("mo", "general", "update", map[string]string{"story": "rhine", "text": "x"}))
					n.ask("mo", "general", "/desk hold sony-hack 1 The number is disputed.")
					n.press("mo", "general", "Put it on hold")
				case "desk reopen":
					n.must(n.ask("mo", "general", "/desk close sony-hack"))
				case "unsubscribe", "subscriptions":
					n.must(n.ask("mo", "general", "/subscribe sony-hack"))
				}
				return n
			}
			tried++
			who := "mo"
			if c.role == stories.Admin {
				who = "ada"
			}
			right, mistyped := begin(), begin()
			want := transcript(right.ask(who, "general", line(c, givenWith(c, "sony-hack"))))
			asked := mistyped.ask(who, "general", line(c, givenWith(c, "sony-hakc")))
			offered := offers(asked.Message)
			if len(offered) == 0 {
				t.Fatalf("%s offers nothing:\n%s", line(c, givenWith(c, "sony-hakc")), transcript(asked))
			}
			if got := transcript(mistyped.pressed(who, "general", offered[0].Action, offered[0].Arg)); got != want {
				t.Errorf("[%s] answers\n%s\nand the story itself\n%s", offered[0].Label, got, want)
			}
		})
	}
	if tried < 15 {
		t.Errorf("only %d commands name a story", tried)
	}
}
