package slack

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// aForm is a form of an update, as the newsroom opens it.
func aForm() bot.Form {
	return bot.Form{ID: "uABCDEFGHIJKLMNOPQRSTUVWXYZ234567", Title: "Write an update", Submit: "Preview", Note: "The message's pictures and files are not carried over.", Fields: []bot.Field{
		{Name: "story", Label: "Story", Kind: bot.ChoiceField, Required: true, Value: "sony-hack", Choices: []bot.Choice{{Value: "sony-hack", Label: "sony-hack: :wave: <!channel>"}, {Value: "another", Label: "another …"}}},
		{Name: "text", Label: "What happened", Kind: bot.TextField, Required: true, Limit: 8000, Value: "It *rains*\n<@U1> & so"},
		{Name: "at", Label: "When it happened", Hint: "In UTC", Limit: 40},
	}}
}

func TestFormGolden(t *testing.T) {
	f := aForm()
	f.Fields[2].Problem = "“soon” is no time."
	v, err := json.MarshalIndent(formView(&f), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "form.golden", append(v, '\n'))
}

// opening answers whatever is asked with a form, and what is submitted as submitted
// says.
func opening(submitted func(bot.Submission) bot.Reply) func(context.Context, bot.Command) bot.Reply {
	return func(_ context.Context, c bot.Command) bot.Reply {
		if in, ok := c.Input.(bot.Submission); ok {
			return submitted(in)
		}
		f := aForm()
		m := bot.Plainly("Press the button.")
		m.Buttons = []bot.Button{bot.NewWordButton("Open the form", bot.ActionForm, 0, f.ID)}
		return bot.Reply{Form: &f, Message: m}
	}
}

// A form opens from a command, from Slack's own menus and by a button; a mention, which
// has no trigger, is answered with that.
func TestWaysToAForm(t *testing.T) {
	r := startRig(t, setup{handle: opening(nil)})
	eventually(t, "the workspace", func() bool { return r.platform.Health()[1].Up })
	opened := func(what string, a *slacktest.Answer, err error) {
		t.Helper()
		if err != nil || a.View == nil || a.View.Title != "Write an update" || a.View.CallbackID != aForm().ID || !strings.Contains(a.View.Visible(), "not carried over") {
			t.Errorf("%s: %+v %v", what, a, err)
		}
	}
	a, err := r.slack.Slash(r.ctx(), slacktest.Slash{Team: "T1", Channel: "C1", User: "U1", Command: "/desk", Text: "write"})
	opened("a command", a, err)
	a, err = r.slack.GlobalShortcut(r.ctx(), "T1", "write", "U1")
	opened("the shortcut", a, err)
	a, err = r.slack.Shortcut(r.ctx(), r.slack.Say("T1", "C1", "U1", "News"), "add", "U1")
	opened("a message's menu", a, err)
	said, err := r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1", Text: "desk write"})
	if err != nil || said.To != "U1" || len(said.Buttons()) != 1 {
		t.Fatalf("a mention: %+v %v", said, err)
	}
	a, err = r.slack.Press(r.ctx(), said.Message, "Open the form", "U1")
	opened("the mention's button", a, err)
	if n := len(r.slack.Ephemerals("T1", "C1", "U1")); n != 1 {
		t.Errorf("%d private messages beside the views, want the mention's", n)
	}
}

// A form that cannot be opened any more leaves a message with the button that does.
func TestAnExpiredTrigger(t *testing.T) {
	r := startRig(t, setup{handle: opening(nil)})
	r.slack.Fail(slacktest.Match{Method: "views.open"}, 1, slacktest.APIError("expired_trigger_id"))
	a := r.slash("C1", "U1", "/desk", "write")
	if a.View != nil || a.To != "U1" || len(a.Buttons()) != 1 {
		t.Fatalf("answer %+v", a)
	}
	if a, err := r.slack.Press(r.ctx(), a.Message, "Open the form", "U1"); err != nil || a.View == nil {
		t.Errorf("answer %+v %v", a, err)
	}
}

