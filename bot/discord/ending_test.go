package discord

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
)

// tooOld answers that a message is edited no more.
func tooOld(w http.ResponseWriter) {
	respond(w, http.StatusTooManyRequests, `{"code":30046,"message":"Maximum number of edits to messages older than 1 hour reached. Try again later","retry_after":0.001}`)
}

// An answer of which Discord takes no more edits is not edited again and again: how it
// ended is said beside it, once and to the asker alone, in the words for that.
func TestAnAnswerThatTakesNoMoreEditsEndsWell(t *testing.T) {
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

// An answer that says what it said a moment ago is not edited: when that was counted is
// no news.
func TestAnAnswerThatSaysTheSameIsNotEdited(t *testing.T) {
	w, n := newWire(), 0
	s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("0 of 3"), Live: func(context.Context) (bot.Message, bool, error) {
		if n++; n > 5 {
			return bot.Plainly("Delivered all 3."), true, nil
		}
		return bot.Plainly("1 of 3").CountedAt(time.Unix(int64(n), 0)), false, nil
	}}))
	s.create(ctx, in(typed))
	s.finish()
	var got []string
	for len(w.calls) > 0 {
		call := w.next(t)
		said, _, _ := strings.Cut(call.text(), "\n")
		got = append(got, call.method+" "+said)
	}
	if want := []string{"POST 0 of 3", "PATCH 1 of 3", "PATCH Delivered all 3."}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
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
	s.follow(ctx, work, i, bot.Reply{Message: bot.Plainly("0 of 3"), Live: func(ctx context.Context) (bot.Message, bool, error) {
		if why := bot.PartingOf(ctx); why != bot.NotParting {
			return bot.Plainly("1 of 3").Parted(why), false, nil
		}
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
	if !strings.Contains(last, "This answer is not brought up to date any more.") || strings.Contains(last, "minute left") || !strings.Contains(last, "1 of 3") {
		t.Errorf("it says %q", last)
	}
}

// An answer that the bot leaves as it stops says nothing that is true for a moment only,
// also where how things stand cannot be found out any more or nobody may edit it.
func TestAnAnswerThatTheBotLeavesSaysSo(t *testing.T) {
	away := errors.New("the database is away")
	for name, c := range map[string]struct {
		steps []func(http.ResponseWriter)
		last  func(context.Context) (bot.Message, bool, error)
		want  string
	}{
		"on the way": {nil, func(ctx context.Context) (bot.Message, bool, error) {
			return bot.Plainly("2 of 3").Parted(bot.PartingOf(ctx)), false, nil
		}, "PATCH 2 of 3\n-# The bot is being stopped, and goes on with the rest when it is back."},
		"done by then": {nil, func(context.Context) (bot.Message, bool, error) { return bot.Plainly("Delivered all 3."), true, nil }, "PATCH Delivered all 3."},
		"nobody knows": {nil, func(context.Context) (bot.Message, bool, error) { return bot.Message{}, false, away }, "PATCH 1 of 3\n-# The bot is being stopped"},
		"it takes no edits": {[]func(http.ResponseWriter){nil, nil, tooOld}, func(ctx context.Context) (bot.Message, bool, error) {
			return bot.Plainly("2 of 3").Parted(bot.PartingOf(ctx)), false, nil
		}, "POST 2 of 3\n-# The bot is being stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(c.steps...)
			s, ctx, _ := serve(t, w, always(bot.Reply{Message: bot.Plainly("0 of 3"), Live: func(ctx context.Context) (bot.Message, bool, error) {
				if bot.PartingOf(ctx) == bot.Stopping {
					return c.last(ctx)
				}
				return bot.Plainly("1 of 3"), false, nil
			}}))
			ctx, cancel := context.WithCancel(ctx)
			s.create(ctx, in(typed))
			w.next(t)
			w.next(t)
			cancel()
			s.finish()
			last := ""
			for len(w.calls) > 0 {
				call := w.next(t)
				last = call.method + " " + call.text()
			}
			if !strings.HasPrefix(last, c.want) {
				t.Errorf("it says %q, want %q", last, c.want)
			}
		})
	}
}
