package command

import (
	"fmt"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// answerRoom is what an answer may take on the platform that takes least, in Room
// units: see bot.AnswerText, which leaves room for a headline and small print. Here
// they are counted, and what is left is for a warning before all.
const answerRoom = bot.AnswerText + 160

// What a time and the marks around a block take of a message at most.
const (
	timeRoom  = 24
	blockRoom = 6
)

// roomOf is what blocks take of a message, in Room units.
func roomOf(blocks ...bot.Block) int {
	n := 0
	for _, b := range blocks {
		n += blockRoom
		for _, s := range b.Spans {
			n += bot.Room(s.Text) + bot.Room(s.URL)
			if !s.Time.IsZero() {
				n += timeRoom
			}
			if s.Bold || s.Code || s.URL != "" {
				n += 6
			}
		}
	}
	return n
}

// shares divides room among what needs some: who needs less than an equal share
// leaves the rest to the others.
func shares(room int, needs []int) []int {
	given, order := make([]int, len(needs)), make([]int, len(needs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return needs[a] - needs[b] })
	for n, i := range order {
		given[i] = max(0, min(needs[i], room/(len(order)-n)))
		room -= given[i]
	}
	return given
}

// freshTime is how long ago a time is told as "3 hours ago": what is older has its
// date.
const freshTime = 48 * time.Hour

// ago shows t in a list: how long ago it was or, of old things, when.
func ago(t, now time.Time) bot.Span {
	return bot.Span{Time: t, Relative: now.Sub(t).Abs() < freshTime}
}

// updateRows are updates among others, each a row that opens it with small print
// under it. Together they take at most room; of new ones, which have the numbers fresh,
// the small print says so.
func updateRows(updates []stories.Update, now time.Time, room int, fresh []int) []bot.Block {
	prints, needs := make([]bot.Block, len(updates)), make([]int, len(updates))
	each := room / (2 * max(1, len(updates)))
	for i, u := range updates {
		prints[i] = rowPrint(u, now, slices.Contains(fresh, u.Number), each)
		room -= roomOf(prints[i]) + blockRoom + bot.Room(rowMark)
		needs[i] = bot.Room(rowText(u))
	}
	var blocks []bot.Block
	for i, most := range shares(room, needs) {
		blocks = append(blocks, updateRow(updates[i], most), prints[i])
	}
	return blocks
}

// rowMark is the longest mark before an update's text in a list.
const rowMark = "BREAKING · UNVERIFIED "

// updateRow is an update's text, cut to room, as a row that opens the update.
func updateRow(u stories.Update, room int) bot.Block {
	text, _ := bot.CutToRoom(rowText(u), room)
	open := bot.ReadButton(fmt.Sprintf("Update %d", u.Number), u)
	return bot.Block{Kind: bot.Item, Spans: bot.RowSpans(u, text), Button: &open}
}

// maxRowText is how much of an update's text a list shows, in UTF-16 units: the
// rest is behind the row's button.
const maxRowText = 240

// rowText is an update's text as a list shows it: on one line, since a line below
// the first is small print on some platforms.
func rowText(u stories.Update) string {
	text, _ := bot.Cut(bot.OneLine(u.Text), maxRowText)
	return text
}

// rowPrint is the small print of an update in a list: its number, author and time,
// whether it has a picture, which stands behind the row's button, and links to as many of its sources as fit into room, the rest counted;
// all of them are behind the row's button.
func rowPrint(u stories.Update, now time.Time, fresh bool, room int) bot.Block {
	label := fmt.Sprintf("update %d · ", u.Number)
	if fresh {
		label = "new · " + label
	}
	if bot.Picture(u) != nil {
		label += "with a picture · "
	}
	author, _ := bot.CutToRoom(bot.UserName(u.Author), room/2)
	print := small(bot.Text(label))
	print.Spans = append(print.Spans, bot.RowMark(u, func(t time.Time) bot.Span { return ago(t, now) })...)
	print.Spans = append(print.Spans, bot.Text(author+" · "), ago(u.At, now))
	room -= roomOf(print) + bot.Room(" · 5 more sources")
	for i, source := range u.Sources {
		host := bot.Span{Text: bot.Host(source), URL: source}
		if room -= roomOf(small(bot.Text(" · "), host)); room >= 0 {
			print.Spans = append(print.Spans, bot.Text(" · "), host)
			continue
		}
		left, more := len(u.Sources)-i, "source"
		if i > 0 {
			more = "more source"
		}
		print.Spans = append(print.Spans, bot.Text(" · "+plural(left, more)))
		break
	}
	return print
}

// updatesWords counts a story's updates.
func updatesWords(n int) string {
	if n == 0 {
		return "no updates yet"
	}
	return plural(n, "update")
}

// noUpdates says that a story has none.
func noUpdates(story stories.Story) string {
	if story.State == stories.Closed {
		return "no updates"
	}
	return updatesWords(0)
}

// rangeWords says which of some things are shown: 13–9 of 13.
func rangeWords(first, last, total int) string {
	if first == last {
		return fmt.Sprintf("%s of %s", bot.Count(first), bot.Count(total))
	}
	return fmt.Sprintf("%s–%s of %s", bot.Count(first), bot.Count(last), bot.Count(total))
}

// storyRow is a story in a list, its headline cut to room, as a row that opens it.
func storyRow(story stories.Story, room int) bot.Block {
	headline, _ := bot.CutToRoom(bot.Headline(story), room)
	open := openButton(story)
	return bot.Block{Kind: bot.Item, Spans: []bot.Span{bot.Code(story.Slug), bot.Text(" " + headline + "\n" + listLine(story)), {Time: story.ActiveAt, Relative: true}}, Button: &open}
}

// storyRows are stories in a list that takes at most room.
func storyRows(found []stories.Story, room int) []bot.Block {
	needs := make([]int, len(found))
	for i, story := range found {
		room -= roomOf(storyRow(story, 0))
		needs[i] = bot.Room(bot.Headline(story))
	}
	var blocks []bot.Block
	for i, most := range shares(room, needs) {
		blocks = append(blocks, storyRow(found[i], most))
	}
	return blocks
}
