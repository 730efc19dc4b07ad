package discord

import (
	"log/slog"
	"testing"

	"storybot/bot"
	"storybot/bot/platformtest"
)

// made is an answer to a create, as long as Discord's: it echoes the message.
const made = `{"type":0,"content":"","mentions":[],"mention_roles":[],"attachments":[],"embeds":[{"type":"rich",` +
	`"title":"Rhine rises above nine metres","description":"**Update 4**\n\nThe water rises, report 7.\n\n-# bench · flood",` +
	`"color":15158332,"content_scan_version":0}],"timestamp":"2026-02-01T12:00:00.000000+00:00","edited_timestamp":null,` +
	`"flags":0,"components":[{"type":1,"id":1,"components":[{"type":2,"id":2,"custom_id":"timeline:1~01HZX5Y7A8B9C0D1E2F3G4H5",` +
	`"style":2,"label":"Timeline"},{"type":2,"id":3,"custom_id":"stop:1","style":2,"label":"Stop"}]}],` +
	`"id":"1334567890123456789","channel_id":"` + testChannel + `","author":{"id":"` + testBot + `","username":"storybot",` +
	`"avatar":null,"discriminator":"0042","public_flags":0,"flags":0,"bot":true,"banner":null,"accent_color":null,` +
	`"global_name":null,"avatar_decoration_data":null,"collectibles":null,"banner_color":null,"clan":null,"primary_guild":null},` +
	`"pinned":false,"mention_everyone":false,"tts":false,"nonce":"01HZX5Y7A8B9C0D1E2F3G4H5"}`

func BenchmarkSend(b *testing.B) {
	n := newNotes()
	p, err := New(Config{Token: testToken, APIURL: platformtest.Canned(b, made), Places: n, Memory: n, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	defer p.rest.close()
	post := post(testMessage(), "01HZX5Y7A8B9C0D1E2F3G4H5")
	b.ReportAllocs()
	for b.Loop() {
		if v := p.Do(b.Context(), post); v.Outcome != bot.Delivered {
			b.Fatalf("%+v", v)
		}
	}
}

func BenchmarkCreateVerdict(b *testing.B) {
	p := &Platform{}
	a := answer{status: 200, body: []byte(made)}
	b.SetBytes(int64(len(made)))
	b.ReportAllocs()
	for b.Loop() {
		if v := p.createVerdict(a, testChannel); v.Outcome != bot.Delivered {
			b.Fatalf("%+v", v)
		}
	}
}
