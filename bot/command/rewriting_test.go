package command

import (
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// apart gives a command with its options one by one, as Discord does.
func (n *newsroom) apart(name, command string, given map[string]string) bot.Reply {
	n.t.Helper()
	c := n.request(name, "desk")
	c.Input = bot.Options{Name: command, Values: given}
	return n.handle(c)
}

// openDelivered also has two channels that got the update.
func openDelivered(t testing.TB) *newsroom {
	t.Helper()
	n := openStaffed(t)
	n.must(n.ask("mo", "general", "/desk track slug:sony-hack North Korea denies the attack on Sony"))
	n.must(n.ask("tim", "news", "/subscribe sony-hack"))
	n.must(n.ask("tim", "sport", "/subscribe sony-hack"))
	n.must(n.ask("mo", "general", "/update sony-hack source:https://a.example/1 4,700 people are affected."))
	n.work(delivered)
	return n
}

func (n *newsroom) reads(number int) stories.Update {
	n.t.Helper()
	u, err := n.service.Update(n.t.Context(), n.story("sony-hack").ID, number)
	if err != nil {
		n.t.Fatal(err)
	}
	return u
}

// Where options are chosen one by one the commands always open their forms, with what
// the options say; where they are typed, without a text.
func TestRevisionsOpenForms(t *testing.T) {
	n := openDelivered(t)
	const says, source = "4,700 people are affected.", "https://a.example/1"
	for name, c := range map[string]struct {
		ask  func() bot.Reply
		want map[string]string
	}{
		"typed": {func() bot.Reply { return n.ask("mo", "desk", "/desk correct sony-hack 1") }, map[string]string{"text": says, "reason": "", "source": source}},
		"typed, with a reason": {func() bot.Reply { return n.ask("mo", "desk", `/desk correct sony-hack 1 reason:"Wrong number"`) },
			map[string]string{"text": says, "reason": "Wrong number", "source": source}},
		"typed fix": {func() bot.Reply { return n.ask("mo", "desk", "/desk fix sony-hack 1") }, map[string]string{"text": says, "source": source}},
		"apart":     {func() bot.Reply { return n.apart("mo", "desk correct", map[string]string{"story": "sony-hack", "number": "1"}) }, map[string]string{"text": says, "reason": "", "source": source}},
		"apart, with all": {func() bot.Reply {
			return n.apart("mo", "desk correct", map[string]string{"story": "sony-hack", "number": "1", "text": "47,000 people", "reason": "A slip", "source": "https://b.example"})
		}, map[string]string{"text": "47,000 people", "reason": "A slip", "source": "https://b.example"}},
		"apart fix": {func() bot.Reply {
			return n.apart("mo", "desk fix", map[string]string{"story": "sony-hack", "number": "1", "text": "47,000 people"})
		}, map[string]string{"text": "47,000 people", "source": source}},
	} {
		n.form = nil
		n.must(c.ask())
		if n.form == nil {
			t.Fatalf("%s: no form", name)
		}
		if len(n.form.Fields) != len(c.want) {
			t.Errorf("%s: %d fields", name, len(n.form.Fields))
		}
		for field, value := range c.want {
			if f := n.form.Field(field); f == nil || f.Value != value {
				t.Errorf("%s: %s holds %+v, want %q", name, field, f, value)
			}
		}
	}
	for name, r := range map[string]bot.Reply{
		"a reader":    n.apart("rita", "desk correct", map[string]string{"story": "sony-hack", "number": "1"}),
		"typed":       n.ask("rita", "desk", "/desk fix sony-hack 1"),
		"no story":    n.ask("mo", "desk", "/desk fix sony-hak 1"),
		"no update":   n.ask("mo", "desk", "/desk correct sony-hack 7"),
		"no number":   n.ask("mo", "desk", "/desk correct sony-hack x"),
		"with a text": n.ask("mo", "desk", "/desk correct sony-hack 1 4,700 people are affected."),
	} {
		if r.Form != nil || !r.Failed {
			t.Errorf("%s got %+v", name, r)
		}
	}
	n.must(n.ask("mo", "desk", "/desk withdraw sony-hack 1 Not so"))
	n.must(n.press("mo", "desk", "Withdraw it"))
	if r := n.ask("mo", "desk", "/desk correct sony-hack 1"); r.Form != nil || !strings.Contains(text(r), "is withdrawn, and that is final") {
		t.Errorf("withdrawn: %s", text(r))
	}
}

// A correction is previewed as the copies and the message beside them will read, and
// made once, however often Post is pressed and the press comes again.
func TestACorrectionInAFormIsMadeOnceAndAsShown(t *testing.T) {
	n := openDelivered(t)
	n.must(n.ask("mo", "desk", "/desk correct sony-hack 1"))
	r := n.submit("mo", "desk", map[string]string{"text": "47,000 people are affected.", "reason": "A zero was missing"})
	has(t, "the preview", r, "47,000 people are affected.", "Corrected ", "Beside each copy is posted:", "CORRECTION", "A zero was missing",
		"It said: “4,700 people are affected.”", "Not posted yet. Post edits 2 copies and posts CORRECTION to 2 channels.", "[Post][Change][Discard]")
	if u := n.reads(1); u.Revision != 0 {
		t.Fatalf("revised before it was posted: %+v", u)
	}
	first := slices.Clone(n.shown)
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "a correction of sony-hack, update 1: 47,000")
	n.must(n.pressed("mo", "desk", first[1].Action, first[1].Arg))
	n.must(n.submit("mo", "desk", map[string]string{"text": "47,000 people are concerned."}))
	post := n.shown[0]
	has(t, "an older Post", n.pressed("mo", "desk", first[0].Action, first[0].Arg), "not what was shown here", "concerned")
	c := n.request("mo", "desk")
	c.Input = bot.Press{Action: post.Action, Arg: post.Arg}
	for range 3 {
		has(t, "Post", n.handle(c), "Corrected update 1 of sony-hack. This edits 2 copies and posts CORRECTION to 2 channels.")
	}
	has(t, "another Post", n.pressed("mo", "desk", post.Action, post.Arg), "Corrected update 1 of sony-hack")
	has(t, "Change afterwards", n.pressed("mo", "desk", first[1].Action, first[1].Arg), "posted already")
	if u := n.reads(1); u.Revision != 1 || u.Text != "47,000 people are concerned." || u.Marks.Correction != "A zero was missing" || !slices.Equal(u.Sources, []string{"https://a.example/1"}) {
		t.Errorf("it reads %+v", u)
	}
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "You have no drafts.")
	has(t, "the log", n.ask("mo", "desk", "/desk log sony-hack"), "Mo corrected update 1 of sony-hack: “A zero was missing”")
}

