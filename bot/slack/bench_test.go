package slack

import (
	"testing"

	"storybot/bot"
	"storybot/bot/platformtest"
	"storybot/stories"
)

// made is an answer of chat.postMessage, as long as Slack's: it echoes the message.
const made = `{"ok":true,"channel":"C0123456789","ts":"1769947200.000100","message":{"user":"U0123456789","type":"message",` +
	`"ts":"1769947200.000100","bot_id":"B0123456789","app_id":"A0123456789","text":"Rhine rises above nine metres: The water rises, report 7.",` +
	`"team":"T1","bot_profile":{"id":"B0123456789","app_id":"A0123456789","user_id":"U0123456789","name":"storybot",` +
	`"icons":{"image_36":"https:\/\/a.slack-edge.com\/80588\/img\/plugins\/app\/bot_36.png"},"deleted":false,"updated":1769947200,"team_id":"T1"},` +
	`"metadata":{"event_type":"storybot_delivery","event_payload":{"delivery_id":"01HZX5Y7A8B9C0D1E2F3G4H5"}},` +
	`"blocks":[{"type":"header","block_id":"a1","text":{"type":"plain_text","text":"Rhine rises above nine metres","emoji":true}},` +
	`{"type":"section","block_id":"b2","text":{"type":"mrkdwn","text":"*Update 4*\n\nThe water rises, report 7.","verbatim":true}},` +
	`{"type":"actions","block_id":"c3","elements":[{"type":"button","action_id":"timeline","text":{"type":"plain_text","text":"Timeline","emoji":true},"value":"1"},` +
	`{"type":"button","action_id":"stop","text":{"type":"plain_text","text":"Stop","emoji":true},"value":"1"}]}]}}`

func BenchmarkSend(b *testing.B) {
	p, err := New(Config{BotTokens: []string{"xoxb-1"}, AppToken: "xapp-1", APIURL: platformtest.Canned(b, made) + "/api/"})
	if err != nil {
		b.Fatal(err)
	}
	defer p.api.http.CloseIdleConnections()
	p.known(b.Context(), p.workspaces.all[0], identity{TeamID: "T1"}, nil, own)
	post := bot.Operation{Message: push(), Delivery: stories.Delivery{Key: "01HZX5Y7A8B9C0D1E2F3G4H5", Destination: destination("T1", "C0123456789")}}
	b.ReportAllocs()
	for b.Loop() {
		if v := p.Do(b.Context(), post); v.Outcome != bot.Delivered {
			b.Fatalf("%+v", v)
		}
	}
}
