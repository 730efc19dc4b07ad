package console

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
)

// drafts answers a command with a form, and what is put into it as the bot does: it is
// kept, and can be changed.
type drafts struct {
	form      bot.Form
	submitted []map[string]string
	away      bool // nothing can be kept
}

func aStory() *drafts {
	return &drafts{form: bot.Form{ID: "u1", Title: "Write an update", Fields: []bot.Field{
		{Name: "story", Label: "Story", Kind: bot.ChoiceField, Required: true, Choices: []bot.Choice{{Value: "flood", Label: "flood: Rain"}, {Value: "sony", Label: "sony: Film"}}},
		{Name: "text", Label: "What happened", Kind: bot.TextField, Required: true},
		{Name: "level", Label: "Level", Kind: bot.ChoiceField, Required: true, Value: "normal", Choices: []bot.Choice{{Value: "normal", Label: "normal"}, {Value: "minor", Label: "minor"}}},
		{Name: "source", Label: "Sources", Kind: bot.TextField},
	}}}
}

func (d *drafts) Handle(_ context.Context, c bot.Command) bot.Reply {
	switch in := c.Input.(type) {
	case bot.Submission:
		d.submitted = append(d.submitted, in.Values)
		if d.away {
			return bot.Reply{Failed: true, Message: bot.Plainly("The database is away. It is not kept: " + said(in.Values))}
		}
		for i, f := range d.form.Fields {
			if value, ok := in.Values[f.Name]; ok {
				d.form.Fields[i].Value = value
			}
		}
		m := bot.Plainly("Kept " + said(in.Values))
		m.Buttons = []bot.Button{bot.NewButton("Post", bot.ActionPost, 1), bot.NewButton("Change", bot.ActionForm, 1)}
		return bot.Reply{Message: m, Kept: true}
	case bot.Press:
		if in.Action == bot.ActionPost {
			return bot.Reply{Message: bot.Plainly("Posted")}
		}
	case bot.Typed:
		if in.Name == "story" {
			return bot.Reply{Message: bot.Plainly("A story")}
		}
	}
	form := d.form
	return bot.Reply{Form: &form, Message: bot.Plainly("A form")}
}

func (*drafts) Complete(context.Context, string, string, string) []bot.Choice { return nil }

// said are the values of a form in the order of its fields.
func said(values map[string]string) string {
	var all []string
	for _, name := range []string{"story", "text", "level", "source"} {
		if value, ok := values[name]; ok {
			all = append(all, name+"="+value)
		}
	}
	return strings.Join(all, " ")
}

// TestWhatWasTypedIntoAFormIsKept however it is left, but by its own word.
func TestWhatWasTypedIntoAFormIsKept(t *testing.T) {
	kept := "The form was left. What was typed into it is kept as a draft; /desk drafts lists yours."
	for name, test := range map[string]struct{ input, submitted, want string }{
		"the end in the first field":    {"/desk track\n", "", "The form was left. Nothing had been typed into it."},
		"the end in the second":         {"/desk track\n1\n", "story=flood", kept},
		"the end in the third":          {"/desk track\n1\nIt rains.\\\n\\\nIt pours.\n", "story=flood text=It rains.\n\nIt pours.", kept},
		"the end in the last":           {"/desk track\n1\nIt rains.\n2\n", "story=flood text=It rains. level=minor", kept},
		"leaving":                       {"/desk track\n1\nIt rains.\n/quit\n", "story=flood text=It rains.", kept},
		"leaving without a slash":       {"/desk track\n1\nquit\n", "story=flood", kept},
		"a command":                     {"/desk track\n1\nIt rains.\n/story x\n", "story=flood text=It rains.", "The form was left, since a command came. What was typed into it is kept as a draft; /desk drafts lists yours."},
		"a command before anything":     {"/desk track\n/story x\n", "", "The form was left, since a command came. Nothing had been typed into it."},
		"its own word":                  {"/desk track\n1\nIt rains.\n/cancel\n", "", "You left the form. What you typed into it is not kept."},
		"a line that is too long":       {"/desk track\n1\n" + strings.Repeat("x", maxLine+1) + "\nIt rains.\n", "story=flood text=It rains.", tooLong},
		"empty lines change nothing":    {"/desk track\n1\nIt rains.\n\n\n2\n\n\n", "story=flood text=It rains. level=normal source=", "The form was left. Nothing had been typed into it."},
		"empty lines keep, - empties":   {"/desk track\n1\nIt rains.\n\nhttps://example.org\n2\n\n\n-\n", "story=flood text=It rains. level=normal source=https://example.org|story=flood text=It rains. level=normal source=", ""},
		"something changed, then ended": {"/desk track\n1\nIt rains.\n\n\n2\nIt pours.\n", "story=flood text=It rains. level=normal source=|story=flood text=It pours.", kept},
	} {
		t.Run(name, func(t *testing.T) {
			d := aStory()
			printed := strings.Join(talk(t, d, test.input), "\n\n")
			var submitted []string
			for _, values := range d.submitted {
				submitted = append(submitted, said(values))
			}
			if diff := cmp.Diff(test.submitted, strings.Join(submitted, "|")); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(printed, test.want) {
				t.Errorf("it does not say %q:\n%s", test.want, printed)
			}
		})
	}
}

