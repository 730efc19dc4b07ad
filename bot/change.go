package bot

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// How much of its texts the first message of a subscription shows, in UTF-16 units
// and in Room units: with the rest of it that fits every platform.
const (
	cardText      = 400
	cardTextRoom  = 700
	cardAbout     = 400
	cardAboutRoom = 520
	rowTitleRoom  = 130
	rowTextRoom   = 110
)

// RowLabel is how much of what it opens the button of a row says, in UTF-16 units:
// on a phone it stands beside the row's text.
const RowLabel = 30

// within is the beginning of s that has at most limit UTF-16 units and room Room
// units.
func within(s string, limit, room int) (head string, cut bool) {
	head, cut = Cut(s, limit)
	head, more := CutToRoom(head, room)
	return head, cut || more
}

// renderFollow is the first message of a subscription: of a story its card, of a
// topic or of all the newest stories.
func renderFollow(c stories.Content) Message {
	change := c.Notice.Body.Change
	what := nowCalled(c)
	if c.Was.Slug != "" {
		what.Name = c.Was.Slug
	}
	by := followedLine(change, what)
	if change.StoryID != 0 {
		if c.Was.Slug != "" {
			return endedCard(c, by)
		}
		return storyCard(c.Story, c.Update, by, change.Alone)
	}
	title := TargetWords(change.Target)
	title = strings.ToUpper(title[:1]) + title[1:]
	m := Message{Title: title + ", newest first", Thread: title, Buttons: []Button{NewButton("Subscriptions", ActionList, 0)}}
	for _, n := range c.Newest {
		m.Blocks = append(m.Blocks, newsRow(n))
	}
	switch {
	case len(c.Newest) > 0:
	case change.Target.Kind == stories.TargetTopic:
		m.Title, m.Blocks = "", []Block{Para(Text("No story has the topic " + change.Target.Name + " yet. Updates come once one has."))}
	default:
		m.Title, m.Blocks = "", []Block{Para(Text("No story is tracked yet. Updates come once one is."))}
	}
	m.Blocks = append(m.Blocks, by)
	return m
}

// followedLine says who began to follow what, and what comes of it.
func followedLine(change stories.Change, what stories.Target) Block {
	return Block{Kind: Small, Spans: []Span{Text(followedBy(change, TargetWords(what)) + " · " + changeOptions(change))}}
}

// storyCard is a story as its channel sees it first: the news before what it is
// about.
func storyCard(story stories.Story, newest stories.Update, by Block, alone bool) Message {
	m := Message{Title: Headline(story), Thread: Headline(story), Tags: []string{string(story.State)}}
	var about []Block
	state := Block{Kind: Small, Spans: []Span{Text(story.Slug + " · " + string(story.State))}}
	switch {
	case newest.Number == 0 && story.Updates == 0:
		state.Spans[0].Text += " · no updates yet"
	case newest.Number == 0: // the card was posted before the first
		m.Buttons = append(m.Buttons, NewButton("Timeline", ActionTimeline, story.ID))
	default:
		state.Spans = []Span{Text(fmt.Sprintf("%s · %s · update %d · ", story.Slug, story.State, newest.Number)), {Time: newest.At, Relative: true}}
		state.Spans = append(state.Spans, EditedMark(newest)...)
		text, cut := within(Clean(newest.Text), cardText, cardTextRoom)
		m.Title, m.Blocks = pushTitle(newest), slices.Concat(NoticeLines(newest), []Block{Para(newsSpans(newest, text)...)}, MarkLines(newest))
		about = []Block{{Kind: Heading, Spans: []Span{Text(Headline(story))}}}
		if cut {
			m.Buttons = append(m.Buttons, ReadButton("Read all", newest))
		}
		m.Buttons = append(m.Buttons, NewButton("Timeline", ActionTimeline, story.ID))
	}
	if summary, _ := within(Clean(story.Summary), cardAbout, cardAboutRoom); summary != "" {
		about = append(about, Para(Text(summary)))
	}
	m.Blocks = append(append(m.Blocks, about...), state, by)
	stop := StopButton(story)
	if alone {
		stop.Confirm = ""
	}
	m.Buttons = append(m.Buttons, stop)
	return m
}

