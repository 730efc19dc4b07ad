package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/stories"
)

// postbox is a sender that keeps what it is given.
type postbox struct {
	verdict bot.Verdict

	mu    sync.Mutex
	posts []bot.Operation
}

func (p *postbox) Pace(string) bot.Pace  { return bot.Pace{} }
func (p *postbox) Knows(stories.Op) bool { return true }
func (p *postbox) Do(_ context.Context, post bot.Operation) bot.Verdict {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.posts = append(p.posts, post)
	return p.verdict
}

func (p *postbox) all() []bot.Operation {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.posts)
}
func (p *postbox) Settle(context.Context, bot.Operation) bot.Verdict { return bot.Verdict{} }

var alarms = []delivery.Alarm{
	{Kind: delivery.DestinationBlocked, Destination: stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}, Reason: "refuses posts", Cure: "Give the bot the right Send Messages there."},
	{Kind: delivery.DestinationGone, Destination: stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}, Reason: "was deleted"},
	{Kind: delivery.PushStopped, Lane: "discord", Number: 4, Reason: "the embed is too long"},
	{Kind: delivery.LaneStopped, Lane: "discord", Reason: "the token is refused", Cure: "Set DISCORD_TOKEN anew."},
	{Kind: delivery.LaneResumed, Lane: "discord"},
	{Kind: delivery.WorkspaceFailing, Lane: "slack:T1", Destination: stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}, Reason: "channel_not_found"},
	{Kind: delivery.WorkspaceRecovered, Lane: "slack:T1"},
}

// TestDeskIsToldInOneMessage raises many alarms at once: the desk's channels
// get one message, the channel of a platform that is not here is left out.
func TestDeskIsToldInOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := &postbox{verdict: bot.Verdict{Outcome: bot.Delivered}}
		channels := func(context.Context) ([]stories.Destination, error) {
			return []stories.Destination{{Platform: "discord", Workspace: "1", Channel: "9"}, {Platform: "elsewhere", Channel: "1"}}, nil
		}
		d := newDesk(channels, map[string]bot.Sender{"discord": box}, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); d.run(ctx) }()
		for range 3 {
			for _, a := range alarms {
				d.Alarm(ctx, a)
			}
		}
		synctest.Wait()
		if len(box.all()) != 0 {
			t.Error("posted before the alarms were collected")
		}
		sleep(ctx, 2*deskPause)
		synctest.Wait()
		if n := len(box.all()); n != 1 {
			t.Fatalf("%d posts, want 1", n)
		}
		text := bot.PlainText(*box.all()[0].Message)
		for _, want := range []string{
			"discord:1/2 gets no updates for now: it refuses posts. Give the bot the right Send Messages there.",
			"discord:1/2 has ended, and what it followed with it: it was deleted.",
			"Update 4 was refused by several channels alike and is not sent to the rest of discord: the embed is too long.",
			"Nothing is sent through discord: the token is refused. Set DISCORD_TOKEN anew.",
			"discord sends again.",
			"Every channel of slack:T1 refuses alike, so none was given up: channel_not_found.",
			"slack:T1 works again.",
			"And 11 more.",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the desk is not told %q in\n%s", want, text)
			}
		}
		cancel()
		<-done
	})
}

// TestDeskThatCannotBeToldIsLogged refuses the post, and the list of channels.
func TestDeskThatCannotBeToldIsLogged(t *testing.T) {
	var log strings.Builder
	box := &postbox{verdict: bot.Verdict{Outcome: bot.Blocked, Reason: "refuses posts"}}
	failing := error(nil)
	d := newDesk(func(context.Context) ([]stories.Destination, error) {
		return []stories.Destination{{Platform: "discord", Channel: "9"}}, failing
	}, map[string]bot.Sender{"discord": box}, slog.New(slog.NewTextHandler(&log, nil)))
	d.post(t.Context(), deskMessage(alarms[:1]))
	failing = errors.New("no database")
	d.post(t.Context(), deskMessage(alarms[:1]))
	for _, want := range []string{"the desk was not told", "refuses posts", "no database"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, log.String())
		}
	}
	if key := box.all()[0].Delivery.Key; len(key) != 25 {
		t.Errorf("the post's key %q has %d characters, at most 25 are allowed", key, len(key))
	}
}

func TestEveryAlarmHasWords(t *testing.T) {
	for k := delivery.DestinationBlocked; k <= delivery.WorkspaceRecovered; k++ {
		text := alarmText(delivery.Alarm{Kind: k, Lane: "discord", Reason: "why."})
		if strings.Contains(text, k.String()) || strings.Contains(text, "..") || text == "" {
			t.Errorf("%v: %q", k, text)
		}
	}
	if text := fmt.Sprint(deskMessage(nil).Blocks); text != "[]" {
		t.Errorf("no alarms: %s", text)
	}
}
