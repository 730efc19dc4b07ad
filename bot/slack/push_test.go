package slack

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/bot/platformtest"
	"storybot/stories"
)

// linkToken is a link of small print.
var linkToken = regexp.MustCompile(`<(https?://[^<>| ]+)\|([^<>|]+)>`)

// shownOf is what a reader sees of blocks, buttons apart, and where their links lead.
func shownOf(blocks json.RawMessage) (shown string, linked []string) {
	var b strings.Builder
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			switch v["type"] {
			case "actions":
				return
			case "link":
				linked = append(linked, v["url"].(string))
				b.WriteString(v["text"].(string))
				return
			case "mrkdwn":
				text := linkToken.ReplaceAllStringFunc(v["text"].(string), func(s string) string {
					part := linkToken.FindStringSubmatch(s)
					linked = append(linked, html.UnescapeString(part[1]))
					return part[2]
				})
				b.WriteString(html.UnescapeString(text) + " ")
				return
			}
			if text, ok := v["text"].(string); ok {
				b.WriteString(text)
			} else {
				walk(v["text"])
			}
			walk(v["elements"])
			if v["type"] != "text" {
				b.WriteString("\n")
			}
		}
	}
	var all any
	if err := json.Unmarshal(blocks, &all); err != nil {
		panic(err)
	}
	walk(all)
	return b.String(), linked
}

func TestGoldenPushes(t *testing.T) {
	var b strings.Builder
	for _, p := range platformtest.Pushes() {
		text, blocks := encodeMessage(&p.Message)
		fmt.Fprintf(&b, "=== %s\n%s\n--- blocks\n%s\n\n", p.Name, text, blocks)
	}
	golden(t, "pushes.golden", []byte(b.String()))
}

// A search's answer: its words are marked in rich text, where all other text stays text.
func TestGoldenHits(t *testing.T) {
	found := platformtest.Found()
	text, blocks := encodeMessage(&found)
	golden(t, "hits.golden", fmt.Appendf(nil, "%s\n--- blocks\n%s\n", text, blocks))
}

// What a revised update looks like in every state, in a notification and in its blocks.
func TestGoldenRevised(t *testing.T) { goldenRevised(t, "revised.golden", platformtest.Revised()) }

// What becomes of cards once what they show has changed.
func TestGoldenCards(t *testing.T) { goldenRevised(t, "cards.golden", platformtest.Cards()) }

// What a channel reads that collects.
func TestGoldenDigests(t *testing.T) { goldenRevised(t, "digests.golden", platformtest.Digests()) }

func goldenRevised(t *testing.T, file string, list []platformtest.Push) {
	t.Helper()
	var b strings.Builder
	for _, p := range list {
		text, blocks := encodeMessage(&p.Message)
		shown, _ := shownOf(blocks)
		if strings.Contains(shown, "does not fit") {
			t.Errorf("%s: it does not fit", p.Name)
		}
		for what, s := range map[string]string{"text": text, "blocks": string(blocks)} {
			if strings.Contains(s, "<!channel") || strings.Contains(s, "<!subteam") || strings.Contains(s, "<@") {
				t.Errorf("%s: the %s pings: %s", p.Name, what, s)
			}
		}
		if title := p.Message.Title; title != "" && !strings.HasPrefix(text, title+": ") {
			t.Errorf("%s: a notification begins with %.60q", p.Name, text)
		}
		if strings.Contains(p.Name, "marks") || strings.Contains(p.Name, "long") || strings.Contains(p.Name, "hostile") {
			continue
		}
		fmt.Fprintf(&b, "=== %s\n%s\n--- blocks\n%s\n\n", p.Name, text, blocks)
	}
	golden(t, file, []byte(b.String()))
}

// checkPush says what is wrong with a push, or with what its button opens.
func checkPush(p platformtest.Push) string {
	text, blocks := encodeMessage(&p.Message)
	shown, linked := shownOf(blocks)
	first := []rune(platformtest.Bare(bot.Clean(p.Update.Text)))
	news := string(first[:min(40, len(first))])
	breaking := p.Update.Level == stories.Breaking
	switch {
	case strings.HasPrefix(text, "BREAKING: ") != breaking, strings.HasPrefix(shown, "BREAKING") != breaking:
		return "BREAKING is wrong"
	case !strings.HasPrefix(platformtest.Bare(html.UnescapeString(strings.TrimPrefix(text, "BREAKING: "))), news):
		return fmt.Sprintf("a phone shows %.80q first, not %q", text, news)
	case strings.Contains(shown, "does not fit"):
		return "the platform had to cut it"
	}
	if complaint := p.Complaint(shown, linked); complaint != "" {
		return complaint
	}
	var whole strings.Builder
	all := map[string]bool{}
	for n, m := range p.Wholes() {
		_, blocks := encodeMessage(&m)
		shown, linked := shownOf(blocks)
		if strings.Contains(shown, "does not fit") {
			return fmt.Sprintf("part %d had to be cut", n)
		}
		for _, address := range linked {
			all[address] = true
		}
		if m.Blocks[0].Kind == bot.Paragraph {
			whole.WriteString(m.Blocks[0].Spans[0].Text)
		}
	}
	if want := platformtest.Bare(bot.Clean(p.Update.Text)); platformtest.Bare(whole.String()) != want {
		return fmt.Sprintf("all of the text is %q, not %q", whole.String(), want)
	}
	for _, source := range p.Update.Sources {
		if _, address, ok := link(source); ok && !all[address] {
			return fmt.Sprintf("%q is linked nowhere, but %v", address, all)
		}
	}
	return ""
}

func TestNothingOfAPushIsLost(t *testing.T) {
	for _, p := range platformtest.Pushes() {
		if complaint := checkPush(p); complaint != "" {
			t.Errorf("%s: %s", p.Name, complaint)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		p := platformtest.Pushes()[0]
		text := rapid.OneOf(anyText(), rapid.StringMatching(`[a-z .,*_]{1,300}`), rapid.StringMatching(`[a-z .,*_]{1,300}`))
		body, _ := bot.Cut("x"+strings.Repeat(text.Draw(t, "text"), rapid.IntRange(1, 8).Draw(t, "times")), stories.MaxUpdateText)
		p.Update.Text = body
		p.Story.Headline, _ = bot.Cut("x"+bot.OneLine(text.Draw(t, "headline")), stories.MaxHeadline)
		p.Update.Author.Name = text.Draw(t, "author")
		p.Update.Sources = nil
		for i := range rapid.IntRange(0, 5).Draw(t, "sources") {
			p.Update.Sources = append(p.Update.Sources, fmt.Sprintf("https://www.paper%d.example:84/", i)+rapid.StringMatching(`[a-z()&=?*_]{0,480}`).Draw(t, "path"))
		}
		p.Message = bot.RenderUpdate(p.Story, p.Update)
		if complaint := checkPush(p); complaint != "" {
			t.Fatal(complaint)
		}
	})
}