// What is wrong is said at its fields, which keep what was typed; where it concerns
// nothing in the view, or is late, the view says it in words.
func TestComplaints(t *testing.T) {
	refused := func(field string) func(bot.Submission) bot.Reply {
		return func(in bot.Submission) bot.Reply {
			f := aForm()
			f.Fields = append(f.Fields, bot.Field{Name: "picture", Label: "Picture", Limit: 10})
			f.Field(field).Problem = "That is *no* <" + field + ">."
			m := bot.Plainly("Refused: " + in.Values["text"])
			m.Buttons = []bot.Button{bot.NewWordButton("Change", bot.ActionForm, 0, f.ID)}
			return bot.Reply{Failed: true, Form: &f, Message: m}
		}
	}
	typed := map[string]string{"text": "An hour's work", "at": "soon"}
	r := startRig(t, setup{handle: opening(refused("at"))})
	a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), r.slash("C1", "U1", "/desk", "write").View, typed))
	if a.Via != "errors" || len(a.Errors) != 1 || a.Errors["at"] != "That is *no* <at>." || a.Typed["text"] != typed["text"] {
		t.Errorf("answer %+v", a)
	}
	r = startRig(t, setup{handle: opening(refused("picture"))})
	a = must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), r.slash("C1", "U1", "/desk", "write").View, typed))
	if a.Via != "view" || !strings.Contains(a.View.Visible(), "Refused: An hour's work") {
		t.Errorf("answer %+v", a)
	}
	release := make(chan struct{})
	r = startRig(t, setup{timing: func(g *timing) { g.ackWait = 40 * time.Millisecond }, handle: opening(func(in bot.Submission) bot.Reply {
		<-release
		return refused("at")(in)
	})})
	a = must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), r.slash("C1", "U1", "/desk", "write").View, typed))
	if !strings.Contains(a.View.Visible(), "One moment") {
		t.Errorf("first %+v", a)
	}
	close(release)
	if a = must[*slacktest.Answer](t)(a.Next(r.ctx())); !strings.Contains(a.View.Visible(), "Refused: An hour's work") || !strings.Contains(a.View.Visible(), "Change") {
		t.Errorf("then %+v", a)
	}
}

// A refusal of all that was submitted leaves it in the view, also where the handler
// fails and where there is no time for it.
func TestARefusedViewKeepsWhatWasTyped(t *testing.T) {
	typed := map[string]string{"text": "An hour's work"}
	for name, submitted := range map[string]func(bot.Submission) bot.Reply{
		"refused": func(bot.Submission) bot.Reply {
			return bot.Reply{Failed: true, Message: bot.Plainly("Only moderators can do this.")}
		},
		"panicked": func(bot.Submission) bot.Reply { panic("a fault") },
	} {
		r := startRig(t, setup{handle: opening(submitted)})
		a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), r.slash("C1", "U1", "/desk", "write").View, typed))
		if a.Via != "errors" || a.Errors["text"] == "" || a.Typed["text"] != typed["text"] {
			t.Errorf("%s: %+v", name, a)
		}
	}
	r := startRig(t, setup{handle: opening(nil)})
	v := r.slash("C1", "U1", "/desk", "write").View
	eventually(t, "the command's end", func() bool { return r.platform.intake.waiting.Load() == 0 })
	r.platform.intake.waiting.Store(maxWaiting)
	a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), v, typed))
	if a.Via != "errors" || !strings.Contains(a.Errors["text"], "too much to do") || a.Typed["text"] != typed["text"] {
		t.Errorf("too busy: %+v", a)
	}
	r.platform.intake.waiting.Store(0)
}

// Preview, progress and outcome stand in the view, each in place of the one before;
// the form that Change opens holds what it is to hold, whatever was typed before.
func TestOutcomeStandsInTheView(t *testing.T) {
	steps := make(chan bool)
	form := aForm()
	r := startRig(t, setup{handle: func(_ context.Context, c bot.Command) bot.Reply {
		switch in := c.Input.(type) {
		case bot.Submission:
			m := bot.Plainly("Preview of " + in.Values["text"])
			m.Buttons = []bot.Button{bot.NewWordButton("Change", bot.ActionForm, 0, in.ID), {Label: "Post", Action: bot.ActionPost, Arg: "1.0." + in.ID}}
			return bot.Reply{Message: m, InPlace: true}
		case bot.Press:
			if in.Action == bot.ActionPost {
				return bot.Reply{Message: bot.Plainly("Published."), Live: func(context.Context) (bot.Message, bool, error) {
					return bot.Plainly("Delivered."), <-steps, nil
				}}
			}
			form.Fields[1].Value = "As it was kept"
		}
		return bot.Reply{Form: &form, Message: bot.Plainly("Press the button.")}
	}})
	v := r.slash("C1", "U1", "/desk", "write").View
	a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), v, map[string]string{"text": "One"}))
	if a.Via != "view" || a.View.ID != v.ID || !strings.Contains(a.View.Visible(), "Preview of One") {
		t.Fatalf("preview %+v", a)
	}
	a = must[*slacktest.Answer](t)(r.slack.PressView(r.ctx(), a.View, "Change"))
	if a.View.ID != v.ID || !strings.Contains(string(a.View.Blocks), `"initial_value":"As it was kept"`) {
		t.Fatalf("form %s", a.View.Blocks)
	}
	a = must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), a.View, nil))
	if !strings.Contains(a.View.Visible(), "Preview of As it was kept") {
		t.Errorf("preview %+v", a)
	}
	a = must[*slacktest.Answer](t)(r.slack.PressView(r.ctx(), a.View, "Post"))
	if !strings.Contains(a.View.Visible(), "Published.") {
		t.Errorf("outcome %+v", a)
	}
	steps <- false
	steps <- true
	for !strings.Contains(a.View.Visible(), "Delivered.") {
		a = must[*slacktest.Answer](t)(a.Next(r.ctx()))
	}
	if a.View.ID != v.ID || len(r.slack.Ephemerals("T1", "C1", "U1")) > 0 {
		t.Errorf("the end %+v", a)
	}
}

