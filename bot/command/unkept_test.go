package command

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// away answers a command while the database does not.
func (n *newsroom) away(c bot.Command) bot.Reply {
	n.t.Helper()
	ctx, cancel := context.WithCancelCause(n.t.Context())
	cancel(errors.New("gone"))
	r := n.Handle(ctx, c)
	checkMessage(n.t, r.Message)
	if r.Form != nil {
		checkForm(n.t, r.Form)
	}
	return r
}

// While the database does not answer, every field that was filled in is given back: in
// the form as it was, and below the refusal for who has no form any more.
func TestAFormThatIsNotKeptIsGivenBackWhole(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/update sony-hack The film will not open."))
	for line, typed := range map[string]map[string]string{
		"/desk write":               {"story": "sony-hack", "text": "It rains.\n\nIt *pours*.", "level": "breaking", "source": "https://example.org/a\nhttps://example.org/b", "at": "tomorrow 09:00"},
		"/desk track":               {"headline": "The Rhine rises", "summary": "Since Monday,\nit rains.", "topics": "rivers, rain", "slug": "rhine-2026"},
		"/desk edit sony-hack":      {"headline": "Sony was hacked", "summary": "By whom?", "topics": "film, security"},
		"/desk correct sony-hack 2": {"text": "The film will open.", "reason": "The day was wrong", "source": "https://example.org/c"},
		"/desk fix sony-hack 2":     {"text": "The film will not open!", "source": "https://example.org/d"},
	} {
		n.must(n.ask("mo", "desk", line))
		submission := n.submission("mo", "desk", typed)
		r := n.away(submission)
		if !r.Failed || !strings.Contains(text(r), "What you wrote is not kept. Copy it from here:") || !r.Form.Refused() {
			t.Fatalf("%s: %s", line, text(r))
		}
		for name, value := range typed {
			if f := r.Form.Field(name); f == nil || f.Value != value {
				t.Errorf("%s: of %s the form holds %+v, want %q", line, name, f, value)
			} else if !strings.Contains(text(r), f.Label+"\n> "+strings.ReplaceAll(value, "\n", "\n> ")) {
				t.Errorf("%s: %s cannot be copied from\n%s", line, f.Label, text(r))
			}
		}
		if len(r.Form.Fields) != len(typed) || r.Form.ID != n.form.ID {
			t.Errorf("%s: form %+v", line, r.Form)
		}
		// As it stands there it can be sent again.
		again := submission
		again.Key += "-again"
		values := map[string]string{}
		for _, f := range r.Form.Fields {
			values[f.Name] = f.Value
		}
		again.Input = bot.Submission{ID: r.Form.ID, Values: values}
		has(t, line+" afterwards", n.handle(again), "[Post]")
	}
}

// What there is no room for is counted, and costs the short fields nothing.
func TestWhatIsTooLongToBeGivenBackIsCounted(t *testing.T) {
	n := openTracked(t)
	long := strings.TrimSpace(strings.Repeat("*News* ", 1100))
	typed := map[string]string{"text": long, "source": strings.TrimSpace(strings.Repeat("https://example.org/a-long-one\n", 100)), "at": "tomorrow 09:00", "level": "breaking"}
	n.must(n.ask("mo", "desk", "/desk write sony-hack"))
	r := n.away(n.submission("mo", "desk", typed))
	has(t, "answer", r, "What happened (its first ", " of 7,699 characters)\n> *News* *News*", "Sources (its first ", " of 3,099 characters)\n> https://example.org/a-long-one\n> https", "When, if not now\n> tomorrow 09:00", "Level\n> breaking")
	for name, value := range typed {
		if f := r.Form.Field(name); f == nil || f.Value != value {
			t.Errorf("%s is %+v", name, f)
		}
	}
	// All of a form's fields at once, each as long as it can be.
	n.must(n.ask("mo", "desk", "/desk track"))
	full := map[string]string{}
	for _, f := range n.form.Fields {
		full[f.Name] = strings.Repeat("[x] ", max(f.Limit, 4000)/4)
	}
	n.away(n.submission("mo", "desk", full))
	// Nothing typed, nothing to copy.
	n.must(n.ask("mo", "desk", "/desk write sony-hack"))
	if r := n.away(n.submission("mo", "desk", nil)); strings.Contains(text(r), "Copy") || !r.Form.Refused() {
		t.Errorf("of an empty form: %s", text(r))
	}
}

