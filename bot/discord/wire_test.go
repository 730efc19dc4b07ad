package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot"
)

// wire is the far side of the HTTP API for answers: it records calls and
// answers with what the test gives, then with 204.
type wire struct {
	mu      sync.Mutex
	replies []func(http.ResponseWriter)
	calls   chan call
}

type call struct {
	method, path string
	body         struct {
		Type    int
		Data    shown
		Content string // of an edit
		Embeds  []shownEmbed
	}
}

type shown struct {
	Flags      int
	Mentions   *struct{ Parse []string } `json:"allowed_mentions"`
	Content    string
	Embeds     []shownEmbed
	Choices    []suggestion
	Components []struct{ Components []struct{ Label, URL string } }
}

type shownEmbed struct{ Image *struct{ URL string } }

// text is what the call shows.
func (c call) text() string {
	return c.body.Content + c.body.Data.Content
}

// pictures is how many the call shows.
func (c call) pictures() (n int) {
	for _, e := range append(c.body.Embeds, c.body.Data.Embeds...) {
		if e.Image != nil {
			n++
		}
	}
	return n
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	c := call{method: r.Method, path: strings.TrimPrefix(r.URL.Path, "/api/v9")}
	raw, _ := io.ReadAll(r.Body)
	json.Unmarshal(raw, &c.body)
	w.mu.Lock()
	var reply func(http.ResponseWriter)
	if len(w.replies) > 0 {
		reply, w.replies = w.replies[0], w.replies[1:]
	}
	w.mu.Unlock()
	w.calls <- c
	if reply != nil {
		reply(rw)
		return
	}
	rw.WriteHeader(204)
}

func newWire(replies ...func(http.ResponseWriter)) *wire {
	return &wire{replies: replies, calls: make(chan call, 10000)}
}

func (w *wire) next(t *testing.T) call {
	t.Helper()
	select {
	case c := <-w.calls:
		return c
	case <-time.After(10 * time.Second):
		t.Fatal("no call came")
		return call{}
	}
}

// serve lets a platform answer through w. finish waits for all that is under way.
func serve(t *testing.T, w *wire, h bot.Handler) (s *served, ctx context.Context, log *bytes.Buffer) {
	t.Helper()
	p, _ := platformAt(t, w)
	log = &bytes.Buffer{}
	p.log = slog.New(slog.NewTextHandler(log, nil))
	inner := newServing(p, h)
	s = &served{serving: inner, finish: sync.OnceFunc(inner.wait)}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); s.finish() })
	return s, ctx, log
}

// served is a serving that ends once.
type served struct {
	*serving
	finish func()
}

func always(r bot.Reply) handler {
	return handler{handle: func(context.Context, bot.Command) bot.Reply { return r }}
}

const typed = `"type":2,"data":{"name":"story"}`

func (s *served) create(ctx context.Context, raw string) {
	s.dispatch(ctx, event{Type: "INTERACTION_CREATE", RawData: json.RawMessage(raw)})
}
