package slack

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

const dam = "https://a.example/dam_(1).jpg?w=1&h=2"

// pictured is a push with a picture and small print.
func pictured() *bot.Message {
	m := bot.Plainly("The dam broke.")
	m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Small, Spans: []bot.Span{bot.Text("Mo Adler")}})
	m.Buttons = []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "7"}}
	m.Image = &bot.Image{URL: dam, Alt: "Water *over* the <dam>"}
	return &m
}

// kinds are the types of a message's blocks.
func kinds(t *testing.T, m *bot.Message) (text string, all []string) {
	t.Helper()
	text, raw := encodeMessage(m)
	var blocks []struct{ Type string }
	if err := json.Unmarshal(raw, &blocks); err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		all = append(all, b.Type)
	}
	return text, all
}

// A picture stands behind the text and before the small print, and is heard in
// notifications; what Slack could not load is said in words.
func TestAPictureIsABlock(t *testing.T) {
	shown, inWords := []string{"rich_text", "image", "context", "actions"}, []string{"rich_text", "context", "context", "actions"}
	long := "https://a.example/" + strings.Repeat("x", 3000-18)
	for url, want := range map[string][]string{
		dam: shown, long: shown, long + "x": inWords, "http://a.example/dam.jpg": inWords, "javascript:alert(1)": inWords,
	} {
		m := pictured()
		m.Image.URL = url
		text, got := kinds(t, m)
		if !slices.Equal(got, want) || !strings.Contains(text, "Picture: Water *over* the &lt;dam&gt;") {
			t.Errorf("%.40s: %v, %q", url, got, text)
		}
	}
	m := pictured()
	m.Blocks = m.Blocks[:1]
	if _, got := kinds(t, m); !slices.Equal(got, []string{"rich_text", "image", "actions"}) {
		t.Errorf("without small print: %v", got)
	}
	for m = pictured(); len(m.Blocks) < 200; m.Blocks = append(m.Blocks[:1:1], m.Blocks...) {
		m.Blocks = append([]bot.Block{{Kind: bot.Small, Spans: []bot.Span{bot.Text("x")}}}, m.Blocks...)
	}
	if _, got := kinds(t, m); len(got) > maxBlocks || got[len(got)-1] != "actions" {
		t.Errorf("%d blocks, %v", len(got), got)
	}
}

// picturing are the operations that show a picture, on a message that is there.
func (r *rig) picturing(m *bot.Message) map[stories.Op]bot.Operation {
	r.t.Helper()
	earlier := r.send("C1", "earlier")
	if earlier.Outcome != bot.Delivered {
		r.t.Fatalf("%+v", earlier)
	}
	operation := func(op stories.Op, target string) bot.Operation {
		o := r.post("C1", op.String())
		o.Message, o.Delivery.Op, o.Target = m, op, target
		return o
	}
	return map[stories.Op]bot.Operation{
		stories.OpPost: operation(stories.OpPost, ""), stories.OpReply: operation(stories.OpReply, earlier.MessageID),
		stories.OpBroadcast: operation(stories.OpBroadcast, earlier.MessageID), stories.OpEdit: operation(stories.OpEdit, earlier.MessageID),
	}
}

func (r *rig) shown(v bot.Verdict) slacktest.Message {
	for _, m := range r.slack.Messages("T1", "C1") {
		if m.TS == v.MessageID {
			return m
		}
	}
	return slacktest.Message{}
}

