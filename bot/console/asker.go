package console

import (
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// asker is who types: at one's own terminal one may do everything, everywhere.
type asker struct{ user stories.User }

func (a asker) Name(context.Context) string { return a.user.Name }
func (asker) Manages(context.Context) error { return nil }

// Posts is bot.Asker's. A terminal has no threads to open and nobody to pass messages on
// to: what is asked for is printed in the channel.
func (asker) Posts(context.Context, ...bot.Need) error { return nil }

// Pings is bot.Asker's: a name is printed, and nobody is called by that.
func (asker) Pings(_ context.Context, whom bot.Mention) (stories.Ping, error) {
	name := strings.TrimLeft(strings.TrimSpace(bot.OneLine(bot.Unmark(whom.Name))), "@")
	if !nameForm.MatchString(name) {
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, "mention: takes a name with its @, such as mention:@desk.")
	}
	return stories.Ping{Mention: "@" + name, Name: "@" + name}, nil
}
