package discord

import (
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
	"storybot/bot/pictures"
)

// drawing is how messages become bytes: the encodings of those in use, and which of
// their pictures are not to be tried.
type drawing struct {
	bodies   bodies
	pictures *pictures.Guard
	roles    roles // that may be pinged
}

// maxPicture is how long the address of a picture may be
// (https://discord.com/developers/docs/resources/message#embed-object-embed-image-structure).
const maxPicture = 2048

// picture draws m's picture: as an embed that holds nothing else. The description
// of such a picture is nowhere in an embed
// (https://discord.com/developers/docs/resources/message#embed-object-embed-image-structure),
// so it stands in small print, where it is also all there is for readers who have
// previews switched off. rest is what else m says.
func picture(m bot.Message) (rest bot.Message, embeds []*discordgo.MessageEmbed) {
	if m.Image == nil {
		return m, nil
	}
	l, ok := bot.ParseLink(m.Image.URL)
	if !ok || len(l.String()) > maxPicture || !strings.HasPrefix(l.String(), "https://") {
		return m.WithoutPicture(), nil
	}
	rest = m
	rest.Image = nil
	rest.Blocks = append(m.Blocks[:len(m.Blocks):len(m.Blocks)], m.Image.Described())
	return rest, []*discordgo.MessageEmbed{{Image: &discordgo.MessageEmbedImage{URL: l.String()}}}
}

// pictureRefusals are the refusals that can be about a picture, by their codes as
// verdicts have them, and how far they reach
// (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json).
var pictureRefusals = map[string]pictures.Extent{
	"50035":    pictures.Everywhere, // no address of a picture to Discord
	"240000":   pictures.Everywhere, // a link that Discord takes for harmful
	"http_400": pictures.Everywhere,
	"200000":   pictures.Workspace, // a filter of the server
	"200001":   pictures.Workspace,
	"20009":    pictures.Workspace, // explicit, in a channel that is not for it
	"50013":    pictures.Place,     // Embed Links is missing, perhaps nothing else
}

// pictureRefused says how far v, the verdict on a message with a picture, may be a
// refusal of the picture.
func pictureRefused(v bot.Verdict) pictures.Extent {
	switch v.Outcome {
	case bot.BadPayload, bot.Blocked, bot.Unable:
		return pictureRefusals[v.Code]
	}
	return pictures.Nowhere
}
