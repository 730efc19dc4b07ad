package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// How much of its updates a live card shows: of the newest as much as of any card, of
// each of the others so much, in UTF-16 units and in Room units.
const (
	olderText = 160
	olderRoom = 240
)

// renderHead is a story's live card: its newest updates, the news first, what the story is
// and how it stands. by is the small print of the subscription it came with, if it did.
func renderHead(c stories.Content) Message {
	var by []Block
	alone := false
	if change := c.Notice.Body.Change; change.Kind != "" {
		what := nowCalled(c)
		if c.Was.Slug != "" { // what its channel was subscribed to then
			what.Name = c.Was.Slug
		}
		by = []Block{followedLine(change, what)}
		alone = change.Alone
	}
	if c.Was.Slug != "" {
		return endedHead(c, by)
	}
	story := c.Story
	m := Message{Title: Headline(story), Thread: Headline(story), Tags: []string{string(story.State)}}
	// A card that an update makes is as loud as its message would be; the first message of
	// a subscription answers somebody.
	m.Silent = len(by) == 0 && len(c.Newest) > 0 && c.Newest[0].Update.Level == stories.Minor
	if len(c.Newest) == 0 {
		if summary, _ := within(Clean(story.Summary), cardAbout, cardAboutRoom); summary != "" {
			m.Blocks = append(m.Blocks, Para(Text(summary)))
		}
	} else {
		m = newsOf(m, c.Newest)
		m.Blocks = append(m.Blocks, Block{Kind: Heading, Spans: []Span{Text(Headline(story))}})
	}
	m.Blocks = append(append(m.Blocks, headState(c)), by...)
	if story.Updates > 0 {
		m.Buttons = append(m.Buttons, NewButton("Timeline", ActionTimeline, story.ID))
	}
	stop := StopButton(story)
	if alone {
		stop.Confirm = ""
	}
	m.Buttons = append(m.Buttons, stop)
	return m
}

// newsOf is m with some updates, the newest first.
func newsOf(m Message, news []stories.News) Message {
	newest := news[0].Update
	text, cut := within(Clean(newest.Text), cardText, cardTextRoom)
	m.Title, m.Blocks = pushTitle(newest), slices.Concat(NoticeLines(newest), []Block{Para(newsSpans(newest, text)...)}, MarkLines(newest))
	if cut {
		m.Buttons = append(m.Buttons, ReadButton("Read all", newest))
	}
	for _, n := range news[1:] {
		text, _ := within(OneLine(n.Update.Text), olderText, olderRoom)
		row := Block{Kind: Item, Spans: RowSpans(n.Update, text)}
		row.Spans = append(append(row.Spans, Text(" · ")), RowMark(n.Update, func(at time.Time) Span { return Span{Time: at, Relative: true} })...)
		row.Spans = append(row.Spans, Span{Time: n.Update.At, Relative: true})
		m.Blocks = append(m.Blocks, row)
	}
	return m
}

// headState says how a story stands, how many updates it has, and when it changed last.
func headState(c stories.Content) Block {
	story := c.Story
	line := story.Slug + " · " + string(story.State)
	if story.State == stories.Closed {
		line = story.Slug + " · closed: nothing more comes of it"
	}
	count := "no updates yet"
	switch {
	case story.Updates == 1:
		count = "1 update"
	case story.Updates > 1:
		count = Count(story.Updates) + " updates"
	}
	spans := []Span{Text(line + " · " + count)}
	if story.Updates > 0 {
		spans = append(spans, Text(", the last change "), Span{Time: story.ActiveAt, Relative: true})
	}
	return Block{Kind: Small, Spans: spans}
}

// endedHead is the live card of a story that was merged: it keeps its news, and says what
// the story goes on as. Nothing more comes where it stands.
func endedHead(c stories.Content, by []Block) Message {
	m := Message{Title: Headline(c.Was), Thread: Headline(c.Was), Tags: []string{string(stories.Closed)}}
	if len(c.Newest) > 0 {
		m = newsOf(m, c.Newest)
		m.Blocks = append(m.Blocks, Block{Kind: Heading, Spans: []Span{Text(Headline(c.Was))}})
	}
	m.Blocks = append(append(m.Blocks, Para(Text(c.Was.Slug+" "), Bold("goes on as "+c.Story.Slug))), by...)
	m.Buttons = append(m.Buttons, NewButton("Timeline", ActionTimeline, c.Story.ID))
	return m
}

// renderCardLost tells a channel that its card or thread was deleted twice.
func renderCardLost(c stories.Content) Message {
	change := c.Notice.Body.Change
	what := nowCalled(c).Name
	return Plainly(fmt.Sprintf("The card of %s, or its thread, was deleted here twice, so what brings it is paused: %s. /subscriptions resumes it, and mode:channel has every update come as a message.", what, targetsWords(change.Left)))
}

// renderCardShut tells a channel that cards can be changed no more in it.
func renderCardShut(c stories.Content) Message {
	change := c.Notice.Body.Change
	by := targetsWords(change.Left)
	return Plainly(fmt.Sprintf("The card of %s cannot be edited here any more, like the one before it. Its updates come as messages from now on, by %s: %s. To try a card again: /subscribe %s mode:card",
		nowCalled(c).Name, by, changeOptions(change), by))
}

// renderThreadShut tells a channel that threads do not work in it, who can mend that, and
// what becomes of the updates until then.
func renderThreadShut(c stories.Content) Message {
	change := c.Notice.Body.Change
	return Plainly(fmt.Sprintf("The thread of %s takes no updates, so they come in the channel until it does: %s.",
		nowCalled(c).Name, Reason("this channel", strings.TrimSuffix(change.Why, "."))))
}
