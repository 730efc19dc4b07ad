package slacktest

import (
	"context"
	"io"
	"log"
	"net/http"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// TestALibraryForSlackWorks drives the fake with a client library that
// was written for Slack: it understands every answer, and breaks no rule.
func TestALibraryForSlackWorks(t *testing.T) {
	s, tiny := start(t)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	api := slack.New(tiny.token, slack.OptionAPIURL(s.URL()), slack.OptionAppLevelToken(s.AppToken),
		slack.OptionHTTPClient(&http.Client{Timeout: 5 * time.Second, Transport: transport}))
	who, err := api.AuthTestContext(ctx(t))
	if err != nil || who.TeamID != "T1" || who.UserID != s.BotUser("T1") {
		t.Errorf("auth.test: %+v, %v", who, err)
	}
	button := slack.NewButtonBlockElement("stop", "sony", slack.NewTextBlockObject(slack.PlainTextType, "Stop", false, false))
	options := []slack.MsgOption{
		slack.MsgOptionText("hi", true), slack.MsgOptionBlocks(slack.NewActionBlock("b", button)), slack.MsgOptionDisableLinkUnfurl(),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "delivery", EventPayload: map[string]any{"id": "d1"}}),
	}
	channel, ts, err := api.PostMessageContext(ctx(t), "C1", options...)
	if err != nil || channel != "C1" || ts == "" {
		t.Fatalf("chat.postMessage: %q %q %v", channel, ts, err)
	}
	if _, _, _, err := api.UpdateMessageContext(ctx(t), "C1", ts, slack.MsgOptionText("ho", true)); err != nil {
		t.Errorf("chat.update: %v", err)
	}
	history, err := api.GetConversationHistoryContext(ctx(t), &slack.GetConversationHistoryParameters{ChannelID: "C1", IncludeAllMetadata: true, Limit: 15, Oldest: ts, Inclusive: true})
	if err != nil || len(history.Messages) != 1 || history.Messages[0].Metadata.EventPayload["id"] != "d1" || history.Messages[0].Text != "ho" {
		t.Errorf("history: %+v, %v", history, err)
	}
	if _, err := api.PostEphemeralContext(ctx(t), "C1", "U1", slack.MsgOptionText("psst", true)); err != nil {
		t.Errorf("chat.postEphemeral: %v", err)
	}
	if u, err := api.GetUserInfoContext(ctx(t), "U1"); err != nil || u.TZ != "Europe/Berlin" {
		t.Errorf("users.info: %+v, %v", u, err)
	}
	if _, _, _, err := api.JoinConversationContext(ctx(t), "C1"); err != nil {
		t.Errorf("join: %v", err)
	}
	if list, _, err := api.GetConversationsForUserContext(ctx(t), &slack.GetConversationsForUserParameters{Types: []string{"public_channel", "private_channel"}}); err != nil || len(list) != 1 {
		t.Errorf("memberships: %+v, %v", list, err)
	}
	library(t, s, api)
}

// library answers a command, a button and a modal by way of the library.
func library(t *testing.T, s *Server, api *slack.Client) {
	sock := socketmode.New(api, socketmode.OptionLog(log.New(io.Discard, "", 0)))
	running, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = sock.RunContext(running) }()
	handled := make(chan struct{})
	go func() {
		defer close(handled)
		for {
			select {
			case e := <-sock.Events:
				answer(t, api, sock, e)
			case <-running.Done():
				return
			}
		}
	}()
	t.Cleanup(func() { stop(); <-ended; <-handled })
	if err := s.WaitConnections(ctx(t), 1); err != nil {
		t.Fatal(err)
	}
	a, err := s.Slash(ctx(t), Slash{Team: "T1", Channel: "C1", User: "U1", Command: "/story", Text: "sony"})
	if err != nil || a.Text != "sony" {
		t.Fatalf("command: %+v, %v", a, err)
	}
	b, err := s.Press(ctx(t), a.Message, "More", "U1")
	if err != nil || b.Via != "view" {
		t.Fatalf("button: %+v, %v", b, err)
	}
	if d, err := s.Submit(ctx(t), b.View, map[string]string{"Text": "new"}); err != nil || d.Via != "closed" {
		t.Errorf("modal: %+v, %v", d, err)
	}
	m, err := s.Mention(ctx(t), Mention{Team: "T1", Channel: "C1", User: "U1", Text: "story"})
	if err != nil || m.Text != "heard" {
		t.Errorf("mention: %+v, %v", m, err)
	}
}

func answer(t *testing.T, api *slack.Client, sock *socketmode.Client, e socketmode.Event) {
	check := func(err error) {
		if err != nil {
			t.Error(err)
		}
	}
	plain := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
	}
	switch e.Type {
	case socketmode.EventTypeSlashCommand:
		cmd := e.Data.(slack.SlashCommand)
		blocks := []slack.Block{slack.NewActionBlock("", slack.NewButtonBlockElement("more", "x", plain("More")))}
		check(sock.Ack(*e.Request, map[string]any{"text": cmd.Text, "blocks": blocks}))
	case socketmode.EventTypeInteractive:
		in := e.Data.(slack.InteractionCallback)
		check(sock.Ack(*e.Request))
		if in.Type == slack.InteractionTypeBlockActions {
			input := slack.NewInputBlock("text", plain("Text"), nil, slack.NewPlainTextInputBlockElement(nil, "a"))
			_, err := api.OpenViewContext(context.WithoutCancel(t.Context()), in.TriggerID, slack.ModalViewRequest{
				Type: slack.VTModal, Title: plain("Update"), Submit: plain("Post"), Blocks: slack.Blocks{BlockSet: []slack.Block{input}}})
			check(err)
		} else if got := in.View.State.Values["text"]["a"].Value; got != "new" {
			t.Errorf("the modal says %q", got)
		}
	case socketmode.EventTypeEventsAPI:
		check(sock.Ack(*e.Request))
		_, _, err := api.PostMessageContext(context.WithoutCancel(t.Context()), "C1", slack.MsgOptionText("heard", true))
		check(err)
	case socketmode.EventTypeErrorBadMessage:
		t.Errorf("%s: %v", e.Type, e.Data)
	}
}
