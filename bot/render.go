package bot

import (
	"fmt"
	"slices"

	"storybot/stories"
)

// PushText is how much of an update's text a push shows, in UTF-16 units:
// what fits every platform after escaping. The rest is behind "Read on".
const PushText = 2800

// RenderUpdate is the push: what a channel that follows the story is sent when
// u is published. Its id, number and level are read from u, its headline and
// slug from story.
func RenderUpdate(story stories.Story, u stories.Update) Message {
	m := Message{Title: Headline(story), Thread: Headline(story), Tags: []string{string(story.State)}, Image: Picture(u)}
	if u.Level == stories.Breaking {
		m.Tone = Urgent
	}
	text, cut := Cut(Clean(u.Text), PushText)
	m.Blocks = append(m.Blocks, Para(Bold(UpdateLabel(u))), Para(Text(text)))
	m.Blocks = append(m.Blocks, Sources(u)...)
	m.Blocks = append(m.Blocks, Byline(story, u))
	if cut {
		m.Buttons = append(m.Buttons, ReadButton("Read on", u))
	}
	m.Buttons = append(m.Buttons, NewButton("Timeline", ActionTimeline, story.ID), NewButton("Stop", ActionStop, story.ID))
	return m
}

// AfterGap is m with a line of small print that says how many updates before it the
// channel was not sent while it could not be written to. It stands below the text:
// what a phone shows first of m is its news.
func AfterGap(m Message, missed int) Message {
	line := fmt.Sprintf("%s earlier updates were not posted here while the bot could not write to this channel. /stories lists what happened.", Count(missed))
	if missed == 1 {
		line = "1 earlier update was not posted here while the bot could not write to this channel. /stories lists what happened."
	}
	end := len(m.Blocks)
	for end > 0 && m.Blocks[end-1].Kind == Small {
		end--
	}
	m.Blocks = slices.Concat(m.Blocks[:end], []Block{{Kind: Small, Spans: []Span{Text(line)}}}, m.Blocks[end:])
	return m
}

// Headline is a story's headline as a title: one line, at most 150 characters.
func Headline(story stories.Story) string {
	title, _ := Cut(OneLine(story.Headline), stories.MaxHeadline)
	return title
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
		spans = append(spans, Span{Text: Host(source), URL: source})
	}
	return []Block{{Kind: Small, Spans: spans}}
}

// Byline is the small print under an update: who, when, which story.
func Byline(story stories.Story, u stories.Update) Block {
	return Block{Kind: Small, Spans: []Span{
		Text(UserName(u.Author) + " · "), At(u.At), Text(" · " + story.Slug),
	}}
}

// maxName is how much of a display name is shown, in UTF-16 units.
const maxName = 40

// UserName is what a person is called: their display name, or "someone" where
// nobody knows it. An id is no name.
func UserName(u stories.User) string {
	name, _ := Cut(OneLine(u.Name), maxName)
	if name == "" {
		return "someone"
	}
	return name
}

// ReadButton opens the whole text of u.
func ReadButton(label string, u stories.Update) Button {
	return NewButton(label, ActionRead, u.StoryID, int64(u.Number))
}
