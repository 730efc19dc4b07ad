package stories

import "strings"

// Picture is the one picture that an update may carry, by its address, and what
// it shows in words: for readers who cannot see it, and wherever it cannot be
// shown. The zero value is none.
type Picture struct {
	URL string // https
	Alt string // one line
}

// Limits of a picture.
const (
	// MaxPictureURL is in bytes. An embed's address on Discord has at most 2,048
	// characters (https://discord.com/developers/docs/resources/message#embed-object-embed-image-structure),
	// an image_url on Slack 3,000 (https://docs.slack.dev/reference/block-kit/blocks/image-block).
	MaxPictureURL = 2048
	// MaxPictureAlt is in characters (code points). Slack's alt_text takes 2,000
	// (https://docs.slack.dev/reference/block-kit/blocks/image-block), but Discord has
	// none for such a picture: there the description stands below the text, within
	// the 2,000 characters of the whole message
	// (https://discord.com/developers/docs/resources/message#create-message).
	MaxPictureAlt = 500
)

// IsZero says that there is no picture.
func (p Picture) IsZero() bool { return p == Picture{} }

// neat is the picture without white space around its parts and with a description
// of one line.
func (p Picture) neat() Picture {
	return Picture{URL: strings.TrimSpace(p.URL), Alt: strings.Join(strings.Fields(p.Alt), " ")}
}

// CheckPicture says whether p can be an update's picture: none, or an https
// address as CheckSource wants it together with a description. Error: CodeInvalid.
func CheckPicture(p Picture) error {
	switch {
	case p.IsZero():
		return nil
	case p.URL == "":
		return Errorf(CodeInvalid, "The description belongs to a picture, and there is none. Add its address, for example image:https://example.org/dam.jpg, or leave alt: out.")
	}
	if err := (address{what: "picture", begins: "https://", example: "image:https://example.org/dam.jpg", of: "picture", most: MaxPictureURL}).check(p.URL); err != nil {
		return err
	}
	if p.Alt == "" {
		return Errorf(CodeInvalid, "The picture has no description. Say what it shows, for readers who cannot see it: alt:\"Water over the dam\".")
	}
	return checkText("description of the picture", p.Alt, MaxPictureAlt)
}
