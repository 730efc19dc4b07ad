package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"storybot/stories"
)

const (
	// PushText is how much of an update's text a push shows, in UTF-16 units: about
	// what a phone shows at once. The rest is behind "Read all".
	PushText = 700
	// pushTextRoom bounds it in Room units, so that text full of marks leaves room
	// for the small print.
	pushTextRoom = 1000
	// pushRoom is what a push may take of a message; the rest is for a line that its
	// channel alone gets.
	pushRoom = messageRoom - 200
	// smallRoom is what a headline and the line with story, number and author take at
	// most.
	smallRoom = 600
	// leastNews is what a push shows of its text in any case, in Room units: beside
	// it a picture's link is left out sooner.
	leastNews = 400
	// noticeable is by how much the time of an update differs from when it was
	// stored where somebody said when it happened.
	noticeable = 2 * time.Minute
)

// RenderUpdate is the push: what a channel that follows the story is sent when
// u is published. The news stands first; its story, number and author are small
// print. Its id, number and level are read from u, its headline and slug from
// story. It fits every platform: text and sources that do not are behind its
// button "Read all". Where u does not stand, what is wrong with it is on top; that it
// was corrected stands below the text.
func RenderUpdate(story stories.Story, u stories.Update) Message {
	return renderPush(story, u, false)
}

// renderLate is RenderUpdate of an update that waited for quiet hours to end: its small
// print says when it was published.
func renderLate(story stories.Story, u stories.Update) Message { return renderPush(story, u, true) }

func renderPush(story stories.Story, u stories.Update, late bool) Message {
	p := page{late: late, story: story, update: u, title: pushTitle(u), above: NoticeLines(u), text: Clean(u.Text), below: MarkLines(u)}
	if u.Marks.Standing == stories.Withdrawn {
		p.lead, p.struck = "It said: ", true
	}
	m := p.message()
	m.Thread = Headline(story) // in which it may stand
	if urgent(u) {
		m.Tone = Urgent
	}
	return m
}

// RenderWhole is one part of an update with all of its text and its sources, from
// part 0, the beginning, on; a part behind the last one is the last. Each fits
// every platform.
func RenderWhole(story stories.Story, u stories.Update, part int) Message {
	line := append(append(byline(story, u), Text(" · "), At(u.At)), EditedMark(u)...)
	room := messageRoom - roomOf(pushTitle(u), Headline(story), " · part 10 of 10", goesOn) - roomOfSpans(line) - len("\u2068\u2069\u2068\u2069")
	marks := roomOfBlocks(NoticeLines(u)) + roomOfBlocks(MarkLines(u))
	parts := wholeParts(u, max(leastNews, max(room, AnswerText)-Picture(u).room()-marks))
	part = max(0, min(part, len(parts)-1))
	m := Message{Blocks: append([]Block(nil), parts[part]...)}
	if part == 0 {
		m.Title, m.Image = pushTitle(u), Picture(u)
		m.Blocks = slices.Concat(NoticeLines(u), parts[part], MarkLines(u))
	}
	if len(parts) > 1 {
		line = append(line, Text(fmt.Sprintf(" · part %d of %d", part+1, len(parts))))
	}
	if part == len(parts)-1 && parts[part][0].Kind == Paragraph {
		links, _ := linksWithin(u.Sources, messageRoom)
		line = append(line, links...)
	}
	m.Blocks = append(m.Blocks, Block{Kind: Small, Spans: []Span{Text(Headline(story))}}, Block{Kind: Small, Spans: line})
	if next := part + 1; next < len(parts) {
		if b := &m.Blocks[0]; b.Kind == Paragraph && parts[next][0].Kind == Paragraph {
			b.Spans = append(b.Spans[:len(b.Spans):len(b.Spans)], Text(goesOn))
		}
		m.Buttons = append(m.Buttons, NewButton("Read on", ActionRead, u.StoryID, int64(u.Number), int64(next)))
	}
	if u.Revision > 0 {
		m.Buttons = append(m.Buttons, HistoryButton("History", u))
	}
	m.Buttons = append(m.Buttons, NewButton("Timeline", ActionTimeline, story.ID))
	return m
}

// goesOn ends a text of which there is more.
const goesOn = " …"

// wholeParts are the parts of RenderWhole in so much room: paragraphs of text and,
// where the sources do not fit beside the last of them, lists of sources.
func wholeParts(u stories.Update, room int) [][]Block {
	var parts [][]Block
	last := 0
	for _, page := range PagesOfRoom(Clean(u.Text), room) {
		page = Clean(page)
		last = Room(page)
		parts = append(parts, []Block{Para(newsSpans(u, page)...)})
	}
	if _, left := linksWithin(u.Sources, room-last); left == 0 {
		return parts
	}
	var list []Block
	used := 0
	for _, source := range u.Sources {
		if need := linkRoom(source); len(list) > 0 && used+need > room {
			parts, list, used = append(parts, list), nil, need
		} else {
			used += need
		}
		list = append(list, Block{Kind: Item, Spans: []Span{sourceLink(source)}})
	}
	return append(parts, list)
}

// AfterGap is m with a line of small print that says how many updates before it the
// channel was not sent while it could not be written to. It stands below the text:
// what a phone shows first of m is its news.
func AfterGap(m Message, missed int) Message {
	line := fmt.Sprintf("%s earlier updates were not posted here while the bot could not send them. /stories lists what happened.", Count(missed))
	if missed == 1 {
		line = "1 earlier update was not posted here while the bot could not send it. /stories lists what happened."
	}
	return m.saying(line)
}

