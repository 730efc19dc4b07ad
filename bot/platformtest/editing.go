package platformtest

import (
	"context"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// edit makes one attempt.
func (r *run) edit(t *testing.T, d stories.Destination, id, text string) bot.Verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m := bot.Message{Title: "The title", Blocks: []bot.Block{bot.Para(bot.Text(text))}, Buttons: []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "1"}}}
	return r.Platform.Do(ctx, acting(d, stories.OpEdit, id, &m))
}

// editor says whether the platform edits what stands there.
func (r *run) editor(t *testing.T) bool {
	t.Helper()
	edits := r.Platform.Knows(stories.OpEdit) && !r.Platform.Pace("").Reprints
	if !edits {
		t.Log("this platform edits nothing")
	}
	return edits
}

func testEdit(t *testing.T, r *run) {
	if !r.editor(t) {
		return
	}
	first, other := bot.Plainly("Delivered 1 of 3"), bot.Plainly("Another message")
	sent := r.mustSend(t, post(r.Channel, 1, &first))
	r.mustSend(t, post(r.Channel, 2, &other))
	for range 2 { // it may be repeated
		if v := r.edit(t, r.Channel, sent.MessageID, "Delivered to all 3. @everyone <!channel> <@U1>"); v.Outcome != bot.Delivered || v.MessageID != sent.MessageID {
			t.Fatalf("Edit = %+v", v)
		}
	}
	got := r.Visible(r.Channel)
	if len(got) != 2 || !strings.Contains(got[0], "Delivered to all 3.") || !strings.Contains(got[0], "The title") || strings.Contains(got[0], "1 of 3") {
		t.Errorf("visible = %q", got)
	}
	if len(got) == 2 && !strings.Contains(got[1], "Another message") {
		t.Errorf("the other message is %q", got[1])
	}
	if pinged := r.Pings(); len(pinged) > 0 {
		t.Errorf("notified %q", pinged)
	}
	for _, gone := range []string{strings.Repeat("1", len(sent.MessageID)), "", "no id"} {
		if gone = likeID(sent.MessageID, gone); gone == sent.MessageID {
			continue
		}
		if v := r.edit(t, r.Channel, gone, "Too late"); v.Outcome != bot.MessageGone || v.Reason == "" {
			t.Errorf("Edit of message %q = %+v", gone, v)
		}
	}
}

// testEditedIsKnownAgain: whatever a message was edited to, the post that made it is
// settled as made, and nothing is posted for it a second time: also by a database that
// was put back and knows of no edit.
func testEditedIsKnownAgain(t *testing.T, r *run) {
	if !r.editor(t) {
		return
	}
	first := operation(r.Channel, 1, stories.OpPost, "", "Three were hurt.")
	id := r.must(t, first)
	r.must(t, operation(r.Channel, 2, stories.OpPost, "", "Another one"))
	edit := operation(r.Channel, 3, stories.OpEdit, id, "Nobody was hurt.")
	edit.Mark = first.Delivery.Key
	read := bot.Button{Label: "Read all", Action: "read", Arg: "1.1"}
	for _, buttons := range [][]bot.Button{edit.Message.Buttons, {read, edit.Message.Buttons[0]}, {{Label: "The source", URL: "https://example.com"}, read}} {
		m := *edit.Message
		m.Buttons, edit.Message = buttons, &m
		r.must(t, edit)
		if v := r.settle(t, forgotten(first)); v.Outcome != bot.Delivered || v.MessageID != id {
			t.Errorf("edited to %v, settled as %+v, sent as %q", buttons, v, id)
		}
	}
	shows(t, "the channel", r.Visible(r.Channel), "Nobody was hurt.", "Another one")
}

// likeID gives a made-up id the punctuation of a real one.
func likeID(real, made string) string {
	if len(real) != len(made) {
		return made
	}
	id := []byte(made)
	for i := range real {
		if real[i] < '0' || real[i] > '9' {
			id[i] = real[i]
		}
	}
	return string(id)
}

// testEditFaults: an edit may be repeated, so what makes a post ambiguous makes
// an edit transient.
func testEditFaults(t *testing.T, r *run) {
	if !r.editor(t) {
		return
	}
	first := bot.Plainly("first")
	id := r.mustSend(t, post(r.Channel, 1, &first)).MessageID
	for _, fault := range r.Faults {
		t.Run(string(fault), func(t *testing.T) {
			want := verdicts[fault]
			if want.outcome == bot.Ambiguous {
				want.outcome = bot.Transient
			}
			r.Fail(stories.OpEdit, fault)
			v := r.edit(t, r.Channel, id, "second")
			// An answer that says nothing but that all went well is enough.
			if v.Outcome != want.outcome && !(fault == EmptyAnswer && v.Outcome == bot.Delivered) {
				t.Fatalf("verdict = %v, want %v: %+v", v.Outcome, want.outcome, v)
			}
			if want.check != nil {
				if complaint := want.check(v); complaint != "" {
					t.Error(complaint)
				}
			}
			for _, secret := range r.Secrets {
				if v.Err != nil && strings.Contains(v.Err.Error(), secret) || strings.Contains(v.Reason+v.Cure, secret) {
					t.Error("the verdict holds a secret")
				}
			}
			if got := r.Visible(r.Channel); len(got) != 1 {
				t.Errorf("visible = %q", got)
			}
		})
	}
}

// acting is a first attempt at an operation on a message.
func acting(d stories.Destination, op stories.Op, target string, m *bot.Message) bot.Operation {
	o := post(d, 900_000+int64(op), m)
	o.Delivery.Op, o.Target = op, target
	return o
}
