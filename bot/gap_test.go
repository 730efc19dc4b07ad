package bot

import (
	"strings"
	"testing"

	"storybot/stories"
)

// The line about what was missed is not what a phone shows of the news.
func TestWhatWasMissedStandsBelowTheNews(t *testing.T) {
	u := stories.Update{Number: 9, Text: "It falls.", Sources: []string{"https://a.example/"}, Author: stories.User{Name: "Mo"}}
	m := AfterGap(RenderUpdate(stories.Story{Headline: "The Rhine rises"}, u), 1200)
	text := PlainText(m)
	news, missed, small := strings.Index(text, "It falls."), strings.Index(text, "1,200 earlier updates were not posted here"), strings.Index(text, "The Rhine rises")
	if news < 0 || missed < news || small < missed {
		t.Error(text)
	}
}
