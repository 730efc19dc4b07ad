package discord_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord"
	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
	"storybot/stories"
)

const (
	guild   = "81384788765712384"
	channel = "155101607195836416"
	other   = "155101607195836417"
)

// memory is a discord.Memory.
type memory struct{ kept sync.Map }

func (m *memory) Recall(_ context.Context, key string) (string, error) {
	v, _ := m.kept.Load(key)
	s, _ := v.(string)
	return s, nil
}

func (m *memory) Remember(_ context.Context, key, value string) error {
	m.kept.Store(key, value)
	return nil
}

func at(id string) stories.Destination {
	return stories.Destination{Platform: "discord", Workspace: guild, Channel: id}
}

// over returns the platform over srv.
func over(t *testing.T, srv *discordtest.Server, log *slog.Logger, specs []bot.Spec, places bot.Places) *discord.Platform {
	t.Helper()
	srv.AddChannel(guild, channel)
	srv.AddChannel(guild, other)
	p, err := discord.New(discord.Config{
		Token: discordtest.Token, APIURL: srv.URL(), Specs: specs, Menus: platformtest.Menus(), Places: places, Memory: &memory{}, Log: log, Version: "1.0",
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPlatform(t *testing.T) {
	platformtest.Run(t, func(t *testing.T, log *slog.Logger, specs []bot.Spec, places bot.Places) *platformtest.Far {
		srv := discordtest.Start(t)
		f := &farSide{t: t, srv: srv}
		return &platformtest.Far{
			Platform: over(t, srv, log, specs, places),
			Channel:  at(channel),
			Other:    at(other),
			Secrets:  []string{discordtest.Token},
			Faults: []platformtest.Fault{
				platformtest.ResetAfterStore, platformtest.ResetBeforeStore, platformtest.BadGatewayStored, platformtest.EmptyAnswer, platformtest.CutAnswer,
				platformtest.ChannelLimit, platformtest.LaneLimit, platformtest.BlockedChannel, platformtest.BadToken, platformtest.BadPayload,
			},
			Ask: f.ask, Replay: f.replay, Press: f.press, Visible: f.visible, Pings: f.pings,
			Fail:          func(op stories.Op, fault platformtest.Fault) { f.fail(requestOf[op], fault) },
			RefusePicture: srv.RefusePicture,
			Threads:       f.threads(),
			Drop:          srv.DropConnections,
			Forms:         platformtest.Forms{Open: f.open, Add: f.add},
		}
	})
}

// requestOf is the request an operation is made by.
var requestOf = map[stories.Op]discordtest.Op{
	stories.OpPost: discordtest.CreateMessage, stories.OpReply: discordtest.CreateMessage, stories.OpEdit: discordtest.EditMessage,
	stories.OpThread: discordtest.CreateThread, stories.OpForum: discordtest.CreateForumPost,
	stories.OpPublish: discordtest.PublishMessage, stories.OpDelete: discordtest.DeleteMessage,
}

const (
	forum         = "155101607195836418"
	announcements = "155101607195836419"
)

// threads adds a forum and an announcement channel.
func (f *farSide) threads() *platformtest.Threads {
	f.srv.AddChannel(guild, forum)
	f.srv.ChangeChannel(forum, func(c *discordtest.Channel) {
		c.Type, c.TagRequired, c.Tags = discordtest.ForumChannel, true, []discordtest.Tag{{ID: "155101607195836420", Name: "Developing"}}
	})
	f.srv.AddChannel(guild, announcements)
	f.srv.ChangeChannel(announcements, func(c *discordtest.Channel) { c.Type = discordtest.AnnouncementChannel })
	last := func(id string) string { return id[strings.LastIndex(id, "/")+1:] }
	return &platformtest.Threads{
		Visible: func(_ stories.Destination, message string) (texts []string) {
			for _, m := range f.srv.Messages(last(message)) {
				if m.ID != last(message) {
					texts = append(texts, m.Text)
				}
			}
			return texts
		},
		Lock: func(_ stories.Destination, message string) {
			f.srv.ChangeChannel(last(message), func(c *discordtest.Channel) { c.Archived, c.Locked = true, true })
		},
		Forum: at(forum), Announcements: at(announcements),
		Published: func(d stories.Destination, message string) bool {
			m, _ := f.srv.Message(d.Channel, message)
			return m.Published
		},
	}
}

// farSide plays the people of the suite.
type farSide struct {
	t    *testing.T
	srv  *discordtest.Server
	last atomic.Pointer[discordtest.Answer]
}

// ready waits until commands can be typed.
func (f *farSide) ready(ctx context.Context) error {
	if err := f.srv.WaitReady(ctx); err != nil {
		return err
	}
	return f.srv.Wait(ctx, func() bool {
		_, sets := f.srv.Commands()
		return sets > 0
	})
}

func (f *farSide) ask(ctx context.Context, a platformtest.Ask) (platformtest.Answer, error) {
	if err := f.ready(ctx); err != nil {
		return platformtest.Answer{}, err
	}
	i := discordtest.Interaction{UserName: a.User, Channel: channel, Name: a.Name, Options: a.Args}
	if a.Manages {
		i.Permissions = discordtest.DefaultPermissions | discordtest.ManageChannels
	}
	answer, err := f.srv.Command(ctx, i)
	if err != nil {
		return platformtest.Answer{}, err
	}
	f.last.Store(answer)
	return seen(answer), nil
}

// seen is what the asker reads of an answer.
func seen(a *discordtest.Answer) platformtest.Answer {
	return platformtest.Answer{Text: a.Message.Text, Private: a.Ephemeral}
}

func (f *farSide) replay(context.Context) error {
	f.srv.Replay(f.last.Load())
	return nil
}

func (f *farSide) press(ctx context.Context, user, label string) (platformtest.Answer, error) {
	if err := f.ready(ctx); err != nil {
		return platformtest.Answer{}, err
	}
	all := f.srv.Messages(channel)
	if len(all) == 0 {
		return platformtest.Answer{}, errors.New("there is no message")
	}
	newest := all[len(all)-1]
	person := discordtest.Interaction{UserName: user, Channel: channel}
	for _, b := range newest.Buttons {
		var answer *discordtest.Answer
		var err error
		if n := slices.Index(b.Labels, label); n >= 0 {
			answer, err = f.srv.Pick(ctx, newest, b.CustomID, []string{b.Values[n]}, person)
		} else if b.Label == label {
			answer, err = f.srv.Press(ctx, newest, b.CustomID, person)
		} else {
			continue
		}
		if err != nil {
			return platformtest.Answer{}, err
		}
		return seen(answer), nil
	}
	return platformtest.Answer{}, fmt.Errorf("there is no button %q", label)
}

func (f *farSide) visible(d stories.Destination) []string {
	var texts []string
	for _, m := range f.srv.Messages(d.Channel) {
		texts = append(texts, m.Text)
	}
	return texts
}

// pings are the messages that would notify somebody: all that do not say they
// do not.
func (f *farSide) pings() []string {
	var pinged []string
	for _, id := range []string{channel, other} {
		for _, m := range f.srv.Messages(id) {
			if string(m.Mentions) != `{"parse":[]}` {
				pinged = append(pinged, m.Text)
			}
		}
	}
	return pinged
}

func (f *farSide) fail(op discordtest.Op, fault platformtest.Fault) {
	faults := map[platformtest.Fault]discordtest.Fault{
		platformtest.ResetAfterStore:  discordtest.ResetAfterStore(),
		platformtest.ResetBeforeStore: discordtest.ResetBeforeStore(),
		platformtest.BadGatewayStored: discordtest.StatusAfterStore(502),
		platformtest.EmptyAnswer:      discordtest.EmptyJSON(),
		platformtest.CutAnswer:        discordtest.CutBody(),
		platformtest.ChannelLimit:     discordtest.RateLimited("user", time.Second),
		platformtest.LaneLimit:        discordtest.RateLimited("global", time.Second),
		platformtest.BlockedChannel:   discordtest.MissingAccess(),
		platformtest.BadToken:         discordtest.Unauthorized(),
		platformtest.BadPayload:       discordtest.APIError(400, 50035, "Invalid Form Body"),
	}
	chosen, ok := faults[fault]
	if !ok {
		f.t.Fatalf("no such fault: %s", fault)
	}
	f.srv.FailNext(discordtest.Match{Op: op}, chosen)
}
