package command

import (
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// A Merge button that is pressed twice, or long after things have changed, does what
// was asked once, and says so.
func TestMergeIsPressedOnceWhateverHappensMeanwhile(t *testing.T) {
	question := func(n *newsroom) bot.Button {
		for _, line := range []string{"/desk track slug:leak The leak", "/desk track slug:sony The hack", "/desk track slug:bank The bank", "/update leak Mails are leaked."} {
			n.ask("mo", "desk", line)
		}
		n.ask("mo", "desk", "/desk merge leak sony")
		return n.shown[0]
	}
	for name, test := range map[string]struct {
		meanwhile []string
		want      string
		updates   int // of sony
	}{
		"nothing":                 {nil, "Merged leak into sony.", 1},
		"pressed before":          {[]string{"[]"}, "leak was merged into sony already; nothing was changed.", 1},
		"both renamed":            {[]string{"/desk rename leak mails", "/desk rename sony hack"}, "Merged mails into hack.", 1},
		"one more update":         {[]string{"/update leak More is leaked."}, "Its 2 updates are now updates 1–2 of sony", 2},
		"merged elsewhere":        {[]string{"/desk merge leak bank", "[Merge into bank]"}, "leak was merged into bank already; nothing was changed.", 0},
		"its target went":         {[]string{"/desk merge sony bank", "[Merge into bank]"}, "sony was itself merged into bank since this was asked; nothing was changed.", 0},
		"the other way":           {[]string{"/desk merge sony leak", "[Merge into leak]"}, "sony was itself merged into leak since this was asked; nothing was changed.", 1},
		"its target was closed":   {[]string{"/desk close sony"}, "sony is closed and leak is not", 0},
		"both were closed":        {[]string{"/desk close sony", "/desk close leak"}, "Merged leak into sony.", 1},
		"no moderator any longer": {[]string{"ada /desk moderators remove console:mo"}, "Only moderators can do this.", 0},
	} {
		t.Run(name, func(t *testing.T) {
			n := openStaffed(t)
			asked := question(n)
			for _, line := range test.meanwhile {
				who := "mo"
				if more, ok := strings.CutPrefix(line, "ada "); ok {
					who, line = "ada", more
				}
				if line == "[]" {
					n.pressed(who, "desk", asked.Action, asked.Arg)
				} else {
					n.hear(who, "desk", line)
				}
			}
			if got := bot.PlainText(n.pressed("mo", "desk", asked.Action, asked.Arg).Message); !strings.Contains(got, test.want) {
				t.Errorf("pressed: %q, want %q", got, test.want)
			}
			sony, err := n.service.Archive.Story(t.Context(), "sony")
			if err != nil {
				t.Fatal(err)
			}
			if sony.Slug != "bank" && sony.Updates != test.updates {
				t.Errorf("sony has %d updates, want %d", sony.Updates, test.updates)
			}
		})
	}
}

// What older messages offer of a story that was merged works, and leads to what it is
// now.
func TestButtonsOfAMergedStoryLeadOn(t *testing.T) {
	n := openStaffed(t)
	for _, line := range []string{"/desk track slug:leak topics:film The leak", "/desk track slug:sony The hack", "/update sony The studio is hacked.", "/update leak Mails are leaked.", "/update leak More is leaked."} {
		n.ask("mo", "desk", line)
	}
	n.ask("ada", "own", "/subscribe leak")
	leak, err := n.service.Archive.Story(t.Context(), "leak")
	if err != nil {
		t.Fatal(err)
	}
	n.ask("mo", "desk", "/desk merge leak sony")
	n.press("mo", "desk", "Merge into sony")
	press := func(where string, action bot.Action, numbers ...int64) string {
		return bot.PlainText(n.pressed("ada", where, action, bot.Args{Numbers: numbers}.String()).Message)
	}
	for what, test := range map[string]struct{ got, want string }{
		"open":        {press("news", bot.ActionOpen, leak.ID), "sony · developing"},
		"share":       {press("news", bot.ActionShare, leak.ID), "sony · developing"},
		"timeline":    {press("news", bot.ActionTimeline, leak.ID), "Timeline of sony · 3–1 of 3"},
		"older":       {press("news", bot.ActionTimeline, leak.ID, 2), "Timeline of sony · 3–1 of 3"},
		"read all":    {press("news", bot.ActionRead, leak.ID, 2), "sony, update 3"},
		"follow here": {press("news", bot.ActionFollow, leak.ID, 0), "This channel now follows sony"},
		"stop here":   {press("own", bot.ActionStop, leak.ID), "sony"},
		"log":         {press("desk", bot.ActionLog, 1000, leak.ID), "Who did what: sony"},
	} {
		if !strings.Contains(test.got, test.want) {
			t.Errorf("%s: %q, want %q", what, test.got, test.want)
		}
	}
	for place, want := range map[string]int{"news": 1, "own": 0} {
		subs, err := n.service.Following.Subscriptions(t.Context(), channel(place))
		if err != nil || len(subs) != want {
			t.Errorf("#%s follows %v, %v", place, subs, err)
		}
		for _, sub := range subs {
			if sub.Target != (stories.Target{Kind: stories.TargetStory, Name: "sony"}) {
				t.Errorf("#%s follows %s", place, sub.Target)
			}
		}
	}
	for typed, want := range map[string]string{"lea": "sony", "sony": "sony"} {
		if got := n.Complete(t.Context(), "desk merge", "into", typed); len(got) != 1 || got[0].Value != want {
			t.Errorf("%q is completed to %v", typed, got)
		}
	}
}
