package platformtest

import (
	"context"
	"strings"
	"testing"

	"storybot/bot"
)

// testPicture: a message and an answer with a picture say what it shows, whether it
// can be shown or not; where it is refused they go out all the same, the message at
// the second attempt.
func testPicture(t *testing.T, r *run) {
	const address = "https://img.example.org/dam.jpg"
	for n, refused := range []bool{false, true} {
		if refused && r.RefusePicture == nil {
			continue
		}
		m := bot.Plainly("The dam broke")
		m.Image = &bot.Image{URL: address, Alt: "Water over the dam"}
		r.mustSend(t, post(r.Other, 100, &bot.Message{Blocks: m.Blocks})) // once it is known who the platform is
		p := post(r.Channel, int64(n+1), &m)
		if refused {
			r.RefusePicture(address)
			if v := r.do(t, p); v.Outcome != bot.Redrawn || v.Reason == "" {
				t.Errorf("Do = %+v", v)
			}
		}
		if v := r.do(t, p); v.Outcome != bot.Delivered {
			t.Errorf("refused %v: Do = %+v", refused, v)
		}
		if got := r.Visible(r.Channel); len(got) != n+1 || !strings.Contains(got[n], "The dam broke") || refused && !strings.Contains(got[n], "Water over the dam") {
			t.Errorf("refused %v: visible = %q", refused, got)
		}
		r.handler.set(func(context.Context, bot.Command) bot.Reply { return bot.Reply{Message: m} })
		if a := r.mustAsk(t, aStory); !strings.Contains(a.Text, "The dam broke") || refused && !strings.Contains(a.Text, "Water over the dam") {
			t.Errorf("refused %v: answered %q", refused, a.Text)
		}
		r.handler.set(nil)
	}
}
