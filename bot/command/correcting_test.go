package command

import (
	"fmt"
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

func (n *newsroom) updateOf(slug string, number int) stories.Update {
	n.t.Helper()
	u, err := n.service.Archive.Update(n.t.Context(), n.story(slug).ID, number)
	if err != nil {
		n.t.Fatal(err)
	}
	return u
}

// Where options are chosen one by one /desk correct and fix always open their forms,
// with what the update says now; where they are typed, without a text.
func TestRevisionsOpenForms(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/update sony-hack source:https://example.org/a,https://example.org/b Two lines\n\nof <b> text"))
	for _, command := range []string{"correct", "fix"} {
		for name, open := range map[string]func() bot.Reply{
			"typed": func() bot.Reply { return n.ask("mo", "desk", "/desk "+command+" sony-hack 2") },
			"typed, source": func() bot.Reply {
				return n.ask("mo", "desk", "/desk "+command+" sony-hack 2 source:https://example.org/c")
			},
			"apart": func() bot.Reply {
				return n.apart("mo", "desk "+command, map[string]string{"story": "sony-hack", "number": "2"})
			},
			"apart, text": func() bot.Reply {
				return n.apart("mo", "desk "+command, map[string]string{"story": "sony-hack", "number": "2", "text": "Other words"})
			},
		} {
			n.form = nil
			n.must(open())
			if n.form == nil || (n.form.Field("reason") != nil) != (command == "correct") {
				t.Fatalf("%s, %s: %+v", command, name, n.form)
			}
			want := map[string]string{"text": "Two lines\n\nof <b> text", "source": "https://example.org/a\nhttps://example.org/b"}
			switch name {
			case "apart, text":
				want["text"] = "Other words"
			case "typed, source":
				want["source"] = "https://example.org/c"
			}
			for field, value := range want {
				if got := n.form.Field(field).Value; got != value {
					t.Errorf("%s, %s: %s holds %q, want %q", command, name, field, got, value)
				}
			}
		}
	}
	for _, refused := range []struct {
		reply bot.Reply
		want  string
	}{
		{n.apart("rita", "desk correct", map[string]string{"story": "sony-hack", "number": "2"}), "Only moderators"},
		{n.ask("rita", "desk", "/desk fix sony-hack 2"), "Only moderators"},
		{n.apart("mo", "desk correct", map[string]string{"story": "sony-hack", "number": "9"}), "has no update 9"},
		{n.apart("mo", "desk fix", map[string]string{"story": "sony-hack", "number": "x"}), "no update's number"},
		{n.ask("mo", "desk", "/desk correct nosuch 1"), "nosuch"},
	} {
		if refused.reply.Form != nil || !refused.reply.Failed || !strings.Contains(text(refused.reply), refused.want) {
			t.Errorf("want %q, got %s", refused.want, text(refused.reply))
		}
	}
	n.must(n.ask("mo", "desk", "/desk withdraw sony-hack 2 It is not so."))
	n.must(n.press("mo", "desk", "Withdraw it"))
	if r := n.apart("mo", "desk correct", map[string]string{"story": "sony-hack", "number": "2"}); r.Form != nil || !strings.Contains(text(r), "withdrawn, and that is final") {
		t.Errorf("of a withdrawn one: %s", text(r))
	}
}

// A form's preview is the copy as channels will see it and says what Post does, which
// is done once; sources are changed where they were.
func TestACorrectionInAForm(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "news", "/subscribe sony-hack"))
	n.must(n.ask("mo", "desk", "/update sony-hack level:breaking source:https://example.org/a,https://example.org/b 47,000 people are affected."))
	n.work(n.reading(new(strings.Builder)))
	n.must(n.apart("mo", "desk correct", map[string]string{"story": "sony-hack", "number": "2"}))
	r := n.submit("mo", "desk", map[string]string{"text": "4,700 people are affected.", "reason": "The number was wrong."})
	has(t, "the preview", r, "BREAKING", "4,700 people are affected.", "Corrected", "The number was wrong.", "Beside each copy is posted:\n\nCORRECTION", "It said: “47,000 people are affected.”",
		"It says now: 4,700 people are affected.", "Not posted yet. Post edits 1 copy and posts CORRECTION to 1 channel.", "[Post]", "[Change]", "[Discard]")
	if u := n.updateOf("sony-hack", 2); u.Revision != 0 {
		t.Fatalf("the preview revised it: %+v", u)
	}
	post := n.shown[0]
	for range 3 {
		has(t, "Post", n.pressed("mo", "desk", post.Action, post.Arg), "Corrected update 2 of sony-hack. This edits 1 copy and posts CORRECTION to 1 channel.")
	}
	u := n.updateOf("sony-hack", 2)
	if u.Revision != 1 || u.Text != "4,700 people are affected." || len(u.Sources) != 2 || u.Marks.Correction != "The number was wrong." {
		t.Errorf("it is %+v", u)
	}
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "You have no drafts.")

	n.work(n.reading(new(strings.Builder)))
	n.must(n.ask("mo", "desk", "/desk fix sony-hack 2"))
	has(t, "a slip", n.submit("mo", "desk", map[string]string{"source": ""}), "It says so far: “4,700", "Post edits 1 copy.")
	n.must(n.press("mo", "desk", "Post"))
	if u := n.updateOf("sony-hack", 2); u.Revision != 2 || len(u.Sources) != 0 || u.Text != "4,700 people are affected." {
		t.Errorf("it is %+v", u)
	}
}

