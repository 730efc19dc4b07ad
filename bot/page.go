package bot

import (
	"strings"
	"unicode/utf8"

	"storybot/stories"
)

// page is a message of an update's own: a push, or what is told of its revision.
type page struct {
	story  stories.Story
	update stories.Update
	title  string
	above  []Block // the text, and below it
	lead   string  // before the text, in its paragraph
	text   string  // "" for none
	struck bool
	cut    bool // there is more text than this
	late   bool // it comes after quiet hours
	notice bool // it is new, though the update was edited before
	below  []Block
}

// message lays it out. The text is cut to the room there is.
func (p page) message() Message {
	story, u := p.story, p.update
	m := Message{Title: p.title, Thread: Headline(story), Tags: []string{string(story.State)}, Image: Picture(u), Silent: u.Level == stories.Minor}
	text, cut := Cut(p.text, PushText)
	// What describes the picture stands below the text on every platform.
	described := m.Image.room()
	beside := roomOfBlocks(p.above) + roomOfBlocks(p.below) + Room(p.lead)
	room := func(s string) int {
		if p.struck { // each of its lines has marks of its own
			return Room(s) + len("~~~~")*(1+strings.Count(s, "\n"))
		}
		return Room(s)
	}
	for limit := min(pushTextRoom, max(leastNews, pushRoom-smallRoom-described-beside)); room(text) > limit; cut = true {
		text, _ = CutToRoom(text, Room(text)-(room(text)-limit))
	}
	m.Blocks = append(m.Blocks, p.above...)
	if text != "" {
		m.Blocks = append(m.Blocks, Para(p.spans(text)...))
	}
	m.Blocks = append(append(m.Blocks, p.below...), Block{Kind: Small, Spans: []Span{Text(Headline(story))}})
	line := byline(story, u)
	if !u.CreatedAt.IsZero() && u.At.Sub(u.CreatedAt).Abs() >= noticeable {
		line = append(line, Text(" · "), Span{Time: u.At, Relative: true})
	}
	if p.late {
		line = append(line, Text(" · published "), At(u.CreatedAt))
	}
	if !p.notice {
		line = append(line, EditedMark(u)...) // behind its own time, which nobody takes for this one then
	}
	links, left := linksWithin(u.Sources, pushRoom-roomOf(m.Title, text, Headline(story))-roomOfSpans(line)-described-beside)
	m.Blocks = append(m.Blocks, Block{Kind: Small, Spans: append(line, links...)})
	switch {
	case cut || p.cut:
		m.Buttons = append(m.Buttons, ReadButton("Read all ("+counted(utf8.RuneCountInString(u.Text), "character")+")", u))
	case left > 0:
		m.Buttons = append(m.Buttons, ReadButton("Read all ("+counted(len(u.Sources), "source")+")", u))
	}
	m.Buttons = append(m.Buttons, NewButton("Timeline", ActionTimeline, story.ID), StopButton(story))
	return m
}

// spans are the text's paragraph.
func (p page) spans(text string) []Span {
	if p.lead == "" {
		return []Span{{Text: text, Strike: p.struck}}
	}
	return []Span{Text(p.lead), {Text: text, Strike: p.struck}}
}
