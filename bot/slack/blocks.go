package slack

import (
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"

	"storybot/bot"
)

// encodeMessage returns a message's top-level text and its blocks.
//
// Text nobody vouches for goes into rich_text and plain_text only: in mrkdwn
// * _ ~ and ` cannot be escaped. mrkdwn holds nothing but dates and links of
// small print, and what parts them.
func encodeMessage(m *bot.Message) (text string, blocks json.RawMessage) {
	return encodePinging(m, nobody)
}

// encodePinging is encodeMessage of what pings somebody behind what it says.
func encodePinging(m *bot.Message, who pinged) (text string, blocks json.RawMessage) {
	text = fallbackPinging(m, who)
	built := buildPinging(m, who)
	if len(built) == 0 {
		return text, nil
	}
	encoded, err := json.Marshal(built)
	if err != nil {
		// The types are strings and numbers; there is nothing that can fail.
		return text, nil
	}
	return text, encoded
}

// builder puts a message together within Slack's limits.
type builder struct {
	blocks  []slack.Block
	rich    []slack.RichTextElement        // of the rich_text block in the making
	line    []slack.RichTextSectionElement // of its section in the making
	last    bot.BlockKind                  // of what line ends in
	list    []slack.RichTextElement        // of its list in the making
	pressed int                            // buttons so far
	left    int                            // UTF-16 units that still fit
	room    int                            // blocks that may be there
	cut     bool
}

// build lays m out. What does not fit is left out and said to be; the small print
// at the end of m and its buttons have their room kept for them.
func build(m *bot.Message) []slack.Block { return buildPinging(m, nobody) }

// buildPinging is build of what pings somebody.
func buildPinging(m *bot.Message, who pinged) []slack.Block {
	m = drawable(m)
	body, small := m.SmallPrint()
	if len(body) == 0 || len(small) > maxBlocks/4 {
		body, small = m.Blocks, nil
	}
	kept := min(unitsOf(small), maxMessage/4)
	b := &builder{left: maxMessage - kept - len(who), room: maxBlocks - 4 - 2*len(small)}
	b.title(m)
	for _, block := range body {
		if b.left <= 0 || len(b.blocks) >= b.room-3 {
			b.cut = true
			break
		}
		b.block(block)
	}
	b.endRich()
	if b.cut {
		b.blocks = append(b.blocks, slack.NewContextBlock("", plainText("The rest does not fit into one Slack message.")))
	}
	if who != nobody {
		b.blocks = append(b.blocks, slack.NewRichTextBlock("", slack.NewRichTextSection(who.element())))
	}
	if m.Image != nil {
		b.picture(*m.Image)
	}
	b.left, b.room = b.left+kept, maxBlocks-1
	for _, block := range small {
		b.small(block.Spans)
	}
	b.buttons(m.Buttons)
	return b.blocks
}

// unitsOf is how long the texts of blocks are, in UTF-16 units.
func unitsOf(blocks []bot.Block) (n int) {
	for _, block := range blocks {
		for _, s := range block.Spans {
			n += bot.Units(s.Text) + len("2014-12-20 15:04 UTC")
		}
	}
	return n
}

// title is a header, or a bold link where it leads somewhere.
func (b *builder) title(m *bot.Message) {
	title, _ := bot.Cut(bot.OneLine(m.Title), maxHeader)
	if title == "" {
		return
	}
	b.left -= bot.Units(title)
	_, address, ok := link(m.URL)
	if !ok {
		b.blocks = append(b.blocks, slack.NewHeaderBlock(plainText(title)))
		return
	}
	bold := &slack.RichTextSectionTextStyle{Bold: true}
	b.blocks = append(b.blocks, slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionLinkElement(address, title, bold))))
}

func (b *builder) block(block bot.Block) {
	if block.Button != nil && b.row(block) {
		return
	}
	switch block.Kind {
	case bot.Small:
		b.endRich()
		b.small(block.Spans)
	case bot.Item:
		b.endLine()
		if elements := b.spans(block.Spans, false); len(elements) > 0 {
			b.list = append(b.list, slack.NewRichTextSection(elements...))
		}
	case bot.Quote:
		b.endLine()
		b.endList()
		if elements := b.spans(block.Spans, false); len(elements) > 0 {
			b.rich = append(b.rich, &slack.RichTextQuote{Type: slack.RTEQuote, Elements: elements})
		}
	default:
		b.endList()
		b.paragraph(block)
	}
}

// paragraph adds to the section in the making: a heading stands directly over
// what follows, paragraphs have a blank line between them.
func (b *builder) paragraph(block bot.Block) {
	elements := b.spans(block.Spans, block.Kind == bot.Heading)
	if len(elements) == 0 {
		return
	}
	if len(b.line) > 0 {
		gap := "\n\n"
		if b.last == bot.Heading {
			gap = "\n"
		}
		b.line = append(b.line, slack.NewRichTextSectionTextElement(gap, nil))
	}
	b.line, b.last = append(b.line, elements...), block.Kind
}