// What cannot be is refused with all text kept; what was revised or withdrawn by another
// since the preview is not revised over, and what was written stays a draft.
func TestARefusedCorrectionIsKept(t *testing.T) {
	n := openTracked(t)
	n.must(n.apart("mo", "desk correct", map[string]string{"story": "sony-hack", "number": "1"}))
	has(t, "unchanged", n.submit("mo", "desk", nil), "says exactly that already", "what you wrote is kept", "[Change]")
	r := n.submit("mo", "desk", map[string]string{"text": "Kept", "source": "example.org", "reason": strings.Repeat("w", stories.MaxReason+1)})
	if !r.Form.Refused() || r.Form.Field("source").Problem == "" || r.Form.Field("reason").Problem == "" || r.Form.Field("text").Value != "Kept" {
		t.Errorf("refused: %+v", r.Form)
	}
	n.must(n.submit("mo", "desk", map[string]string{"text": "Mine", "source": "", "reason": ""}))
	post := n.shown[0]
	n.must(n.ask("ada", "desk", "/desk correct sony-hack 1 Ada's wording"))
	n.must(n.press("ada", "desk", "Correct it"))
	has(t, "revised meanwhile", n.pressed("mo", "desk", post.Action, post.Arg), "was revised since you saw it", "what you wrote is kept", "[Change]")
	change := n.shown[0]
	if u := n.updateOf("sony-hack", 1); u.Text != "Ada's wording" {
		t.Fatalf("revised over another's wording: %+v", u)
	}
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "a correction of update 1 of sony-hack: Mine")
	n.must(n.pressed("mo", "desk", change.Action, change.Arg))
	has(t, "submitted again", n.submit("mo", "desk", nil), "It says so far: “Ada's wording”", "[Post]")
	n.must(n.ask("ada", "desk", "/desk rename sony-hack the-interview"))
	n.must(n.press("mo", "desk", "Post"))
	if u := n.updateOf("the-interview", 1); u.Text != "Mine" || u.Revision != 2 {
		t.Errorf("it is %+v", u)
	}
}

// What was written in a form that is forgotten is not lost with it.
func TestAForgottenCorrection(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/desk correct sony-hack 1"))
	for i := range stories.MaxOpened + 1 {
		n.now = n.now.Add(1)
		c := n.request("mo", "desk")
		c.Key, c.Input = fmt.Sprint("other ", i), bot.Typed{Name: "desk", Text: "write sony-hack"}
		if r := n.Handle(t.Context(), c); r.Form == nil {
			t.Fatal(text(r))
		}
	}
	r := n.submit("mo", "desk", map[string]string{"text": "Much was written here."})
	has(t, "forgotten", r, "is forgotten", "what you wrote is kept")
	has(t, "the drafts", n.ask("mo", "desk", "/desk drafts"), "Much was written here.")
}

// What was left alone in a form keeps what another wrote meanwhile, and what was written
// there is kept: it goes on from the newest wording once its author has seen that.
func TestACorrectionGoesOnFromTheNewestWording(t *testing.T) {
	for name, shown := range map[string]bool{"before it is submitted": false, "before Post": true} {
		t.Run(name, func(t *testing.T) {
			n := openTracked(t)
			n.must(n.ask("mo", "news", "/subscribe sony-hack"))
			n.must(n.ask("mo", "desk", "/update sony-hack source:https://a.example/1 4,700 people are affected."))
			n.work(n.reading(new(strings.Builder)))
			correct := func() {
				n.must(n.ask("ada", "desk", "/desk correct sony-hack 2 source:https://c.example 5,000 people are affected."))
				n.must(n.press("ada", "desk", "Correct it"))
			}
			n.must(n.ask("mo", "desk", "/desk correct sony-hack 2"))
			if !shown {
				correct()
			}
			r := n.submit("mo", "desk", map[string]string{"text": "47,000 people are affected."})
			if shown {
				post := n.shown[0]
				correct()
				r = n.pressed("mo", "desk", post.Action, post.Arg)
			}
			has(t, "refused", r, "was revised since you saw it. Nothing was posted; what you wrote is kept.", "Ada corrected it", "5,000 people", "[Change]", "[Discard]")
			n.must(n.press("mo", "desk", "Change"))
			if n.form.Field("text").Value != "47,000 people are affected." || n.form.Field("source").Value != "https://c.example" {
				t.Errorf("the form: %+v", n.form)
			}
			n.must(n.submit("mo", "desk", nil))
			n.must(n.press("mo", "desk", "Post"))
			if u := n.updateOf("sony-hack", 2); u.Revision != 2 || u.Text != "47,000 people are affected." || strings.Join(u.Sources, " ") != "https://c.example" {
				t.Errorf("it is %+v", u)
			}
		})
	}
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/desk fix sony-hack 1"))
	n.must(n.ask("ada", "desk", "/desk correct sony-hack 1 Ada's wording"))
	n.must(n.press("ada", "desk", "Correct it"))
	has(t, "refused", n.submit("mo", "desk", map[string]string{"source": "https://a.example/"}), "was revised since you saw it")
	n.must(n.press("mo", "desk", "Change"))
	n.must(n.submit("mo", "desk", nil))
	n.must(n.press("mo", "desk", "Post"))
	if u := n.updateOf("sony-hack", 1); u.Text != "Ada's wording" || len(u.Sources) != 1 {
		t.Errorf("a text that was left alone was taken back: %+v", u)
	}
}

