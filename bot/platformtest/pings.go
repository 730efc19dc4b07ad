package platformtest

import (
	"strings"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// callers are parts of texts that would like to ping somebody, and of what could make
// such parts of others.
var callers = []string{
	"@everyone", "@here", "@channel", "<!here>", "<!channel>", "<!everyone>", "<!here|here>", "&lt;!here&gt;", "&lt;", "&gt;", "&amp;", "<", ">", "<@", "<@&", "<!subteam^", "|", "@",
	"\\", "`", "```", "*", "_", "~", "||", "#", "-# ", "> ", "[", "](", ")", "\n", " ", "\u200b", "\u202e", "everyone", "here", "News", string(rune(0xF0000)),
}

// Calling is an update all of whose texts would like to ping somebody: by callers, and by
// those of whom, which are the platform's own.
func Calling(t *rapid.T, whom ...string) *bot.Message {
	part := rapid.SampledFrom(append(whom, callers...))
	text := func(name string) string { return strings.Join(rapid.SliceOfN(part, 1, 8).Draw(t, name), "") }
	at := time.Date(2014, 12, 22, 9, 0, 0, 0, time.UTC)
	u := stories.Update{
		StoryID: 1, Number: 3, Level: rapid.SampledFrom([]stories.Level{stories.Minor, stories.Normal, stories.Breaking}).Draw(t, "level"),
		Text: strings.Repeat(text("text"), rapid.SampledFrom([]int{1, 1, 40, 400}).Draw(t, "times")), Author: stories.User{Name: text("author")},
		Sources: []string{"https://example.org/" + text("source")}, At: at, CreatedAt: at,
	}
	if rapid.Bool().Draw(t, "pictured") {
		u.Picture = stories.Picture{URL: "https://example.org/a.jpg", Alt: text("alt")}
	}
	m := bot.RenderUpdate(stories.Story{ID: 1, Slug: "sony-hack", Headline: text("headline"), State: stories.Developing}, u)
	return &m
}
