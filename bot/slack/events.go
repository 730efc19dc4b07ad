package slack

import (
	"cmp"
	"context"
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
	event
}

// event reads an event. A mention and a direct message are commands, to be
// dealt with like others; what else there is to know is noted here, and
// acknowledged when it is.
func (p *Platform) event(a *ack, e envelope) *ask {
	var outer eventCallback
	var ev event
	if !decode(e.Payload, &outer) || !decode(outer.Event, &ev) {
		p.log.Warn("slack sent an event that cannot be read")
		a.empty()
		return nil
	}
	team, self := p.forWhom(outer)
	id := cmp.Or(outer.EventID, e.ID)
	var asked *ask
	switch {
	case ev.Type == "app_mention", ev.Type == "message" && ev.direct():
		asked = p.spoken(team, self, ev, id)
	case !p.lasting(team, ev):
		p.passing(team, ev)
	default:
		select {
		case p.news <- news{id: id, team: team, event: ev}:
		default:
			p.overloaded(ev.Type)
			return nil
		}
	}
	if asked == nil {
		a.empty()
	}
	return asked
}

// direct says that a message was written in the direct message with the bot.
func (ev event) direct() bool {
	return ev.ChannelType == "im" || ev.ChannelType == "" && strings.HasPrefix(string(ev.Channel), "D")
}

// forWhom is the workspace an event is for, of a channel shared between
// workspaces the one that installed the app, and the bot's user there, if the
// event says.
func (p *Platform) forWhom(o eventCallback) (team, self string) {
	team = o.TeamID
	for _, a := range o.Authorizations {
		if _, ok, _, _ := p.workspaces.find(a.TeamID); ok {
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

// lasting says that an event changes what the newsroom knows of a channel or of
// the workspace. Other people join channels all the time.
func (p *Platform) lasting(team string, ev event) bool {
	switch ev.Type {
	case "channel_deleted", "group_deleted", "channel_unarchive", "group_unarchive", "app_uninstalled", "tokens_revoked":
		return true
	case "member_joined_channel":
		w, ok, _, _ := p.workspaces.find(team)
		return !ok || string(ev.User) == w.botUser
	}
	return false
}

// passing notes what is only of interest for now.
func (p *Platform) passing(team string, ev event) {
	log := p.log.With("event", word(ev.Type), "destination", destination(team, string(ev.Channel)).String())
	switch ev.Type {
	case "member_left_channel", "channel_left", "group_left":
		// It may still be written to where it is public, and an invitation
		// mends it where it is not: the next post tells.
		p.directory.rooms.drop(roomKey(team, string(ev.Channel)))
		log.Info("slack channel left", "user", string(ev.User))
	case "channel_archive", "group_archive":
		// An archived channel may come back: the next post is answered
		// is_archived and waits for that.
		log.Info("slack channel archived")
	case "channel_id_changed":
		log.Warn("slack channel has a new id: subscribe it again", "old", ev.OldChannel, "new", ev.NewChannel)
	}
}

// followNews tells what became of channels and of the app, in the order in which
// it arrived, until there is no more to come.
func (p *Platform) followNews(ctx context.Context) {
	for n := range p.news {
		d, first := p.deeds.begin(platformName+":event/"+n.id, nil, time.Now())
		if !first {
			continue
		}
		telling, cancel := context.WithTimeout(ctx, p.timing.command)
		p.tell(telling, n)
		cancel()
		d.finish()
	}
}

// tell tells Places what became of a channel, and ends a workspace whose app was
// removed.
// https://docs.slack.dev/reference/events
func (p *Platform) tell(ctx context.Context, n news) {
	d := destination(n.team, string(n.Channel))
	log := p.log.With("event", word(n.Type), "destination", d.String())
	switch n.Type {
	case "channel_deleted", "group_deleted":
		log.Info("slack channel deleted")
		p.ended(ctx, d, "The channel was deleted in Slack.")
	case "channel_unarchive", "group_unarchive":
		log.Info("slack channel reopened")
		p.healed(ctx, d)
	case "member_joined_channel":
		if w, ok, _ := p.workspaces.await(ctx, n.team, p.timing.lookUp); ok && string(n.User) == w.botUser {
			log.Info("slack channel joined")
			p.directory.rooms.drop(roomKey(n.team, string(n.Channel)))
			p.healed(ctx, d)
		}
	case "app_uninstalled":
		p.uninstalled(n.team, "The app was removed from the workspace. Install it again, put the new bot token into SLACK_BOT_TOKEN and restart.")
	case "tokens_revoked":
		if len(n.Tokens.Bot) > 0 {
			p.uninstalled(n.team, "The bot token was revoked. Install the app again, put the new bot token into SLACK_BOT_TOKEN and restart.")
		}
	}
}

func (p *Platform) uninstalled(team, reason string) {
	if p.workspaces.stop(team, reason) {
		p.log.Error("slack workspace stopped", "team", team, "reason", reason)
	}
}

func (p *Platform) ended(ctx context.Context, d stories.Destination, reason string) {
	if p.places != nil && d.Channel != "" {
		p.places.Ended(ctx, d, reason)
	}
}

func (p *Platform) healed(ctx context.Context, d stories.Destination) {
	if p.places != nil && d.Channel != "" {
		p.places.Healed(ctx, d)
	}
}
