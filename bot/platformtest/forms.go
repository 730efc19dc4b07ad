package platformtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

// Forms is what people do with forms at a far side.
type Forms struct {
	// Open gives a command.
	Open func(ctx context.Context, a Ask) (Shown, error)
	// Add chooses the first entry of Menus from the menu of a message that says text,
	// written by author with a file beside it; nil where messages have no menu.
	Add func(ctx context.Context, author, text string) (Shown, error)
}

// Menus is what the platforms of this suite are to offer in menus.
func Menus() []bot.MenuSpec {
	return []bot.MenuSpec{
		{Name: "add", Label: "Add to story", Summary: "Make an update of this message", OnMessage: true},
		{Name: "write", Label: "Write an update", Summary: "Write an update of a story"},
	}
}

// Shown is what somebody has before them: a form that is open, or an answer.
type Shown struct {
	Answer
	Form *Shape
	// Press presses the button of the answer that is labelled so.
	Press func(ctx context.Context, label string) (Shown, error)
}

// Shape is an open form.
type Shape struct {
	Title  string
	Fields []ShownField
	// Submit fills in fields by their labels and submits it; the others stay as they
	// are.
	Submit func(ctx context.Context, values map[string]string) (Shown, error)
}

// ShownField is a field as it is shown.
type ShownField struct {
	Label, Value string
	Options      []string
	Problem      string
}

// Field finds a field by its label.
func (s *Shape) Field(label string) (ShownField, error) {
	if s == nil {
		return ShownField{}, errors.New("no form is open")
	}
	for _, f := range s.Fields {
		if f.Label == label {
			return f, nil
		}
	}
	return ShownField{}, fmt.Errorf("the form has no field %q but %+v", label, s.Fields)
}

var aForm = Ask{User: "ann", Name: "write"}

// testing.T's form: text, level and place, all filled.
func theForm() bot.Form {
	return bot.Form{ID: "uABCDEFGHIJKLMNOPQRSTUVWXYZ234567", Title: "Write an update", Submit: "Preview", Fields: []bot.Field{
		{Name: "text", Label: "What happened", Kind: bot.TextField, Required: true, Limit: 8000, Value: "Old @everyone <!channel> & <@1>\n\n*text*"},
		{Name: "level", Label: "Level", Kind: bot.ChoiceField, Required: true, Value: "minor", Choices: []bot.Choice{{Value: "normal", Label: "normal"}, {Value: "minor", Label: "minor: makes no sound"}}},
		{Name: "at", Label: "When it happened", Hint: "In UTC", Limit: 40, Value: "14:00"},
	}}
}

// withForm answers a command or a button with a form, and what is submitted with
// answer.
func (h *handler) withForm(form bot.Form, answer func(bot.Submission) bot.Reply) {
	h.set(func(_ context.Context, c bot.Command) bot.Reply {
		if in, ok := c.Input.(bot.Submission); ok {
			return answer(in)
		}
		open := bot.NewWordButton("Open the form", bot.ActionForm, 0, form.ID)
		return bot.Reply{Form: &form, Message: bot.Message{Blocks: []bot.Block{bot.Para(bot.Text("Press the button."))}, Buttons: []bot.Button{open}}}
	})
}

// last is what was submitted last.
func (h *handler) last(t *testing.T) (bot.Command, map[string]string) {
	t.Helper()
	all := h.commands()
	in, ok := all[len(all)-1].Input.(bot.Submission)
	if !ok {
		t.Fatalf("nothing was submitted but %#v", all[len(all)-1].Input)
	}
	values := bot.Gathered(in.Values)
	for name, v := range values {
		values[name] = bot.Unfold(v, in.Mentions)
	}
	return all[len(all)-1], values
}

func (r *run) open(t *testing.T, a Ask) Shown {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	shown, err := r.Forms.Open(ctx, a)
	if err != nil {
		t.Fatalf("opening a form: %v", err)
	}
	return shown
}

func (r *run) submit(t *testing.T, s Shown, values map[string]string) Shown {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if s.Form == nil {
		t.Fatalf("no form is open: %+v", s.Answer)
	}
	next, err := s.Form.Submit(ctx, values)
	if err != nil {
		t.Fatalf("submitting a form: %v", err)
	}
	return next
}

func (r *run) press(t *testing.T, s Shown, label string) Shown {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if s.Press == nil {
		t.Fatalf("there is nothing to press: %+v", s)
	}
	next, err := s.Press(ctx, label)
	if err != nil {
		t.Fatalf("pressing %s: %v", label, err)
	}
	return next
}

