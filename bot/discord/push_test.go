package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
	"storybot/stories"
)

// shownOf is what a reader sees of a message's text, and where its links lead. A
// complaint says what else there is.
func shownOf(content string) (shown string, linked []string, complaint string) {
	shown, nodes := read(content)
	for _, n := range nodes {
		switch n.kind {
		case "link":
			at := strings.LastIndex(n.text, "](<")
			if at < 0 {
				return "", nil, n.text + " would unfurl"
			}
			label, inner := read(n.text[1:at])
			if len(inner) > 0 {
				return "", nil, fmt.Sprintf("the label of %q holds %v", n.text, inner)
			}
			shown = strings.Replace(shown, n.text, label, 1)
			linked = append(linked, strings.TrimSuffix(n.text[at+len("](<"):], ">)"))
		case "line":
			if n.text != "## " && n.text != "-# " && n.text != "- " {
				return "", nil, fmt.Sprintf("a line begins with %q", n.text)
			}
		case "time":
		default:
			return "", nil, fmt.Sprint(n)
		}
	}
	if ping := maybePings.FindString(content); ping != "" && !strings.HasPrefix(ping, "<t:") && !strings.Contains(ping, "<t:") {
		return "", nil, fmt.Sprintf("%q could ping", ping)
	}
	return shown, linked, ""
}

func TestGoldenPushes(t *testing.T) {
	var b strings.Builder
	for _, p := range platformtest.Pushes() {
		e, err := encode(&p.Message, "")
		if err != nil {
			t.Fatal(err)
		}
		var sent struct {
			Content    string
			Flags      int
			Components json.RawMessage
		}
		if err := json.Unmarshal(e.with("kEy"), &sent); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "=== %s: %d units, flags %d\n%s\n%s\n\n", p.Name, bot.Units(sent.Content), sent.Flags, sent.Content, sent.Components)
	}
	goldenText(t, "pushes.golden", b.String())
}

// A search's answer: its words are marked within text that stays text.
func TestGoldenHits(t *testing.T) {
	goldenText(t, "hits.golden", text(platformtest.Found())+"\n")
}

// What a revised update looks like in every state, and that none is too long, pings or
// shows marks that are not meant.
func TestGoldenRevised(t *testing.T) { goldenRevised(t, "revised.golden", platformtest.Revised()) }

// What becomes of cards once what they show has changed.
func TestGoldenCards(t *testing.T) { goldenRevised(t, "cards.golden", platformtest.Cards()) }

// What a channel reads that collects.
func TestGoldenDigests(t *testing.T) { goldenRevised(t, "digests.golden", platformtest.Digests()) }

func goldenRevised(t *testing.T, file string, list []platformtest.Push) {
	t.Helper()
	var b strings.Builder
	for _, p := range list {
		content := text(p.Message)
		if _, _, complaint := shownOf(unstruck(content)); complaint != "" {
			t.Errorf("%s: %s", p.Name, complaint)
		}
		if bot.Units(content) > maxContent || strings.Contains(content, tooLongNote) {
			t.Errorf("%s: %d units: %s", p.Name, bot.Units(content), content)
		}
		if strings.Contains(p.Name, "marks") || strings.Contains(p.Name, "long") {
			continue
		}
		fmt.Fprintf(&b, "=== %s: %d units\n%s\n", p.Name, bot.Units(content), content)
		if p.Message.Image != nil {
			fmt.Fprintf(&b, "[%s]\n", p.Message.Image.Alt)
		}
		for _, button := range p.Message.Buttons {
			fmt.Fprintf(&b, "[%s] ", button.Label)
		}
		b.WriteString("\n\n")
	}
	goldenText(t, file, b.String())
}

// unstruck is content without the marks of what is meant to stand out or to be struck
// through: what else there is of marks was not escaped.
func unstruck(content string) string {
	lines := strings.Split(content, "\n")
	for i, line := range lines {
		for _, mark := range []string{"~~", "**"} {
			if n := strings.Count(strings.ReplaceAll(line, "\\"+mark[:1], ""), mark); n == 2 {
				first := strings.Index(line, mark)
				last := strings.LastIndex(line, mark)
				line = line[:first] + line[first+2:last] + line[last+2:]
			}
		}
		lines[i] = line
	}
	return strings.Join(lines, "\n")
}

// checkPush says what is wrong with a push, or with what its button opens.
func checkPush(p platformtest.Push) string {
	content := text(p.Message)
	shown, linked, complaint := shownOf(content)
	switch {
	case complaint != "":
		return complaint
	case bot.Units(content) > maxContent:
		return fmt.Sprintf("%d units", bot.Units(content))
	case strings.Contains(content, tooLongNote):
		return "the platform had to cut it"
	case strings.HasPrefix(content, "## BREAKING\n") != (p.Update.Level == stories.Breaking):
		return "BREAKING is wrong"
	}
	if complaint := p.Complaint(shown, linked); complaint != "" {
		return complaint
	}
	var whole strings.Builder
	all := map[string]bool{}
	for n, m := range p.Wholes() {
		content := text(m)
		_, linked, complaint := shownOf(content)
		switch {
		case complaint != "":
			return fmt.Sprintf("part %d: %s", n, complaint)
		case bot.Units(content) > maxContent, strings.Contains(content, tooLongNote):
			return fmt.Sprintf("part %d had to be cut from %d units", n, bot.Units(content))
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
		if l, ok := safeLink(source, maxAddress); ok && !all[address(l)] {
			return fmt.Sprintf("%q is linked nowhere", source)
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
		text := rapid.OneOf(hostile(), rapid.StringMatching(`[a-z .,*_]{1,300}`))
		p.Update.Text, _ = bot.Cut("x"+strings.Repeat(text.Draw(t, "text"), rapid.IntRange(1, 8).Draw(t, "times")), stories.MaxUpdateText)
		p.Story.Headline = "x" + text.Draw(t, "headline")
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

// A push needs no permission to embed, and none is asked for.
func TestAChannelWithoutEmbedLinksGetsEveryPush(t *testing.T) {
	r := newRig(t, nil)
	r.srv.ChangeChannel(testChannel, func(c *discordtest.Channel) { c.Permissions &^= discordtest.EmbedLinks })
	for i, p := range platformtest.Pushes() {
		v := r.p.Do(t.Context(), post(&p.Message, fmt.Sprint("k", i)))
		if v.Outcome == bot.Redrawn { // for its picture, which is described then
			v = r.p.Do(t.Context(), post(&p.Message, fmt.Sprint("k", i)))
		}
		if v.Outcome != bot.Delivered {
			t.Errorf("%s: %+v", p.Name, v)
		}
	}
	if names := lacks(discordtest.DefaultPermissions&^discordtest.EmbedLinks, false); len(names) > 0 {
		t.Errorf("asks for %q", names)
	}
}