func (b *builder) endLine() {
	if len(b.line) > 0 {
		b.rich = append(b.rich, slack.NewRichTextSection(b.line...))
		b.line = nil
	}
}

func (b *builder) endList() {
	if len(b.list) > 0 {
		b.rich = append(b.rich, slack.NewRichTextList(slack.RTEListBullet, 0, b.list...))
		b.list = nil
	}
}

func (b *builder) endRich() {
	b.endLine()
	b.endList()
	if len(b.rich) > 0 {
		b.blocks = append(b.blocks, slack.NewRichTextBlock("", b.rich...))
		b.rich = nil
	}
}

// take cleans text and cuts it to what still fits into the message.
func (b *builder) take(s string) string {
	s, cut := bot.Cut(bot.Clean(s), b.left)
	b.cut = b.cut || cut
	b.left -= bot.Units(s)
	return s
}

// spans turns runs of text into rich_text elements.
func (b *builder) spans(spans []bot.Span, bold bool) []slack.RichTextSectionElement {
	var out []slack.RichTextSectionElement
	add := func(text string, style *slack.RichTextSectionTextStyle) {
		for _, part := range bot.Pages(text, maxTextObject) {
			if part != "" {
				out = append(out, slack.NewRichTextSectionTextElement(part, style))
			}
		}
	}
	for _, s := range spans {
		style := styleOf(s, bold)
		if !s.Time.IsZero() && s.Time.Unix() < 0 {
			add(b.take(utc(s)), style)
			continue
		}
		if !s.Time.IsZero() {
			plain := b.take(utc(s))
			date := slack.NewRichTextSectionDateElement(s.Time.Unix(), dateFormat(s), nil, &plain)
			date.Style = style
			out = append(out, date)
			continue
		}
		if id := channelOfSpan(s); id != "" {
			b.take(s.Text)
			out = append(out, slack.NewRichTextSectionChannelElement(id, style))
			continue
		}
		l, address, ok := link(s.URL)
		if !ok {
			add(b.take(s.Text), style)
			continue
		}
		label, _ := bot.Cut(b.take(s.Text), maxTextObject)
		label, rest := l.Label(label)
		out = append(out, slack.NewRichTextSectionLinkElement(address, label, style))
		add(b.take(rest), style)
	}
	return out
}

func styleOf(s bot.Span, bold bool) *slack.RichTextSectionTextStyle {
	style := slack.RichTextSectionTextStyle{Bold: s.Bold || bold, Italic: s.Italic, Strike: s.Strike, Code: s.Code}
	if style == (slack.RichTextSectionTextStyle{}) {
		return nil
	}
	return &style
}

// small adds small print: plain text beside dates and links. What only parts two of
// these stands in one element with them, so that they are not drawn apart.
func (b *builder) small(spans []bot.Span) {
	var elements []slack.MixedElement
	plain, marked := "", ""
	flush := func() {
		if marked != "" {
			elements = append(elements, mrkdwn(marked))
			marked = ""
		}
		if text := strings.TrimSpace(plain); text != "" {
			for _, part := range bot.Pages(text, maxSmall) {
				elements = append(elements, plainText(part))
			}
		}
		plain = ""
	}
	mark := func(token string) {
		if marked != "" && strings.TrimSpace(plain) != "" && strings.Trim(plain, " ·,") == "" && bot.Units(marked+plain+token) <= maxSmall {
			marked, plain = marked+plain+token, ""
			return
		}
		flush()
		marked = token
	}
	for _, s := range spans {
		l, address, ok := link(s.URL)
		switch host := l.Host(); {
		case !s.Time.IsZero() && s.Time.Unix() < 0:
			plain += b.take(utc(s))
		case !s.Time.IsZero():
			b.take(utc(s))
			mark(dateToken(s))
		case ok && len(escape(address))+len(host) < maxSmall-10:
			if label := b.take(s.Text); !bot.Shortens(label, l.String()) {
				plain += label
			}
			b.take(host)
			mark(labelled(address, host))
		default:
			plain += b.take(s.Text)
		}
	}
	flush()
	for len(elements) > 0 && len(b.blocks) < b.room {
		n := min(len(elements), maxContextElements)
		b.blocks = append(b.blocks, slack.NewContextBlock("", elements[:n]...))
		elements = elements[n:]
	}
	b.cut = b.cut || len(elements) > 0
}

// plainText has no markup; without emoji:false a ":smile:" in it would be drawn.
func plainText(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

// mrkdwn is markup of ours. verbatim keeps Slack from finding more in it.
func mrkdwn(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}
