package slack

import (
	"encoding/json"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// unsaidNames are what Slack writes in a command where it does not tell what the
// channel is called (https://docs.slack.dev/interactivity/implementing-slash-commands).
var unsaidNames = []string{"directmessage", privateName}

// privateName is what it writes of a private channel.
const privateName = "privategroup"

// groupName begins the name that Slack makes of who is in a group message
// (https://docs.slack.dev/reference/objects/conversation-object).
const groupName = "mpdm-"

// tell tells what something is called, to whoever wants to know.
func (w *web) tell(told stories.Sighting) {
	if w.places != nil {
		w.places.Named(told)
	}
}

func (w *web) tellPlace(p stories.PlaceName) {
	if p.Place.Workspace != "" && p.Says() {
		w.tell(stories.Sighting{Places: []stories.PlaceName{p}})
	}
}

// tellWorkspace tells what a workspace is called.
func (w *web) tellWorkspace(team, name string) {
	w.tellPlace(stories.PlaceName{Place: destination(team, ""), Form: stories.WorkspaceForm, Name: bot.OneLine(name)})
}

// tellChannel tells what a channel is called, as Slack said it with a command or
// was asked, and who may know of it, as far as that was said: a command gives a
// private channel's id, and privateName for what it is called.
func (w *web) tellChannel(team, channel, name string, access stories.Access) {
	name = bot.OneLine(strings.TrimLeft(name, "#"))
	if channel == "" || strings.HasPrefix(channel, "D") || strings.HasPrefix(name, groupName) {
		return
	}
	if name == privateName {
		access = stories.PrivateAccess
	}
	if slices.Contains(unsaidNames, name) {
		name = ""
	}
	w.tellPlace(stories.PlaceName{Place: destination(team, channel), Form: stories.ChannelForm, Name: name, Access: access})
}

// tellDirect tells whom a direct message with the bot is with.
func (w *web) tellDirect(team, channel, user string) {
	if channel != "" && user != "" {
		w.tellPlace(stories.PlaceName{Place: destination(team, channel), Form: stories.DirectForm, With: userRef(team, user)})
	}
}

// tellAsker tells what a command says somebody is called, where Slack cannot be
// asked: that is the name they log in with.
func (w *web) tellAsker(team, user, name string) {
	if of, ok, _, _ := w.workspaces.find(team); ok && !of.grants("users:read") {
		w.tellPerson(team, user, bot.OneLine(name))
	}
}

func (w *web) tellPerson(team, user, name string) {
	if name != "" {
		w.tell(stories.Sighting{People: []stories.User{{Ref: userRef(team, user), Name: name}}})
	}
}

// renamed reads that a channel has another name
// (https://docs.slack.dev/reference/events/channel_rename,
// https://docs.slack.dev/reference/events/group_rename): the first does not say who
// may know of it, the second is a private one's.
func (h *herald) renamed(team, kind string, event json.RawMessage) {
	var e struct {
		Channel ref `json:"channel"`
	}
	if !decode(event, &e) || e.Channel.ID == "" {
		h.log.Warn("slack sent an event that cannot be read")
		return
	}
	h.directory.rooms.drop(roomKey(team, e.Channel.ID))
	access := stories.UnsaidAccess
	if kind == "group_rename" {
		access = stories.PrivateAccess
	}
	h.tellChannel(team, e.Channel.ID, e.Channel.Name, access)
}
