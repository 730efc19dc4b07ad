package slack

import (
	"regexp"
	"strings"

	"storybot/bot"
)

// Ids are capital letters and digits and begin with what they are of: T for a
// workspace, E for an organisation of several, U or W for a person
// (https://docs.slack.dev/reference/objects/user-object,
// https://docs.slack.dev/enterprise/developing-for-enterprise-orgs).
var (
	personForm = regexp.MustCompile(`^[TE][A-Z0-9]{1,30}/[UW][A-Z0-9]{1,30}$`)
	userForm   = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
	// mentionForm is how a client writes a person who was picked
	// (https://docs.slack.dev/messaging/formatting-message-text#mentioning-users).
	mentionForm = regexp.MustCompile(`^<@([A-Z0-9]+)(?:\|[^<>]*)?>$`)
)

// channelForm is a channel's id, of a private one too; a direct message has none
// that could be shown (https://docs.slack.dev/reference/objects/conversation-object).
var channelForm = regexp.MustCompile(`^[CG][A-Z0-9]{1,30}$`)

// channelOfSpan is the channel of Slack's that a span stands for, to be shown as
// Slack shows it; "" for any other span.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block#channel-element-type
func channelOfSpan(s bot.Span) string {
	if s.Place.Platform != platformName || !channelForm.MatchString(s.Place.Channel) {
		return ""
	}
	return s.Place.Channel
}

// Refs says how people are written on Slack.
func Refs() bot.Refs {
	return bot.Refs{
		Platform: platformName,
		Title:    "Slack",
		Person:   personForm.MatchString,
		Bare: func(workspace, typed string) string {
			typed = strings.TrimSpace(typed)
			if m := mentionForm.FindStringSubmatch(typed); m != nil {
				typed = m[1]
			}
			if userForm.MatchString(typed) {
				typed = workspace + "/" + typed
			}
			if !personForm.MatchString(typed) {
				return ""
			}
			return typed
		},
		Example: "slack:T012AB3CD/U024BE7LH",
	}
}
