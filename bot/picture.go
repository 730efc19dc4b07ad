package bot

import "storybot/stories"

// Picture is the picture that u shows, for Message.Image; nil for none. What is being
// checked, from its birth or since, or withdrawn shows none: a picture is believed.
func Picture(u stories.Update) *Image {
	if u.Picture.IsZero() || u.Marks.Standing != stories.Stands {
		return nil
	}
	return &Image{URL: u.Picture.URL, Alt: u.Picture.Alt}
}

// InWords is small print that stands for the picture where it is not shown: its
// description, and the host it is at as a link.
func (i Image) InWords() Block {
	spans := []Span{Text(i.described())}
	if l, ok := ParseLink(i.URL); ok {
		host := Span{Text: l.Host(), URL: i.URL}
		if len(i.URL) > stories.MaxSourceURL { // a link that would crowd out the text
			host.URL = ""
		}
		spans = append(spans, Text(" · "), host)
	}
	return Block{Kind: Small, Spans: spans}
}

// Described is small print below a picture that is shown, for those who cannot
// see it, where the platform has no other place for its description.
func (i Image) Described() Block { return Block{Kind: Small, Spans: []Span{Text(i.described())}} }

// room is what the description and its link take of a message, in Room units; 0 for
// no picture.
func (i *Image) room() int {
	if i == nil {
		return 0
	}
	words := i.InWords().Spans
	room := roomOfSpans(words)
	if words[len(words)-1].URL != "" {
		room += linkRoom(i.URL)
	}
	return room
}

// describedRoom bounds a description full of marks, in Room units: an ordinary one
// of the longest fits.
const describedRoom = 580

func (i Image) described() string {
	alt, _ := CutToRoom(OneLine(i.Alt), describedRoom)
	return "Picture: " + alt
}

// WithoutPicture is m with its picture in words instead.
func (m Message) WithoutPicture() Message {
	if m.Image != nil {
		m.Blocks = append(m.Blocks[:len(m.Blocks):len(m.Blocks)], m.Image.InWords())
		m.Image = nil
	}
	return m
}