// preview is an answer as drafts have it.
func preview(in bot.Submission) bot.Reply {
	m := bot.Plainly("This is how they will see it")
	m.Buttons = []bot.Button{bot.NewWordButton("Change", bot.ActionForm, 0, in.ID)}
	return bot.Reply{Message: m, InPlace: true}
}

func testForm(t *testing.T, r *run) {
	form := theForm()
	r.handler.withForm(form, preview)
	shown := r.open(t, aForm)
	if shown.Form == nil || shown.Form.Title != form.Title {
		t.Fatalf("the form %+v", shown)
	}
	for _, want := range form.Fields {
		f, err := shown.Form.Field(want.Label)
		if err != nil || f.Value != want.Value || len(f.Options) != len(want.Choices) {
			t.Errorf("%+v %v, want %+v", f, err, want)
		}
	}
	answer := r.submit(t, shown, map[string]string{"What happened": "New & *bold*\n\nsecond <part>", "When it happened": ""})
	if !answer.Private || !strings.Contains(answer.Text, "This is how they will see it") {
		t.Errorf("answer %+v", answer)
	}
	c, values := r.handler.last(t)
	if c.Input.(bot.Submission).ID != form.ID || !strings.HasPrefix(c.User.Ref, r.Platform.Name()+":") || c.Asker == nil || c.Key == "" {
		t.Errorf("command %+v", c)
	}
	for name, want := range map[string]string{"text": "New & *bold*\n\nsecond <part>", "level": "minor", "at": ""} {
		if got, there := values[name]; got != want || !there {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	// The button of what was answered opens the form as it is now.
	form.Fields[0].Value = "Changed since"
	r.handler.withForm(form, preview)
	again := r.press(t, answer, "Change")
	if f, err := again.Form.Field("What happened"); err != nil || f.Value != "Changed since" {
		t.Errorf("opened again: %+v %v", f, err)
	}
	if pinged := r.Pings(); len(pinged) > 0 {
		t.Errorf("notified %q", pinged)
	}
}

// testFormRefused submits what is refused: what was typed stays, at its fields where
// the platform can, and else behind the answer's button.
func testFormRefused(t *testing.T, r *run) {
	form := theForm()
	r.handler.withForm(form, func(in bot.Submission) bot.Reply {
		refused := theForm()
		for i, f := range refused.Fields {
			refused.Fields[i].Value = bot.Gathered(in.Values)[f.Name]
		}
		refused.Fields[2].Problem = "“half past ten” is no time."
		m := bot.Plainly("“half past ten” is no time.")
		m.Buttons = []bot.Button{bot.NewWordButton("Change", bot.ActionForm, 0, in.ID)}
		form = refused
		return bot.Reply{Failed: true, Form: &refused, Message: m, InPlace: true}
	})
	typed := map[string]string{"What happened": "A text that took an hour", "When it happened": "half past ten"}
	shown := r.submit(t, r.open(t, aForm), typed)
	if shown.Form == nil {
		if !shown.Private || !strings.Contains(shown.Text, "half past ten") {
			t.Errorf("answer %+v", shown)
		}
		r.handler.withForm(form, preview)
		shown = r.press(t, shown, "Change")
	} else if f, err := shown.Form.Field("When it happened"); err != nil || f.Problem != "“half past ten” is no time." {
		t.Errorf("field %+v %v", f, err)
	}
	for label, want := range typed {
		if f, err := shown.Form.Field(label); err != nil || f.Value != want {
			t.Errorf("%s is %+v after it was refused, want %q (%v)", label, f, want, err)
		}
	}
	r.handler.withForm(form, preview)
	if answer := r.submit(t, shown, map[string]string{"When it happened": "10:30"}); !strings.Contains(answer.Text, "This is how they will see it") {
		t.Errorf("answer %+v", answer)
	}
	if _, values := r.handler.last(t); values["text"] != typed["What happened"] || values["at"] != "10:30" {
		t.Errorf("values %q", values)
	}
}

// testFormUnkept submits what cannot be kept: what was typed stays at its fields where
// the platform can, however late that is said, and else stands in the answer.
func testFormUnkept(t *testing.T, r *run) {
	typed := map[string]string{"What happened": "A text that took an hour", "When it happened": "10:30"}
	for _, late := range []time.Duration{0, 4 * time.Second} {
		r.handler.withForm(theForm(), func(in bot.Submission) bot.Reply {
			slow := time.NewTimer(late)
			defer slow.Stop()
			<-slow.C
			same, m := theForm(), bot.Plainly("The database is away. What you wrote is not kept.")
			for i, f := range same.Fields {
				value := bot.Gathered(in.Values)[f.Name]
				same.Fields[i].Value = value
				m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Heading, Spans: []bot.Span{bot.Text(f.Label)}}, bot.Block{Kind: bot.Quote, Spans: []bot.Span{bot.Text(value)}})
			}
			same.Fields[0].Problem = "The database is away."
			return bot.Reply{Failed: true, Form: &same, Message: m}
		})
		shown := r.submit(t, r.open(t, aForm), typed)
		for label, want := range typed {
			switch {
			case shown.Form == nil && (!shown.Private || !strings.Contains(shown.Text, want) || !strings.Contains(shown.Text, "is not kept")):
				t.Errorf("after %v the answer has no %q: %+v", late, want, shown)
			case shown.Form == nil:
			default:
				if f, err := shown.Form.Field(label); err != nil || f.Value != want {
					t.Errorf("after %v %s is %+v, want %q (%v)", late, label, f, want, err)
				}
			}
		}
		if shown.Form == nil {
			continue
		}
		r.handler.withForm(theForm(), preview) // it is submitted again as it stands
		if answer := r.submit(t, shown, nil); !strings.Contains(answer.Text, "This is how they will see it") {
			t.Errorf("after %v: answer %+v", late, answer)
		}
		if _, values := r.handler.last(t); values["text"] != typed["What happened"] || values["at"] != "10:30" {
			t.Errorf("after %v: values %q", late, values)
		}
	}
}

