package slack

import (
	"cmp"
	"context"
	"strings"

	"storybot/stories"
)

// event takes an event: a mention or a direct message is a command, the others
// say what became of channels and of the app itself.
func (p *Platform) event(ctx context.Context, e envelope) *ask {
	var outer eventCallback
	var ev event
	if !decode(e.Payload, &outer) || !decode(outer.Event, &ev) {
		p.log.Warn("slack sent an event that cannot be read")
		return nil
	}
	team, self := p.forWhom(outer)
	switch ev.Type {
	case "app_mention":
		return p.spoken(ctx, team, self, ev, cmp.Or(outer.EventID, e.ID))
	case "message":
		if ev.ChannelType == "im" || ev.ChannelType == "" && strings.HasPrefix(string(ev.Channel), "D") {
			return p.spoken(ctx, team, self, ev, cmp.Or(outer.EventID, e.ID))
		}
	default:
		p.lifecycle(ctx, team, ev)
	}
	return nil
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

// lifecycle tells Places what became of a channel, and ends a workspace whose
// app was removed.
// https://docs.slack.dev/reference/events
func (p *Platform) lifecycle(ctx context.Context, team string, ev event) {
	d := destination(team, string(ev.Channel))
	log := p.log.With("event", word(ev.Type), "destination", d.String())
	switch ev.Type {
	case "channel_deleted", "group_deleted":
		log.Info("slack channel deleted")
		p.ended(ctx, d, "The channel was deleted in Slack.")
	case "channel_unarchive", "group_unarchive":
		log.Info("slack channel reopened")
		p.healed(ctx, d)
	case "member_joined_channel":
		if w, ok, _, _ := p.workspaces.find(team); ok && string(ev.User) == w.botUser {
			log.Info("slack channel joined")
			p.rooms.drop(roomKey(team, string(ev.Channel)))
			p.healed(ctx, d)
		}
	case "member_left_channel", "channel_left", "group_left":
		// It may still be written to where it is public, and an invitation
		// mends it where it is not: the next post tells.
		p.rooms.drop(roomKey(team, string(ev.Channel)))
		log.Info("slack channel left", "user", string(ev.User))
	case "channel_archive", "group_archive":
		// An archived channel may come back: the next post is answered
		// is_archived and waits for that.
		log.Info("slack channel archived")
	case "channel_id_changed":
		log.Warn("slack channel has a new id: subscribe it again", "old", ev.OldChannel, "new", ev.NewChannel)
	case "app_uninstalled":
		p.uninstalled(team, "The app was removed from the workspace. Install it again, put the new bot token into SLACK_BOT_TOKEN and restart.")
	case "tokens_revoked":
		if len(ev.Tokens.Bot) > 0 {
			p.uninstalled(team, "The bot token was revoked. Install the app again, put the new bot token into SLACK_BOT_TOKEN and restart.")
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
