package slack

import (
	"context"
	"net/url"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

const (
	// personLife is how long we believe what Slack said of a person.
	personLife = time.Hour
	// roomLife is how long we believe that a channel can be posted to. That it
	// cannot is never kept: an invitation mends it at once.
	roomLife = 10 * time.Minute
)

// person is what users.info says.
type person struct {
	name  string
	guest bool
}

// room is a channel the bot can post to.
type room struct{}

// asker is who gave a command. Slack takes commands only from people who are in
// the channel, so members are who asks, and guests are told apart by users.info.
type asker struct {
	p       *Platform
	command bot.Command
}

func (a *asker) workspace() string { return a.command.Where.Workspace }

// Name is bot.Asker's.
func (a *asker) Name(ctx context.Context) string {
	if known, ok := a.p.lookUpPerson(ctx, a.workspace(), userOf(a.command.User.Ref)); ok && known.name != "" {
		return known.name
	}
	return a.command.User.Name
}

// Manages is bot.Asker's.
func (a *asker) Manages(ctx context.Context) error {
	known, ok := a.p.lookUpPerson(ctx, a.workspace(), userOf(a.command.User.Ref))
	if ok && known.guest {
		return stories.Errorf(stories.CodeForbidden, "Guests of this workspace cannot change what a channel follows. Ask a full member who is in this channel to do it.")
	}
	return nil
}

// Posts is bot.Asker's.
func (a *asker) Posts(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.p.timing.lookUp)
	defer cancel()
	lacks, cure := a.p.lacks(ctx, a.workspace(), a.command.Where.Channel, userOf(a.command.User.Ref))
	if len(lacks) == 0 {
		return nil
	}
	return stories.Errorf(stories.CodeForbidden, "The bot lacks %s; nothing was changed. %s", strings.Join(lacks, ", "), cure)
}

// userOf is the user part of a reference.
func userOf(reference string) string {
	return reference[strings.LastIndexByte(reference, '/')+1:]
}

// userInfo is the answer of users.info.
// https://docs.slack.dev/reference/methods/users.info
type userInfo struct {
	status
	User struct {
		Name              string `json:"name"`
		RealName          string `json:"real_name"`
		IsRestricted      bool   `json:"is_restricted"`
		IsUltraRestricted bool   `json:"is_ultra_restricted"`
		Profile           struct {
			DisplayName string `json:"display_name"`
			RealName    string `json:"real_name"`
		} `json:"profile"`
	} `json:"user"`
}

// lookUpPerson asks Slack about a person. It knows nothing without the scope
// users:read, or when Slack does not answer in time.
func (p *Platform) lookUpPerson(ctx context.Context, team, user string) (person, bool) {
	now, key := time.Now(), userRef(team, user)
	if known, ok := p.people.get(key, now); ok {
		return known, true
	}
	w, ok, _, _ := p.workspaces.find(team)
	if !ok || !w.grants("users:read") {
		return person{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, p.timing.lookUp)
	defer cancel()
	var info userInfo
	if _, f := p.api.call(ctx, post("users.info", w.token, url.Values{"user": {user}}), &info); f != nil {
		if f.code == "missing_scope" {
			p.people.put(key, person{}, now)
		}
		p.log.Info("slack person not looked up", "user", key, "err", f)
		return person{}, false
	}
	u := info.User
	known := person{guest: u.IsRestricted || u.IsUltraRestricted}
	for _, name := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		if known.name = bot.OneLine(name); known.name != "" {
			break
		}
	}
	p.people.put(key, known, now)
	return known, true
}

func roomKey(team, channel string) string { return team + "/" + channel }

// lacks says what the bot is missing for posting to a channel, and how it is
// mended. Nothing is missing when Slack does not say so in time: then the
// first post tells.
func (p *Platform) lacks(ctx context.Context, team, channel, user string) (lacks []string, cure string) {
	now, key := time.Now(), roomKey(team, channel)
	if _, ok := p.rooms.get(key, now); ok {
		return nil, ""
	}
	w, ok, _, _ := p.workspaces.find(team)
	if !ok {
		return nil, ""
	}
	in, said := p.reaches(ctx, w, channel, user)
	switch {
	case in:
		p.rooms.put(key, room{}, now)
		return nil, ""
	case !said:
		return nil, ""
	case strings.HasPrefix(channel, "D"):
		return []string{"being in this conversation"}, "Storybot is not part of this conversation. Use the command in your own direct message with Storybot, or in a channel."
	}
	return []string{"being in this channel"}, "The bot is not in this channel. Anyone in it can invite the bot by typing /invite @storybot; then run the command again."
}

// channelInfo is the answer of conversations.info and conversations.open.
// https://docs.slack.dev/reference/methods/conversations.info
type channelInfo struct {
	status
	Channel struct {
		ID         string `json:"id"`
		IsMember   bool   `json:"is_member"`
		IsPrivate  bool   `json:"is_private"`
		IsIM       bool   `json:"is_im"`
		IsMPIM     bool   `json:"is_mpim"`
		IsArchived bool   `json:"is_archived"`
	} `json:"channel"`
}

// reaches says whether the bot can post to a channel, if Slack says so. A
// direct message is ours when it is the one Slack opens between the person
// and the bot; opening it shows nothing to anybody.
func (p *Platform) reaches(ctx context.Context, w workspace, channel, user string) (in, said bool) {
	r := post("conversations.info", w.token, url.Values{"channel": {channel}})
	if strings.HasPrefix(channel, "D") {
		r = post("conversations.open", w.token, url.Values{"users": {user}})
	}
	var info channelInfo
	_, f := p.api.call(ctx, r, &info)
	switch {
	case f != nil && f.code == "channel_not_found":
		return false, true
	case f != nil:
		p.log.Info("slack channel not looked up", "channel", channel, "err", f)
		return false, false
	case strings.HasPrefix(channel, "D"):
		return info.Channel.ID == channel, info.Channel.ID != ""
	case info.Channel.IsPrivate || info.Channel.IsMPIM:
		return info.Channel.IsMember, true
	}
	return info.Channel.IsMember || w.grants("chat:write.public"), true
}
