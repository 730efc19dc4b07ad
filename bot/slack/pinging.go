package slack

import (
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// takesNot says why something is not possible in the place, "" where it is.
func (a *asker) takesNot(n bot.Need) string {
	switch {
	case n == bot.NeedPublish:
		return "Slack has no channels whose messages are passed on to others; nothing was changed. Leave publish: out."
	case n == bot.NeedThreads && (a.spot.ours || strings.HasPrefix(a.channel(), "D")):
		return "A story has a thread of its own only in a channel; nothing was changed. Leave mode: out for a message per update, or take mode:card."
	}
	return ""
}

// What people are told whom they cannot have pinged.
const (
	pingsNobody  = "In a direct message there is nobody else to ping; nothing was changed. Use mention: in a channel."
	pingsNotAll  = "Storybot pings a user group or @here, never @channel or @everyone; nothing was changed."
	pingsNoOne   = "mention: takes a user group or @here, not one person; nothing was changed."
	pingsUnknown = "mention: takes a user group or @here; nothing was changed. Type @ and pick the group from Slack's list. If you did, whoever runs Storybot switches on “Escape channels, users, and links sent to your app” at the app's slash command."
	hereIsAdmins = "Only admins and owners of this workspace can have @here pinged; nothing was changed. Ask one of them to run the command, or name a user group."
	hereUnknown  = "Whether you may have @here pinged could not be checked with Slack now."
)

// Pings is bot.Asker's. A user group is one that Slack itself made a mention of; @here is
// for the workspace's admins.
func (a *asker) Pings(ctx context.Context, whom bot.Mention) (stories.Ping, error) {
	if a.spot.ours || a.channel() == "" || strings.HasPrefix(a.channel(), "D") {
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, pingsNobody)
	}
	if a.homed != "" {
		return stories.Ping{}, a.pingsAtHome()
	}
	if whom.Ref == "" {
		switch strings.ToLower(strings.TrimLeft(strings.TrimSpace(whom.Name), "@")) {
		case "here":
			return a.pingsHere(ctx)
		case "channel", "everyone":
			return stories.Ping{}, stories.Errorf(stories.CodeInvalid, pingsNotAll)
		}
		return stories.Ping{}, stories.Errorf(stories.CodeInvalid, pingsUnknown)
	}
	if whom.Ref == string(here) {
		return a.pingsHere(ctx)
	}
	ours, ok := strings.CutPrefix(whom.Ref, userRef(a.team(), ""))
	ping := stories.Ping{Mention: groupMention(ours)}
	if groupForm.MatchString(whom.Ref) {
		ping.Mention, ok = whom.Ref, true
	}
	switch {
	case ok && userForm.MatchString(ours) || whom.Kind == bot.PersonKind:
		return ping, stories.Errorf(stories.CodeInvalid, pingsNoOne)
	case !ok || !groupForm.MatchString(ping.Mention):
		return ping, stories.Errorf(stories.CodeInvalid, pingsUnknown)
	}
	if name := strings.TrimLeft(bot.OneLine(whom.Name), "@"); name != "" && name != unnamedGroup {
		ping.Name = "@" + name
		a.directory.tellGroup(a.team(), ping.Mention, name)
	}
	return ping, nil
}

// pingsHere lets the workspace's own admins and owners have @here pinged. What Slack did
// not say of a person is no.
func (a *asker) pingsHere(ctx context.Context) (stories.Ping, error) {
	w, err := a.directory.serving(ctx, a.team())
	switch {
	case err != nil:
		return stories.Ping{}, err
	case !w.grants("users:read"):
		return stories.Ping{}, lacksScope("users:read", "cannot see who is an admin, and @here is for them")
	}
	known, f := a.person(ctx, w, rightsLife)
	switch {
	case f != nil && w.lacks("users:read", f):
		return stories.Ping{}, lacksScope("users:read", "cannot see who is an admin, and @here is for them")
	case f != nil:
		return stories.Ping{}, unchecked(f, hereUnknown)
	case known.kind == unsaid:
		return stories.Ping{}, unchecked(&failure{method: "users.info", reach: answered}, hereUnknown)
	case known.kind != member || !known.admin || known.team != a.team() || a.spot.home != "":
		return stories.Ping{}, stories.Errorf(stories.CodeForbidden, hereIsAdmins)
	}
	a.directory.tellGroup(a.team(), string(here), "here")
	return stories.Ping{Mention: string(here), Name: "@here"}, nil
}

// tellGroup tells what a group is called.
func (d *directory) tellGroup(team, mention, name string) {
	d.tellPlace(stories.PlaceName{Place: destination(team, mention), Form: stories.GroupForm, Name: name, Access: stories.OpenAccess})
}
