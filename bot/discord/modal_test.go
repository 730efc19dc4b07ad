package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
)

// aForm is a form of an update, as the newsroom opens it.
func aForm() *bot.Form {
	return &bot.Form{ID: "uABCDEFGHIJKLMNOPQRSTUVWXYZ234567", Title: "Write an update", Submit: "Preview", Note: "The message's pictures and files are not carried over.", Fields: []bot.Field{
		{Name: "story", Label: "Story", Kind: bot.ChoiceField, Required: true, Value: "sony-hack", Choices: []bot.Choice{{Value: "sony-hack", Label: "sony-hack: @everyone *denies*"}, {Value: "another", Label: "another …"}}},
		{Name: "text", Label: "What happened", Kind: bot.TextField, Required: true, Limit: 8000, Value: "It **rains**\n<@1>"},
		{Name: "at", Label: "When it happened", Hint: "In UTC", Limit: 40, Problem: "“soon” is no time."},
	}}
}

func TestModalGolden(t *testing.T) { golden(t, "modal", modal(aForm())) }

// Whatever a form holds, Discord takes it.
func TestEveryFormFitsDiscord(t *testing.T) {
	any := rapid.StringN(0, 400, -1)
	rapid.Check(t, func(t *rapid.T) {
		f := bot.Form{ID: "u1", Title: any.Draw(t, "title"), Note: any.Draw(t, "note")}
		for _, name := range []string{"a", "b", "c", "d", "e", "f"}[:rapid.IntRange(1, 6).Draw(t, "fields")] {
			field := bot.Field{Name: name, Label: "L" + any.Draw(t, "label"), Hint: any.Draw(t, "hint"), Problem: any.Draw(t, "problem"), Kind: bot.FieldKind(rapid.IntRange(0, 2).Draw(t, "kind")),
				Required: rapid.Bool().Draw(t, "required"), Limit: rapid.SampledFrom([]int{0, 40, 8000, 20000}).Draw(t, "limit")}
			switch field.Kind {
			case bot.TextField:
				field.Value = strings.Repeat(rapid.SampledFrom([]string{"x", "word ", "水", "👩‍👩‍👧"}).Draw(t, "piece"), rapid.IntRange(0, 1500).Draw(t, "times"))
			case bot.ChoiceField:
				for _, v := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,60}`), 1, 30, rapid.ID).Draw(t, "choices") {
					field.Choices = append(field.Choices, bot.Choice{Value: v, Label: any.Draw(t, "choice")})
				}
			}
			f.Fields = append(f.Fields, field)
		}
		var sent struct {
			Data struct{ Components []modalLabel }
		}
		if err := json.Unmarshal(modal(&f), &sent); err != nil {
			t.Fatal(err)
		}
		if n := len(sent.Data.Components); n < 1 || n > maxFields {
			t.Fatalf("%d fields", n)
		}
		for _, l := range sent.Data.Components {
			in := l.Component
			if bot.Units(l.Label) > maxFieldLabel || l.Label == "" || bot.Units(l.Description) > maxDescription || len(in.CustomID) > maxCustomID ||
				bot.Units(in.Value) > maxInput || in.MaxLength > maxInput || in.MaxLength > 0 && bot.Units(in.Value) > in.MaxLength && l.Component.Style == manyLines || len(in.Options) > maxOptions {
				t.Fatalf("%+v", l)
			}
		}
	})
}

// A form that Discord refuses leaves a message with the button that opens it.
func TestARefusedFormIsSaidInWords(t *testing.T) {
	srv, p, _ := strictly(t, handler{handle: func(context.Context, bot.Command) bot.Reply {
		m := bot.Plainly("Press the button.")
		m.Buttons = []bot.Button{bot.NewWordButton("Open the form", bot.ActionForm, 0, "uABC")}
		return bot.Reply{Form: aForm(), Message: m}
	}})
	_ = p
	srv.FailNext(discordtest.Match{Op: discordtest.Callback}, discordtest.APIError(400, 50035, "Invalid Form Body"))
	a, err := srv.Command(soon(t), discordtest.Interaction{Channel: testChannel, Name: "story"})
	if err != nil || a.Type != 4 || !a.Ephemeral || len(a.Message.Buttons) != 1 || a.Message.Buttons[0].Label != "Open the form" {
		t.Errorf("%+v %v", a, err)
	}
}

// A callback for a form whose answer was lost is not made up for by another one.
func TestALostFormIsOpenedOnce(t *testing.T) {
	srv, _, _ := strictly(t, handler{handle: func(context.Context, bot.Command) bot.Reply {
		return bot.Reply{Form: aForm(), Message: bot.Plainly("Press the button.")}
	}})
	srv.FailNext(discordtest.Match{Op: discordtest.Callback}, discordtest.ResetAfterStore())
	a, err := srv.Command(soon(t), discordtest.Interaction{Channel: testChannel, Name: "story"})
	if err != nil || a.Type != 9 || len(a.Followups) > 0 {
		t.Errorf("%+v %v", a, err)
	}
}

// A form that comes after the usual deferral, but in time, is opened: what may be
// one is not deferred until there is no time left.
func TestASlowFormIsNotDeferred(t *testing.T) {
	for name, opens := range map[string]bool{"story": false, "write": true} {
		specs := append(table[:len(table):len(table)], bot.Spec{Name: "write", Summary: "Write", Opens: true})
		p := &Platform{menus: menusOf(specs, nil)}
		if p.opens(bot.Options{Name: name}) != opens {
			t.Errorf("%s may open a form: %t", name, !opens)
		}
	}
	p := &Platform{}
	for in, opens := range map[bot.Input]bool{bot.Press{Action: bot.ActionForm}: true, bot.Press{Action: bot.ActionPost}: false, bot.Menu{Name: "add"}: true} {
		if p.opens(in) != opens {
			t.Errorf("%#v may open a form: %t", in, !opens)
		}
	}
	if g := usualTiming(); g.opening <= g.deferral || g.opening >= firstAnswer-400*time.Millisecond {
		t.Errorf("a form may take %v of %v", g.opening, firstAnswer)
	}
}

// An answer takes the place of a message that its asker alone sees, and of no other.
func TestAnswersInPlace(t *testing.T) {
	r := bot.Reply{InPlace: true, Message: bot.Plainly("Published.")}
	for name, c := range map[string]struct {
		i    string
		want string
	}{
		"a private message":           {`{"id":"1","token":"t","type":3,"message":{"id":"2","flags":64}}`, `"type":7`},
		"a form of a private one":     {`{"id":"1","token":"t","type":5,"message":{"id":"2","flags":64}}`, `"type":7`},
		"a message of the channel":    {`{"id":"1","token":"t","type":3,"message":{"id":"2","flags":0}}`, `"type":4`},
		"a command":                   {`{"id":"1","token":"t","type":2}`, `"type":4`},
		"flags that cannot be read":   {`{"id":"1","token":"t","type":3,"message":{"id":"2","flags":"x"}}`, `"type":4`},
		"a message that is no object": {`{"id":"1","token":"t","type":3,"message":7}`, `"type":4`},
	} {
		i, ok := parse([]byte(c.i))
		if !ok || !bytes.Contains(answered(i, r), []byte(c.want)) {
			t.Errorf("%s: %s", name, answered(i, r))
		}
	}
	i, _ := parse([]byte(`{"id":"1","token":"t","type":5,"message":{"id":"2","flags":64}}`))
	if r.Form = aForm(); bytes.Contains(answered(i, r), []byte(`"type":9`)) {
		t.Error("a form answers a form")
	}
}
