package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"storybot/bot"
	"storybot/bot/pictures"
)

// Limits of an image block
// (https://docs.slack.dev/reference/block-kit/blocks/image-block).
const (
	maxImageURL = 3000
	maxAltText  = 2000
)

// picture adds m's picture, which screen readers hear as its description.
func (b *builder) picture(i bot.Image) {
	alt, _ := bot.Cut(bot.OneLine(i.Alt), maxAltText)
	b.endRich()
	b.blocks = append(b.blocks, slack.NewImageBlock(i.URL, alt, "", nil))
}

// drawable is m with its picture where Slack could load it by its address, else with
// the picture in words.
func drawable(m *bot.Message) *bot.Message {
	if m.Image == nil {
		return m
	}
	l, ok := bot.ParseLink(m.Image.URL)
	drawn := *m
	if !ok || !strings.HasPrefix(l.String(), "https://") || len(l.String()) > maxImageURL || bot.OneLine(m.Image.Alt) == "" {
		drawn = m.WithoutPicture()
	} else {
		drawn.Image = &bot.Image{URL: l.String(), Alt: m.Image.Alt}
	}
	return &drawn
}

// pictureRefusals are the words with which Slack refuses a message whose picture it
// cannot load, does not take for one, or finds too long an address of. Nothing was
// posted then (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
var pictureRefusals = []string{"invalid_blocks", "invalid_blocks_format", "invalid_arguments", "invalid_form_data", "invalid_payload"}

// mayBePicture says that a message with a picture may have been refused for that.
func mayBePicture(f *failure) bool { return f != nil && slices.Contains(pictureRefusals, f.code) }

// pictureRefused says how far v, the verdict on a message with a picture, may be a
// refusal of the picture: Slack loads it once, for whichever workspace.
func pictureRefused(v bot.Verdict) pictures.Extent {
	if (v.Outcome == bot.BadPayload || v.Outcome == bot.Unable) && slices.Contains(pictureRefusals, v.Code) {
		return pictures.Everywhere
	}
	return pictures.Nowhere
}
