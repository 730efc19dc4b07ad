package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

func TestAnAnswerIsPrivateUnlessPublic(t *testing.T) {
	for public, flags := range map[bool]int{false: 64, true: 0} {
		w := newWire()
		s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("Hello."), Public: public}))
		s.create(ctx, in(typed))
		c := w.next(t)
		if c.method != "POST" || c.path != "/interactions/900/tok/callback" || c.body.Type != 4 || c.body.Data.Flags != flags || c.text() != "Hello." {
			t.Errorf("%+v", c)
		}
		if m := c.body.Data.Mentions; m == nil || m.Parse == nil || len(m.Parse) > 0 {
			t.Errorf("mentions %+v", m)
		}
	}
}

func TestASlowAnswerIsDeferred(t *testing.T) {
	for _, public := range []bool{false, true} {
		t.Run(fmt.Sprint("public ", public), func(t *testing.T) {
			release := make(chan struct{})
			w := newWire()
			s, ctx, _ := serve(t, w, handler{handle: func(context.Context, bot.Command) bot.Reply {
				<-release
				return bot.Reply{Message: bot.Plainly("At last."), Public: public}
			}})
			s.create(ctx, in(typed))
			if c := w.next(t); c.body.Type != 5 || c.body.Data.Flags != 64 {
				t.Errorf("%+v", c)
			}
			close(release)
			edit := w.next(t)
			if edit.method != "PATCH" || edit.path != "/webhooks/"+testApp+"/tok/messages/@original" {
				t.Errorf("%+v", edit)
			}
			if public {
				edit = w.next(t)
				if edit.method != "POST" || edit.path != "/webhooks/"+testApp+"/tok" {
					t.Errorf("%+v", edit)
				}
			}
			if edit.text() != "At last." {
				t.Errorf("%+v", edit)
			}
		})
	}
}

// TestWhomAStopCutsOffIsTold stops while a handler waits for as long as it may:
// "thinking…" must not stay for ever.
func TestWhomAStopCutsOffIsTold(t *testing.T) {
	w := newWire()
	s, ctx, _ := serve(t, w, handler{handle: func(ctx context.Context, _ bot.Command) bot.Reply {
		<-ctx.Done()
		return bot.Reply{Message: bot.Plainly("Cut off.")}
	}})
	s.p.timing.drain = time.Millisecond
	s.create(ctx, in(typed))
	w.next(t)
	s.finish()
	if c := w.next(t); c.method != "PATCH" || c.text() != "Cut off." {
		t.Errorf("%+v", c)
	}
}

func TestADeferredAnswerIsFilledInAfterAFault(t *testing.T) {
	release := make(chan struct{})
	w := newWire(nil, func(w http.ResponseWriter) { w.WriteHeader(500) }, reset)
	s, ctx, _ := serve(t, w, handler{handle: func(context.Context, bot.Command) bot.Reply { <-release; return bot.Reply{Message: bot.Plainly("x")} }})
	s.create(ctx, in(typed))
	w.next(t)
	close(release)
	for range 3 {
		if c := w.next(t); c.method != "PATCH" {
			t.Errorf("%+v", c)
		}
	}
}

func TestACallbackIsRepeatedAfterALostConnection(t *testing.T) {
	w := newWire(reset, func(w http.ResponseWriter) { respond(w, 400, `{"code":40060,"message":"acknowledged"}`) })
	live := make(chan struct{})
	s, ctx, log := serve(t, w, always(bot.Reply{Message: bot.Plainly("x"), Live: func(context.Context) (bot.Message, bool, error) {
		close(live)
		return bot.Plainly("y"), true, nil
	}}))
	s.create(ctx, in(typed))
	w.next(t)
	w.next(t)
	<-live // "acknowledged already" was taken for success
	if c := w.next(t); c.text() != "y" {
		t.Errorf("%+v", c)
	}
	if log.Len() > 0 {
		t.Error(log)
	}
}

func TestALateCallbackIsLogged(t *testing.T) {
	w := newWire(func(w http.ResponseWriter) { respond(w, 404, `{"code":10062}`) })
	s, ctx, log := serve(t, w, always(bot.Reply{Message: bot.Plainly("x")}))
	s.create(ctx, in(typed))
	w.next(t)
	s.finish()
	if !strings.Contains(log.String(), "too late") {
		t.Error(log)
	}
}

func TestARefusedAnswerIsReplaced(t *testing.T) {
	w := newWire(func(w http.ResponseWriter) { respond(w, 400, `{"code":50035,"message":"Invalid Form Body"}`) })
	s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("x")}))
	s.create(ctx, in(typed))
	w.next(t)
	if c := w.next(t); !strings.HasPrefix(c.text(), "The answer could not be shown") {
		t.Errorf("%+v", c)
	}
}

func TestAPanicIsAnsweredToo(t *testing.T) {
	w := newWire()
	s, ctx, log := serve(t, w, handler{handle: func(context.Context, bot.Command) bot.Reply { panic("boom") }})
	s.create(ctx, in(typed))
	if c := w.next(t); !strings.HasPrefix(c.text(), "Something went wrong") || c.body.Data.Flags != 64 {
		t.Errorf("%+v", c)
	}
	if !strings.Contains(log.String(), "boom") {
		t.Error(log)
	}
}

