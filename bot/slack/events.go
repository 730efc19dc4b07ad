package slack

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"time"

	"storybot/stories"
)

// maxNews is how many events may wait that say what became of a channel or of
// the app. There are few of them, and they are handled in order; one that finds
// no room is not acknowledged, and comes again.
const maxNews = 1024

// news is such an event.
type news struct {
	id   string // of the event, the same in all its copies
	team string
	ack  *ack // given once what it says is stored: until then Slack tells again
	event
}

// herald tells what became of channels and of the app.
type herald struct {
	*web
	directory *directory
	deeds     *deeds
	queue     chan news
}

func newHerald(w *web, d *directory, s *deeds) *herald {
	return &herald{web: w, directory: d, deeds: s, queue: make(chan news, maxNews)}
}

// take takes an event that is no command; false is that there is no room for it.
func (h *herald) take(n news) bool {
	if !h.lasting(n.team, n.event) {
		n.ack.empty()
		return true
	}
	select {
	case h.queue <- n:
		return true
	default:
		return false
	}
}

// event reads an event. A mention and a direct message are commands, to be
// dealt with like others; what else there is to know is noted here, and
// acknowledged when it is.
func (i *intake) event(a *ack, e envelope) *ask {
	var outer eventCallback
	var ev event
	if !decode(e.Payload, &outer) || !decode(outer.Event, &ev) {
		i.log.Warn("slack sent an event that cannot be read")
		a.empty()
		return nil
	}
	team, self := i.forWhom(outer)
	id := cmp.Or(outer.EventID, e.ID)
	if ev.Type == "app_mention" || ev.Type == "message" && ev.direct() {
		asked := i.ear.spoken(team, self, ev, id)
		if asked == nil {
			a.empty()
		}
		return asked
	}
	if ev.Type == "app_home_opened" {
		asked := i.ear.opened(team, outer.Event, id)
		if asked == nil {
			a.empty()
		}
		return asked
	}
	if ev.Type == "channel_rename" || ev.Type == "group_rename" {
		i.herald.renamed(team, ev.Type, outer.Event)
		a.empty()
		return nil
	}
	if ev.Type == "subteam_created" || ev.Type == "subteam_updated" {
		i.herald.group(team, outer.Event)
		a.empty()
		return nil
	}
	if !i.herald.take(news{id: id, team: team, ack: a, event: ev}) {
		i.overloaded(ev.Type)
	}
	return nil
}

// forWhom is the workspace an event is for, of a channel shared between
// workspaces the one that installed the app, and the bot's user there, if the
// event says.
func (i *intake) forWhom(o eventCallback) (team, self string) {
	team = o.TeamID
	for _, a := range o.Authorizations {
		if _, ok, _, _ := i.workspaces.find(a.TeamID); ok {
			team = a.TeamID
			break
		}
	}
	for _, a := range o.Authorizations {
		if a.TeamID == team && a.IsBot {
			self = a.UserID
		}
	}
	return team, self
}

// direct says that a message was written in the direct message with the bot.
func (ev event) direct() bool {
	return ev.ChannelType == "im" || ev.ChannelType == "" && strings.HasPrefix(string(ev.Channel), "D")
}

// lasting says that an event changes what the newsroom knows of a channel or of
// the workspace. Other people join channels all the time.
func (h *herald) lasting(team string, ev event) bool {
	switch ev.Type {
	case "channel_deleted", "group_deleted", "channel_archive", "group_archive", "channel_unarchive", "group_unarchive",
		"channel_left", "group_left", "app_uninstalled", "tokens_revoked", "channel_id_changed",
		"channel_shared", "channel_unshared":
		return true
	case "member_joined_channel", "member_left_channel":
		w, ok, _, _ := h.workspaces.find(team)
		return !ok || string(ev.User) == w.botUser
	}
	return false
}

// follow tells what became of channels and of the app, in the order in which
// it arrived, until there is no more to come.
func (h *herald) follow(ctx context.Context) {
	for n := range h.queue {
		d, first := h.deeds.begin(platformName+":event/"+n.id, nil, time.Now())
		if first {
			telling, cancel := context.WithTimeout(ctx, h.timing.command)
			h.tell(telling, n)
			cancel()
			d.finish()
		}
		n.ack.empty()
	}
}

