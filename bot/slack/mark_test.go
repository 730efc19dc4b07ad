package slack

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// Whatever a message was posted as and edited to, in whatever order, with the mark of
// its post or without, it is known again as what its post made, and nothing else is.
func TestAnEditKeepsTheMetadata(t *testing.T) {
	r := startRig(t, setup{})
	said := rapid.Custom(func(t *rapid.T) *bot.Message {
		m := bot.Plainly(rapid.StringN(1, 40, 160).Draw(t, "text") + ".")
		if rapid.Bool().Draw(t, "pressable") {
			m.Buttons = []bot.Button{bot.NewButton("Timeline", bot.ActionTimeline, 5)}
		}
		return &m
	})
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		post := r.post("C1", fmt.Sprint("key ", n))
		post.Message = said.Draw(t, "posted")
		v := r.platform.Do(r.ctx(), post)
		if v.Outcome != bot.Delivered {
			t.Fatalf("posted: %+v", v)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "edits") {
			edit := post
			edit.Delivery.Op, edit.Delivery.Key, edit.Target = stories.OpEdit, fmt.Sprint("edit ", n, i), v.MessageID
			if edit.Message = said.Draw(t, "edited"); rapid.Bool().Draw(t, "known") {
				edit.Mark = post.Delivery.Key
			}
			if got := r.platform.Do(r.ctx(), edit); got.Outcome != bot.Delivered {
				t.Fatalf("edited: %+v", got)
			}
		}
		if got := r.platform.Settle(r.ctx(), aged(post, time.Hour)); got.Outcome != bot.Delivered || got.MessageID != v.MessageID {
			t.Fatalf("settled as %+v, posted as %s", got, v.MessageID)
		}
	})
}

// An edit says the mark itself: a message whose metadata somebody took away has it again.
func TestAnEditGivesTheMetadataAgain(t *testing.T) {
	r := startRig(t, setup{})
	post := r.post("C1", "key")
	v := r.platform.Do(r.ctx(), post)
	w, _, _ := r.platform.Sender.(*pusher).sender(r.ctx(), "T1")
	form := siteOf(post.Delivery.Destination, v.MessageID).form()
	form.Set("text", "bare")
	form.Set("metadata", "{}")
	if _, f := r.platform.api.call(r.ctx(), (request{method: "chat.update", token: w.token, body: []byte(form.Encode()), kind: formBody}), new(status)); f != nil {
		t.Fatal(f)
	}
	edit := post
	edit.Delivery.Op, edit.Delivery.Key, edit.Target, edit.Mark = stories.OpEdit, "edit", v.MessageID, post.Delivery.Key
	if got := r.platform.Do(r.ctx(), edit); got.Outcome != bot.Delivered {
		t.Fatalf("edited: %+v", got)
	}
	var kept metadata
	if err := json.Unmarshal(r.slack.Messages("T1", "C1")[0].Metadata, &kept); err != nil || string(kept.EventPayload.DeliveryID) != "key" {
		t.Errorf("it has %s, %v", r.slack.Messages("T1", "C1")[0].Metadata, err)
	}
}