// testLongForm opens forms with the longest there is: nothing is lost on the way.
func testLongForm(t *testing.T, r *run) {
	form := theForm()
	form.Note = "Pictures and files are not carried over."
	var choices []bot.Choice
	for i := range 25 {
		choices = append(choices, bot.Choice{Value: fmt.Sprintf("story-%d", i), Label: strings.Repeat("Ä", 75)})
	}
	form.Fields = append([]bot.Field{{Name: "story", Label: strings.Repeat("y", 45), Hint: strings.Repeat("h", 100), Kind: bot.ChoiceField, Required: true, Value: "story-24", Choices: choices}}, form.Fields...)
	for name, text := range map[string]string{
		"words": strings.TrimSpace(strings.Repeat("North Korea's internet is down. ", 250)), "lines": strings.TrimSpace(strings.Repeat("One line\n\n", 800)),
		"no space": strings.Repeat("水", 8000), "one field": strings.Repeat("word ", 100) + "end",
	} {
		form.Fields[1].Value = text
		r.handler.withForm(form, preview)
		r.submit(t, r.open(t, aForm), nil)
		if _, values := r.handler.last(t); values["text"] != text || values["story"] != "story-24" {
			t.Errorf("%s: %d characters came back as %d, story %q", name, len(text), len(values["text"]), values["story"])
		}
	}
}

// testLateForm has a handler that takes longer than a form may: its button opens it.
func testLateForm(t *testing.T, r *run) {
	form := theForm()
	r.handler.withForm(form, preview)
	quick := r.handler.answer
	r.handler.set(func(ctx context.Context, c bot.Command) bot.Reply {
		if _, pressed := c.Input.(bot.Press); !pressed {
			slow := time.NewTimer(4 * time.Second) // later than a form opens anywhere
			defer slow.Stop()
			<-slow.C
		}
		return quick(ctx, c)
	})
	shown := r.open(t, aForm)
	if shown.Form == nil {
		shown = r.press(t, shown, "Open the form")
	}
	if f, err := shown.Form.Field("Level"); err != nil || f.Value == "" {
		t.Errorf("field %+v %v", f, err)
	}
}

func testMenu(t *testing.T, r *run) {
	if r.Forms.Add == nil {
		t.Log("messages have no menu here")
		return
	}
	form := theForm()
	r.handler.withForm(form, preview)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	shown, err := r.Forms.Add(ctx, "mia", "Water over the dam & <b>\nit rains")
	if err != nil || shown.Form == nil {
		t.Fatalf("%+v %v", shown, err)
	}
	all := r.handler.commands()
	in, ok := all[len(all)-1].Input.(bot.Menu)
	if !ok || in.Name != "add" || in.Message == nil {
		t.Fatalf("input %#v", all[len(all)-1].Input)
	}
	if got := bot.Unfold(in.Message.Text, in.Message.Mentions); got != "Water over the dam & <b>\nit rains" || in.Message.Author != "mia" || !in.Message.More {
		t.Errorf("message %+v", in.Message)
	}
	r.submit(t, shown, map[string]string{"What happened": "From a message"})
	if _, values := r.handler.last(t); values["text"] != "From a message" {
		t.Errorf("values %q", values)
	}
}
