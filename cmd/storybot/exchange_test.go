package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// shownMessage is a message of the exchange that the README's pictures show, as
// the program sent it, with what a reader must know to draw it.
type shownMessage struct {
	Platform  string `json:"platform"`
	Kind      string `json:"kind"`
	Who       string `json:"who,omitempty"`     // asked for it; "" for a push
	Command   string `json:"command,omitempty"` // as typed on that platform
	Ephemeral bool   `json:"ephemeral,omitempty"`
	At        string `json:"at"`
	Payload   any    `json:"payload"`
}

// The people and the news of the pictures.
const (
	shownAt    = "2026-01-12T09:41:00Z"
	shownUnix  = "1768210860" // shownAt, as platforms are told it
	shownClock = "2026-01-12 09:41 UTC"
	shownFirst = "2026-01-12 08:50" // of the update before, in a form that at: takes
	firstUnix  = "1768207800"
	shownNews  = "A dyke has given way at Rodenkirchen. Leave the streets along the river now."
	shownLink  = "https://example.org/rhine"
	moderator  = "Mia Berg"
	asker      = "Rita Klein"
	askerID    = "80351110224678999"
)

// TestPicturedExchange says what the README's pictures show to the real program:
// a moderator's breaking update, what the channel gets of it, and somebody's
// /story. pictures/exchange.jsonl holds the payloads, a line each; after a change
// of it, which -update writes, the pictures are to be drawn anew.
func TestPicturedExchange(t *testing.T) {
	var got bytes.Buffer
	lines := json.NewEncoder(&got)
	lines.SetEscapeHTML(false)
	for _, messages := range [][]shownMessage{exchangeOnDiscord(t), exchangeOnSlack(t)} {
		for _, m := range messages {
			m.At, m.Payload = shownAt, stilled(t, m.Payload)
			if err := lines.Encode(m); err != nil {
				t.Fatal(err)
			}
		}
	}
	file := filepath.Join("pictures", "exchange.jsonl")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the pictures show other messages than the program sends: write %s with -update and draw them anew\n%s", file, diff)
	}
}

// stageExchange starts the program with the story, which both channels follow.
func stageExchange(t *testing.T) (*far, *process) {
	t.Helper()
	f := newFar(t)
	f.env = append(f.env, "STORYBOT_ADMINS=discord:"+discordtest.DefaultUser+",slack:"+team+"/"+reader)
	f.discord.ChangeChannel(guildChannel, func(c *discordtest.Channel) { c.Name = "news" })
	f.slack.AddUser(team, slacktest.User{ID: reader, Name: "mia", RealName: moderator})
	f.slack.AddUser(team, slacktest.User{ID: "U0RITA", Name: "rita", RealName: asker})
	p := f.connect(t)
	t.Cleanup(p.stop)
	f.as(t, moderator, "desk track", map[string]string{"slug": "rhine-flood", "topics": "flood,weather",
		"headline": "The Rhine rises above nine metres at Cologne",
		"summary":  "After a week of rain the old town is closed off."})
	f.as(t, moderator, "update", map[string]string{"story": "rhine-flood", "at": shownFirst, "text": "Ships no longer pass between Koblenz and Düsseldorf."})
	f.as(t, moderator, "subscribe", map[string]string{"target": "rhine-flood"})
	f.onSlack(t, "/subscribe", "rhine-flood")
	return f, p
}

// as is onDiscord for somebody with a name. It returns the answer's payload once
// all that is told in it has been.
func (f *far) as(t *testing.T, who, name string, options map[string]string) map[string]json.RawMessage {
	t.Helper()
	user := discordtest.DefaultUser
	if who == asker {
		user = askerID
	}
	answer, err := f.discord.Command(f.ctx, discordtest.Interaction{Channel: guildChannel, User: user, UserName: who, Name: name, Options: options,
		Permissions: discordtest.DefaultPermissions | manageChannels})
	if err == nil && options["level"] != "" {
		answer, err = f.discord.WaitAnswer(f.ctx, answer.ID, func(a *discordtest.Answer) bool { return strings.Contains(a.Message.Text, "Delivered to both") })
	}
	if err != nil {
		t.Fatalf("/%s: %v", name, err)
	}
	return answer.Message.Raw
}

