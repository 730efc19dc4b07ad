package slack_test

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"sync/atomic"
	"testing"

	"storybot/bot"
	"storybot/bot/platformtest"
	"storybot/bot/slack"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

const (
	team    = "T1"
	channel = "C1"
	other   = "C2"
	person  = "U0ANN"
)

func at(id string) stories.Destination {
	return stories.Destination{Platform: "slack", Workspace: team, Channel: id}
}

// faults are the suite's faults as Slack makes them. A limit is always the
// workspace's there.
var faults = map[platformtest.Fault]slacktest.Fault{
	platformtest.ResetAfterStore:  {Stored: true, Reset: true},
	platformtest.ResetBeforeStore: {Reset: true},
	platformtest.BadGatewayStored: {Stored: true, Status: 502},
	platformtest.EmptyAnswer:      {Stored: true, Status: 200, Body: "{}"},
	platformtest.CutAnswer:        {Cut: true},
	platformtest.LaneLimit:        slacktest.RateLimited(1),
	platformtest.BlockedChannel:   slacktest.APIError("not_in_channel"),
	platformtest.BadToken:         slacktest.APIError("invalid_auth"),
	platformtest.BadPayload:       slacktest.APIError("invalid_blocks"),
}

func TestPlatform(t *testing.T) {
	platformtest.Run(t, func(t *testing.T, log *slog.Logger, specs []bot.Spec, places bot.Places) *platformtest.Far {
		s := slacktest.Start(t)
		token := s.AddWorkspace(team)
		s.AddChannel(team, channel, slacktest.Public, true)
		s.AddChannel(team, other, slacktest.Public, true)
		p, err := slack.New(slack.Config{BotTokens: []string{token}, AppToken: s.AppToken, APIURL: s.URL(), Specs: specs, Places: places, Log: log, Version: "1.0"})
		if err != nil {
			t.Fatal(err)
		}
		f := &farSide{slack: s}
		far := &platformtest.Far{
			Platform: p, Channel: at(channel), Other: at(other), Secrets: []string{token, s.AppToken},
			Ask: f.ask, Replay: f.replay, Press: f.press, Visible: f.visible, Pings: f.pings, Drop: s.Drop,
			Fail: func(op stories.Op, fault platformtest.Fault) {
				s.Fail(slacktest.Match{Method: methodOf[op]}, 1, faults[fault])
			},
			RefusePicture: s.RefusePicture,
			Threads:       f.threads(),
			Forms:         platformtest.Forms{Open: f.open, Add: f.add},
		}
		for fault := range faults {
			far.Faults = append(far.Faults, fault)
		}
		return far
	})
}

// methodOf is the method an operation is made by; a thread needs none.
var methodOf = map[stories.Op]string{
	stories.OpPost: "chat.postMessage", stories.OpReply: "chat.postMessage", stories.OpBroadcast: "chat.postMessage",
	stories.OpEdit: "chat.update", stories.OpDelete: "chat.delete",
}

func (f *farSide) threads() *platformtest.Threads {
	return &platformtest.Threads{
		Visible: func(d stories.Destination, message string) (texts []string) {
			for _, m := range f.slack.Messages(team, d.Channel) {
				if m.ThreadTS == message {
					texts = append(texts, m.Visible())
				}
			}
			return texts
		},
		Lock: func(d stories.Destination, _ string) {
			f.slack.Fail(slacktest.Match{Method: "chat.postMessage", Channel: d.Channel}, 1, slacktest.APIError("restricted_action_thread_locked"))
		},
	}
}

// farSide plays the people of the suite.
type farSide struct {
	slack *slacktest.Server
	last  atomic.Pointer[slacktest.Answer]
}

func (f *farSide) ask(ctx context.Context, a platformtest.Ask) (platformtest.Answer, error) {
	if err := f.slack.WaitConnections(ctx, 1); err != nil {
		return platformtest.Answer{}, err
	}
	answer, err := f.slack.Slash(ctx, slacktest.Slash{Team: team, Channel: channel, User: person, Command: "/" + a.Name, Text: a.Text})
	if err != nil {
		return platformtest.Answer{}, err
	}
	f.last.Store(answer)
	return seen(answer), nil
}

// seen is what the asker reads of an answer.
func seen(a *slacktest.Answer) platformtest.Answer {
	return platformtest.Answer{Text: a.Visible(), Private: a.To != ""}
}

func (f *farSide) replay(ctx context.Context) error { return f.slack.Replay(ctx, f.last.Load()) }

func (f *farSide) press(ctx context.Context, _, label string) (platformtest.Answer, error) {
	if err := f.slack.WaitConnections(ctx, 1); err != nil {
		return platformtest.Answer{}, err
	}
	all := f.slack.Messages(team, channel)
	if len(all) == 0 {
		return platformtest.Answer{}, errors.New("there is no message")
	}
	answer, err := f.slack.Press(ctx, all[len(all)-1], label, person)
	if err != nil {
		return platformtest.Answer{}, err
	}
	return seen(answer), nil
}

func (f *farSide) visible(d stories.Destination) []string {
	var texts []string
	for _, m := range f.slack.Messages(team, d.Channel) {
		if m.ThreadTS == "" || m.Broadcast {
			texts = append(texts, m.Visible())
		}
	}
	return texts
}

// ping is what notifies somebody, in text and in blocks.
var ping = regexp.MustCompile(`<(@|!channel|!here|!everyone|!subteam)|"type":\s*"(user|usergroup|broadcast)"`)

func (f *farSide) pings() []string {
	var pinged []string
	for _, m := range f.slack.Messages(team, channel) {
		pinged = append(pinged, ping.FindAllString(m.Text+string(m.Blocks), -1)...)
	}
	return pinged
}
