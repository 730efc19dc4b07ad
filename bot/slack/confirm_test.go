package slack

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// Everybody in a channel notices a stop, so Slack asks first; who is alone with the
// bot is not asked, whatever of the two is encoded first.
func TestAStopIsConfirmedInAChannelOnly(t *testing.T) {
	m := bot.RenderUpdate(stories.Story{ID: 7, Slug: "sony-hack", Headline: "Sony"}, stories.Update{ID: 1, StoryID: 7, Number: 1, Text: "News", Level: stories.Normal})
	row := bot.StopButton(stories.Story{ID: 8, Slug: "bank"})
	m.Blocks = append([]bot.Block{{Kind: bot.Item, Spans: []bot.Span{bot.Text("A row")}, Button: &row}}, m.Blocks...)
	var e encodings
	for _, c := range []struct {
		channel string
		asked   int
	}{{"C1", 2}, {"D1", 0}, {"C2", 2}, {"D2", 0}, {"G1", 2}} {
		o := bot.Operation{Message: &m, Delivery: stories.Delivery{Key: "k", Destination: stories.Destination{Platform: "slack", Workspace: "T1", Channel: c.channel}}}
		form, err := url.ParseQuery(string(e.body(o)))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(form.Get("blocks"), `"deny":{`); got != c.asked {
			t.Errorf("%s: %d questions, want %d: %s", c.channel, got, c.asked, form.Get("blocks"))
		}
	}
	if row.Confirm == "" {
		t.Error("the message itself was changed")
	}
}

// A question never exceeds what Slack takes.
func TestAQuestionFitsSlack(t *testing.T) {
	long := strings.Repeat("x", 400)
	raw, err := json.Marshal(confirmation(bot.Button{Label: "Stop " + long, Confirm: "Stop " + long + "?\nReally?"}))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]struct {
		Type, Text string
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	for part, most := range map[string]int{"title": maxConfirmTitle, "text": maxConfirmText, "confirm": maxConfirmLabel, "deny": maxConfirmLabel} {
		if p := got[part]; p.Type != "plain_text" || p.Text == "" || bot.Units(p.Text) > most || strings.Contains(p.Text, "\n") {
			t.Errorf("%s = %+v", part, p)
		}
	}
	if confirmation(bot.Button{Label: "Timeline"}) != nil {
		t.Error("a button without a question asks one")
	}
}
