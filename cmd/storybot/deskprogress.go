package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/stories"
)

const (
	// deskAfter is how long a push may take without the desk being told of it.
	deskAfter = 3 * time.Second
	// deskTick is the least time between two requests to one desk's channel.
	// Slack takes 50 edits a minute and workspace, Discord 5 in 5 s and channel.
	deskTick = 1500 * time.Millisecond
	// deskEvery is the least time between two edits of one message.
	deskEvery = 5 * time.Second
	// deskSlowest is the most time between two tries to edit a message.
	deskSlowest = 5 * time.Minute
	// deskNewest is among how many of the newest updates unfinished ones are
	// looked for. What was begun is finished however old it is.
	deskNewest = 50
)

// deskStore keeps the desk's messages.
type deskStore interface {
	DeskMessages(ctx context.Context, before time.Time, newest int) ([]stories.DeskMessage, error)
	SaveDeskMessage(ctx context.Context, m stories.DeskMessage) error
	ProgressOf(ctx context.Context, updateID int64) (stories.Progress, error)
}

// deskLanes are the lanes of the desk's channels. The process that works a lane
// is the one that writes to its desk: its lease keeps all others away, and its
// limiter counts the requests.
type deskLanes interface {
	Lanes() []delivery.LaneState
	Admit(ctx context.Context, lane string) (done func(), ok bool)
}

// deskProgress shows in the desk's channels how each push is coming along: one
// message an update, edited in place until the push is done. What was posted is
// in the database, so that the next process goes on with the same message.
type deskProgress struct {
	store   deskStore
	lanes   deskLanes
	senders map[string]bot.Sender
	wall    func() time.Time
	log     *slog.Logger

	requests sync.WaitGroup
	failing  bool // the database, at the last look

	mu    sync.Mutex
	busy  map[stories.Destination]bool      // a request to it is on its way
	rest  map[stories.Destination]time.Time // it met a limit, which lasts until then
	views map[deskView]*deskState
}

// deskView is one message.
type deskView struct {
	update  int64
	channel stories.Destination
}

// deskState is what this process remembers of a message. Whoever has made its
// channel busy owns it.
type deskState struct {
	next  time.Time        // not touched before
	shown stories.Progress // what it says; zero when not known
	tries int              // that failed in a row
	kept  bool             // the database knows of it, though it is not posted
	// began and first are when this process first saw the push, and how it stood.
	began time.Time
	first stories.Progress
}

func newDeskProgress(store deskStore, lanes deskLanes, senders map[string]bot.Sender, wall func() time.Time, log *slog.Logger) *deskProgress {
	return &deskProgress{store: store, lanes: lanes, senders: senders, wall: wall, log: log,
		busy: map[stories.Destination]bool{}, rest: map[stories.Destination]time.Time{}, views: map[deskView]*deskState{}}
}

// run looks what is to be shown, until ctx ends.
func (p *deskProgress) run(ctx context.Context) {
	defer p.requests.Wait()
	for sleep(ctx, deskTick) {
		p.look(ctx)
	}
}

// look begins at most one request to each desk's channel.
func (p *deskProgress) look(ctx context.Context) {
	reading, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	messages, err := p.store.DeskMessages(reading, p.wall().Add(-deskAfter), deskNewest)
	if err != nil {
		if !p.failing && ctx.Err() == nil {
			p.log.Warn("the desk's messages could not be read", "err", err)
		}
		p.failing = true
		return
	}
	p.failing = false
	for _, m := range p.due(messages, time.Now()) {
		p.requests.Go(func() {
			defer p.free(m.Destination)
			showing, cancel := context.WithTimeout(ctx, 2*postTime)
			defer cancel()
			p.show(showing, m, p.state(m))
		})
	}
}

// due picks the message of each channel that has waited longest, and makes the
// channel busy.
func (p *deskProgress) due(messages []stories.DeskMessage, now time.Time) map[stories.Destination]stories.DeskMessage {
	held := map[string]bool{}
	for _, lane := range p.lanes.Lanes() {
		held[lane.Lane] = lane.Held
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	due, next := map[stories.Destination]stories.DeskMessage{}, map[stories.Destination]time.Time{}
	open := map[deskView]bool{}
	for _, m := range messages {
		view := deskView{m.UpdateID, m.Destination}
		open[view] = true
		if !held[m.Lane] || p.senders[m.Destination.Platform] == nil || p.busy[m.Destination] || now.Before(p.rest[m.Destination]) {
			continue
		}
		at := time.Time{}
		if known := p.views[view]; known != nil {
			at = known.next
		}
		if _, other := due[m.Destination]; !at.After(now) && (!other || at.Before(next[m.Destination])) {
			due[m.Destination], next[m.Destination] = m, at
		}
	}
	for channel := range due {
		p.busy[channel] = true
	}
	for view := range p.views {
		if !open[view] && !p.busy[view.channel] {
			delete(p.views, view)
		}
	}
	return due
}

// state returns what is remembered of m, whose channel is busy.
func (p *deskProgress) state(m stories.DeskMessage) *deskState {
	p.mu.Lock()
	defer p.mu.Unlock()
	view := deskView{m.UpdateID, m.Destination}
	if p.views[view] == nil {
		p.views[view] = &deskState{}
	}
	return p.views[view]
}

func (p *deskProgress) free(channel stories.Destination) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.busy, channel)
}

// deskText is the message for m while its deliveries stand so.
func deskText(m stories.DeskMessage, progress stories.Progress, left time.Duration) *bot.Message {
	return &bot.Message{
		Blocks: []bot.Block{bot.Para(
			bot.Bold(fmt.Sprintf("%s, update %d, %s: ", m.Slug, m.Number, m.Level)), bot.Text(bot.ProgressWords(progress, left)),
		)},
		// The button is also where a platform can keep the message's key.
		Buttons: []bot.Button{bot.NewButton("Timeline", bot.ActionTimeline, m.StoryID)},
	}
}
