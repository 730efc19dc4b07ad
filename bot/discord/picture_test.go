package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
	"storybot/stories"
)

const dam = "https://a.example/dam_(1).jpg?w=1&h=2"

// pictured is a push with a picture.
func pictured() *bot.Message {
	m := testMessage()
	m.Image = &bot.Image{URL: dam, Alt: "Water *over* the dam"}
	return m
}

// A picture is an embed of its own, and described where those read who do not see
// it. What is no address of one is said in words.
func TestAPictureIsAnEmbedOfItsOwn(t *testing.T) {
	long := "https://a.example/" + strings.Repeat("x", 2048-18)
	for _, tt := range []struct {
		url, embeds, says string
	}{
		{dam, `[{"image":{"url":"https://a.example/dam_(1).jpg?w=1\u0026h=2"}}]`, ""},
		{long, `[{"image":{"url":"` + long + `"}}]`, ""},
		{long + "x", "[]", "a.example"},
		{"http://a.example/dam.jpg", "[]", "a.example"},
		{"javascript:alert(1)", "[]", ""},
	} {
		m := pictured()
		m.Image.URL = tt.url
		c := contentOf(*m)
		embeds, err := json.Marshal(c.Embeds)
		if err != nil || string(embeds) != tt.embeds {
			t.Errorf("%.60s: %s", tt.url, embeds)
		}
		if !strings.Contains(c.Text, `-# Picture: Water \*over\* the dam`) || !strings.Contains(c.Text, tt.says) {
			t.Errorf("%.60s: the description is missing in %s", tt.url, c.Text)
		}
	}
	if m := pictured(); contentOf(*m).Embeds == nil || m.Image == nil || len(m.Blocks) != 1 {
		t.Errorf("drawing has changed the message: %+v", m)
	}
}

// pictureRig is a Discord with a forum and an earlier message, and the operations that
// show a picture there.
func pictureRig(t *testing.T, m *bot.Message) (r *rig, operations map[stories.Op]bot.Operation) {
	t.Helper()
	r = newRig(t, nil)
	const forum = "155101607195836418"
	r.srv.AddChannel(testGuild, forum)
	r.srv.ChangeChannel(forum, func(c *discordtest.Channel) { c.Type = discordtest.ForumChannel })
	earlier := r.p.Do(t.Context(), post(testMessage(), "earlier"))
	thread := r.p.Do(t.Context(), on(post(testMessage(), "thread"), stories.OpThread, earlier.MessageID))
	if thread.Outcome != bot.Delivered {
		t.Fatalf("%+v", thread)
	}
	inForum := post(m, "forum")
	inForum.Delivery.Destination.Channel = forum
	return r, map[stories.Op]bot.Operation{
		stories.OpPost: post(m, "post"), stories.OpReply: on(post(m, "reply"), stories.OpReply, thread.MessageID),
		stories.OpForum: on(inForum, stories.OpForum, ""), stories.OpEdit: on(post(m, "edit"), stories.OpEdit, earlier.MessageID),
	}
}

// shownIn is the message an operation has made or changed.
func (r *rig) shownIn(d stories.Destination, v bot.Verdict) discordtest.Message {
	at := siteOf(d, v.MessageID)
	m, _ := r.srv.Message(at.channel, at.message)
	return m
}

// Whatever shows a picture goes again without it when Discord refuses it, and is one
// message in the end.
func TestARefusedPictureCostsNoMessage(t *testing.T) {
	for _, op := range []stories.Op{stories.OpPost, stories.OpReply, stories.OpForum, stories.OpEdit} {
		t.Run(op.String(), func(t *testing.T) {
			r, operations := pictureRig(t, pictured())
			o := operations[op]
			r.srv.RefusePicture(dam)
			before := r.srv.Stats()
			v := r.p.Do(t.Context(), o)
			if v.Outcome != bot.Redrawn || v.Code != "picture_refused" || v.Reason == "" || v.Err == nil {
				t.Fatalf("%+v", v)
			}
			v = r.p.Do(t.Context(), o)
			m := r.shownIn(o.Delivery.Destination, v)
			if v.Outcome != bot.Delivered || len(m.Pictures()) != 0 || !strings.Contains(m.Text, "-# Picture: Water \\*over\\* the dam · [a.example](") {
				t.Errorf("%+v\n%q", v, m.Text)
			}
			if now := r.srv.Stats(); now.Posts+now.Edits != before.Posts+before.Edits+1 {
				t.Errorf("%+v, before %+v", now, before)
			}
			// Others of the push do not try.
			other := post(o.Message, "other")
			if v := r.p.Do(t.Context(), other); v.Outcome != bot.Delivered {
				t.Errorf("%+v", v)
			}
		})
	}
}

func TestAPictureThatIsTakenIsShown(t *testing.T) {
	for _, op := range []stories.Op{stories.OpPost, stories.OpReply, stories.OpForum, stories.OpEdit} {
		r, operations := pictureRig(t, pictured())
		v := r.p.Do(t.Context(), operations[op])
		m := r.shownIn(operations[op].Delivery.Destination, v)
		if v.Outcome != bot.Delivered || !slices.Equal(m.Pictures(), []string{dam}) || !strings.Contains(m.Text, "-# Picture: Water") {
			t.Errorf("%v: %+v\n%q", op, v, m.Text)
		}
	}
}