// endedCard is the card of a story that was merged: it says what the story goes on as,
// and keeps the news it told, as that reads now.
func endedCard(c stories.Content, by Block) Message {
	was := c.Was
	m := storyCard(stories.Story{ID: c.Story.ID, Slug: was.Slug, Headline: was.Headline, State: c.Story.State}, c.Update, by, true)
	m.Tags = []string{string(stories.Closed)} // nothing more comes where it stands
	m.Buttons = slices.DeleteFunc(m.Buttons, func(b Button) bool { return b.Action == ActionStop })
	if c.Update.Number == 0 {
		m.Buttons = append(m.Buttons, NewButton("Timeline", ActionTimeline, c.Story.ID))
	}
	on := Para(append([]Span{Text(was.Slug + " "), Bold("goes on as " + c.Story.Slug)}, EditedMark(c.Update)...)...)
	m.Blocks = append(m.Blocks[:len(m.Blocks)-2], on, by) // where its state stood
	return m
}

// newsRow is a story among others, as a row that opens it.
func newsRow(n stories.News) Block {
	label, _ := Cut(n.Story.Slug, RowLabel)
	open := NewButton(label, ActionOpen, n.Story.ID)
	shown := n.Story
	if n.Was.Slug != "" {
		shown.Slug, shown.Headline = n.Was.Slug, n.Was.Headline
	}
	title, _ := CutToRoom(Headline(shown), rowTitleRoom)
	row := Block{Kind: Item, Spans: []Span{Bold(title)}, Button: &open}
	if text, _ := CutToRoom(OneLine(n.Update.Text), rowTextRoom); text != "" {
		row.Spans = append(append(row.Spans, Text("\n")), RowSpans(n.Update, text)...)
	}
	line := "\n" + shown.Slug + " · "
	if n.Was.Slug != "" {
		line = "\n" + shown.Slug + " goes on as " + n.Story.Slug + " · "
	}
	if n.Story.State == stories.Closed {
		line += "closed · "
	}
	row.Spans = append(append(row.Spans, Text(line)), RowMark(n.Update, func(at time.Time) Span { return Span{Time: at, Relative: true} })...)
	row.Spans = append(row.Spans, Span{Time: n.Story.ActiveAt, Relative: true})
	return row
}

// renderStop is the line that says what ended in a channel, or goes on.
func renderStop(c stories.Content) Message {
	change := c.Notice.Body.Change
	who, what := UserName(change.By), TargetWords(nowCalled(c))
	left := targetsWords(change.Left) + ": " + changeOptions(change)
	switch {
	case change.Kind == stories.CardLost:
		return renderCardLost(c)
	case change.Kind == stories.CardShut:
		return renderCardShut(c)
	case change.Kind == stories.ThreadShut:
		return renderThreadShut(c)
	case change.Kind == stories.Unstopped:
		return Plainly(fmt.Sprintf("%s brought %s back here; its updates come by %s.", who, what, left))
	case change.Target.Kind == stories.TargetStory && len(change.Left) > 0:
		return Plainly(fmt.Sprintf("%s ended this channel's own subscription to %s; its updates now come by %s.", who, what, left))
	}
	return Plainly(fmt.Sprintf("%s stopped %s here.", who, what))
}

// nowCalled is the target of a change, a story by the slug it has now.
func nowCalled(c stories.Content) stories.Target {
	target := c.Notice.Body.Change.Target
	if c.Story.ID != 0 {
		target.Name = c.Story.Slug
	}
	return target
}

// followedBy says who began to follow something.
func followedBy(change stories.Change, what string) string {
	if change.Alone {
		return "You follow " + what
	}
	return UserName(change.By) + " subscribed this channel to " + what
}

// changeOptions are the options of the subscription that a change is about.
func changeOptions(c stories.Change) string {
	if c.Options == (stories.Options{}) { // of a message from before there were any
		return LevelWords(c.Level)
	}
	return OptionsWords(c.Options, OneLine(cmp.Or(c.Pings, RoleKind.Unnamed())))
}

// StopButton ends what brings a story to where it is pressed, once that is
// confirmed.
func StopButton(story stories.Story) Button {
	b := NewButton("Stop here", ActionStop, story.ID)
	b.Confirm = StopQuestion(story.Slug)
	return b
}

// StopQuestion asks whether everybody in a channel is to miss what somebody stops.
func StopQuestion(what string) string { return "Stop " + what + " for everybody in this channel?" }

// TargetWords is a target in a sentence.
func TargetWords(t stories.Target) string {
	switch t.Kind {
	case stories.TargetAll:
		return "all stories"
	case stories.TargetTopic:
		return "the topic " + t.Name
	}
	return t.Name
}

// targetsWords are several, as they are typed.
func targetsWords(targets []stories.Target) string {
	words := make([]string, len(targets))
	for i, t := range targets {
		words[i] = t.String()
	}
	return strings.Join(words, ", ")
}

// LevelWords says what comes through from l on.
func LevelWords(l stories.Level) string {
	switch l {
	case stories.Breaking:
		return "breaking updates only"
	case stories.Normal:
		return "normal and breaking updates"
	}
	return "every update"
}
