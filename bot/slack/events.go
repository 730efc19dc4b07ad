package slack

import (
	"cmp"
	"context"
	"strings"

	"storybot/bot"
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
	team := p.teamOf(outer)
	switch ev.Type {
	case "app_mention":
		return p.spoken(ctx, team, ev, cmp.Or(outer.EventID, e.ID))
	case "message":
		if ev.ChannelType == "im" && ev.Subtype == "" {
			return p.spoken(ctx, team, ev, cmp.Or(outer.EventID, e.ID))
		}
	default:
		p.lifecycle(ctx, team, ev)
	}
	return nil
}

// teamOf is the workspace an event is for: of a channel shared between
// workspaces, the one that installed the app.
func (p *Platform) teamOf(o eventCallback) string {
	for _, a := range o.Authorizations {
		if _, ok, _, _ := p.workspaces.find(a.TeamID); ok {
			return a.TeamID
		}
	}
	return o.TeamID
}

// spoken reads a command somebody said to the bot: "@storybot story sony-hack"
// in a channel or "story sony-hack" in the direct message with it.
//
// The key is the message rather than the event: a channel shared by two
// workspaces delivers one message as two events.
func (p *Platform) spoken(ctx context.Context, team string, ev event, id string) *ask {
	w, _, _ := p.workspaces.await(ctx, team, p.timing.lookUp)
	user, channel := string(ev.User), string(ev.Channel)
	if ev.BotID != "" || user == "" || user == w.botUser || channel == "" {
		return nil
	}
	text := ev.Text
	if _, after, mentioned := cutMention(text, w.botUser); mentioned {
		text = after
	}
	name, rest, _ := strings.Cut(strings.TrimSpace(unescape(text, team)), " ")
	if i := strings.IndexByte(name, '\n'); i >= 0 {
		name, rest = name[:i], name[i+1:]+" "+rest
	}
	c := newCommand(team, channel, user, "")
	c.Key = platformName + ":" + id
	if ev.TS != "" {
		c.Key = platformName + ":" + channel + "/" + ev.TS
	}
	c.Input = bot.Typed{Name: cmp.Or(strings.ToLower(strings.TrimPrefix(name, "/")), "help"), Text: strings.TrimSpace(rest)}
	return &ask{command: c, thread: ev.ThreadTS, direct: ev.Type == "message"}
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