// Whatever shows a picture goes again without it when Slack cannot load it, and is
// one message in the end; the others of the push do not try.
func TestARefusedPictureCostsNoMessage(t *testing.T) {
	for _, op := range []stories.Op{stories.OpPost, stories.OpReply, stories.OpBroadcast, stories.OpEdit} {
		t.Run(op.String(), func(t *testing.T) {
			r := startRig(t, setup{})
			o := r.picturing(pictured())[op]
			taken := r.picturing(pictured())[op]
			taken.Message.Image.URL += "&taken"
			if v := r.platform.Do(r.ctx(), taken); !slices.Equal(r.shown(v).Pictures(), []string{dam + "&taken"}) {
				t.Errorf("a picture that is taken: %+v", v)
			}
			r.slack.RefusePicture(dam)
			before := len(r.slack.Messages("T1", "C1"))
			v := r.platform.Do(r.ctx(), o)
			if v.Outcome != bot.Redrawn || v.Code != "picture_refused" || v.Reason == "" || v.Err == nil || len(r.slack.Messages("T1", "C1")) != before {
				t.Fatalf("%+v", v)
			}
			v = r.platform.Do(r.ctx(), o)
			m := r.shown(v)
			if v.Outcome != bot.Delivered || len(m.Pictures()) > 0 || !strings.Contains(m.Visible(), "Picture: Water *over* the <dam>") || !strings.Contains(m.Visible(), "a.example") {
				t.Errorf("%+v\n%q", v, m.Visible())
			}
			other := r.post("C1", "other")
			other.Message = o.Message
			if v := r.platform.Do(r.ctx(), other); v.Outcome != bot.Delivered {
				t.Errorf("%+v", v)
			}
		})
	}
}

// Only a refusal that may be about the picture is tried without it, and what is
// refused then stays refused.
func TestWhichRefusalsMayBeAboutAPicture(t *testing.T) {
	for word, want := range map[string][2]bot.Outcome{
		"invalid_blocks": {bot.Redrawn, bot.BadPayload}, "invalid_blocks_format": {bot.Redrawn, bot.BadPayload}, "invalid_arguments": {bot.Redrawn, bot.BadPayload},
		"msg_too_long": {bot.BadPayload, bot.BadPayload}, "not_in_channel": {bot.Blocked, bot.Blocked}, "token_revoked": {bot.BadAccount, bot.BadAccount}, "internal_error": {bot.Ambiguous, bot.Ambiguous},
	} {
		r := startRig(t, setup{})
		r.slack.Fail(slacktest.Match{Method: "chat.postMessage"}, -1, slacktest.APIError(word))
		o := r.post("C1", "k")
		o.Message = pictured()
		if first, second := r.platform.Do(r.ctx(), o), r.platform.Do(r.ctx(), o); first.Outcome != want[0] || second.Outcome != want[1] {
			t.Errorf("%s: %+v, then %+v", word, first, second)
		}
	}
}

// An edit is settled by making it again, without the picture where that is refused.
func TestSettlingAnEditWithARefusedPicture(t *testing.T) {
	r := startRig(t, setup{})
	o := r.picturing(pictured())[stories.OpEdit]
	r.slack.RefusePicture(dam)
	v := r.platform.Settle(r.ctx(), o)
	if m := r.shown(v); v.Outcome != bot.Delivered || v.Requests != 2 || !strings.Contains(m.Visible(), "The dam broke.") {
		t.Errorf("%+v\n%q", v, m.Visible())
	}
}

// Answers keep their words: those of a slash command, of a mention and in a view.
func TestAnAnswerWhosePictureIsRefused(t *testing.T) {
	for _, refused := range []bool{false, true} {
		for name, ask := range map[string]func(*rig) (text string, pictures int){
			"a slash command": func(r *rig) (string, int) {
				a := r.slash("C1", "U1", "/story", "x")
				return a.Visible(), len(a.Pictures())
			},
			"a mention": func(r *rig) (string, int) {
				a := must[*slacktest.Answer](r.t)(r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1", Text: "story x"}))
				return a.Visible(), len(a.Pictures())
			},
			"a view": func(r *rig) (string, int) {
				a := must[*slacktest.Answer](r.t)(r.slack.GlobalShortcut(r.ctx(), "T1", "new", "U1"))
				return a.View.Visible(), -1
			},
		} {
			t.Run(name, func(t *testing.T) {
				r := startRig(t, setup{handle: func(context.Context, bot.Command) bot.Reply { return bot.Reply{Message: *pictured()} }})
				if refused {
					r.slack.RefusePicture(dam)
				}
				text, n := ask(r)
				want := 1
				if refused {
					want = 0
				}
				if !strings.Contains(text, "The dam broke.") || n >= 0 && n != want || refused && !strings.Contains(text, "Picture: Water") {
					t.Errorf("%d pictures, %q", n, text)
				}
			})
		}
	}
}
