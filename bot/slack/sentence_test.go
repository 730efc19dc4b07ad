package slack

import (
	"strings"
	"testing"

	"storybot/bot"
)

func TestAddressed(t *testing.T) {
	story := bot.Arg{Name: "story", Positional: true}
	level := bot.Arg{Name: "level", Choices: []bot.Choice{{Value: "breaking"}}}
	v := vocabulary{specs: []bot.Spec{
		{Name: "story", Args: []bot.Arg{story, {Name: "number", Positional: true}}}, {Name: "stories", Args: []bot.Arg{{Name: "words", Free: true}}},
		{Name: "subscribe", Args: []bot.Arg{{Name: "target", Positional: true}, level}}, {Name: "desk close", Args: []bot.Arg{story}}, {Name: "desk status"},
		{Name: "update", Args: []bot.Arg{story, {Name: "text", Free: true}, level, {Name: "source", Kind: bot.KindLinks}, {Name: "alt", Kind: bot.KindText}}},
	}}
	for _, c := range []struct{ in, name, text string }{
		{"<@UBOT> story sony-hack", "story", "sony-hack"},
		{"<@UBOT>: story x", "story", "x"},
		{"<@UBOT>, story x", "story", "x"},
		{"<@UBOT> – story x", "story", "x"},
		{"<@UBOT>—Story x", "story", "x"},
		{"<@UBOT> /story x", "story", "x"},
		{"<@UBOT>\u00a0story\u00a0x", "story", "x"},
		{"<@UBOT>\u2003story\u3000x y", "story", "x y"},
		{"<@UBOT>\tstory\n\nx\ny", "story", "x\ny"},
		{"<@UBOT>\u200bstory\u202fx", "story", "x"},
		{"<@UBOT|storybot> STORY x", "story", "x"},
		{"hey <@UBOT> story x", "story", "x"},
		{"story x <@UBOT>", "story", "x"},
		{"story x <@UBOT>!", "story", "x"},
		{"story <@UBOT> x", "story", "x"},
		{"/story <@UBOT>: x", "story", "x"},
		{"<@UBOT> <@UBOT> story x", "story", "x"},
		{"<@UBOT> story x <@UBOT>", "story", "x"},
		{"<@UBOT> desk moderators action:add user:<@U1>", "desk", "moderators action:add user:<@U1>"},
		{"<@U1> <@UBOT> story x", "story", "x"},
		{"<@UBOTTOM> <@UBOT> help", "help", ""},
		{"<@UBOT>", "help", ""},
		{"<@UBOT> ?", "help", ""},
		{"stories north korea", "stories", "north korea"},
		{"story x", "story", "x"},
		{"<@UBOT|never closed", "ubot|never", "closed"},
		{"", "help", ""},

		// Said as a sentence, in whatever script its signs are.
		{"<@UBOT>。story x", "story", "x"},
		{"<@UBOT>： story x", "story", "x"},
		{"<@UBOT>، story x", "story", "x"},
		{"<@UBOT>、story x", "story", "x"},
		{"<@UBOT>； story x", "story", "x"},
		{"<@UBOT>؛ story x", "story", "x"},
		{"<@UBOT>！ story x！", "story", "x"},
		{"<@UBOT>… story x…", "story", "x"},
		{"<@UBOT> 👋🏼 story x", "story", "x"},
		{"<@UBOT> → story x", "story", "x"},
		{"<@UBOT> story: x", "story", "x"},
		{"<@UBOT> story x.", "story", "x"},
		{"<@UBOT> story x!", "story", "x"},
		{"<@UBOT> story x !", "story", "x"},
		{"<@UBOT> story x?!", "story", "x"},
		{"<@UBOT> story x。", "story", "x"},
		{"<@UBOT> story x؟", "story", "x"},
		{"<@UBOT> story x।", "story", "x"},
		{"<@UBOT> story x 4.", "story", "x 4"},
		{"story x. <@UBOT>", "story", "x"},
		{"*story* x <@UBOT>", "story", "x"},
		{"<@UBOT> story.", "story", ""},
		{"<@UBOT> help!", "help", ""},
		{"<@UBOT> desk status.", "desk", "status"},
		{"<@UBOT> Desk close x.", "desk", "close x"},
		{"<@UBOT> subscribe x level:breaking.", "subscribe", "x level:breaking"},
		{"<@UBOT> subscribe topic:x.", "subscribe", "topic:x"},
		{"<@UBOT> story <@U1>.", "story", "<@U1>"},
		{"<@UBOT> nothing at all.", "nothing", "at all"},

		{"<@UBOT> `story x`", "story", "x"},
		{"<@UBOT> ```story x```", "story", "x"},
		{"<@UBOT> `story x`.", "story", "x"},
		{"<@UBOT> `story x.`", "story", "x"},
		{"<@UBOT>: *`story x`*", "story", "x"},
		{"<@UBOT> “story x”", "story", "x"},
		{"<@UBOT> «story x»!", "story", "x"},
		{"<@UBOT> „story x“", "story", "x"},
		{"<@UBOT> (story x)", "story", "x"},
		{"<@UBOT> “story x", "story", "x"},
		{"<@UBOT> story `x`", "story", "`x`"},
		{"`story x` <@UBOT>", "story", "x"},

		// Free text is as it was written.
		{"<@UBOT> update x The dam broke.", "update", "x The dam broke."},
		{"<@UBOT> update x Broke!", "update", "x Broke!"},
		{"<@UBOT> update x level:breaking Broke!", "update", "x level:breaking Broke!"},
		{"<@UBOT> update x text:Broke!", "update", "x text:Broke!"},
		{"<@UBOT> update x alt:Dam.", "update", "x alt:Dam."},
		{"<@UBOT> update x The “dam”", "update", "x The “dam”"},
		{"<@UBOT> `update x Broke!`", "update", "x Broke!"},
		{"<@UBOT> update x.", "update", "x"},
		{"<@UBOT> update x level:breaking.", "update", "x level:breaking"},
		{"<@UBOT> stories north korea?", "stories", "north korea?"},
	} {
		name, text := v.words(addressed(c.in, "UBOT", v.isCommand))
		if name != c.name || text != c.text {
			t.Errorf("%q says %q, %q, want %q, %q", c.in, name, text, c.name, c.text)
		}
	}
}

// Whatever is said, no more than signs and white space is taken off its words.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"story x.", "`update x Broke!`", "“„«", "*_~", "update x text:Broke!", "...", "‼。", "a\xffb."} {
		f.Add(s)
	}
	v := vocabulary{specs: []bot.Spec{{Name: "update", Args: []bot.Arg{{Name: "story", Positional: true}, {Name: "text", Free: true}}}}}
	kept := func(s string) string {
		return strings.Map(func(r rune) rune {
			if isSign(r) {
				return -1
			}
			return r
		}, strings.ToLower(s))
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, text := v.words(s)
		if got, want := kept(name+text), kept(s); got != want && (want != "" || name != "help" || text != "") {
			t.Errorf("%q says %q, %q", s, name, text)
		}
	})
}