// Whatever a form holds, Slack takes it.
func TestEveryFormFitsSlack(t *testing.T) {
	any := rapid.StringN(0, 400, -1)
	rapid.Check(t, func(t *rapid.T) {
		f := bot.Form{ID: "u1", Title: "T" + any.Draw(t, "title"), Submit: "S" + any.Draw(t, "submit"), Note: any.Draw(t, "note")}
		for _, name := range []string{"a", "b", "c", "d"}[:rapid.IntRange(1, 4).Draw(t, "fields")] {
			field := bot.Field{Name: name, Label: "L" + any.Draw(t, "label"), Hint: any.Draw(t, "hint"), Problem: any.Draw(t, "problem"), Kind: bot.FieldKind(rapid.IntRange(0, 2).Draw(t, "kind")),
				Required: rapid.Bool().Draw(t, "required"), Limit: rapid.SampledFrom([]int{0, 40, 8000, 20000}).Draw(t, "limit")}
			switch field.Kind {
			case bot.LineField:
				field.Value = any.Draw(t, "value")
			case bot.TextField:
				field.Value = strings.Repeat(rapid.SampledFrom([]string{"x", "word ", "水", "👩‍👩‍👧"}).Draw(t, "piece"), rapid.IntRange(0, 1500).Draw(t, "times"))
			case bot.ChoiceField:
				for _, v := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,60}`), 1, 30, rapid.ID).Draw(t, "choices") {
					field.Choices = append(field.Choices, bot.Choice{Value: v, Label: any.Draw(t, "choice")})
				}
				field.Value = field.Choices[0].Value
			}
			f.Fields = append(f.Fields, field)
		}
		v, err := json.Marshal(formView(&f))
		if err != nil {
			t.Fatal(err)
		}
		if problems := slacktest.JudgeView(v); len(problems) > 0 {
			t.Fatalf("%q\n%s", problems, v)
		}
	})
}

// What is not kept of a form and said late is given back in the form itself: there is
// no button that would open it again.
func TestAFormThatIsNotKeptIsShownAgain(t *testing.T) {
	release := make(chan struct{}, 1)
	typed := map[string]string{"text": strings.Repeat("News. ", 800), "at": "09:00"}
	r := startRig(t, setup{timing: func(g *timing) { g.ackWait = 40 * time.Millisecond }, handle: func(_ context.Context, c bot.Command) bot.Reply {
		form := bot.Form{ID: "u1", Title: "Write an update", Submit: "Try again", Fields: []bot.Field{{Name: "text", Label: "Text", Kind: bot.TextField, Limit: 8000}, {Name: "at", Label: "When", Limit: 40}}}
		in, submitted := c.Input.(bot.Submission)
		if !submitted {
			return bot.Reply{Form: &form}
		}
		<-release
		for i, f := range form.Fields {
			form.Fields[i].Value = bot.Gathered(in.Values)[f.Name]
		}
		form.Fields[0].Problem = "The database is away."
		return bot.Reply{Form: &form, Failed: true, Message: bot.Plainly("The database is away. What you wrote is not kept.")}
	}})
	opened := must[*slacktest.Answer](t)(r.slack.GlobalShortcut(r.ctx(), "T1", "new", "U1"))
	a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), opened.View, map[string]string{"text": typed["text"][:3000], "text_2c3000": typed["text"][3000:], "at": "09:00"}))
	if !strings.Contains(a.View.Visible(), "One moment") {
		t.Fatalf("first %+v", a)
	}
	release <- struct{}{}
	a = must[*slacktest.Answer](t)(a.Next(r.ctx()))
	if all := string(a.View.Blocks); !strings.Contains(all, "The database is away.") || !strings.Contains(all, `"initial_value":"09:00"`) || strings.Count(all, "News.") != 800 {
		t.Errorf("then %s", all)
	}
	a = must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), a.View, nil))
	release <- struct{}{}
	a = must[*slacktest.Answer](t)(a.Next(r.ctx()))
	if all := string(a.View.Blocks); strings.Count(all, "News.") != 800 {
		t.Errorf("submitted again: %s", all)
	}
}
