package slack

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// counted answers with what it was asked, when until says so, and counts.
func counted(n *atomic.Int32, until func(context.Context, bot.Command)) func(context.Context, bot.Command) bot.Reply {
	return func(ctx context.Context, c bot.Command) bot.Reply {
		n.Add(1)
		until(ctx, c)
		return bot.Reply{Message: bot.Message{Blocks: []bot.Block{bot.Para(bot.Text(told(c.Input)))},
			Buttons: []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "7"}}}}
	}
}

// moments are when a handler is done: at once, when the second copy of what it
// does has come, and when the first one is acknowledged without an answer.
func moments(t *testing.T, r **rig) map[string]func(context.Context, bot.Command) {
	of := func(c bot.Command) *deed {
		s := (*r).platform.intake.deeds
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.keys[c.Key]
	}
	return map[string]func(context.Context, bot.Command){
		"at once": func(context.Context, bot.Command) {},
		"soon": func(_ context.Context, c bot.Command) {
			eventually(t, "the second copy", of(c).copied.Load)
		},
		"late": func(_ context.Context, c bot.Command) {
			eventually(t, "the second copy", of(c).copied.Load)
			eventually(t, "the acknowledgement", of(c).ack.done.Load)
		},
	}
}

// patient makes copies wait as long as they do in truth.
func patient(g *timing) { g.overtake = defaultTiming.overtake }

// Of an envelope that arrives on both connections the person gets the answer
// once, ten times out of ten, whatever it is and however long it takes.
func TestCopiesAreAnsweredOnce(t *testing.T) {
	for _, name := range []string{"at once", "soon", "late"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var handled atomic.Int32
			var r *rig
			r = startRig(t, setup{timing: patient, handle: counted(&handled, func(ctx context.Context, c bot.Command) { moments(t, &r)[name](ctx, c) })})
			r.slack.Copies(true)
			once := func(a *slacktest.Answer, err error) *slacktest.Answer {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			var all []*slacktest.Answer
			for range 10 {
				a := once(r.slack.Slash(r.ctx(), slacktest.Slash{Team: "T1", Channel: "C1", User: "U1", Command: "/story", Text: "x"}))
				p := once(r.slack.Press(r.ctx(), a.Message, "Timeline", "U1"))
				m := once(r.slack.Mention(r.ctx(), slacktest.Mention{Team: "T1", Channel: "C1", User: "U1", Text: "story x"}))
				all = append(all, a, p, m)
			}
			r.halt()
			for i, a := range all {
				if got, want := a.Visible(), []string{"story|x||", "||timeline|7", "story|x||"}[i%3]; len(a.All()) != 1 || got != want+"\nTimeline" && got != want {
					t.Errorf("%d answers, the first %q", len(a.All()), got)
				}
			}
			if n := handled.Load(); n != int32(len(all)) {
				t.Errorf("%d deeds were done %d times", len(all), n)
			}
		})
	}
}

// A submitted view shows its answer, whichever copy's acknowledgement counts.
func TestCopiesOfASubmittedView(t *testing.T) {
	for _, name := range []string{"at once", "soon"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var handled atomic.Int32
			var r *rig
			r = startRig(t, setup{timing: patient, handle: counted(&handled, func(ctx context.Context, c bot.Command) {
				if _, ok := c.Input.(bot.Submission); ok { // what opens the form has no copy
					moments(t, &r)[name](ctx, c)
				}
			})})
			for range 10 {
				v := r.form()
				r.slack.Copies(true)
				a := must[*slacktest.Answer](t)(r.slack.Submit(r.ctx(), v, map[string]string{"Text": "new"}))
				r.slack.Copies(false)
				if a.Via != "view" || a.View.ID != v.ID {
					t.Errorf("answer %+v", a)
				}
			}
		})
	}
}

// What a copy says: of what its first acknowledgement did not bring over, all,
// however late; else a view again, for a while, and nothing of a message.
func TestWhatACopySays(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		shared, lost bool
		ago          time.Duration
		want         bool
	}{
		{shared: true, want: true},
		{shared: true, ago: 2 * ackLife},
		{shared: true, lost: true, ago: 2 * ackLife, want: true},
		{},
		{ago: 2 * ackLife},
		{lost: true, want: true},
		{lost: true, ago: 5 * time.Minute, want: true},
	} {
		s := newDeeds()
		d, _ := s.begin("a", &ack{}, now)
		s.say(d, []byte(`{"text":"x"}`), c.shared)
		d.finish()
		if got := s.answer(d, c.lost, now.Add(c.ago)); (got != nil) != c.want {
			t.Errorf("%+v: says %s", c, got)
		}
	}
}

// What is kept of acknowledgements is bounded, and the newest is kept.
func TestWhatIsKeptOfAcknowledgements(t *testing.T) {
	s := newDeeds()
	large := []byte(`"` + strings.Repeat("x", maxAck-2) + `"`)
	var all []*deed
	for range 3 * maxSaid / maxAck {
		d := new(deed)
		s.say(d, []byte(`"waiting"`), true)
		s.say(d, large, true)
		all = append(all, d)
	}
	kept := 0
	for i, d := range all {
		if s.answer(d, true, time.Now()) != nil {
			kept++
		} else if i >= len(all)-100 {
			t.Fatalf("number %d of %d is forgotten", i, len(all))
		}
	}
	if s.size > maxSaid || s.size != kept*len(large) || len(s.telling) > 2*len(all) {
		t.Errorf("%d bytes of %d answers", s.size, kept)
	}
	s.say(all[0], append(large, 'x'), true)
	if s.answer(all[0], true, time.Now()) != nil {
		t.Error("kept what no acknowledgement could say")
	}
}

