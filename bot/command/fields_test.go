package command

import (
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// Fields of their own take what a command line takes.
func TestFieldsTakeQuotedValues(t *testing.T) {
	for given, want := range map[string]string{
		`"north korea"`: "north-korea", "“north korea”": "north-korea", "#asia": "asia", `"north korea","south korea"`: "north-korea,south-korea",
		`"north korea", asia`: "asia,north-korea", `"north korea, asia"`: "asia,north-korea", `"#asia"`: "asia",
	} {
		n := openStaffed(t)
		n.must(n.typed("mo", "general", "desk track", map[string]string{"headline": `"Terror" hits Sony`, "slug": `"one"`, "topics": given, "summary": `"Quoted"`}))
		story, err := n.service.Archive.Story(t.Context(), "one")
		if err != nil || strings.Join(story.Topics, ",") != want || story.Headline != `"Terror" hits Sony` || story.Summary != `"Quoted"` {
			t.Errorf("topics %s: %+v, %v; want %s", given, story, err, want)
		}
	}
	n := openTracked(t)
	for _, at := range []string{`"14:04"`, "“14:04”", `"2014-12-20 14:04"`, "`2014-12-20`", `"14:04" UTC`} {
		n.must(n.typed("mo", "general", "update", map[string]string{"story": `"sony-hack"`, "text": "It began with " + at, "at": at, "level": `"minor"`, "again": "yes"}))
	}
	for target, want := range map[string]string{`topic:"north korea"`: "topic:north-korea", `"topic:south korea"`: "topic:south-korea", "topic:#asia": "topic:asia", "“sony-hack”": "sony-hack", `"all"`: "all", "topic:“far east”": "topic:far-east"} {
		n.must(n.typed("ria", "general", "subscribe", map[string]string{"target": target}))
		subs, err := n.service.Following.Subscriptions(t.Context(), channel("general"))
		if err != nil || !slices.ContainsFunc(subs, func(s stories.Subscription) bool { return s.Target.String() == want }) {
			t.Errorf("target %s: %v, %v; want %s", target, subs, err, want)
		}
	}
}

func TestTopicsInACommandLine(t *testing.T) {
	for given, want := range map[string]string{
		`"north korea","south korea"`: "north-korea,south-korea", `"north korea",asia`: "asia,north-korea", `asia,"north korea"`: "asia,north-korea",
		`asia,"north korea",film`: "asia,film,north-korea", `"north korea";"asia"`: "asia,north-korea", "“north korea”,“south korea”": "north-korea,south-korea",
		`"north korea",`: "north-korea", "#asia,#film": "asia,film", `#"north korea"`: "", `"a b","c`: "", `"a b",,"c d"`: "a-b,c-d", `aa,"b c"d`: "", "aa/bb": "", "#": "", ",": "",
	} {
		n := openStaffed(t)
		reply := n.ask("mo", "general", "/desk track slug:one topics:"+given+" Headline")
		story, err := n.service.Archive.Story(t.Context(), "one")
		if want == "" && err == nil || want != "" && (err != nil || reply.Failed || strings.Join(story.Topics, ",") != want || story.Headline != "Headline") {
			t.Errorf("topics:%s: %q %q, %v; want %q\n%s", given, story.Topics, story.Headline, err, want, transcript(reply))
		}
	}
	n := openTracked(t)
	for _, line := range []string{"/desk track topics:film,no/topic Headline", "/subscribe topic:no/topic"} {
		if reply := n.ask("mo", "general", line); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), `"no/topic" is no topic`) {
			t.Errorf("%s: %s", line, transcript(reply))
		}
	}
}

func TestATopicWithoutItsName(t *testing.T) {
	n := openTracked(t)
	for _, line := range []string{"/subscribe topic:", "/subscribe Topic: ", "/subscribe topics:", `/subscribe topic:""`, "/subscribe topic:,", "/subscribe topic:#", "/unsubscribe topic:", "/subscriptions topic:", "/subscribe topic="} {
		if reply := n.ask("ria", "general", line); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "topic:security") {
			t.Errorf("%s: %s", line, transcript(reply))
		}
	}
	for _, target := range []string{"topic:", "topics:", `topic:""`, "topic: "} {
		if reply := n.typed("ria", "general", "subscribe", map[string]string{"target": target}); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "topic:security") {
			t.Errorf("target %s: %s", target, transcript(reply))
		}
	}
	if subs, err := n.service.Following.Subscriptions(t.Context(), channel("general")); err != nil || len(subs) > 0 {
		t.Errorf("%v, %v", subs, err)
	}
}

// The first letter of an option, before a value of it, is asked about.
func TestAnInitialIsAskedAbout(t *testing.T) {
	c := commandNamed(t, "update")
	for _, line := range []string{"l:breaking T", "L:minor T", "l=breaking T", "l:Breaking T", "T l:breaking", "s:https://a.example T", "a:yes T"} {
		read, err := c.read("sony-hack " + line)
		if err != nil || !read.doubtful() || read.taken.get("text") != "T" {
			t.Errorf("%s: %q %q, %v", line, read.typed, read.taken, err)
		}
	}
	for _, line := range []string{"L: breaking news", "s: https is safe", "A: yes", "Q: why? A: yes, of course", "b:breaking T", "l:loud T"} {
		read, err := c.read("sony-hack " + line)
		if err != nil || read.doubtful() || read.typed.get("text") != line {
			t.Errorf("%s: %q %q, %v", line, read.typed, read.taken, err)
		}
	}
}