// AfterWait is m with a line of small print that says how many updates of its story
// before it were too many to be posted at the end of quiet hours.
func AfterWait(m Message, missed int) Message {
	line := fmt.Sprintf("%s earlier updates of the story came in quiet hours and are not posted here. Timeline has them.", Count(missed))
	if missed == 1 {
		line = "1 earlier update of the story came in quiet hours and is not posted here. Timeline has it."
	}
	return m.saying(line)
}

// saying is m with a line above its small print.
func (m Message) saying(line string) Message {
	body, small := m.SmallPrint()
	m.Blocks = append(append(append([]Block(nil), body...), Block{Kind: Small, Spans: []Span{Text(line)}}), small...)
	return m
}

// SmallPrint divides the blocks of m before the small print at its end: what can be
// pressed is none.
func (m Message) SmallPrint() (body, small []Block) {
	end := len(m.Blocks)
	for end > 0 && m.Blocks[end-1].Kind == Small && m.Blocks[end-1].Button == nil {
		end--
	}
	return m.Blocks[:end], m.Blocks[end:]
}

// Headline is a story's headline as a title: one line, at most 150 characters.
func Headline(story stories.Story) string {
	title, _ := Cut(OneLine(story.Headline), stories.MaxHeadline)
	return title
}

// roomOfBlocks is what paragraphs take of a message, in Room units.
func roomOfBlocks(blocks []Block) (n int) {
	for _, b := range blocks {
		n += roomOfSpans(b.Spans) + len("****~~~~")
	}
	return n
}

// UpdateLabel names an update, and says in words when it is breaking.
func UpdateLabel(u stories.Update) string {
	if u.Level == stories.Breaking {
		return fmt.Sprintf("Update %d · BREAKING", u.Number)
	}
	return fmt.Sprintf("Update %d", u.Number)
}

// Sources is the block that links an update's sources, each by its host; none
// without sources.
func Sources(u stories.Update) []Block {
	if len(u.Sources) == 0 {
		return nil
	}
	spans := []Span{Text("Source: ")}
	if len(u.Sources) > 1 {
		spans[0].Text = "Sources: "
	}
	for i, source := range u.Sources {
		if i > 0 {
			spans = append(spans, Text(", "))
		}
		spans = append(spans, sourceLink(source))
	}
	return []Block{{Kind: Small, Spans: spans}}
}

// sourceLink links a source by its host. What is no address is shown as it stands.
func sourceLink(source string) Span {
	if _, ok := ParseLink(source); !ok {
		return Text(OneLine(source))
	}
	return Span{Text: Host(source), URL: source}
}

// linksWithin are the first of some sources that fit into room, each behind a dot,
// and the number of those that do not, which left is too.
func linksWithin(sources []string, room int) (spans []Span, left int) {
	total := 0
	for _, source := range sources {
		total += linkRoom(source)
	}
	shown := len(sources)
	if total > room {
		room -= Room(" and 5 more sources")
		for shown = 0; shown < len(sources) && linkRoom(sources[shown]) <= room; shown++ {
			room -= linkRoom(sources[shown])
		}
	}
	for _, source := range sources[:shown] {
		spans = append(spans, Text(" · "), sourceLink(source))
	}
	left = len(sources) - shown
	switch {
	case left > 0 && shown == 0:
		spans = append(spans, Text(" · "+counted(left, "source")))
	case left > 0:
		spans = append(spans, Text(" and "+counted(left, "more source")))
	}
	return spans, left
}

// linkRoom is how much of a message the link of a source takes at most: its label,
// its address with every character written out that could end it, and the marks
// of both.
func linkRoom(source string) int {
	l, ok := ParseLink(source)
	if !ok {
		return Room(" · " + OneLine(source))
	}
	n := Room(" · "+l.Host()) + len("[](<>)")
	for _, c := range []byte(l.String()) {
		if c <= ' ' || c >= utf8.RuneSelf || strings.IndexByte("()<>\"\\^`{|}@", c) >= 0 {
			n += len("%00") - 1
		}
		n++
	}
	return n
}

// roomOf is what lines of text take of a message, each with the marks of a
// heading, small print or a paragraph.
func roomOf(lines ...string) int {
	n := 0
	for _, line := range lines {
		n += Room(line) + len("\n\n-# ")
	}
	return n
}

// roomOfSpans is roomOf for one line of plain text and times.
func roomOfSpans(spans []Span) int {
	n := roomOf("")
	for _, s := range spans {
		n += Room(s.Text)
		if !s.Time.IsZero() {
			n += len("<!date^1418000000^{date_short_pretty}|2014-12-20 15:04 UTC>")
		}
	}
	return n
}

// byline is the small print that names an update and its author.
func byline(story stories.Story, u stories.Update) []Span {
	if u.Number == 0 { // it is not published
		return []Span{Text(story.Slug + " · " + UserName(u.Author))}
	}
	return []Span{Text(fmt.Sprintf("%s, update %d · %s", story.Slug, u.Number, UserName(u.Author)))}
}

// maxName is how much of a display name is shown, in UTF-16 units.
const maxName = 40

// UserName is what a person is called: their display name, or Someone where
// nobody knows it. An id is no name.
func UserName(u stories.User) string {
	name, _ := Cut(OneLine(u.Name), maxName)
	return cmp.Or(name, Someone)
}

// ReadButton opens the whole text of u.
func ReadButton(label string, u stories.Update) Button {
	return NewButton(label, ActionRead, u.StoryID, int64(u.Number))
}

// counted is a number of things, with thousands and the plural.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return Count(n) + " " + thing + "s"
}
