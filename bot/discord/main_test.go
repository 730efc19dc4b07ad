package discord

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"storybot/bot"
	"storybot/stories"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testToken   = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
	testBot     = "198622483471925248"
	testApp     = "198622483471925249"
	testGuild   = "81384788765712384"
	testChannel = "155101607195836416"
)

// notes is a Memory and a Places that keeps what it is told.
type notes struct {
	mu     sync.Mutex
	kept   map[string]string
	places chan string
	called []stories.Sighting
	joined []string // the servers it was told the bot is in
	only   []string // what it was told of the others, and why
}

func newNotes() *notes { return &notes{kept: map[string]string{}, places: make(chan string, 100)} }

func (n *notes) Recall(_ context.Context, key string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.kept[key], nil
}

func (n *notes) Remember(_ context.Context, key, value string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.kept[key] = value
	return nil
}

func (n *notes) Ended(_ context.Context, d stories.Destination, reason string) {
	n.places <- "ended " + d.String() + " " + reason
}

func (n *notes) Blocked(_ context.Context, d stories.Destination, o stories.Obstacle) {
	n.places <- "blocked " + d.String() + " " + o.Reason
}

func (n *notes) Joined(_ context.Context, platform string, workspaces []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.joined = append(n.joined, workspaces...)
}

func (n *notes) InOnly(_ context.Context, platform string, workspaces []string, o stories.Obstacle) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.only = append(n.only, platform+" "+strings.Join(workspaces, " ")+" "+o.Reason)
}

func (n *notes) Moved(_ context.Context, from, to stories.Destination) {
	n.places <- "moved " + from.String() + " " + to.String()
}

func (n *notes) Named(told stories.Sighting) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.called = append(n.called, told)
}

func (n *notes) Healed(_ context.Context, d stories.Destination) { n.places <- "healed " + d.String() }

// handler answers with functions of the test.
type handler struct {
	handle   func(context.Context, bot.Command) bot.Reply
	complete func(name, arg, typed string) []bot.Choice
}

func (h handler) Handle(ctx context.Context, c bot.Command) bot.Reply { return h.handle(ctx, c) }

func (h handler) Complete(_ context.Context, name, arg, typed string) []bot.Choice {
	return h.complete(name, arg, typed)
}

// quickly is a timing in which nothing takes long.
func quickly() timing {
	return timing{
		hello: 300 * time.Millisecond, ready: 300 * time.Millisecond,
		backoff: time.Millisecond, longest: 4 * time.Millisecond, hurried: 4 * time.Millisecond, settled: time.Hour,
		invalid: time.Millisecond, identify: time.Millisecond,
		refused:  [2]time.Duration{2 * time.Millisecond, 8 * time.Millisecond},
		deferral: 20 * time.Millisecond, opening: time.Minute, drain: time.Second,
		live: [2]time.Duration{time.Millisecond, time.Millisecond},
	}
}

// platformAt returns a platform that talks to far, and its notes.
func platformAt(t *testing.T, far http.Handler) (*Platform, *notes) {
	t.Helper()
	srv := httptest.NewServer(far)
	n := newNotes()
	p, err := New(Config{
		Token: testToken, APIURL: srv.URL + "/api", Places: n, Memory: n, Version: "1.0",
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	p.timing = quickly()
	t.Cleanup(func() {
		p.rest.close()
		srv.CloseClientConnections()
		srv.Close()
	})
	return p, n
}

// post is a post of m to the test's channel, begun just now.
func post(m *bot.Message, key string) bot.Operation {
	now := time.Now()
	return bot.Operation{Message: m, Delivery: stories.Delivery{
		Key: key, Destination: stories.Destination{Platform: "discord", Workspace: testGuild, Channel: testChannel},
		Tries: stories.Tries{First: now, Last: now},
	}}
}

// on is the operation on a message by the delivery of a post.
func on(o bot.Operation, op stories.Op, target string) bot.Operation {
	o.Delivery.Op, o.Target = op, target
	return o
}

// message is a push with a button that can be marked.
func testMessage() *bot.Message {
	m := bot.Plainly("North Korea denies the attack.")
	m.Title = "Sony hack"
	m.Buttons = []bot.Button{{Label: "Timeline", Action: "timeline", Arg: "12"}}
	return &m
}

func respond(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

func discarding() *slog.Logger { return slog.New(slog.DiscardHandler) }
