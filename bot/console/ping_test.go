package console

import (
	"context"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
)

// A terminal prints whom a message pings, behind its text, and any name can be named.
func TestWhomAMessagePingsIsPrinted(t *testing.T) {
	ping, err := asker{}.Pings(context.Background(), bot.Mention{Kind: bot.RoleKind, Name: " @desk "})
	if err != nil || ping != (stories.Ping{Mention: "@desk", Name: "@desk"}) {
		t.Fatalf("%+v %v", ping, err)
	}
	for _, name := range []string{"", "@", "two words", "@a\nb", "@" + strings.Repeat("x", 300)} {
		if ping, err := (asker{}).Pings(context.Background(), bot.Mention{Name: name}); stories.CodeOf(err) != stories.CodeInvalid {
			t.Errorf("%q is %+v, %v", name, ping, err)
		}
	}
	m := bot.RenderUpdate(stories.Story{Slug: "flood", Headline: "The Rhine rises"}, stories.Update{Number: 3, Level: stories.Breaking, Text: "The dyke broke."})
	shown := bot.PlainText(*bot.Naming(&m, ping.Mention))
	text, named, small := strings.Index(shown, "The dyke broke."), strings.Index(shown, "@desk"), strings.Index(shown, "The Rhine rises")
	if text < 0 || named < text || small < named {
		t.Errorf("printed as\n%s", shown)
	}
	if bot.Naming(&m, "") != &m || len(m.Blocks) != len(bot.RenderUpdate(stories.Story{Slug: "flood", Headline: "The Rhine rises"}, stories.Update{Number: 3, Level: stories.Breaking, Text: "The dyke broke."}).Blocks) {
		t.Error("the message itself was changed")
	}
}
