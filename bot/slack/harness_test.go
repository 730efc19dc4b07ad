package slack

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quick is timing for tests: a second is long.
var quick = timing{connecting: connecting{
	retryLeast: 20 * time.Millisecond, retryMost: 200 * time.Millisecond, refusedLeast: 30 * time.Millisecond, refusedMost: 200 * time.Millisecond, stagger: time.Millisecond, hello: time.Second,
	ping: 50 * time.Millisecond, silence: 300 * time.Millisecond, healthy: time.Hour,
}, answering: answering{
	ackWait: 100 * time.Millisecond, overtake: 20 * time.Millisecond,
	drain: time.Second, lookUp: time.Second, command: 5 * time.Second, learn: time.Second, live: []time.Duration{0, 0, 0}, livePoll: 5 * time.Millisecond,
}}

// rig is a platform connected to a fake Slack.
type rig struct {
	t        *testing.T
	slack    *slacktest.Server
	platform *Platform
	log      *safeBuffer
	places   *placeLog
	stop     context.CancelFunc
	ended    chan error
}

// setup changes a rig before it starts.
type setup struct {
	slack  []slacktest.Option
	timing func(*timing)
	config func(*Config)
	before func(*slacktest.Server)
	handle func(context.Context, bot.Command) bot.Reply
	idle   bool // does not wait until it is connected
	slots  int  // handlers at once; 0 for the usual number
	// patience is how long a request may take; 0 for the usual time.
	patience time.Duration
}

func startRig(t *testing.T, s setup) *rig {
	t.Helper()
	r := &rig{t: t, slack: slacktest.Start(t, s.slack...), log: new(safeBuffer), places: newPlaceLog(), ended: make(chan error, 1)}
	token := r.slack.AddWorkspace("T1")
	r.slack.AddChannel("T1", "C1", slacktest.Public, true)
	r.slack.AddUser("T1", slacktest.User{ID: "U1", Name: "ada", RealName: "Ada Lovelace"})
	if s.before != nil {
		s.before(r.slack)
	}
	c := Config{BotTokens: []string{token}, AppToken: r.slack.AppToken, APIURL: r.slack.URL(), Specs: specs, Places: r.places,
		Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Version: "test"}
	if s.config != nil {
		s.config(&c)
	}
	var err error
	if r.platform, err = New(c); err != nil {
		t.Fatal(err)
	}
	r.platform.timing = quick
	if s.timing != nil {
		s.timing(&r.platform.timing)
	}
	if s.slots > 0 {
		r.platform.intake.slots = make(chan struct{}, s.slots)
	}
	if s.patience > 0 {
		r.platform.api.timeout = s.patience
	}
	if s.handle == nil {
		s.handle = func(_ context.Context, c bot.Command) bot.Reply {
			return bot.Reply{Message: bot.Plainly(told(c.Input))}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	go func() { r.ended <- r.platform.Run(ctx, handlerFunc(s.handle)) }()
	t.Cleanup(func() {
		r.halt()
		r.checkSecrets()
	})
	if !s.idle {
		if err := r.slack.WaitConnections(r.ctx(), connections); err != nil {
			t.Fatal(err, r.log)
		}
		eventually(t, "the connections", r.platform.sockets.whole)
	}
	return r
}

// halt stops the platform and returns what Run returned, once.
func (r *rig) halt() error {
	r.stop()
	select {
	case err := <-r.ended:
		r.ended <- nil
		return err
	case <-time.After(10 * time.Second):
		r.t.Fatal("Run does not end")
		return nil
	}
}

// checkSecrets says whether a secret reached the log.
func (r *rig) checkSecrets() {
	for _, secret := range []string{"xoxb-T1", r.slack.AppToken, "/response/", "ticket", "Bearer"} {
		if log := r.log.String(); strings.Contains(log, secret) {
			r.t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}

func (r *rig) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	r.t.Cleanup(cancel)
	return ctx
}

// must fails the test for an error and returns the value.
func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (r *rig) slash(channel, user, command, text string) *slacktest.Answer {
	r.t.Helper()
	return must[*slacktest.Answer](r.t)(r.slack.Slash(r.ctx(), slacktest.Slash{Team: "T1", Channel: channel, User: user, Command: command, Text: text}))
}

// eventually waits for a condition of the platform's own, which nobody signals.
func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !met() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s never came about", what)
		}
	}
}

type handlerFunc func(context.Context, bot.Command) bot.Reply

func (f handlerFunc) Handle(ctx context.Context, c bot.Command) bot.Reply         { return f(ctx, c) }
func (handlerFunc) Complete(context.Context, string, string, string) []bot.Choice { return nil }

// told is what a command asked, in a line.
func told(in bot.Input) string {
	switch in := in.(type) {
	case bot.Typed:
		return in.Name + "|" + bot.Unfold(in.Text, in.Mentions) + "||"
	case bot.Press:
		return "||" + string(in.Action) + "|" + in.Arg
	case bot.Submission:
		return fmt.Sprintf("form %s %q", in.ID, unfolded(in))
	case bot.Menu:
		if in.Message == nil {
			return "menu " + in.Name
		}
		return fmt.Sprintf("menu %s: %q by %s at %q", in.Name, bot.Unfold(in.Message.Text, in.Message.Mentions), in.Message.Author, in.Message.Link)
	}
	return fmt.Sprintf("%#v", in)
}

// unfolded is the values of a form with the mentions in them by name.
func unfolded(f bot.Submission) map[string]string {
	values := map[string]string{}
	for name, value := range f.Values {
		values[name] = bot.Unfold(value, f.Mentions)
	}
	return values
}

// typed is the text command that c is.
func typed(t *testing.T, c bot.Command) bot.Typed {
	t.Helper()
	in, ok := c.Input.(bot.Typed)
	if !ok {
		t.Fatalf("input %#v, want text", c.Input)
	}
	return in
}

// safeBuffer is a log that is read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// placeLog is bot.Places as lines of text.
type placeLog struct {
	told   chan string
	mu     sync.Mutex
	called []stories.Sighting
}

func newPlaceLog() *placeLog { return &placeLog{told: make(chan string, 100)} }

func (p *placeLog) Ended(_ context.Context, d stories.Destination, reason string) {
	p.told <- "ended " + d.String() + " " + reason
}

func (p *placeLog) Blocked(_ context.Context, d stories.Destination, o stories.Obstacle) {
	p.told <- "blocked " + d.String() + " " + o.Reason
}

func (p *placeLog) Joined(context.Context, string, []string) {}

func (p *placeLog) InOnly(context.Context, string, []string, stories.Obstacle) {}

func (p *placeLog) Moved(_ context.Context, from, to stories.Destination) {
	p.told <- "moved " + from.String() + " " + to.String()
}

func (p *placeLog) Named(told stories.Sighting) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.called = append(p.called, told)
}

func (p *placeLog) Healed(_ context.Context, d stories.Destination) {
	p.told <- "healed " + d.String()
}

// whole says that all connections are up by the platform's own reckoning: Slack's side
// takes one for open before its greeting is read.
func (s *sockets) whole() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live == connections
}
