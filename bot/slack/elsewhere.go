package slack

import (
	"context"
	"net/url"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

var _ bot.Elsewhere = (*asker)(nil)

// What is said of a channel that was named.
const (
	notNamed   = "channel: takes a channel of this workspace; nothing was changed. Type # and pick it from Slack's list. If you did, whoever runs Storybot switches on “Escape channels, users, and links sent to your app” at the app's slash command."
	notIn      = "Storybot does not see you in that channel; nothing was changed. Join it, invite the bot by typing /invite @storybot there if it is private, and run the command again, or use it in that channel."
	inUnknown  = "Whether you are in that channel could not be checked with Slack now."
	inTooMany  = "You are in more channels than Storybot looks through; nothing was changed. Use the command in that channel."
	inUnscoped = "cannot see who is in which channel"
)

// membersPage is how many channels of a person are asked for at once, and mostPages how
// often: Slack advises at most 200 and takes fewer than 1,000
// (https://docs.slack.dev/reference/methods/users.conversations).
const (
	membersPage = "999"
	mostPages   = 5
)

// AtLater is bot.Elsewhere's.
func (*asker) AtLater() bool { return true }

// At is bot.Elsewhere's. Who is in a channel manages it; of a private one Slack tells the
// bot only where it is a member itself.
func (a *asker) At(ctx context.Context, channel string) (where stories.Destination, name string, there bot.Asker, err error) {
	fail := func(err error) (stories.Destination, string, bot.Asker, error) {
		return stories.Destination{}, "", nil, err
	}
	id, ok := strings.CutPrefix(channel, userRef(a.team(), ""))
	if !ok || !idForm.MatchString(id) || alone(id) {
		return fail(stories.Errorf(stories.CodeInvalid, notNamed))
	}
	w, err := a.directory.serving(ctx, a.team())
	if err != nil {
		return fail(err)
	}
	if name, err = a.member(ctx, w, id); err != nil {
		return fail(err)
	}
	c := a.command
	c.Where, c.Direct = destination(a.team(), id), false
	at, far := a.directory.served(ctx, c, spot{home: a.spot.home})
	far.asked, far.known, far.failure = a.asked, a.known, a.failure
	return at.Where, name, far, nil
}

// member returns what a channel is called that the person is in.
func (a *asker) member(ctx context.Context, w workspace, channel string) (name string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*a.directory.timing.lookUp)
	defer cancel()
	cursor := ""
	for range mostPages {
		form := url.Values{"user": {a.user()}, "types": {"public_channel,private_channel"}, "limit": {membersPage}}
		if cursor != "" {
			form.Set("cursor", cursor)
		}
		var page struct {
			status
			Channels []ref `json:"channels"`
			More     struct {
				Cursor string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if f := a.directory.ask(ctx, w, post("users.conversations", w.token, form), &page); f != nil {
			a.directory.log.Info("slack person's channels not looked up", "err", f)
			if f.code == "missing_scope" {
				return "", lacksScope(f.needed, inUnscoped)
			}
			return "", unchecked(f, inUnknown)
		}
		for _, c := range page.Channels {
			if c.ID == channel {
				if name = bot.OneLine(c.Name); name == "" {
					return "that channel", nil
				}
				return "#" + strings.TrimLeft(name, "#"), nil
			}
		}
		if cursor = page.More.Cursor; cursor == "" {
			return "", stories.Errorf(stories.CodeForbidden, notIn)
		}
	}
	return "", stories.Errorf(stories.CodeForbidden, inTooMany)
}
