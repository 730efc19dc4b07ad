package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/stories"
)

// deskPause is how long alarms are collected before they are posted: when a
// thousand channels fail, the desk gets a few messages and not a thousand.
const deskPause = 5 * time.Second

// deskLines is how many alarms one message holds; the rest is counted.
const deskLines = 8

// desk posts alarms to the channels that were named with /desk here. The log
// has them all; the post is made once and not repeated when it fails.
type desk struct {
	channels func(context.Context) ([]stories.Destination, error)
	senders  map[string]bot.Sender
	log      *slog.Logger
	pause    time.Duration // deskPause

	mu      sync.Mutex
	waiting []delivery.Alarm
	blocked map[stories.Destination]time.Time // when each last refused us
	woken   chan struct{}
}

func newDesk(channels func(context.Context) ([]stories.Destination, error), senders map[string]bot.Sender, log *slog.Logger) *desk {
	return &desk{channels: channels, senders: senders, log: log, pause: deskPause, blocked: map[stories.Destination]time.Time{}, woken: make(chan struct{}, 1)}
}

// Alarm is delivery.Desk's.
func (d *desk) Alarm(_ context.Context, a delivery.Alarm) {
	d.mu.Lock()
	if a.Kind == delivery.DestinationBlocked && d.known(a.Destination, time.Now()) {
		d.mu.Unlock()
		return
	}
	d.waiting = append(d.waiting, a)
	d.mu.Unlock()
	select {
	case d.woken <- struct{}{}:
	default:
	}
}

// blockLasts is how long after a refusal the next one is no news: a blocked
// channel is tried again at least once a day.
const blockLasts = 48 * time.Hour

// known says that channel has refused the bot lately, as the desk was told. The
// mutex is held.
func (d *desk) known(channel stories.Destination, now time.Time) bool {
	maps.DeleteFunc(d.blocked, func(_ stories.Destination, at time.Time) bool { return now.Sub(at) > blockLasts })
	_, known := d.blocked[channel]
	d.blocked[channel] = now
	return known
}

// run posts what has been collected until ctx ends.
func (d *desk) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.woken:
		}
		if !sleep(ctx, d.pause) {
			return
		}
		d.mu.Lock()
		alarms := d.waiting
		d.waiting = nil
		d.mu.Unlock()
		if len(alarms) > 0 {
			d.post(ctx, deskMessage(alarms))
		}
	}
}

// postTime is how long one post to a desk may take.
const postTime = 15 * time.Second

func (d *desk) post(ctx context.Context, m bot.Message) {
	channels, err := d.channels(ctx)
	if err != nil {
		d.log.Warn("the desk's channels could not be read", "err", err)
		return
	}
	for _, channel := range channels {
		sender := d.senders[channel.Platform]
		if sender == nil {
			continue
		}
		posting, cancel := context.WithTimeout(ctx, postTime)
		now := time.Now()
		verdict := sender.Do(posting, bot.Operation{Message: &m, Delivery: stories.Delivery{
			Key: "desk-" + rand.Text()[:20], Destination: channel, Part: stories.PartMessage, Attempt: 1, FirstAttemptAt: now, LastAttemptAt: now,
		}})
		cancel()
		if verdict.Outcome != bot.Delivered {
			d.log.Warn("the desk was not told", "channel", channel.String(), "outcome", verdict.Outcome.String(), "reason", verdict.Reason, "err", verdict.Err)
		}
	}
}

// deskMessage says what happened, what is wrong and who can mend it.
func deskMessage(alarms []delivery.Alarm) bot.Message {
	m := bot.Message{Title: "Delivery", Tone: bot.Urgent}
	for i, a := range alarms {
		if i == deskLines {
			m.Blocks = append(m.Blocks, bot.Para(bot.Text(fmt.Sprintf("And %d more. ", len(alarms)-i)), bot.Code("/desk status"), bot.Text(" lists what fails now.")))
			break
		}
		m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Text(bot.Clean(alarmText(a)))}})
	}
	return m
}

// alarmText is an alarm in sentences.
func alarmText(a delivery.Alarm) string {
	reason := strings.TrimSuffix(a.Reason, ".")
	var what string
	switch a.Kind {
	case delivery.DestinationBlocked:
		what = fmt.Sprintf("%s gets no updates for now: it %s.", a.Destination, reason)
	case delivery.DestinationGone:
		what = fmt.Sprintf("%s has ended, and what it followed with it: it %s.", a.Destination, reason)
	case delivery.PushStopped:
		what = fmt.Sprintf("Update %d was refused by several channels alike and is not sent to the rest of %s: %s.", a.Number, a.Lane, reason)
	case delivery.LaneStopped:
		what = fmt.Sprintf("Nothing is sent through %s: %s.", a.Lane, reason)
	case delivery.LaneResumed:
		what = fmt.Sprintf("%s sends again.", a.Lane)
	case delivery.WorkspaceFailing:
		what = fmt.Sprintf("Every channel of %s refuses alike, so none was given up: %s.", workspaceOf(a), reason)
	case delivery.DeliveryFailed:
		what = fmt.Sprintf("%s %s. The log has the cause; it is a fault of Storybot to be reported.", a.Destination, reason)
	case delivery.WorkspaceRecovered:
		what = fmt.Sprintf("%s works again.", workspaceOf(a))
	default:
		what = fmt.Sprintf("%s: %s.", a.Kind, reason)
	}
	return strings.TrimSpace(what + " " + a.Cure)
}

func workspaceOf(a delivery.Alarm) string {
	if a.Destination.Workspace == "" {
		return a.Lane
	}
	return a.Destination.Platform + ":" + a.Destination.Workspace
}