// Whoever may not write any more, and whose form is of another version, keeps their words.
func TestARefusedFormIsGivenBack(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/desk write sony-hack"))
	typed := map[string]string{"text": "Typed for an hour", "source": "https://example.org/a", "at": "tomorrow 09:00"}
	submission := n.submission("mo", "desk", typed)
	if _, err := n.service.Desk.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), false); err != nil {
		t.Fatal(err)
	}
	other := submission
	other.User, other.Input = user("ada"), bot.Submission{ID: "z0v0k0", Values: maps.Clone(typed)}
	for name, c := range map[string]bot.Command{"no moderator any more": submission, "another version": other} {
		r := n.handle(c)
		has(t, name, r, "What you wrote is not kept", "Typed for an hour", "https://example.org/a", "tomorrow 09:00")
		if !r.Form.Refused() {
			t.Errorf("%s: form %+v", name, r.Form)
		}
	}
}

// draftRoom is Drafts under a name that none of its methods has.
type draftRoom interface{ Drafts }

// lostLater loses the database behind the draft that it keeps.
type lostLater struct {
	draftRoom
	err error
}

func (l lostLater) Reach(context.Context, int64, stories.Level) (stories.Recipients, error) {
	return stories.Recipients{}, l.err
}

// unsure cannot say whether it kept a draft.
type unsure struct{ draftRoom }

func (unsure) SaveDraft(context.Context, stories.User, stories.Draft) (stories.Draft, error) {
	return stories.Draft{}, &stories.Error{Code: stories.CodeUnavailable, Message: "The database did not answer.", Err: stories.ErrUnsure}
}

// panics is a fault of ours.
type panics struct{ draftRoom }

func (panics) SaveDraft(context.Context, stories.User, stories.Draft) (stories.Draft, error) {
	panic("a fault")
}

// What is said of a form holds: what was kept is not called lost, and what may be kept
// neither kept nor lost.
func TestNothingIsSaidOfAFormThatIsNotSo(t *testing.T) {
	for name, c := range map[string]struct {
		drafts func(Drafts) Drafts
		says   string
		given  bool
		kept   int
	}{
		"kept, and not shown": {func(d Drafts) Drafts {
			return lostLater{d, stories.Errorf(stories.CodeUnavailable, "The database did not answer.")}
		}, "What you wrote is kept: /desk drafts lists it.", false, 1},
		"kept or not": {func(d Drafts) Drafts { return unsure{d} }, "What you wrote may not be kept; /desk drafts lists what is. Copy it from here:", true, 0},
		"a fault":     {func(d Drafts) Drafts { return panics{d} }, "What you wrote may not be kept; /desk drafts lists what is. Copy it from here:", true, 0},
	} {
		n := openTracked(t)
		room := Over(n.service)
		room.Drafts = c.drafts(room.Drafts)
		n.Mux = New(Config{Stories: room, People: anyone})
		n.must(n.ask("mo", "desk", "/desk write sony-hack"))
		r := n.submit("mo", "desk", map[string]string{"text": "News of " + name})
		if !r.Failed || !strings.Contains(text(r), c.says) || strings.Contains(text(r), "> News of") != c.given || (r.Form != nil) != c.given || n.drafts() != c.kept {
			t.Errorf("%s: %d drafts, %s", name, n.drafts(), text(r))
		}
	}
}

// What was taken back is, also when the database is lost before it is shown: nobody is
// told that nothing was changed.
func TestWhatWasTakenBackAndNotShownIsSaidToBeADraft(t *testing.T) {
	n := openTracked(t)
	n.remake(func(c *Config) {
		c.Undo = 30 * time.Second
		c.Stories.Drafts = lostLater{n.service.Drafts, stories.Errorf(stories.CodeUnavailable, "The database did not answer.")}
	})
	n.must(n.ask("mo", "desk", "/update sony-hack A slip of the pen"))
	r := n.press("mo", "desk", "Undo")
	has(t, "Undo", r, "Taken back: nothing was published. It is a draft now.", "It cannot be shown just now: /desk drafts lists it.")
	if n.drafts() != 1 || r.Failed {
		t.Errorf("%d drafts, %s", n.drafts(), text(r))
	}
}
