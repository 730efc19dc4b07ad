package command

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// submit fills in the form that was opened last, beginning with what it holds, and
// submits it.
func (n *newsroom) submit(name, where string, given map[string]string) bot.Reply {
	n.t.Helper()
	return n.handle(n.submission(name, where, given))
}

func (n *newsroom) submission(name, where string, given map[string]string) bot.Command {
	n.t.Helper()
	if n.form == nil {
		n.t.Fatal("no form is open")
	}
	values := map[string]string{}
	for _, f := range n.form.Fields {
		values[f.Name] = f.Value
	}
	maps.Copy(values, given)
	for name := range given {
		if n.form.Field(name) == nil {
			n.t.Errorf("the form has no field %q", name)
		}
	}
	c := n.request(name, where)
	c.Input = bot.Submission{ID: n.form.ID, Values: values}
	return c
}

// chosen chooses an entry of a menu.
func (n *newsroom) chosen(name, where, entry string, of *bot.Chosen) bot.Reply {
	n.t.Helper()
	c := n.request(name, where)
	c.Input = bot.Menu{Name: entry, Message: of}
	return n.handle(c)
}

// checkForm holds a form against what bot.Form promises.
func checkForm(t testing.TB, f *bot.Form) {
	t.Helper()
	limits := []struct {
		what, text string
		most       int
	}{{"id", f.ID, 60}, {"title", f.Title, 24}, {"button", f.Submit, 24}, {"note", f.Note, 300}}
	names := map[string]bool{}
	for _, g := range f.Fields {
		limits = append(limits, []struct {
			what, text string
			most       int
		}{{"label", g.Label, 45}, {"hint", g.Hint, 100}}...)
		if names[g.Name] || strings.Trim(g.Name, "abcdefghijklmnopqrstuvwxyz") != "" || g.Label == "" {
			t.Errorf("field %+v", g)
		}
		names[g.Name] = true
		if len(g.Choices) > 25 || (g.Kind == bot.ChoiceField) != (len(g.Choices) > 0) {
			t.Errorf("%s has %d choices", g.Name, len(g.Choices))
		}
		known := g.Value == ""
		for _, c := range g.Choices {
			limits = append(limits, struct {
				what, text string
				most       int
			}{"choice", c.Label, 75})
			known = known || c.Value == g.Value
		}
		if g.Kind == bot.ChoiceField && !known {
			t.Errorf("%s holds %q, which is no choice of it", g.Name, g.Value)
		}
	}
	for _, l := range limits {
		if bot.Units(l.text) > l.most {
			t.Errorf("the %s %q has %d characters, more than %d", l.what, l.text, bot.Units(l.text), l.most)
		}
	}
	if f.ID == "" || f.Title == "" || f.Submit == "" || len(f.Fields) == 0 || strings.Trim(f.ID, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		t.Errorf("form %+v", f)
	}
}

// drawnForm is a form as the transcripts show it.
func drawnForm(f *bot.Form) string {
	if f == nil {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<< %s\n", f.Title)
	if f.Note != "" {
		fmt.Fprintf(&b, "   (%s)\n", f.Note)
	}
	for _, g := range f.Fields {
		need := ""
		if g.Required {
			need = "*"
		}
		fmt.Fprintf(&b, "   %s%s: %q\n", g.Label, need, g.Value)
		for _, c := range g.Choices {
			fmt.Fprintf(&b, "      %s\n", c.Label)
		}
		if g.Problem != "" {
			fmt.Fprintf(&b, "   ! %s\n", g.Problem)
		}
	}
	return b.String() + ">>\n"
}

// updates are the texts of a story's updates, oldest first.
func (n *newsroom) updates(slug string) (texts []string) {
	n.t.Helper()
	story, err := n.service.Archive.Story(n.t.Context(), slug)
	if err != nil {
		n.t.Fatal(err)
	}
	found, err := n.service.Archive.Timeline(n.t.Context(), story.ID, 0, 100)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, u := range found {
		texts = append([]string{u.Text}, texts...)
	}
	return texts
}

// say answers in one string.
func text(r bot.Reply) string { return bot.PlainText(r.Message) }

// closeStory closes one behind everybody's back.
func (n *newsroom) setState(slug string, closed bool) {
	n.t.Helper()
	do := n.service.Editor.Begin
	if closed {
		do = n.service.Editor.End
	}
	if _, err := do(n.t.Context(), stories.Act{By: user("ada")}, slug, ""); err != nil {
		n.t.Fatal(err)
	}
}