// A fix is previewed alone, and says that nobody is told.
func TestAFixInAFormTellsNobody(t *testing.T) {
	n := openDelivered(t)
	n.must(n.apart("mo", "desk fix", map[string]string{"story": "sony-hack", "number": "1"}))
	if !strings.Contains(n.form.Note, "Update 1 of sony-hack.") || !strings.Contains(n.form.Note, "nobody is told") {
		t.Errorf("the note: %q", n.form.Note)
	}
	r := n.submit("mo", "desk", map[string]string{"source": ""})
	has(t, "the preview", r, "4,700 people are affected.", "edited ", "Not posted yet. Post edits 2 copies.")
	if strings.Contains(text(r), "Beside") || strings.Contains(text(r), "a.example") {
		t.Errorf("the preview: %s", text(r))
	}
	has(t, "Post", n.press("mo", "desk", "Post"), "Mended a slip in update 1 of sony-hack. This edits 2 copies.")
	if u := n.reads(1); len(u.Sources) != 0 || u.Text != "4,700 people are affected." {
		t.Errorf("it reads %+v", u)
	}
}

// What was revised or withdrawn meanwhile is not posted over; the draft is kept, and
// goes on over what is read now once its author has seen that.
func TestARevisionIsNotPostedOverAnother(t *testing.T) {
	correct := func(n *newsroom) {
		n.must(n.ask("ada", "desk", "/desk correct sony-hack 1 source:https://c.example 5,000 people are affected."))
		n.must(n.press("ada", "desk", "Correct it"))
	}
	for name, when := range map[string]string{"before it is submitted": "open", "before Post": "shown"} {
		t.Run(name, func(t *testing.T) {
			n := openDelivered(t)
			n.must(n.ask("mo", "desk", "/desk correct sony-hack 1"))
			if when == "open" {
				correct(n)
			}
			r := n.submit("mo", "desk", map[string]string{"text": "47,000 people are affected."})
			if when == "shown" {
				post := n.shown[0]
				correct(n)
				r = n.pressed("mo", "desk", post.Action, post.Arg)
			}
			has(t, "refused", r, "was revised since you saw it. Nothing was posted; what you wrote is kept.", "Ada corrected it", "5,000 people", "[Change]", "[Discard]")
			if u := n.reads(1); !r.Failed || u.Revision != 1 || u.Text != "5,000 people are affected." {
				t.Fatalf("it reads %+v", u)
			}
			change := n.shown[0]
			has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "a correction of sony-hack, update 1: 47,000")
			n.must(n.pressed("mo", "desk", change.Action, change.Arg))
			if n.form.Field("text").Value != "47,000 people are affected." || n.form.Field("source").Value != "https://c.example" {
				t.Errorf("the form: %+v", n.form)
			}
			has(t, "the preview", n.submit("mo", "desk", nil), "It said: “5,000 people are affected.”", "c.example")
			has(t, "Post", n.press("mo", "desk", "Post"), "Corrected update 1 of sony-hack")
			if u := n.reads(1); u.Revision != 2 || u.Text != "47,000 people are affected." || !slices.Equal(u.Sources, []string{"https://c.example"}) {
				t.Errorf("it reads %+v", u)
			}
		})
	}
	n := openDelivered(t)
	n.must(n.ask("mo", "desk", "/desk fix sony-hack 1"))
	n.must(n.submit("mo", "desk", map[string]string{"text": "47,000 people are affected."}))
	post := n.shown[0]
	n.must(n.ask("ada", "desk", "/desk withdraw sony-hack 1 Not so"))
	n.must(n.press("ada", "desk", "Withdraw it"))
	has(t, "withdrawn", n.pressed("mo", "desk", post.Action, post.Arg), "is withdrawn, and that is final", "what you wrote is kept", "[Discard]")
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "a slip mended in sony-hack, update 1: 47,000")
	if u := n.reads(1); u.Revision != 1 || u.Text != "4,700 people are affected." {
		t.Errorf("it reads %+v", u)
	}
}

