package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// asker is who types: at one's own terminal one may do everything, everywhere.
type asker struct {
	user stories.User
	zone *time.Location
}

// Zone is bot.Zoned's.
func (a asker) Zone(context.Context) *time.Location { return a.zone }

func (a asker) Name(context.Context) string { return a.user.Name }
func (asker) Manages(context.Context) error { return nil }

// Posts is bot.Asker's. A terminal has no threads to open: what is asked for is printed in
// the channel. It has nobody to pass messages on to.
func (asker) Posts(_ context.Context, needs ...bot.Need) error {
	if slices.Contains(needs, bot.NeedPublish) {
		return stories.Errorf(stories.CodeInvalid, "A console has no channels whose messages are passed on to others; nothing was changed. Leave publish: out.")
	}
	return nil
}

// Pings is bot.Asker's: a name is printed, and nobody is called by that.
func (asker) Pings(_ context.Context, whom bot.Mention) (stories.Ping, error) {
	name := strings.TrimLeft(strings.TrimSpace(bot.OneLine(bot.Unmark(whom.Name))), "@")
	if !nameForm.MatchString(name) {
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, "mention: takes a name with its @, such as mention:@desk.")
	}
	return stories.Ping{Mention: "@" + name, Name: "@" + name}, nil
}

// AtLater is bot.Elsewhere's.
func (asker) AtLater() bool { return true }

// At is bot.Elsewhere's: a channel is there once it is named.
func (a asker) At(_ context.Context, channel string) (stories.Destination, string, bot.Asker, error) {
	channel = "#" + strings.TrimLeft(strings.TrimSpace(bot.OneLine(bot.Unmark(channel))), "#")
	if !channelForm.MatchString(channel) {
		return stories.Destination{}, "", nil, stories.Errorf(stories.CodeInvalid, "channel: takes a channel's name, such as channel:#news; nothing was changed.")
	}
	return stories.Destination{Platform: Platform, Channel: channel}, channel, a, nil
}
