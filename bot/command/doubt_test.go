package command

import (
	"strings"
	"testing"
)

// What resembles an option is asked about: the options that would be taken, and
// the text that would be left.
func TestDoubts(t *testing.T) {
	for _, tt := range []struct{ text, options, left string }{
		// Signs before the name.
		{"—level:breaking River rises", "level:breaking", "River rises"},
		{"–level:breaking River rises", "level:breaking", "River rises"},
		{"--level:breaking River rises", "level:breaking", "River rises"},
		{"-level:minor River rises", "level:minor", "River rises"},
		{"− level:minor River rises", "level:minor", "River rises"},
		{"- level:breaking River rises", "level:breaking", "River rises"},
		{"• level:breaking River rises", "level:breaking", "River rises"},
		{"/level:breaking River rises", "level:breaking", "River rises"},
		{"#level:breaking River rises", "level:breaking", "River rises"},
		{"--level breaking River rises", "level:breaking", "River rises"},
		{"—level=breaking River rises", "level:breaking", "River rises"},
		// Other separators.
		{"level=breaking River rises", "level:breaking", "River rises"},
		{"--level=breaking River rises", "level:breaking", "River rises"},
		{"level;breaking River rises", "level:breaking", "River rises"},
		{"level：breaking River rises", "level:breaking", "River rises"},
		{"level∶breaking River rises", "level:breaking", "River rises"},
		{"level :breaking River rises", "level:breaking", "River rises"},
		{"level: breaking River rises", "level:breaking", "River rises"},
		{"level : breaking River rises", "level:breaking", "River rises"},
		{"level = breaking River rises", "level:breaking", "River rises"},
		{"Level: Breaking River rises", "level:breaking", "River rises"},
		{"level::breaking River rises", "level:breaking", "River rises"},
		{"level->breaking River rises", "level:breaking", "River rises"},
		{"level.breaking River rises", "level:breaking", "River rises"},
		{"level-breaking River rises", "level:breaking", "River rises"},
		{"level,breaking River rises", "level:breaking", "River rises"},
		{"level/breaking River rises", "level:breaking", "River rises"},
		{"level_breaking River rises", "level:breaking", "River rises"},
		{"Level – breaking River rises", "level:breaking", "River rises"},
		{"level | breaking River rises", "level:breaking", "River rises"},
		{"level breaking River rises", "level:breaking", "River rises"},
		{"level:\u00A0breaking River rises", "level:breaking", "River rises"},
		// What clients and people put around.
		{"“level:breaking” River rises", "level:breaking", "River rises"},
		{`"level:breaking" River rises`, "level:breaking", "River rises"},
		{"'level:breaking' River rises", "level:breaking", "River rises"},
		{"*level:breaking* River rises", "level:breaking", "River rises"},
		{"**level:breaking** River rises", "level:breaking", "River rises"},
		{"_level:breaking_ River rises", "level:breaking", "River rises"},
		{"`level:breaking` River rises", "level:breaking", "River rises"},
		{"(level:breaking) River rises", "level:breaking", "River rises"},
		{"[level:breaking] River rises", "level:breaking", "River rises"},
		{"<level:breaking> River rises", "level:breaking", "River rises"},
		{"«level:breaking» River rises", "level:breaking", "River rises"},
		{"„level:breaking“ River rises", "level:breaking", "River rises"},
		{"level:*breaking* River rises", "level:breaking", "River rises"},
		{"level:`breaking` River rises", "", ""}, // a quoted value
		{"**level:** breaking River rises", "level:breaking", "River rises"},
		{`"level": "breaking" River rises`, "level:breaking", "River rises"},
		{"level:breaking. River rises", "level:breaking", "River rises"},
		{"level:(breaking) River rises", "level:breaking", "River rises"},
		// Mistyped, abbreviated, look-alike.
		{"levle:breaking River rises", "level:breaking", "River rises"},
		{"lvl:breaking River rises", "level:breaking", "River rises"},
		{"levl=breaking River rises", "level:breaking", "River rises"},
		{"levels: breaking River rises", "level:breaking", "River rises"},
		{"level:braking River rises", "level:breaking", "River rises"},
		{"level:break River rises", "level:breaking", "River rises"},
		{"level:b River rises", "level:breaking", "River rises"},
		{"level:mior River rises", "level:minor", "River rises"},
		{"level:BRAEKING River rises", "level:breaking", "River rises"},
		{"levle:braking River rises", "level:breaking", "River rises"},
		{"lеvel:breaking River rises", "level:breaking", "River rises"}, // Cyrillic е
		{"level:brеaking River rises", "level:breaking", "River rises"},
		{"ｌｅｖｅｌ:breaking River rises", "level:breaking", "River rises"},
		{"lével:breaking River rises", "level:breaking", "River rises"},
		{"sources:https://a.example River rises", "source:https://a.example", "River rises"},
		{"src:https://a.example River rises", "source:https://a.example", "River rises"},
		{"source=https://a.example River rises", "source:https://a.example", "River rises"},
		{"source: https://a.example River rises", "source:https://a.example", "River rises"},
		{"Source: https://a.example River rises", "source:https://a.example", "River rises"},
		{"source https://a.example River rises", "source:https://a.example", "River rises"},
		{"—source:https://a.example,https://b.example River rises", "source:https://a.example source:https://b.example", "River rises"},
		{"—source:[report](https://a.example) River rises", "source:https://a.example", "River rises"},
		{"at=15:04 River rises", "at:15:04", "River rises"},
		{"at: 15:04 River rises", "at:15:04", "River rises"},
		{"—at:2014-12-20 15:04 River rises", `at:"2014-12-20 15:04"`, "River rises"},
		{`at="2014-12-20 15:04" River rises`, `at:"2014-12-20 15:04"`, "River rises"},
		{"at:2014-12-20 —level:minor River rises", "level:minor", "River rises"},
		{"again=yes River rises", "again:yes", "River rises"},
		{"again: yes River rises", "again:yes", "River rises"},
		{"agian:yes River rises", "again:yes", "River rises"},
		{"again:y River rises", "again:yes", "River rises"},
		{"image=https://a.example/x.jpg River rises", "image:https://a.example/x.jpg", "River rises"},
		{"—image:https://a.example/x.jpg River rises", "image:https://a.example/x.jpg", "River rises"},
		{"—image: <https://a.example/x.jpg> River rises", "image:https://a.example/x.jpg", "River rises"},
		{"Image: https://a.example/x.jpg River rises", "image:https://a.example/x.jpg", "River rises"},
		{"images:https://a.example/x.jpg River rises", "image:https://a.example/x.jpg", "River rises"},
		{"img:https://a.example/x.jpg River rises", "image:https://a.example/x.jpg", "River rises"},
		{"i:https://a.example/x.jpg River rises", "image:https://a.example/x.jpg", "River rises"},
		{"image：https://a.example/x.jpg River rises", "image:https://a.example/x.jpg", "River rises"},
		{"*image:https://a.example/x.jpg* River rises", "image:https://a.example/x.jpg", "River rises"},
		{"image:[dam](https://a.example/x.jpg) River rises", "", ""}, // a link with its name
		{`alt="Water over the dam" River rises`, `alt:"Water over the dam"`, "River rises"},
		{`—alt:"Water over the dam" River rises`, `alt:"Water over the dam"`, "River rises"},
		{`–alt:“Water over the dam” River rises`, `alt:"Water over the dam"`, "River rises"},
		{`Alt: "Water over the dam" River rises`, `alt:"Water over the dam"`, "River rises"},
		{`*alt:"Water over the dam"* River rises`, `alt:"Water over the dam"`, "River rises"},
		{`**_alt:"Water over the dam"_** River rises`, `alt:"Water over the dam"`, "River rises"},
		{"image:https://a.example/x.jpg —alt:\"Water over\" River rises", `alt:"Water over"`, "River rises"},
		// After the text.
		{"River rises. image:https://a.example/x.jpg", "image:https://a.example/x.jpg", "River rises."},
		{"River rises. Image: https://a.example/x.jpg", "image:https://a.example/x.jpg", "River rises."},
		{`River rises. image:https://a.example/x.jpg alt:"Water over the dam"`, `image:https://a.example/x.jpg alt:"Water over the dam"`, "River rises."},
		{"River rises. alt:Water over the dam", `alt:"Water over the dam"`, "River rises."},
		{"River rises.\nimage:https://a.example/x.jpg\nalt: Water over the dam", `image:https://a.example/x.jpg alt:"Water over the dam"`, "River rises."},
		{"River rises. level:breaking", "level:breaking", "River rises."},
		{"River rises level:breaking", "level:breaking", "River rises"},
		{"River rises. level:breaking.", "level:breaking", "River rises."},
		{"River rises. Level:Breaking", "level:breaking", "River rises."},
		{"River rises.level:breaking", "level:breaking", "River rises."},
		{"River rises. (level:breaking)", "level:breaking", "River rises."},
		{"River rises. —level:breaking", "level:breaking", "River rises."},
		{"River rises. level: breaking", "level:breaking", "River rises."},
		{"River rises. level=breaking", "level:breaking", "River rises."},
		{"River rises. lvl:breaking", "level:breaking", "River rises."},
		{"River rises. level:braking", "level:breaking", "River rises."},
		{"River rises. *level:breaking*", "level:breaking", "River rises."},
		{"River rises.\nlevel:breaking", "level:breaking", "River rises."},
		{"River rises.\n\nlevel:breaking\n", "level:breaking", "River rises."},
		{"River rises. level:breaking source:https://a.example/x", "level:breaking source:https://a.example/x", "River rises."},
		{"River rises. level:breaking, source:https://a.example/x", "level:breaking source:https://a.example/x", "River rises."},
		{"River rises. level:breaking,source:https://a.example/x", "level:breaking source:https://a.example/x", "River rises."},
		{"River rises. source:https://a.example/x", "source:https://a.example/x", "River rises."},
		{"River rises. Source: https://a.example/x", "source:https://a.example/x", "River rises."},
		{"River rises. (Source: https://a.example/x)", "source:https://a.example/x", "River rises."},
		{"River rises. source:<https://a.example/x>", "source:https://a.example/x", "River rises."},
		{"River rises. again:yes", "again:yes", "River rises."},
		{"River rises. at:15:04", "at:15:04", "River rises."},
		{"River rises. at:2014-12-20 15:04 UTC", `at:"2014-12-20 15:04 UTC"`, "River rises."},
		{"level:minor River rises. level:breaking", "level:breaking", "River rises."},
		{"River rises。level：breaking", "level:breaking", "River rises。"},
		{"River rises. level breaking", "level:breaking", "River rises."},
		{"River rises.\nLevel breaking", "level:breaking", "River rises."},
		{"River rises. Source https://a.example/x", "source:https://a.example/x", "River rises."},
		{"River rises. --level breaking", "level:breaking", "River rises."},
		{"level : breaking: River rises", "level:breaking", "River rises"},
		{"level:breaking! River rises", "level:breaking", "River rises"},
		{"River rises—level:breaking", "level:breaking", "River rises"},
		{"River rises(level:breaking)", "level:breaking", "River rises"},
		{"River rises /level:breaking/", "level:breaking", "River rises"},
		{"River\n- level: breaking\n- source: https://a.example", "level:breaking source:https://a.example", "River"},
		{"River level:minor rises. level:minor", "level:minor", "River rises."},
		{"(at:15:04) River rises", "at:15:04", "River rises"},
		// In the middle.
		{"🚨 level:breaking River rises", "level:breaking", "🚨 River rises"},
		{"foo:bar level:breaking River rises", "level:breaking", "foo:bar River rises"},
		{"River level:breaking rises", "level:breaking", "River rises"},
		{"River rises.\nlevel: breaking\nMore follows.", "level:breaking", "River rises.\nMore follows."},
		{"One\n\nlevel:breaking\n\nTwo", "level:breaking", "One\n\nTwo"},
		{"River rises, source:https://a.example/x says.", "source:https://a.example/x", "River rises, says."},
		{"—level:breaking source=https://a.example River rises. again:yes", "level:breaking source:https://a.example again:yes", "River rises."},
	} {
		read, err := commandNamed(t, "update").read("sony-hack " + tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		if got := typedOptions(read.options); got != tt.options {
			t.Errorf("%q: options %q, want %q", tt.text, got, tt.options)
			continue
		}
		if tt.options == "" {
			continue
		}
		if got := read.taken.get("text"); got != tt.left {
			t.Errorf("%q: %q is left, want %q", tt.text, got, tt.left)
		}
		if !strings.HasSuffix(tt.text, read.typed.get("text")) || read.typed.get("text") == "" {
			t.Errorf("%q: as typed it is %q", tt.text, read.typed.get("text"))
		}
	}
}

// Texts that only begin like options, or hold what looks a little like one, are
// nobody's mistake.
func TestNoDoubts(t *testing.T) {
	for _, text := range []string{
		"Level: 3 emergency", "Level: high alert", "Level: normally high", "Level 3 emergency declared", "Source: police", "Source: the police say so",
		"At: the scene", "At 15:04 the plane left", "At 15:04: the plane left", "15:04 The plane left", "15:04: the plane left", "The plane left at 15:04",
		"The plane left at 15:04.", "2014-12-20 15:04 they deny it", "UPDATE: they deny it", "BREAKING: they deny it", "Breaking: level rises", "UN: they deny it",
		"Next: the trial", "Story: the trial", "Live: the president speaks.", "Again: the river rises", "Again, yes, it rises", "Yes: again", "https://a.example says", "See https://a.example/x?source=https://b.example&level=breaking for more",
		"http://a.example/level:breaking", "Read on at https://a.example/x", "Sea level rises", "A breaking level of water", "The minor levels out", "Levels: up", "Leveled: minor towns gone",
		"River rises: level 5", "The river is back to level normal", "It rises. Level normal again tomorrow.", "At sea level. Breaking waves.", "Level. Breaking waves.", "It is normal. Level: unknown", "Ratio 3:1", "C:\\level\\breaking", "He said: breaking news", "Sources: police, hospital", "(Source: Reuters)", "Source: Reuters/level", "A resource: minor",
		"Never: normal service", "Q: normal? A: yes", "Alert level raised", "level-headed response", "Water at level 3, minor flooding", "“They” deny it", "*Sony* waits", "- Sony waits", "— Sony waits", "#sony waits",
		"topic:security matters", "slug:x is not an option here", "Headline: x", "Image: the dam at noon", "Image: Reuters", "Images: Reuters, AP", "Alt: the other way", "Alt-right: marches", "All: clear", "Act: now", "Art: the new show", "Priority: breaking", "Wo: normal", "Уровень: normal", "Niveau:normal und so weiter", "at the source: minor delays",
	} {
		read, err := commandNamed(t, "update").read("sony-hack " + text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if read.doubtful() || read.typed.get("text") != text {
			t.Errorf("%q: options %q, text %q", text, typedOptions(read.options), read.typed.get("text"))
		}
	}
}

// What is as good as an option but cannot be one is refused in words, never
// made a text.
func TestMeantButWrong(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"level:loud River rises", "Use level:breaking"}, {"level:3 emergency", "write text: before it"},
		{"at: 20.12.2014 River rises", "2014-12-20"}, {"at=12/20/2014 River rises", "2014-12-20"}, {"At: 20 December River rises", "2014-12-20"},
		{"image:https://a.example/x.jpg image:https://a.example/y.jpg River rises", "twice"}, {`alt:"One" alt:"Two" River rises`, "twice"},
		{"alt:Water over the dam River rises", "Where the alt ends"}, {"alt=Water\nRiver rises", "Where the alt ends"}, {`alt:"Water River rises`, "not closed"}, {"image:", "no value"}, {`alt:"" River rises`, "no value"},
		{"level:minor level:breaking River rises", "twice"}, {"River rises level:minor level:breaking", "twice"}, {"—level:minor level:breaking River rises", "twice"},
		{`source:"https://a.example River rises`, "not closed"}, {`level:"" River rises`, "no value"}, {"level:", "no value"},
	} {
		_, err := commandNamed(t, "update").read("sony-hack " + tt.text)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
}

func TestTextBeforeTheTextMeansItAsTyped(t *testing.T) {
	for _, text := range []string{"level:breaking", "—level:breaking River", "source:https://a.example"} {
		read, err := commandNamed(t, "update").read("sony-hack level:minor text:" + text)
		if err != nil || read.doubtful() || read.typed.get("text") != text || read.typed.get("level") != "minor" {
			t.Errorf("%q: %v, %v, %v", text, read.typed, read.options, err)
		}
	}
}

// Commands that take no text are asked whether the option is meant or left out.
func TestDoubtsOfOtherCommands(t *testing.T) {
	for _, tt := range []struct{ command, text, options, with, without string }{
		{"subscribe", "sony-hack level=breaking", "level:breaking", "breaking", ""},
		{"subscribe", "level=breaking sony-hack", "level:breaking", "breaking", ""},
		{"subscribe", "sony-hack —level:breaking", "level:breaking", "breaking", ""},
		{"subscribe", "sony-hack levle:breaking", "level:breaking", "breaking", ""},
		{"subscribe", "sony-hack level breaking", "level:breaking", "breaking", ""},
		{"subscribe", "sony-hack level:braking", "level:breaking", "breaking", ""},
		{"subscribe", "topic:security level: breaking", "level:breaking", "breaking", ""},
		{"update", "—level:breaking sony-hack River", "level:breaking", "breaking", ""},
	} {
		read, err := commandNamed(t, tt.command).read(tt.text)
		if err != nil || typedOptions(read.options) != tt.options || !read.dropped || read.taken.get("level") != tt.with || read.typed.get("level") != tt.without {
			t.Errorf("%s %q: options %q, %v or %v, %v", tt.command, tt.text, typedOptions(read.options), read.taken, read.typed, err)
			continue
		}
		if name := commandNamed(t, tt.command).Args[0].Name; read.taken.get(name) != read.typed.get(name) || read.typed.get(name) == "" {
			t.Errorf("%s %q: %v or %v", tt.command, tt.text, read.taken, read.typed)
		}
	}
}

func TestDoubtsOfAHeadline(t *testing.T) {
	for _, tt := range []struct{ text, options, left string }{
		{"topic:security Sony hacked", "topics:security", "Sony hacked"},
		{"slug=sony-hack Sony hacked", "slug:sony-hack", "Sony hacked"},
		{"slug: sony-hack Sony hacked", "slug:sony-hack", "Sony hacked"},
		{"—slug:sony-hack Sony hacked", "slug:sony-hack", "Sony hacked"},
		{"Sony hacked slug:sony-hack", "slug:sony-hack", "Sony hacked"},
		{"Sony hacked topics:security,film", "topics:security,film", "Sony hacked"},
		{`Sony hacked summary:"Two words"`, `summary:"Two words"`, "Sony hacked"},
		{`*summary:"Two words"* Sony hacked`, `summary:"Two words"`, "Sony hacked"},
		{`summary: "Two words" Sony hacked`, `summary:"Two words"`, "Sony hacked"},
		{"topics:security, film Sony hacked", `topics:"security, film"`, "Sony hacked"},
		{"topics:security, film, asia Sony hacked", `topics:"security, film, asia"`, "Sony hacked"},
		{"Sony hacked topics:security, film", `topics:"security, film"`, "Sony hacked"},
		{"Sony hacked topics: security, film", `topics:"security, film"`, "Sony hacked"},
		{"Slug: a new species", "", ""}, {"Summary: the year in film", "", ""}, {"Topic: film", "", ""}, {"Plug: the new film", "", ""}, {"Headline: Sony hacked", "", ""},
	} {
		read, err := commandNamed(t, "desk track").read(tt.text)
		if err != nil || typedOptions(read.options) != tt.options {
			t.Errorf("%q: options %q, %v", tt.text, typedOptions(read.options), err)
		} else if got := read.taken.get("headline"); tt.options != "" && got != tt.left {
			t.Errorf("%q: %q is left, want %q", tt.text, got, tt.left)
		}
	}
}

// Options typed into the text of a command whose options come apart.
func TestDoubtsWithinAText(t *testing.T) {
	for _, tt := range []struct{ text, options, left string }{
		{"level:breaking River rises", "level:breaking", "River rises"},
		{"River rises. level:breaking", "level:breaking", "River rises."},
		{"—level:breaking River rises", "level:breaking", "River rises"},
		{"level:braking River rises", "level:breaking", "River rises"},
		{`image:https://a.example/x.jpg alt:"Water over" River rises`, `image:https://a.example/x.jpg alt:"Water over"`, "River rises"},
		{"source:https://a.example at:15:04 River rises", "source:https://a.example at:15:04", "River rises"},
		{"River level:breaking rises", "level:breaking", "River rises"},
		{"level:loud River rises", "", ""}, {"Level: 3 emergency", "", ""}, {"Text: River rises", "", ""}, {"text:River rises", "", ""}, {"source:police say so", "", ""}, {"at:the scene", "", ""}, {`at:"unclosed`, "", ""}, {"River rises", "", ""},
	} {
		given := values{"story": {"sony-hack"}, "text": {tt.text}, "level": {"normal"}}
		read := commandNamed(t, "update").within(given)
		if typedOptions(read.options) != tt.options || read.typed.get("text") != tt.text || read.typed.get("level") != "normal" {
			t.Errorf("%q: options %q, typed %v", tt.text, typedOptions(read.options), read.typed)
		} else if got := read.taken.get("text"); tt.options != "" && got != tt.left {
			t.Errorf("%q: %q is left, want %q", tt.text, got, tt.left)
		}
	}
	read := commandNamed(t, "stories").within(values{"words": {"level:breaking"}})
	if read.doubtful() {
		t.Error("a search is doubted")
	}
}