// TestNothingIsCalledKeptThatIsNot: where a form that is left cannot be kept, nothing
// says that it is, and what was typed is given back.
func TestNothingIsCalledKeptThatIsNot(t *testing.T) {
	for _, end := range []string{"", "/quit\n", "/story x\n"} {
		d := aStory()
		d.away = true
		printed := strings.Join(talk(t, d, "/desk track\n1\nIt rains.\n"+end), "\n\n")
		if strings.Contains(printed, "kept as a draft") || !strings.Contains(printed, "The form was left") || !strings.Contains(printed, "It is not kept: story=flood text=It rains.") {
			t.Errorf("left by %q:\n%s", end, printed)
		}
	}
}

// TestEveryQuestionSaysHowToAnswerIt: what it holds and what an empty line does, how it
// is emptied, how the form is left.
func TestEveryQuestionSaysHowToAnswerIt(t *testing.T) {
	d := aStory()
	d.form.Fields[3].Value = "https://example.org"
	got := talk(t, d, "/desk track\n1\nIt rains.\n\n")
	want := []string{
		"Write an update\nAnswer line by line. A line that ends in \\ goes on in the next.", "1 of 4: Story\n1  flood: Rain\n2  sony: Film\nIt has to be filled in. /cancel leaves the form.",
		"2 of 4: What happened\nIt has to be filled in. /cancel leaves the form.",
		"3 of 4: Level\n1  normal\n2  minor\nIt holds: normal\nAn empty line keeps that. /cancel leaves the form.",
		"4 of 4: Sources\nIt holds: https://example.org\nAn empty line keeps that, - empties it. /cancel leaves the form.",
	}
	if diff := cmp.Diff(want, got[:min(len(got), len(want))]); diff != "" {
		t.Error(diff)
	}
}

// TestTheStoryIsAskedForOnce: Change asks for what can be changed, and says which story
// it is for; the same is submitted all the same. Where that was refused, it is asked for.
func TestTheStoryIsAskedForOnce(t *testing.T) {
	d := aStory()
	printed := strings.Join(talk(t, d, "/desk track\n2\nIt rains.\n\n\n2\nIt pours.\n\n\n1\n"), "\n\n")
	if !strings.Contains(printed, "Story: sony. Answer line by line.") || strings.Count(printed, "of 4: Story") != 1 || !strings.HasSuffix(printed, "Posted") {
		t.Errorf("printed:\n%s", printed)
	}
	if len(d.submitted) != 2 || said(d.submitted[1]) != "story=sony text=It pours. level=normal source=" {
		t.Errorf("submitted %q", d.submitted)
	}
	d.form.Fields[0].Problem = "sony is closed."
	if printed := strings.Join(talk(t, d, "/desk track\n/cancel\n"), "\n\n"); !strings.Contains(printed, "1 of 4: Story\nsony is closed.") {
		t.Errorf("refused:\n%s", printed)
	}
}

// TestAFormIsKeptWhenTheProgramStops: a signal ends what is asked, nothing was typed in
// vain. A read of a pipe that nobody writes to ends with it.
func TestAFormIsKeptWhenTheProgramStops(t *testing.T) {
	in, typed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer typed.Close()
	defer in.Close()
	d, asked := aStory(), make(chan struct{})
	var out bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	c := New(Config{In: in, Out: writer(func(p []byte) (int, error) {
		if bytes.Contains(p, []byte("3 of 4")) {
			close(asked)
		}
		return out.Write(p)
	}), Specs: specs()})
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, d) }()
	if _, err := io.WriteString(typed, "/desk track\n1\nIt rains.\n"); err != nil {
		t.Fatal(err)
	}
	<-asked
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run = %v", err)
	}
	if len(d.submitted) != 1 || said(d.submitted[0]) != "story=flood text=It rains." || !strings.Contains(out.String(), "kept as a draft") {
		t.Errorf("submitted %q, printed:\n%s", d.submitted, out.String())
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

// TestNumbersOfAFormAreOver once it is left: it is said what numbers press now.
func TestNumbersOfAFormAreOver(t *testing.T) {
	d := aStory()
	got := talk(t, d, "/desk track\n1\nIt rains.\n\n\n2\n\n/cancel\n1\n")
	want := []string{"You left the form. What you typed into it is not kept. The numbers are again those of the newest message that has some: [1] Post  [2] Change.", "Posted"}
	if diff := cmp.Diff(want, got[len(got)-2:]); diff != "" {
		t.Error(diff)
	}
}

// Where no form is open there is none to leave, before one and after it.
func TestNoFormIsOpenToLeave(t *testing.T) {
	for _, typed := range []string{"/cancel\n", "/CANCEL now\n", "/desk track\n/cancel\n/cancel\n"} {
		printed := strings.Join(talk(t, aStory(), typed), "\n\n")
		if !strings.Contains(printed, "No form is open, so there is none to leave.") || strings.Contains(typed, "track") != strings.Contains(printed, "You left the form.") {
			t.Errorf("%q printed:\n%s", typed, printed)
		}
	}
}
