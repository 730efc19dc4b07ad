package discord

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// anyNews is a message as channels are sent it: something can be pressed in it.
func anyNews(t *rapid.T) *bot.Message {
	button := rapid.Custom(func(t *rapid.T) bot.Button {
		if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
			return bot.Button{Label: "The source", URL: "https://example.com"}
		}
		return bot.Button{
			Label:  rapid.StringN(1, 20, 80).Draw(t, "label"),
			Action: bot.Action(rapid.SampledFrom([]string{"timeline", "read", "stop"}).Draw(t, "action")),
			Arg:    strings.Repeat("7", rapid.IntRange(0, 90).Draw(t, "digits")) + rapid.SampledFrom([]string{"", "~", "~x"}).Draw(t, "tail"),
		}
	})
	m := &bot.Message{Title: rapid.String().Draw(t, "title"), Blocks: []bot.Block{bot.Para(bot.Text(rapid.String().Draw(t, "text")))}}
	m.Buttons = append(rapid.SliceOfN(button, 0, 3).Draw(t, "buttons"), bot.NewButton("Timeline", bot.ActionTimeline, 5))
	if rapid.Bool().Draw(t, "row") {
		open := bot.NewButton("sony-hack", bot.ActionTimeline, 7)
		m.Blocks = append(m.Blocks, bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Text("A row")}, Button: &open})
	}
	return m
}

// Whatever a message was posted as and edited to, in whatever order, its delivery's
// mark is on it, what is pressed means the same as without, and no other delivery's
// mark is there.
func TestAnEditKeepsTheMark(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := stories.DeliveryKey(rapid.Int64().Draw(t, "seed"), rapid.Int64Min(1).Draw(t, "place"), stories.OpPost)
		posted, err := encode(anyNews(t), "")
		if err != nil {
			t.Fatal(err)
		}
		stored := posted.with(key)
		for range rapid.IntRange(0, 4).Draw(t, "edits") {
			m := anyNews(t)
			stored = encodeCopy(bot.Operation{Message: m, Mark: key})
			if plain := pressable(t, encodeEdit(*m)); strings.Join(plain, "\n") != strings.Join(pressable(t, stored), "\n") {
				t.Fatalf("%s\nis pressed as %q", stored, plain)
			}
		}
		var has struct {
			Components json.RawMessage `json:"components"`
		}
		if err := json.Unmarshal(stored, &has); err != nil {
			t.Fatal(err)
		}
		if !marks(has.Components, key) {
			t.Errorf("%s\nis not known as %s", stored, key)
		}
		if other := stories.DeliveryKey(1, 2, stories.OpEdit); other != key && marks(has.Components, other) {
			t.Errorf("%s\nis taken for %s", stored, other)
		}
	})
}

// pressable is what the buttons and the menu of a body do.
func pressable(t *rapid.T, raw []byte) (does []string) {
	var list struct {
		Components []struct {
			Components []struct {
				CustomID string `json:"custom_id"`
				URL      string `json:"url"`
			} `json:"components"`
		} `json:"components"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	for _, row := range list.Components {
		for _, c := range row.Components {
			if len(c.CustomID) > maxCustomID {
				t.Errorf("custom_id %q is too long", c.CustomID)
			}
			action, arg := parseCustomID(c.CustomID)
			does = append(does, string(action)+" "+arg+" "+c.URL)
		}
	}
	return does
}

// A key that is not known, or could be none, is no mark.
func TestAnEditOfUnknownKeyIsMarkedWithNone(t *testing.T) {
	for _, key := range []string{"", "with \"quotes\"", "with~mark", strings.Repeat("k", maxNonce+1)} {
		m := testMessage()
		if got, want := string(encodeCopy(bot.Operation{Message: m, Mark: key})), string(encodeEdit(*m)); got != want {
			t.Errorf("with key %q: %s, want %s", key, got, want)
		}
	}
}