func TestNothingIsMetWithSilence(t *testing.T) {
	for _, rest := range []string{`"type":99`, `"type":2,"data":null`, `"type":2,"data":{"type":3,"name":"Add"}`, `"type":2,"data":{"type":2,"name":"Who","target_id":"7"}`, `"type":2,"data":{"type":4,"name":"Start"}`, `"type":"x"`} {
		w := newWire()
		s, ctx, _ := serve(t, w, handler{})
		s.create(ctx, in(rest))
		if c := w.next(t); c.body.Type != 4 || c.body.Data.Flags != 64 || !strings.Contains(c.text(), "does not know") {
			t.Errorf("%s: %+v", rest, c)
		}
	}
}

func TestAReplayIsHandledOnce(t *testing.T) {
	w := newWire()
	s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("x")}))
	s.create(ctx, in(typed))
	s.create(ctx, in(typed))
	s.create(ctx, strings.Replace(in(typed), `"900"`, `"901"`, 1))
	paths := w.next(t).path + w.next(t).path
	if strings.Count(paths, "/900/") != 1 || strings.Count(paths, "/901/") != 1 {
		t.Error(paths)
	}
}

func TestSuggestions(t *testing.T) {
	w := newWire()
	s, ctx, _ := serve(t, w, handler{complete: func(name, arg, typed string) []bot.Choice {
		if name != "desk close" || arg != "slug" || typed != "so" {
			t.Errorf("%q %q %q", name, arg, typed)
		}
		list := []bot.Choice{{Value: "sony-hack", Label: "Sony\nhack"}, {Value: ""}, {Value: strings.Repeat("x", 101)}, {Value: "bare"}}
		for n := range 40 {
			list = append(list, bot.Choice{Value: fmt.Sprint(n), Label: strings.Repeat("é", 200)})
		}
		return list
	}})
	s.create(ctx, in(`"type":4,"data":{"name":"desk","options":[{"name":"close","type":1,"options":[{"name":"slug","type":3,"value":"so","focused":true}]}]}`))
	c := w.next(t)
	choices := c.body.Data.Choices
	if c.body.Type != 8 || len(choices) != 25 || choices[0] != (suggestion{"Sony hack", "sony-hack"}) || choices[1] != (suggestion{"bare", "bare"}) || bot.Units(choices[2].Name) > 100 {
		t.Errorf("%+v", c)
	}
}

func TestALiveAnswerIsEditedUntilDone(t *testing.T) {
	steps := []string{"1 of 3", "1 of 3", "2 of 3", "3 of 3"}
	n := 0
	w := newWire(nil, nil, func(w http.ResponseWriter) { respond(w, 429, `{"retry_after":0.01}`) })
	s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("0 of 3"), Live: func(context.Context) (bot.Message, bool, error) {
		text := steps[min(n, len(steps)-1)]
		n++
		return bot.Plainly(text), n >= len(steps), nil
	}}))
	s.create(ctx, in(typed))
	s.finish()
	var texts []string
	for len(w.calls) > 0 {
		texts = append(texts, w.next(t).text())
	}
	// The second edit met a limit, and what it said is overtaken.
	if got := strings.Join(texts, ", "); got != "0 of 3, 1 of 3, 2 of 3, 3 of 3" {
		t.Error(got)
	}
}

func TestALiveAnswerEndsWithItsTokenAndWithTheBot(t *testing.T) {
	t.Run("token", func(t *testing.T) {
		w := newWire(nil, func(w http.ResponseWriter) { respond(w, 404, `{"code":10015}`) })
		s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("x"), Live: func(context.Context) (bot.Message, bool, error) { return bot.Plainly("y"), false, nil }}))
		s.create(ctx, in(typed))
		s.finish()
		if len(w.calls) != 2 {
			t.Errorf("%d calls", len(w.calls))
		}
	})
	t.Run("bot", func(t *testing.T) {
		w := newWire()
		s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("x"), Live: func(context.Context) (bot.Message, bool, error) { return bot.Plainly("y"), false, nil }}))
		ctx, cancel := context.WithCancel(ctx)
		s.create(ctx, in(typed))
		w.next(t)
		w.next(t)
		cancel()
		s.finish()
	})
}

func TestAThousandInteractionsInASecond(t *testing.T) {
	const count = 1000
	w := newWire()
	s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("x")}))
	s.p.timing.deferral = time.Minute
	began := time.Now()
	for n := range count {
		s.create(ctx, strings.Replace(in(typed), `"900"`, fmt.Sprintf(`"%d"`, 1000+n), 1))
	}
	t.Logf("the reader was busy for %s", time.Since(began))
	for range count {
		if c := w.next(t); c.body.Type != 4 {
			t.Fatalf("%+v", c)
		}
	}
}

func TestALiveAnswerGoesOnAfterADatabaseWasAway(t *testing.T) {
	away := errors.New("the database is away")
	n := 0
	w := newWire()
	s, ctx, log := serve(t, w, always(bot.Reply{Message: bot.Plainly("0 of 3"), Live: func(context.Context) (bot.Message, bool, error) {
		if n++; n <= 5 {
			return bot.Message{}, false, away
		}
		return bot.Plainly("3 of 3"), true, nil
	}}))
	s.create(ctx, in(typed))
	s.finish()
	w.next(t)
	if c := w.next(t); c.text() != "3 of 3" {
		t.Errorf("%+v", c)
	}
	if got := log.String(); strings.Count(got, away.Error()) != 1 || strings.Contains(got, "WARN") {
		t.Errorf("five looks in vain were told as:\n%s", got)
	}
}