// tell tells Places what became of a channel, and ends a workspace whose app was
// removed.
// https://docs.slack.dev/reference/events
func (h *herald) tell(ctx context.Context, n news) {
	d := destination(n.team, string(n.Channel))
	log := h.log.With("event", word(n.Type), "destination", d.String())
	switch n.Type {
	case "channel_deleted", "group_deleted":
		log.Info("slack channel deleted")
		h.ended(ctx, d, "was deleted")
	case "channel_archive", "group_archive":
		log.Info("slack channel archived")
		h.blocked(ctx, d, "is_archived")
	case "channel_left", "group_left", "member_left_channel":
		h.left(ctx, n, log)
	case "channel_unarchive", "group_unarchive":
		log.Info("slack channel reopened")
		h.healed(ctx, d)
	case "member_joined_channel":
		if w, ok, _ := h.workspaces.await(ctx, n.team, h.timing.lookUp); ok && string(n.User) == w.botUser {
			log.Info("slack channel joined")
			h.directory.rooms.drop(roomKey(n.team, string(n.Channel)))
			h.healed(ctx, d)
		}
	case "channel_id_changed": // https://docs.slack.dev/reference/events/channel_id_changed
		from, to := destination(n.team, n.OldChannel), destination(n.team, n.NewChannel)
		h.directory.rooms.drop(roomKey(n.team, n.OldChannel))
		log.Info("slack channel has another id", "from", from.String(), "to", to.String())
		if h.places != nil && n.OldChannel != "" && n.NewChannel != "" {
			h.places.Moved(ctx, from, to)
		}
	case "channel_shared", "channel_unshared": // https://docs.slack.dev/reference/events/channel_shared
		log.Info("slack channel is shared otherwise")
		h.directory.reshared(ctx, n.team, string(n.Channel), n.LeftTeam)
	case "app_uninstalled":
		h.uninstalled(n.team, "The app was removed from the workspace. Install it again, put the new bot token into SLACK_BOT_TOKEN and restart.")
	case "tokens_revoked":
		if len(n.Tokens.Bot) > 0 {
			h.uninstalled(n.team, "The bot token was revoked. Install the app again, put the new bot token into SLACK_BOT_TOKEN and restart.")
		}
	}
}

func (h *herald) uninstalled(team, reason string) {
	if h.workspaces.stop(team, reason) {
		h.log.Error("slack workspace stopped", "team", team, "reason", reason)
	}
}

// left tells that the bot is not in a channel any more: a public one it writes to all the
// same, where it has the scope for that.
func (h *herald) left(ctx context.Context, n news, log *slog.Logger) {
	w, ok, _ := h.workspaces.await(ctx, n.team, h.timing.lookUp)
	if n.Type == "member_left_channel" && (!ok || string(n.User) != w.botUser) {
		return
	}
	log.Info("slack channel left")
	h.directory.rooms.drop(roomKey(n.team, string(n.Channel)))
	private := n.Type == "group_left" || n.ChannelType == "G"
	if private || ok && w.scopes != nil && !w.scopes["chat:write.public"] {
		h.blocked(ctx, destination(n.team, string(n.Channel)), "not_in_channel")
	}
}

// blocked tells that a channel refuses what is posted there with an error of Slack's, in
// the words of that.
func (h *herald) blocked(ctx context.Context, d stories.Destination, word string) {
	if m := meanings[word]; h.places != nil && d.Channel != "" {
		h.places.Blocked(ctx, d, stories.Obstacle{Reason: m.reason, Cure: m.cure, Heals: healing[m.cure]})
	}
}

func (h *herald) ended(ctx context.Context, d stories.Destination, reason string) {
	if h.places != nil && d.Channel != "" {
		h.places.Ended(ctx, d, reason)
	}
}

func (h *herald) healed(ctx context.Context, d stories.Destination) {
	if h.places != nil && d.Channel != "" {
		h.places.Healed(ctx, d)
	}
}
