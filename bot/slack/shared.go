package slack

import (
	"context"
	"slices"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// A channel can be shared between workspaces of several companies, or of one
// organisation, and has the same id in all of them
// (https://docs.slack.dev/apis/slack-connect). Where Storybot has tokens of several it is
// one destination all the same: that of its home.

// houseLife is how long what Slack said of who shares a channel is believed: it tells of
// every change with channel_shared and channel_unshared.
const houseLife = time.Hour

// house is who shares a channel, of the workspaces there are tokens of.
type house struct {
	// home is the workspace that the channel's messages are sent by and what it follows is
	// kept under: the host, where there is a token of it, else the first by id.
	home  string
	teams []string // sorted, home among them
	// name is what the channel is called there, access who may know of it.
	name   string
	access stories.Access
}

// shares says whether a workspace is one of several that share the channel.
func (h house) shares(team string) bool { return len(h.teams) > 1 && slices.Contains(h.teams, team) }

// houseOf reads who shares a channel out of what a workspace is told of it.
func houseOf(team string, known room, served func(string) bool) house {
	h := house{home: team, teams: []string{team}}
	for _, other := range known.teams {
		if served(other) && !slices.Contains(h.teams, other) {
			h.teams = append(h.teams, other)
		}
	}
	slices.Sort(h.teams)
	if h.home = h.teams[0]; slices.Contains(h.teams, known.host) {
		h.home = known.host
	}
	return h
}

// house returns who shares a channel as a workspace sees it. Where Slack does not tell,
// the channel is that workspace's own, until it does.
func (d *directory) house(ctx context.Context, team, channel string) house {
	lone := house{home: team, teams: []string{team}}
	if team == "" || channel == "" || alone(channel) || !d.workspaces.several() {
		return lone
	}
	key := roomKey(team, channel)
	if h, ok := d.houses.get(key, time.Now()); ok {
		return h
	}
	w, err := d.serving(ctx, team)
	if err != nil {
		return lone
	}
	known, f := d.lookUpRoom(ctx, w, team, channel)
	if f != nil || known.group {
		return lone
	}
	h := houseOf(team, known, func(other string) bool {
		w, ok, _ := d.workspaces.await(ctx, other, d.timing.lookUp)
		return ok && w.claim == own
	})
	if known.home || known.abroad || known.inland {
		h.name, h.access = known.name, known.access()
		d.houses.put(key, h, time.Now())
	}
	return h
}

// gather has what any of the workspaces that share a channel followed there go on at its
// home.
func (d *directory) gather(ctx context.Context, h house, channel string) {
	if home, ok := d.gathered.get(channel, time.Now()); len(h.teams) < 2 || ok && home == h.home {
		return
	}
	d.tellChannel(h.home, channel, h.name, h.access)
	for _, team := range h.teams {
		if team != h.home {
			d.move(ctx, team, h.home, channel)
		}
	}
	d.gathered.put(channel, h.home, time.Now())
}

func (d *directory) move(ctx context.Context, from, to, channel string) {
	if d.places != nil {
		d.log.Debug("slack channel is served by another workspace that shares it", "channel", channel, "from", from, "to", to)
		d.places.Moved(ctx, destination(from, channel), destination(to, channel))
	}
}

// forget has what is known of a channel asked anew, whoever it is asked by.
func (d *directory) forget(channel string) {
	for _, team := range d.workspaces.teams() {
		key := roomKey(team, channel)
		d.rooms.drop(key)
		d.houses.drop(key)
	}
	d.gathered.drop(channel)
}

// reshared tells that a channel is shared with somebody else, or not with left any more,
// "" for nobody. What it follows stays with its home while that sees the channel: Slack
// leaves a copy of it to whoever it is not shared with any more.
func (d *directory) reshared(ctx context.Context, team, channel, left string) {
	d.forget(channel)
	if left != "" && left != team && d.lost(ctx, left, channel) {
		d.move(ctx, left, team, channel)
	}
	d.gather(ctx, d.house(ctx, team, channel), channel)
}

// lost says whether a workspace is known to have a channel no more.
func (d *directory) lost(ctx context.Context, team, channel string) bool {
	w, err := d.serving(ctx, team)
	if err != nil || w.claim != own {
		return false
	}
	_, f := d.lookUpRoom(ctx, w, team, channel)
	return f != nil && f.code == "channel_not_found"
}

// neighbours are the other workspaces by which a message in a channel may have been posted:
// whoever posted it can edit it, and nobody else.
func (p *pusher) neighbours(ctx context.Context, team, channel string) (others []workspace) {
	h := p.directory.house(ctx, team, channel)
	for _, other := range h.teams {
		if w, ok, _, _ := p.workspaces.find(other); ok && other != team && w.stopped == "" {
			others = append(others, w)
		}
	}
	return others
}

// notOur are the words for a message that somebody else posted
// (https://docs.slack.dev/reference/methods/chat.update#errors,
// https://docs.slack.dev/reference/methods/chat.delete#errors).
var notOur = []string{"cant_update_message", "cant_delete_message"}

// byItsAuthor changes a message as whoever of the workspaces that share its channel posted
// it: the one that did so before, then the channel's home, then the others.
func (p *pusher) byItsAuthor(ctx context.Context, w workspace, at site, ask func(token string) *failure) *failure {
	key := roomKey(at.channel, at.ts)
	if team, ok := p.authors.get(key, time.Now()); ok {
		if author, ok, _, _ := p.workspaces.find(team); ok && author.stopped == "" {
			w = author
		}
	}
	f := ask(w.token)
	if f == nil || !slices.Contains(notOur, f.code) {
		return f
	}
	for _, other := range p.neighbours(ctx, w.team, at.channel) {
		if again := ask(other.token); again == nil || !slices.Contains(notOur, again.code) && again.code != "channel_not_found" {
			p.authors.put(key, other.team, time.Now())
			return again
		}
	}
	return f
}

// served is a command as the handler is given it: about the channel's home, and by whom
// of the workspaces that share the channel the person belongs to, whichever of them Slack
// told it to.
func (d *directory) served(ctx context.Context, c bot.Command, s spot) (bot.Command, *asker) {
	h := d.house(ctx, c.Where.Workspace, c.Where.Channel)
	d.gather(ctx, h, c.Where.Channel)
	a := &asker{directory: d, command: c, spot: s}
	if h.shares(s.home) {
		a.command.Where.Workspace, a.spot.home = s.home, ""
		a.command.User.Ref = userRef(s.home, userOf(c.User.Ref))
		c.User.Ref = a.command.User.Ref
	}
	if h.home != a.team() {
		a.homed = h.home
	}
	c.Where.Workspace, c.Lane = h.home, laneOf(h.home)
	return c, a
}

// postsBy says whether the channel's home can post to it, for somebody of another
// workspace who is told which that is.
func (a *asker) postsBy(ctx context.Context) error {
	w, err := a.directory.serving(ctx, a.homed)
	if err != nil {
		return stories.Errorf(stories.CodeOf(err), "This channel is shared, and what it gets is sent by Storybot in %s, which cannot send anything now; nothing was changed. Whoever runs Storybot sees why in /desk status.", a.called(w))
	}
	known, f := a.directory.lookUpRoom(ctx, w, a.homed, a.channel())
	switch {
	case f != nil && f.code != "not_in_channel" && f.code != "channel_not_found":
		return unreached(f, unseen, "cannot see whether it may post here")
	case f == nil && (known.archived || known.lacks(w) == nil || stories.CodeOf(known.lacks(w)) == stories.CodeUnavailable):
		return known.lacks(w)
	}
	return stories.Errorf(stories.CodeForbidden, "This channel is shared, and what it gets is sent by Storybot in %s, whose bot is not in this channel; nothing was changed. Somebody of that workspace invites it by typing /invite @storybot here; then run the command again.", a.called(w))
}

// called is a workspace in a sentence.
func (a *asker) called(w workspace) string {
	if name := strings.TrimSpace(w.name); name != "" {
		return "the workspace “" + name + "”"
	}
	return "another of its workspaces"
}

// pingsAtHome: a user group is its workspace's, and the channel's messages are sent by
// another one's bot.
func (a *asker) pingsAtHome() error {
	w, _, _, _ := a.directory.workspaces.find(a.homed)
	return stories.Errorf(stories.CodeForbidden, "This channel is shared, and what it gets is sent by Storybot in %s, which pings that workspace's groups alone; nothing was changed. Somebody of that workspace runs the command, or leave mention: out.", a.called(w))
}

// teams are the workspaces there are tokens of, as far as that is known.
func (ws *workspaces) teams() (teams []string) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
		if w.team != "" {
			teams = append(teams, w.team)
		}
	}
	return teams
}

// several says whether there may be more than one.
func (ws *workspaces) several() bool { return len(ws.all) > 1 }