// redelivery is a slash command's envelope and the two connections of one process,
// on the first of which it came and was answered.
func redelivery(t *testing.T, reply string) (p *Platform, e envelope, first, second *raw, handled *atomic.Int32) {
	first, second, handled = startRaw(t, quick), startRaw(t, quick), new(atomic.Int32)
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: "http://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	p.timing = quick
	e = envelope{ID: "e1", Type: "slash_commands", Answerable: true, Payload: []byte(`{"command":"/story","text":"x","team_id":"T1","user_id":"U1","channel_id":"C1","trigger_id":"1","response_url":"http://127.0.0.1:1/r"}`)}
	p.intake.dispatch(t.Context(), t.Context(), handlerFunc(func(context.Context, bot.Command) bot.Reply {
		handled.Add(1)
		return bot.Reply{Message: bot.Plainly(reply)}
	}), first.c, e)
	p.intake.begun.Wait()
	if said := first.next(t); !strings.Contains(said, reply) {
		t.Fatalf("first ack %s", said)
	}
	return p, e, first, second, handled
}

// next is what the app says next.
func (r *raw) next(t *testing.T) string {
	t.Helper()
	_ = r.ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, b, err := r.ws.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Slack delivers again what it got no acknowledgement of: the answer that went
// with it is said again, on whichever connection, as often as it takes; once
// only to somebody who got the first.
func TestAnAnswerLostWithItsAcknowledgement(t *testing.T) {
	nobody := handlerFunc(func(context.Context, bot.Command) bot.Reply { t.Error("done again"); return bot.Reply{} })
	again := func(p *Platform, c *conn, e envelope) {
		p.intake.dispatch(t.Context(), t.Context(), nobody, c, e)
		p.intake.begun.Wait()
	}
	const reply = "sony-hack, update 10"

	p, e, _, second, handled := redelivery(t, reply)
	for attempt := 1; attempt <= 3; attempt++ {
		e.RetryAttempt = attempt
		if attempt == 2 {
			e.ID = "e2" // it comes under another name, too
		}
		again(p, second.c, e)
		if said := second.next(t); !strings.Contains(said, reply) || !strings.Contains(said, e.ID) {
			t.Errorf("attempt %d: ack %s", attempt, said)
		}
	}
	if n := handled.Load(); n != 1 {
		t.Errorf("done %d times", n)
	}

	// A copy that was sent to both connections at once says nothing: the first
	// acknowledgement arrived.
	p, e, _, second, _ = redelivery(t, reply)
	again(p, second.c, e)
	if said := second.next(t); said != `{"envelope_id":"e1"}` {
		t.Errorf("copy: ack %s", said)
	}

	// Unless its connection has ended meanwhile.
	p, e, first, second, _ := redelivery(t, reply)
	first.ws.Close()
	<-first.c.ended
	again(p, second.c, e)
	if said := second.next(t); !strings.Contains(said, reply) {
		t.Errorf("copy of a dead connection's: ack %s", said)
	}
}

func TestDeeds(t *testing.T) {
	now := time.Now()
	s := newDeeds()
	first := func(key string, after time.Duration) bool {
		_, first := s.begin(key, &ack{}, now.Add(after))
		return first
	}
	for _, c := range []struct {
		key   string
		after time.Duration
		want  bool
	}{
		{"a", 0, true}, {"a", time.Second, false}, {"b", time.Second, true}, {"a", seenLife + time.Second, false},
		{"b", 2 * seenLife, false}, {"a", 5 * seenLife, true},
	} {
		if got := first(c.key, c.after); got != c.want {
			t.Errorf("%s after %v: first %v", c.key, c.after, got)
		}
	}
}

// The same envelope twice on one connection is answered and acknowledged once.
func TestCopyOnTheSameConnection(t *testing.T) {
	r := startRaw(t, quick)
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: "http://127.0.0.1:1/"})
	if err != nil {
		t.Fatal(err)
	}
	p.timing = quick
	p.timing.ackWait = time.Minute
	release, handling := make(chan struct{}), make(chan struct{})
	h := handlerFunc(func(context.Context, bot.Command) bot.Reply {
		close(handling) // a second one would panic
		<-release
		return bot.Reply{Message: bot.Plainly("once")}
	})
	e := envelope{ID: "e1", Type: "slash_commands", Answerable: true, Payload: []byte(`{"command":"/story","text":"x","team_id":"T1","user_id":"U1","channel_id":"C1"}`)}
	p.intake.dispatch(t.Context(), t.Context(), h, r.c, e)
	<-handling
	p.intake.dispatch(t.Context(), t.Context(), h, r.c, e)
	eventually(t, "the copy's end", func() bool { return p.intake.waiting.Load() == 1 })
	close(release)
	p.intake.begun.Wait()
	r.c.close()
	var acks []string
	for {
		_, b, err := r.ws.ReadMessage()
		if err != nil {
			break
		}
		acks = append(acks, string(b))
	}
	if len(acks) != 1 || !strings.Contains(acks[0], "once") {
		t.Errorf("acks %q", acks)
	}
}
