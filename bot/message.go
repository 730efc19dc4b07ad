package bot

import (
	"time"

	"storybot/stories"
)

// Message is what a person reads, before any platform's markup: a title, blocks
// of text, buttons. All of it is plain text nobody vouches for; senders escape
// it. Meaning never rests on Tone alone.
type Message struct {
	Title  string // at most 150 characters, one line; may be empty
	URL    string // where the title leads, or ""
	Blocks []Block
	// Buttons stand under the text, at most 5.
	Buttons []Button
	Tone    Tone
	// Thread is what a thread is called that is opened on the message or with it,
	// and Tags are words for what it is about, of which a forum may know some.
	Thread string
	Tags   []string
	// Image is the message's one picture, nil for none. A picture never costs a
	// message: where it cannot be shown, its description stands as small print.
	Image *Image
	// Silent asks the platform to make no sound and show no notification for it,
	// where it can.
	Silent bool
	// Again asks a platform whose messages stay as they were posted to post it once more
	// where it is an edit: it says something that must be seen.
	Again bool
}

// StateTags are the words that a story's state is told by in Message.Tags: of these a post
// has one.
func StateTags() []string {
	return []string{string(stories.Developing), string(stories.Closed)}
}

// Image is a picture that a message shows, and what it shows in words.
type Image struct {
	URL string // https
	Alt string // one line
}

// BlockKind is the shape of a block.
type BlockKind int

// The kinds of block.
const (
	Paragraph BlockKind = iota
	Heading             // a short bold line over what follows
	Item                // of a list; consecutive ones belong together
	Quote
	Small // small print: author, time, slug
)

// Block is a paragraph, a list item, or another run of spans. A line break in
// a span's text breaks the line.
//
// Button belongs to the block, an Item as a rule: it opens or does what the row
// is about. It stands beside the row, or in a menu of the message's rows, which
// shows the button's label; nil for none. The label is therefore short and tells
// the rows apart, and the row's first line of text says what it is, without links
// and times; what stands in further lines may be drawn smaller, below.
type Block struct {
	Kind   BlockKind
	Spans  []Span
	Button *Button
}

// Span is a run of text in one style. At most one of URL and Time is set. A
// span with URL shows Text, followed by the link's host where Text does not
// hold it; a span with Time shows that time in the reader's own zone and Text is
// ignored.
type Span struct {
	Text   string
	Bold   bool
	Italic bool
	Strike bool
	Code   bool
	URL    string
	Time   time.Time
	// Relative shows Time as "3 hours ago", DateOnly without the time of day.
	Relative bool
	DateOnly bool
	// Place is the channel that Text names, or the zero value. On its own platform
	// it is shown as that platform shows a channel, anywhere else as Text.
	Place stories.Destination
}

// Button is something to press. Pressing one with an Action comes back as a
// Press with the same Action and Arg; one with a URL opens it.
type Button struct {
	Label  string // at most 75 characters
	Action Action
	Arg    string // as Args.String wrote it, at most 60 bytes
	URL    string
	Style  ButtonStyle
	// Confirm is a question that stands between pressing it and what it does, for
	// what everybody in a channel notices: one line, asked where the platform has a
	// way of its own to ask, and never in a conversation with the bot alone. "" for
	// none.
	Confirm string
}

// ButtonStyle is how much a button stands out.
type ButtonStyle int

// The styles of a button.
const (
	Plain ButtonStyle = iota
	Primary
	Danger
)

// Tone colours a message where the platform can.
type Tone int

// The tones.
const (
	Neutral Tone = iota
	Urgent       // a breaking update
	Success
	Refusal
)

// Text returns a span of plain text.
func Text(s string) Span { return Span{Text: s} }

// Bold returns a span of bold text.
func Bold(s string) Span { return Span{Text: s, Bold: true} }

// Code returns a span of monospaced text: something to type.
func Code(s string) Span { return Span{Text: s, Code: true} }

// At returns a span that shows t in the reader's own zone.
func At(t time.Time) Span { return Span{Time: t} }

// Para returns a paragraph.
func Para(spans ...Span) Block { return Block{Kind: Paragraph, Spans: spans} }

// Plainly returns a message of one paragraph.
func Plainly(s string) Message { return Message{Blocks: []Block{Para(Text(s))}} }
