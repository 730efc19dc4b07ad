package discord

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

// An answer of which Discord takes no more edits is not edited again and again: how it
// ended is said beside it, once and to the asker alone, in the words for that.
func TestAnAnswerThatTakesNoMoreEditsEndsWell(t *testing.T) {
	tooOld := func(w http.ResponseWriter) {
		respond(w, http.StatusTooManyRequests, `{"code":30046,"message":"Maximum number of edits to messages older than 1 hour reached. Try again later","retry_after":0.001}`)
	}
	apart := func(context.Context) (bot.Message, error) { return bot.Plainly("Update 1: delivered all 3."), nil }
	silent := func(context.Context) (bot.Message, error) { return bot.Message{}, nil }
	for name, c := range map[string]struct {
		steps  []func(http.ResponseWriter)
		ending func(context.Context) (bot.Message, error)
		want   string
	}{
		"on the way":               {[]func(http.ResponseWriter){nil, tooOld}, apart, "POST 0 of 3, about 1 s left|PATCH 1 of 3, about 1 s left|POST Update 1: delivered all 3."},
		"at the end":               {[]func(http.ResponseWriter){nil, nil, nil, tooOld}, apart, "POST 0 of 3, about 1 s left|PATCH 1 of 3, about 1 s left|PATCH 2 of 3, about 1 s left|PATCH Delivered all 3.|POST Update 1: delivered all 3."},
		"without words of its own": {[]func(http.ResponseWriter){nil, tooOld}, nil, "POST 0 of 3, about 1 s left|PATCH 1 of 3, about 1 s left|POST Delivered all 3."},
		"and was told already":     {[]func(http.ResponseWriter){nil, tooOld}, silent, "POST 0 of 3, about 1 s left|PATCH 1 of 3, about 1 s left"},
		"nor another message":      {[]func(http.ResponseWriter){nil, tooOld, tooOld}, apart, "POST 0 of 3, about 1 s left|PATCH 1 of 3, about 1 s left|POST Update 1: delivered all 3."},
	} {
		t.Run(name, func(t *testing.T) {
			texts := []string{"1 of 3, about 1 s left", "2 of 3, about 1 s left", "Delivered all 3."}
			n := 0
			w := newWire(c.steps...)
			s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("0 of 3, about 1 s left"), Ending: c.ending, Live: func(context.Context) (bot.Message, bool, error) {
				n++
				return bot.Plainly(texts[min(n, len(texts))-1]), n >= len(texts), nil
			}}))
			s.create(ctx, in(typed))
			s.finish()
			var got []string
			for len(w.calls) > 0 {
				call := w.next(t)
				got = append(got, call.method+" "+call.text())
			}
			if want := strings.Split(c.want, "|"); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// An answer whose time is up before what it tells of says that it is not brought up to
// date any more.
func TestAnAnswerThatOutlivesItsTokenSaysSo(t *testing.T) {
	w := newWire()
	s, ctx, _ := serve(t, w, always(bot.Reply{}))
	i, ok := parse([]byte(in(typed)))
	if !ok {
		t.Fatal("no interaction")
	}
	looked := make(chan struct{}, 1000)
	work, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	s.follow(ctx, work, i, bot.Reply{Message: bot.Plainly("0 of 3"), Live: func(context.Context) (bot.Message, bool, error) {
		select {
		case looked <- struct{}{}:
		default:
		}
		return bot.Plainly("1 of 3, about 1 minute left"), false, nil
	}})
	var last string
	for len(w.calls) > 0 {
		last = w.next(t).text()
	}
	if !strings.Contains(last, "This answer is not brought up to date any more.") || len(looked) > 0 && !strings.Contains(last, "1 of 3, about 1 minute left") {
		t.Errorf("it says %q", last)
	}
}