// A refusal that may be about the picture is tried without it; how far it reaches
// follows from what it says. What else is refused stays so.
func TestWhichRefusalsMayBeAboutAPicture(t *testing.T) {
	for _, tt := range []struct {
		status, code       int
		redrawn            bool
		elsewhere, another bool // another server, another picture here: still with a picture
	}{
		{400, 50035, true, false, true}, {400, 240000, true, false, true}, {400, 0, true, false, true},
		{400, 200000, true, true, true}, {400, 200001, true, true, true}, {403, 20009, true, true, true},
		{403, 50013, true, true, false},
		{403, 50001, false, true, true}, {404, 10003, false, true, true}, {401, 0, false, true, true}, {500, 0, false, true, true}, {400, 50006, false, true, true},
	} {
		r := newRig(t, nil)
		r.srv.AddChannel("81384788765712385", "155101607195836417")
		r.srv.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.APIError(tt.status, tt.code, "refused"))
		v := r.p.Do(t.Context(), post(pictured(), "first"))
		if (v.Outcome == bot.Redrawn) != tt.redrawn {
			t.Errorf("%d: %+v", tt.code, v)
		}
		if v.Invalid != (tt.status == 401 || tt.status == 403) {
			t.Errorf("%d: counted as invalid: %v", tt.code, v.Invalid)
		}
		far := post(pictured(), "far")
		far.Delivery.Destination.Workspace, far.Delivery.Destination.Channel = "81384788765712385", "155101607195836417"
		other := pictured()
		other.Image.URL += "?2"
		for name, o := range map[string]struct {
			op   bot.Operation
			want bool
		}{"the same again": {post(pictured(), "again"), !tt.redrawn}, "elsewhere": {far, tt.elsewhere}, "another": {post(other, "another"), tt.another}} {
			v := r.p.Do(t.Context(), o.op)
			if m := r.shownIn(o.op.Delivery.Destination, v); v.Outcome != bot.Delivered || (len(m.Pictures()) > 0) != o.want {
				t.Errorf("after %d, %s: %+v, pictures %v", tt.code, name, v, m.Pictures())
			}
		}
	}
}

// A message that is refused without its picture too is refused.
func TestAMessageRefusedForAnotherReasonStaysRefused(t *testing.T) {
	for _, tt := range []struct {
		status, code int
		want         bot.Outcome
	}{{400, 50035, bot.BadPayload}, {400, 200000, bot.BadPayload}, {403, 50013, bot.Blocked}} {
		r := newRig(t, nil)
		r.srv.Fail(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.APIError(tt.status, tt.code, "refused"))
		m := pictured()
		first, second := r.p.Do(t.Context(), post(m, "k")), r.p.Do(t.Context(), post(m, "k"))
		if first.Outcome != bot.Redrawn || second.Outcome != tt.want || second.Code != fmt.Sprint(tt.code) {
			t.Errorf("%d: %+v, then %+v", tt.code, first, second)
		}
	}
}

// Without Embed Links Discord refuses an embed: the message comes with the
// description alone, and the channel is as good as any.
func TestAChannelWithoutEmbedLinksReadsTheDescription(t *testing.T) {
	r := newRig(t, nil)
	r.srv.ChangeChannel(testChannel, func(c *discordtest.Channel) { c.Permissions &^= discordtest.EmbedLinks })
	m := pictured()
	if v := r.p.Do(t.Context(), post(m, "k")); v.Outcome != bot.Redrawn {
		t.Fatalf("%+v", v)
	}
	v := r.p.Do(t.Context(), post(m, "k"))
	if shown := r.shownIn(post(m, "k").Delivery.Destination, v); v.Outcome != bot.Delivered || !strings.Contains(shown.Text, "Picture: Water") {
		t.Errorf("%+v\n%q", v, shown.Text)
	}
}

// What was lost is settled by sending it again under its nonce, without the picture
// where that is refused by now: there is one message.
func TestSettlingWhatHasARefusedPicture(t *testing.T) {
	for _, stored := range []bool{true, false} {
		r := newRig(t, nil)
		o := post(pictured(), "k")
		fault := discordtest.ResetBeforeStore()
		if stored {
			fault = discordtest.ResetAfterStore()
		}
		r.srv.FailNext(discordtest.Match{Op: discordtest.CreateMessage}, fault)
		if v := r.p.Do(t.Context(), o); v.Outcome != bot.Ambiguous {
			t.Fatalf("%+v", v)
		}
		r.srv.RefusePicture(dam)
		v := r.p.Settle(t.Context(), o)
		if n := len(r.srv.Messages(testChannel)); v.Outcome != bot.Delivered || v.Requests != 2 || n != 1 {
			t.Errorf("stored %v: %+v, %d messages", stored, v, n)
		}
	}
}

// Answers to commands keep their words, too: at once, late, and late and shared.
func TestAnAnswerWhosePictureIsRefused(t *testing.T) {
	refuse := func(w http.ResponseWriter) {
		respond(w, 400, `{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{}}}`)
	}
	for name, tt := range map[string]struct {
		slow, public bool
		replies      []func(http.ResponseWriter)
	}{
		"at once":         {false, false, []func(http.ResponseWriter){refuse}},
		"late":            {true, false, []func(http.ResponseWriter){nil, refuse}},
		"late and shared": {true, true, []func(http.ResponseWriter){nil, nil, refuse}},
	} {
		t.Run(name, func(t *testing.T) {
			release := make(chan struct{})
			w := newWire(tt.replies...)
			s, ctx, _ := serve(t, w, handler{handle: func(context.Context, bot.Command) bot.Reply {
				if tt.slow {
					<-release
				}
				return bot.Reply{Message: *pictured(), Public: tt.public}
			}})
			s.create(ctx, in(typed))
			for n := range tt.replies[1:] {
				if w.next(t); n == 0 {
					close(release)
				}
			}
			if c := w.next(t); c.pictures() != 1 {
				t.Errorf("not tried with its picture: %+v", c)
			}
			if c := w.next(t); c.pictures() != 0 || !strings.Contains(c.text(), "Picture: Water") || !strings.Contains(c.text(), "a.example") {
				t.Errorf("%+v", c)
			}
		})
	}
}
