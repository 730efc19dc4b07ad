package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/stories"
)

// newsDesk is a database with one push, a platform and the lanes, for the
// desk's progress. Its mutex guards all of it.
type newsDesk struct {
	printing  bool // nothing can be edited
	mu        sync.Mutex
	began     time.Time // when the update was published
	messages  []stories.DeskMessage
	progress  stories.Progress
	failing   error
	elsewhere bool // another process works the lane

	said     []deskRequest // what the platform was asked, in order
	verdicts []bot.Verdict // the next answers; delivered when there are none
	settled  bot.Verdict
}

// deskRequest is one request to the platform.
type deskRequest struct {
	verb, id, text string
	key            string
	at             time.Time
}

var deskChannel = stories.Destination{Platform: "far", Channel: "desk"}

// newNewsDesk has one update, just published, to total channels.
func newNewsDesk(total int) *newsDesk {
	n := &newsDesk{began: time.Now(), progress: stories.Progress{UpdateID: 4, Total: total, Waiting: total}}
	n.messages = []stories.DeskMessage{{UpdateID: 4, StoryID: 7, Slug: "sony-hack", Number: 4, Level: stories.Breaking, Destination: deskChannel, Lane: "far", Key: "key-4"}}
	return n
}

func (n *newsDesk) DeskMessages(_ context.Context, before time.Time, _ int) (open []stories.DeskMessage, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range n.messages {
		begun := m.MessageID != "" || !m.LastAttemptAt.IsZero()
		if !m.Done && (begun || !n.began.After(before)) {
			open = append(open, m)
		}
	}
	return open, n.failing
}

func (n *newsDesk) SaveDeskMessage(_ context.Context, m stories.DeskMessage) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, known := range n.messages {
		if known.UpdateID == m.UpdateID && known.Destination == m.Destination && n.failing == nil {
			n.messages[i] = m
		}
	}
	return n.failing
}

func (n *newsDesk) ProgressOf(_ context.Context, update int64) (stories.Progress, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	p := n.progress
	p.UpdateID = update
	return p, n.failing
}

func (n *newsDesk) Lanes() []delivery.LaneState {
	n.mu.Lock()
	defer n.mu.Unlock()
	return []delivery.LaneState{{Lane: "far", Held: !n.elsewhere}}
}

func (n *newsDesk) Admit(context.Context, string) (func(), bool) { return func() {}, true }

func (n *newsDesk) Pace(string) bot.Pace { return bot.Pace{} }

func (n *newsDesk) answer(verb, id, key string, m *bot.Message) bot.Verdict {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, deskRequest{verb, id, bot.PlainText(*m), key, time.Now()})
	if len(n.verdicts) == 0 {
		return bot.Verdict{Outcome: bot.Delivered, MessageID: "m1"}
	}
	v := n.verdicts[0]
	n.verdicts = n.verdicts[1:]
	return v
}

func (n *newsDesk) Do(_ context.Context, p bot.Operation) bot.Verdict {
	if p.Delivery.Op == stories.OpEdit {
		return n.answer("edit", p.Target, "", p.Message)
	}
	return n.answer("post", "", p.Delivery.Key, p.Message)
}

func (n *newsDesk) Settle(_ context.Context, p bot.Operation) bot.Verdict {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.said = append(n.said, deskRequest{"settle", "", bot.PlainText(*p.Message), p.Delivery.Key, time.Now()})
	return n.settled
}

func (n *newsDesk) Knows(op stories.Op) bool {
	return op == stories.OpPost || op == stories.OpEdit && !n.printing
}

// set changes how the push stands.
func (n *newsDesk) set(change func(n *newsDesk)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	change(n)
}

func (n *newsDesk) sends(sent int) {
	n.set(func(n *newsDesk) { n.progress.Sent, n.progress.Waiting = sent, n.progress.Total-sent-n.progress.Held })
}

// requests are what the platform was asked so far.
func (n *newsDesk) requests() []deskRequest {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.said)
}

// heard is the same, a line each.
func (n *newsDesk) heard() string {
	var lines []string
	for _, s := range n.requests() {
		lines = append(lines, strings.TrimSpace(s.verb+" "+s.id)+": "+s.text)
	}
	return strings.Join(lines, "\n")
}

func (n *newsDesk) message() stories.DeskMessage {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.messages[0]
}

// onDesk runs one process over n while body tells what happens.
func onDesk(t *testing.T, total int, body func(ctx context.Context, n *newsDesk, process func() (stop func()), logged *strings.Builder)) {
	synctest.Test(t, func(t *testing.T) {
		n := newNewsDesk(total)
		var logged strings.Builder
		process := func() func() {
			ctx, cancel := context.WithCancel(t.Context())
			p := newDeskProgress(n, n, map[string]bot.Sender{"far": n}, time.Now, slog.New(slog.NewTextHandler(&logged, nil)))
			done := make(chan struct{})
			go func() { defer close(done); p.run(ctx) }()
			return func() { cancel(); <-done }
		}
		body(t.Context(), n, process, &logged)
	})
}