// What no update can say is refused beside its field, with all that was typed.
func TestARefusedRevisionIsKept(t *testing.T) {
	n := openDelivered(t)
	n.must(n.ask("mo", "desk", "/desk correct sony-hack 1"))
	has(t, "nothing changed", n.submit("mo", "desk", map[string]string{"reason": "None"}), "says exactly that already", "[Change]")
	long := strings.Repeat("w", stories.MaxUpdateText+1)
	for field, c := range map[string]struct{ value, want string }{
		"text": {long, "8000"}, "reason": {strings.Repeat("r", stories.MaxReason+1), "500"}, "source": {"example.org/x", "https://"},
	} {
		r := n.submit("mo", "desk", map[string]string{"text": "47,000", field: c.value})
		if f := r.Form.Field(field); f == nil || f.Problem == "" || f.Value != c.value || !strings.Contains(f.Problem, c.want) {
			t.Errorf("%s: %+v", field, r.Form)
		}
		n.must(n.ask("mo", "desk", "/desk correct sony-hack 1"))
	}
	if r := n.submit("mo", "desk", map[string]string{"text": " "}); !r.Form.Refused() {
		t.Errorf("an empty text: %+v", r)
	}
	if u := n.reads(1); u.Revision != 0 {
		t.Errorf("revised: %+v", u)
	}
}

