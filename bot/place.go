package bot

import (
	"unicode"
	"unicode/utf8"

	"storybot/stories"
)

// Names puts places into words: by what they are called as far as that is known,
// and never by an id. The zero value knows none.
type Names struct {
	Platforms []Refs
	Known     stories.Names
}

// maxPlaceName is how much of a channel's or a workspace's name is shown, in
// UTF-16 units.
const maxPlaceName = 60

// Place is a channel in a sentence: "#partners (Discord)", where another channel
// has that name too "#partners (Discord, Newsroom)", "a direct message with Rita
// Klein (Discord)". Whoever reads it may not be among those who may know of a
// private channel: it is "a private channel (Slack, Newsroom)", and one of which
// nobody said that it is not is "a channel (Slack, Newsroom)". On its own platform it is shown as that platform does, see
// Near, by its name to those alone who may see it.
func (n Names) Place(d stories.Destination) Span {
	known := n.Known[d]
	name := placeName(known.Name)
	switch {
	case known.Form == stories.DirectForm:
		if name == "" {
			name = Someone
		}
		return Text("a direct message with " + name + " (" + n.Platform(d.Platform) + ")")
	case name == "" && n.shows(d.Platform):
		return Span{Text: placeName(d.Channel) + " (" + n.Platform(d.Platform) + ")", Place: d}
	}
	if known.Access != stories.OpenAccess {
		name = ""
	}
	where := n.Platform(d.Platform)
	if workspace := n.workspace(d); workspace != "" && (known.Shared || name == "") {
		where += ", " + workspace
	}
	span := Span{Text: "a channel (" + where + ")", Place: d}
	switch {
	case known.Access == stories.PrivateAccess && known.Form == stories.ThreadForm:
		span.Text = "a private thread (" + where + ")"
	case known.Access == stories.PrivateAccess:
		span.Text = "a private channel (" + where + ")"
	case name != "" && known.Form == stories.ThreadForm:
		span.Text = "the thread “" + name + "” (" + where + ")"
	case name != "":
		span.Text = "#" + name + " (" + where + ")"
	}
	return span
}

// Here is Place for a reader in a channel: that one is "this channel", and "this
// direct message" where it is known to be one.
func (n Names) Here(d, here stories.Destination) Span {
	if d == here {
		if n.Known[d].Form == stories.DirectForm {
			return Text("this direct message")
		}
		return Text("this channel")
	}
	return n.Place(d)
}

// Workspace is a workspace and its platform: "Slack (Newsroom)", "Discord" where
// it has none, "one workspace (Slack)" where nobody knows its name.
func (n Names) Workspace(d stories.Destination) string {
	platform := n.Platform(d.Platform)
	switch name := n.workspace(d); {
	case d.Workspace == "":
		return platform
	case name == "":
		return "one " + n.workspaceWord(d.Platform) + " (" + platform + ")"
	default:
		return platform + " (" + name + ")"
	}
}

// workspaceWord is what people on a platform call a workspace.
func (n Names) workspaceWord(platform string) string {
	for _, p := range n.Platforms {
		if p.Platform == platform && p.Workspace != "" {
			return p.Workspace
		}
	}
	return "workspace"
}

// Lane is Workspace for what a lane serves. Where nobody knows its name the
// platform's has to do.
func (n Names) Lane(lane string) string {
	d := stories.LanePlace(lane)
	if n.workspace(d) == "" {
		return n.Platform(d.Platform)
	}
	return n.Workspace(d)
}

// Platform is what people call a platform.
func (n Names) Platform(name string) string {
	for _, p := range n.Platforms {
		if p.Platform == name && p.Title != "" {
			return p.Title
		}
	}
	return capital(name)
}

func (n Names) workspace(d stories.Destination) string { return placeName(n.Known[d.In()].Name) }

// shows says that a platform's ids are names that people chose.
func (n Names) shows(platform string) bool {
	for _, p := range n.Platforms {
		if p.Platform == platform {
			return p.Named
		}
	}
	return false
}

// placeName makes a name that people gave fit to stand in a sentence.
func placeName(s string) string {
	s, _ = Cut(OneLine(Unmark(s)), maxPlaceName)
	return s
}

// Sentence is span as the beginning of a sentence.
func Sentence(span Span) Span {
	span.Text = capital(span.Text)
	return span
}

func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// Near is m for readers in a channel. A channel of another workspace is shown to
// them by its name: their platform would show it as one that they may not see.
// It is m itself, nil too, when nothing in it is to be changed.
func Near(m *Message, here stories.Destination) *Message {
	far := func(s Span) bool { return s.Place != (stories.Destination{}) && s.Place.In() != here.In() }
	if m == nil {
		return nil
	}
	var near *Message
	for i, b := range m.Blocks {
		for k, s := range b.Spans {
			if !far(s) {
				continue
			}
			if near == nil {
				other := *m
				other.Blocks = append([]Block(nil), m.Blocks...)
				near = &other
			}
			if &near.Blocks[i].Spans[0] == &b.Spans[0] {
				near.Blocks[i].Spans = append([]Span(nil), b.Spans...)
			}
			near.Blocks[i].Spans[k].Place = stories.Destination{}
		}
	}
	if near == nil {
		return m
	}
	return near
}