// What one message does not hold is shown one after the other, whole; the longest text
// an update may have opens its form, too.
func TestALongCorrectionIsPreviewedInTwoParts(t *testing.T) {
	for name, words := range map[string]string{"plain": "Dykes break along the river. ", "nasty": "*_`|~<@>[x](y) ", "wide": "Ä 👩‍👩‍👧‍👦 "} {
		n := openTracked(t)
		n.must(n.ask("mo", "news", "/subscribe sony-hack"))
		n.must(n.ask("mo", "desk", "/update sony-hack 4,700 people are affected."))
		n.work(n.reading(new(strings.Builder)))
		n.must(n.ask("mo", "desk", "/desk correct sony-hack 2"))
		long := strings.TrimSpace(strings.Repeat(words, 3000/len(words)))
		reason := strings.TrimSpace(strings.Repeat("*_wrong_* ", 49))
		has(t, name, n.submit("mo", "desk", map[string]string{"text": long, "reason": reason}), "Not posted yet.", "[Post][Change][Discard][Show CORRECTION]")
		beside := n.press("mo", "desk", "Show CORRECTION")
		has(t, name, beside, "CORRECTION", "It said: “4,700", "[Post][Change][Discard][Show the copies]")
		if !beside.InPlace {
			t.Errorf("%s: it does not take the other's place", name)
		}
		has(t, name, n.press("mo", "desk", "Show the copies"), "[Show CORRECTION]")
		has(t, name, n.press("mo", "desk", "Post"), "Corrected update 2")
	}
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/update sony-hack "+strings.Repeat("w", stories.MaxUpdateText)))
	n.must(n.ask("mo", "desk", "/desk fix sony-hack 2"))
	if n.form == nil || n.form.Field("text").Value != strings.Repeat("w", stories.MaxUpdateText) {
		t.Error("the longest text opened no form")
	}
}

// The slug and number that an update had before its story was merged open its form.
func TestFormerNumbersOpenForms(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/desk track slug:leak The leak"))
	n.must(n.ask("mo", "desk", "/update leak The mails are out."))
	n.ask("mo", "desk", "/desk merge leak sony-hack")
	n.must(n.press("mo", "desk", "Merge into sony-hack"))
	for _, open := range []func() bot.Reply{
		func() bot.Reply { return n.ask("mo", "desk", "/desk correct leak 1") },
		func() bot.Reply {
			return n.apart("mo", "desk fix", map[string]string{"story": "leak", "number": "1"})
		},
	} {
		n.form = nil
		n.must(open())
		if got := n.form.Field("text").Value; got != "The mails are out." {
			t.Errorf("the form holds %q", got)
		}
		has(t, "the preview", n.submit("mo", "desk", map[string]string{"text": "Some mails are out."}), "Some mails are out.", "sony-hack, update 2")
		n.must(n.press("mo", "desk", "Discard"))
	}
}

// A preview says what it posts where a channel is still owed what came before.
func TestAPreviewSaysWhatAChannelIsStillOwed(t *testing.T) {
	for step, want := range map[string]string{
		"fix sony-hack 2 4,700 people were affected.":    "posts CORRECTION to 1 channel that was not told of an earlier correction yet.",
		"correct sony-hack 2 4,600 people are affected.": "posts CORRECTION to 1 channel. 1 of them is still owed the message of an earlier revision: there one message tells of both.",
		"hold sony-hack 2":                "posts ON HOLD to 1 channel. 1 of them is still owed",
		"withdraw sony-hack 2 Nobody is.": "posts WITHDRAWN to 1 channel. 1 of them is still owed",
	} {
		n := openTracked(t)
		n.must(n.ask("ria", "news", "/subscribe sony-hack"))
		n.must(n.ask("mo", "desk", "/update sony-hack 47,000 people are affected."))
		n.work(n.reading(new(strings.Builder)))
		n.must(n.ask("mo", "desk", "/desk correct sony-hack 2 4,700 people are affected."))
		n.must(n.press("mo", "desk", "Correct it"))
		has(t, step, n.ask("mo", "desk", "/desk "+step), want)
	}
}
