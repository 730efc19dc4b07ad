package discord

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
)

// strictly returns a platform over a strict fake of Discord, connected and with
// its commands registered when h is not nil.
func strictly(t *testing.T, h bot.Handler, faults ...discordtest.GatewayFault) (*discordtest.Server, *Platform, *notes) {
	t.Helper()
	srv := discordtest.Start(t)
	srv.AddChannel(testGuild, testChannel)
	srv.NextConnections(faults...)
	n := newNotes()
	p, err := New(Config{Token: discordtest.Token, APIURL: srv.URL(), Specs: table, Places: n, Memory: n, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.rest.close)
	p.timing = quickly()
	p.timing.deferral, p.timing.opening = usualTiming().deferral, usualTiming().opening
	if h == nil {
		return srv, p, n
	}
	start(t, p, h)
	await(t, srv, func() bool { _, sets := srv.Commands(); return sets > 0 })
	return srv, p, n
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func await(t *testing.T, srv *discordtest.Server, met func() bool) {
	t.Helper()
	if err := srv.WaitReady(soon(t)); err != nil {
		t.Fatal(err)
	}
	if err := srv.Wait(soon(t), met); err != nil {
		t.Fatal(err)
	}
}

var posting = discordtest.Match{Op: discordtest.CreateMessage}

// aged makes q's attempts ten minutes old.
func aged(q bot.Operation) bot.Operation {
	q.Delivery.Tries.First = q.Delivery.Tries.First.Add(-10 * time.Minute)
	q.Delivery.Tries.Last = q.Delivery.Tries.Last.Add(-10 * time.Minute)
	return q
}

func TestALostAnswerIsSettledAtDiscord(t *testing.T) {
	for name, c := range map[string]struct {
		fault  discordtest.Fault
		before func(*discordtest.Server) // the answer was lost
		want   bot.Outcome
	}{
		"stored":                          {fault: discordtest.ResetAfterStore(), want: bot.Delivered},
		"stored, then 502":                {fault: discordtest.StatusAfterStore(502), want: bot.Delivered},
		"not stored":                      {fault: discordtest.ResetBeforeStore(), want: bot.NotSent},
		"stored, 150 others since":        {fault: discordtest.ResetAfterStore(), want: bot.Delivered, before: chatter},
		"not stored, 150 others since":    {fault: discordtest.ResetBeforeStore(), want: bot.NotSent, before: chatter},
		"stored, history hidden":          {fault: discordtest.ResetAfterStore(), want: bot.Unreadable, before: hide},
		"channel deleted in the meantime": {fault: discordtest.ResetAfterStore(), want: bot.Gone, before: func(s *discordtest.Server) { s.DeleteChannel(testChannel) }},
		"Discord unwell while it is asked": {fault: discordtest.ResetAfterStore(), want: bot.Unsettled, before: func(s *discordtest.Server) {
			s.FailNext(discordtest.Match{Op: discordtest.ListMessages}, discordtest.StatusBeforeStore(503))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			srv, p, _ := strictly(t, nil)
			srv.Say(testChannel, "80351110224678912", "before")
			srv.FailNext(posting, c.fault)
			q := post(testMessage(), "key-1")
			if v := p.Do(t.Context(), q); v.Outcome != bot.Ambiguous {
				t.Fatalf("%+v", v)
			}
			if c.before != nil {
				c.before(srv)
			}
			if v := p.Settle(t.Context(), aged(q)); v.Outcome != c.want || (v.Outcome == bot.Delivered) != (v.MessageID != "") {
				t.Errorf("%+v", v)
			}
		})
	}
}

func chatter(s *discordtest.Server) {
	for n := range 150 {
		s.Say(testChannel, "80351110224678912", fmt.Sprint(n))
	}
}

func hide(s *discordtest.Server) {
	s.SetPermissions(testChannel, discordtest.DefaultPermissions&^discordtest.ReadMessageHistory)
}

func TestARepeatWithinTheWindowIsRecognised(t *testing.T) {
	srv, p, _ := strictly(t, nil)
	srv.FailNext(posting, discordtest.CutBody())
	q := post(testMessage(), "key-1")
	if v := p.Do(t.Context(), q); v.Outcome != bot.Ambiguous {
		t.Fatalf("%+v", v)
	}
	v := p.Settle(t.Context(), q)
	if all := srv.Messages(testChannel); v.Outcome != bot.Delivered || len(all) != 1 || all[0].ID != v.MessageID {
		t.Errorf("%+v, %d messages", v, len(all))
	}
	srv.DeleteMessage(testChannel, v.MessageID)
	if v := p.Settle(t.Context(), q); v.Outcome != bot.Delivered || v.Code != "10008" || v.Reason == "" {
		t.Errorf("after its removal: %+v", v)
	}
}

func TestEveryKindOfMessageSatisfiesDiscord(t *testing.T) {
	srv, p, _ := strictly(t, nil)
	for n, m := range []*bot.Message{push(), testMessage(), {}, {Title: "only a title"}, {Blocks: []bot.Block{{Kind: bot.Item}}}} {
		if v := p.Do(t.Context(), post(m, fmt.Sprint("key-", n))); v.Outcome != bot.Delivered {
			t.Errorf("message %d: %+v", n, v)
		}
	}
	if all := srv.Messages(testChannel); len(all) != 5 {
		t.Errorf("%d messages", len(all))
	}
}

func TestPeopleAreAnswered(t *testing.T) {
	h := handler{
		handle: func(_ context.Context, c bot.Command) bot.Reply {
			var m bot.Message
			switch in := c.Input.(type) {
			case bot.Options:
				m = bot.Plainly(in.Name + " " + in.Values["slug"])
			case bot.Press:
				m = bot.Plainly(string(in.Action) + " " + in.Arg)
			}
			m.Buttons = testMessage().Buttons
			return bot.Reply{Message: m}
		},
		complete: func(_, arg, typed string) []bot.Choice {
			return []bot.Choice{{Value: typed + "ny", Label: arg}}
		},
	}
	srv, p, _ := strictly(t, h)
	ask := discordtest.Interaction{Channel: testChannel, Name: "story", Options: map[string]string{"slug": "so"}}
	if a, err := srv.Command(soon(t), ask); err != nil || !a.Ephemeral || a.Deferred || a.Message.Text != "story so" {
		t.Errorf("%+v %v", a, err)
	}
	if list, err := srv.Autocomplete(soon(t), ask, "slug"); err != nil || len(list) != 1 || list[0].Value != "sony" || list[0].Name != "slug" {
		t.Errorf("%+v %v", list, err)
	}
	p.Do(t.Context(), post(testMessage(), "key-1"))
	m := srv.Messages(testChannel)[0]
	if a, err := srv.Press(soon(t), m, m.Buttons[0].CustomID, ask); err != nil || !a.Ephemeral || a.Message.Text != "timeline 12" {
		t.Errorf("%+v %v", a, err)
	}
}

func TestAPushDoesNotHoldUpAnswers(t *testing.T) {
	srv, p, _ := strictly(t, always(bot.Reply{Message: bot.Plainly("x")}))
	heal := srv.Fail(posting, discordtest.Hang())
	defer heal()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	for n := range 100 {
		go func() {
			p.Do(ctx, post(testMessage(), fmt.Sprint("key-", n)))
			done <- struct{}{}
		}()
	}
	a, err := srv.Command(soon(t), discordtest.Interaction{Channel: testChannel, Name: "story"})
	if err != nil || a.Latency > time.Second {
		t.Errorf("%+v %v", a, err)
	}
	cancel()
	for range 100 {
		<-done
	}
}

func TestDiscordsOwnFaultsOfTheGateway(t *testing.T) {
	for name, fault := range map[string]discordtest.GatewayFault{
		"upgrade refused": discordtest.RefuseUpgrade(503),
		"hung up":         discordtest.HangUp(),
		"no HELLO":        discordtest.NoHello(),
		"op 7 first":      discordtest.FirstPacket(7, nil),
		"op 9 first":      discordtest.FirstPacket(9, false),
		"op 11 first":     discordtest.FirstPacket(11, nil),
		"mute":            discordtest.Mute(),
		"no session":      discordtest.NoSession(),
		"closed 4000":     discordtest.CloseOnIdentify(4000),
		"op 9":            discordtest.InvalidSession(false),
	} {
		t.Run(name, func(t *testing.T) {
			srv, _, _ := strictly(t, always(bot.Reply{Message: bot.Plainly("x")}), fault)
			if _, err := srv.Command(soon(t), discordtest.Interaction{Channel: testChannel, Name: "story"}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDiscordTellsOfPlaces(t *testing.T) {
	srv, _, n := strictly(t, handler{})
	srv.Outage(testGuild)
	srv.Recover(testGuild)
	if got := <-n.places; got != "healed discord:"+testGuild+"/" {
		t.Error(got)
	}
	srv.DeleteChannel(testChannel)
	if got := <-n.places; got != "ended discord:"+testGuild+"/"+testChannel+" was deleted" {
		t.Error(got)
	}
	srv.RemoveFromGuild(testGuild)
	if got := <-n.places; got != "blocked discord:"+testGuild+"/ is in a server the bot was removed from" {
		t.Error(got)
	}
}