func exchangeOnDiscord(t *testing.T) []shownMessage {
	f, _ := stageExchange(t)
	told := f.as(t, moderator, "update", map[string]string{"story": "rhine-flood", "level": "breaking", "source": shownLink, "text": shownNews})
	posts, err := f.discord.WaitMessages(f.ctx, guildChannel, 2) // the story's card comes first
	if err != nil {
		t.Fatal(err)
	}
	return []shownMessage{
		{Platform: "discord", Kind: "update", Who: moderator, Ephemeral: true, Payload: told,
			Command: "/update story:rhine-flood level:breaking source:" + shownLink + " text:" + shownNews},
		{Platform: "discord", Kind: "push", Payload: posts[1].Raw},
		{Platform: "discord", Kind: "story", Who: asker, Command: "/story story:rhine-flood", Ephemeral: true,
			Payload: f.as(t, asker, "story", map[string]string{"story": "rhine-flood"})},
	}
}

func exchangeOnSlack(t *testing.T) []shownMessage {
	f, _ := stageExchange(t)
	type payload struct {
		Text   string          `json:"text"`
		Blocks json.RawMessage `json:"blocks"`
	}
	ask := func(user, command, text string) payload {
		answer, err := f.slack.Slash(f.ctx, slacktest.Slash{Team: team, Channel: teamChannel, User: user, Command: command, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		return payload{answer.Text, answer.Blocks}
	}
	typed := "rhine-flood level:breaking source:" + shownLink + " " + shownNews
	told := ask(reader, "/update", typed)
	posts, err := f.slack.WaitMessages(f.ctx, team, teamChannel, 2)
	if err != nil {
		t.Fatal(err)
	}
	return []shownMessage{
		{Platform: "slack", Kind: "update", Who: moderator, Command: "/update " + typed, Ephemeral: true, Payload: told},
		{Platform: "slack", Kind: "push", Payload: payload{posts[1].Text, posts[1].Blocks}},
		{Platform: "slack", Kind: "story", Who: asker, Command: "/story rhine-flood", Ephemeral: true, Payload: ask("U0RITA", "/story", "rhine-flood")},
	}
}

// What differs from one run to the next: the present time, and what buttons call
// the messages they belong to.
var (
	unixTime  = regexp.MustCompile(`(<t:|<!date\^|"timestamp":)(\d{10})`)
	buttonRef = regexp.MustCompile(`"(custom_id|action_id|block_id|value)":"[^"]*"`)
)

// stilled is a payload with that made the same in all runs.
func stilled(t *testing.T, payload any) json.RawMessage {
	t.Helper()
	return json.RawMessage(buttonRef.ReplaceAllString(stilledTimes(t, payload), `"$1":"…"`))
}

// stilledTimes is a payload as text, with its times the same in all runs.
func stilledTimes(t *testing.T, payload any) string {
	t.Helper()
	sent, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	var fields any
	if err := json.Unmarshal(sent, &fields); err != nil { // its brackets are escaped
		t.Fatal(err)
	}
	var out bytes.Buffer
	plain := json.NewEncoder(&out)
	plain.SetEscapeHTML(false)
	if err := plain.Encode(fields); err != nil {
		t.Fatal(err)
	}
	text := unixTime.ReplaceAllStringFunc(out.String(), func(at string) string {
		if strings.HasSuffix(at, firstUnix) {
			return at
		}
		return at[:len(at)-len(shownUnix)] + shownUnix
	})
	return now.ReplaceAllStringFunc(text, func(at string) string {
		if at == shownFirst+" UTC" {
			return at
		}
		return shownClock
	})
}