// The rights are asked for again with each step, the story may be called otherwise
// meanwhile, and nobody else posts the draft.
func TestARevisionInAFormFollowsItsStoryAndItsRights(t *testing.T) {
	n := openDelivered(t)
	n.must(n.ask("mo", "desk", "/desk fix sony-hack 1"))
	n.must(n.ask("ada", "desk", "/desk rename sony-hack the-interview"))
	has(t, "the preview", n.submit("mo", "desk", map[string]string{"text": "47,000 people."}), "the-interview, update 1")
	shown := slices.Clone(n.shown)
	for _, who := range []string{"rita", "ada"} {
		for _, b := range shown {
			if r := n.pressed(who, "desk", b.Action, b.Arg); !r.Failed || r.Form != nil || strings.Contains(text(r), "47,000") {
				t.Errorf("%s pressed %s: %s", who, b.Label, text(r))
			}
		}
	}
	if _, err := n.service.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), false); err != nil {
		t.Fatal(err)
	}
	if r := n.submit("mo", "desk", map[string]string{"text": "48,000 people."}); !r.Failed || !strings.Contains(text(r), "Only moderators") {
		t.Errorf("submitted without the right: %s", text(r))
	}
	if r := n.pressed("mo", "desk", shown[0].Action, shown[0].Arg); !r.Failed {
		t.Errorf("posted without the right: %s", text(r))
	}
	if u := n.reads(1); u.Revision != 0 {
		t.Errorf("revised: %+v", u)
	}
	if _, err := n.service.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), true); err != nil {
		t.Fatal(err)
	}
	has(t, "Post", n.pressed("mo", "desk", shown[0].Action, shown[0].Arg), "Mended a slip in update 1 of the-interview")
}

// A form that is submitted after its draft was forgotten asks which update it is for,
// and loses nothing.
func TestAForgottenRevisionAsksWhatItIsFor(t *testing.T) {
	n := openDelivered(t)
	n.must(n.ask("mo", "desk", "/desk correct sony-hack 1"))
	n.now = n.now.Add(stories.DraftAge + 1)
	r := n.submit("mo", "desk", map[string]string{"text": "47,000 people are affected."})
	if !r.Form.Refused() || r.Form.Field("text").Value != "47,000 people are affected." {
		t.Fatalf("the form: %+v", r.Form)
	}
	r = n.submit("mo", "desk", map[string]string{"story": "sony-hack", "number": "9"})
	if !r.Form.Refused() || r.Form.Field("number").Problem == "" {
		t.Errorf("the form: %+v", r.Form)
	}
	has(t, "the preview", n.submit("mo", "desk", map[string]string{"number": "#1"}), "It said: “4,700 people are affected.”")
	has(t, "Post", n.press("mo", "desk", "Post"), "Corrected update 1 of sony-hack")
}

// What one message does not hold is shown one after the other, whole.
func TestALongRevisionIsPreviewedInTwoParts(t *testing.T) {
	for name, words := range map[string]string{"plain": "Dykes break along the river. ", "nasty": "*_`|~<@>[x](y) ", "wide": "Ä 👩‍👩‍👧‍👦 "} {
		n := openDelivered(t)
		n.must(n.ask("mo", "desk", "/desk correct sony-hack 1"))
		long := strings.TrimSpace(strings.Repeat(words, 3000/len(words)))
		reason := strings.TrimSpace(strings.Repeat("*_wrong_* ", 49))
		has(t, name, n.submit("mo", "desk", map[string]string{"text": long, "reason": reason}), "Not posted yet.", "[Post][Change][Discard][Show CORRECTION]")
		beside := n.press("mo", "desk", "Show CORRECTION")
		has(t, name, beside, "CORRECTION", "It said: “4,700", "[Post][Change][Discard][Show the copies]")
		if !beside.InPlace {
			t.Errorf("%s: it does not take the other's place", name)
		}
		has(t, name, n.press("mo", "desk", "Show the copies"), "[Show CORRECTION]")
		has(t, name, n.press("mo", "desk", "Post"), "Corrected update 1")
	}
}
