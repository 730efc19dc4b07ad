package platformtest

import (
	"time"

	"storybot/bot"
)

// Found is a list of stories as a search answers with it: rows that open a story,
// some with a part of a text under them in which words are marked, also within what
// would like to be markup and in scripts without spaces.
func Found() bot.Message {
	at := time.Date(2014, 12, 22, 9, 0, 0, 0, time.UTC)
	row := func(slug string, headline ...bot.Span) bot.Block {
		open := bot.NewButton(slug, bot.ActionOpen, 1)
		spans := append([]bot.Span{bot.Code(slug), bot.Text(" ")}, headline...)
		return bot.Block{Kind: bot.Item, Spans: append(spans, bot.Text("\n12 updates · active "), bot.Span{Time: at, Relative: true}), Button: &open}
	}
	hit := func(spans ...bot.Span) bot.Block { return bot.Block{Kind: bot.Quote, Spans: spans} }
	return bot.Message{
		Title: "Stories with “sony film”",
		Blocks: []bot.Block{
			row("sony-hack", bot.Text("North Korea denies hacking "), bot.Bold("Sony"), bot.Text(" Pictures")),
			hit(bot.Text("update 7: … it may still release the "), bot.Bold("film"), bot.Text(", which it had called off after threats…")),
			row("hostile", bot.Text("# @everyone **"), bot.Bold("Sony"), bot.Text("** <!channel>")),
			hit(bot.Text("update 2: *"), bot.Bold("Sony"), bot.Text("* <@1> [bank.example](https://evil.example) _"), bot.Bold("film"), bot.Text("_ `code` :fire:")),
			row("tokyo", bot.Text("東京都知事選挙")),
			hit(bot.Text("update 1: "), bot.Bold("索尼"), bot.Text("影业被黑客攻击，"), bot.Bold("电影"), bot.Text("停映")),
			row("beirut", bot.Text("أخبار من لبنان")),
			hit(bot.Text("background: "), bot.Text("أعلنت المفوضية نتائج الانتخابات")),
			row("closed-one", bot.Bold("Sony"), bot.Text(" sells its "), bot.Bold("film"), bot.Text(" archive")),
		},
		Buttons: []bot.Button{bot.NewWordButton("Older", bot.ActionPage, 6, "qsony+film")},
	}
}
