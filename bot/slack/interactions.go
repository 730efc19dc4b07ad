package slack

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// interactive reads what somebody pressed, picked, submitted or chose from a
// menu. nil is what needs no answer: a button that opens an address has done so
// already, and a view that was closed is gone.
// https://docs.slack.dev/reference/interaction-payloads
func (h *ear) interactive(e envelope) *ask {
	var i interaction
	if !decode(e.Payload, &i) || i.User.ID == "" {
		h.log.Warn("slack sent an interaction that cannot be read")
		return nil
	}
	switch i.Type {
	case "block_actions", "": // servers that are not Slack's leave it out
		return h.pressed(e, i)
	case "view_submission":
		return h.submitted(e, i)
	case "message_action":
		return h.menu(e, i, i.Message)
	case "shortcut":
		return h.menu(e, i, nil)
	case "view_closed", "block_suggestion":
	default:
		h.log.Warn("slack sent an interaction of an unknown type", "type", word(i.Type))
	}
	return nil
}

// asked is who did something, where, and how it is answered: by response_url,
// or in a view where there is none.
func (h *ear) asked(e envelope, i interaction, deed ...string) *ask {
	team, channel, s := i.User.TeamID, i.Container.ChannelID, spot{}
	if i.View != nil && i.View.TeamID != "" {
		team = i.View.TeamID
	}
	if i.Team != nil && i.Team.ID != "" {
		team = i.Team.ID
	}
	if i.Channel != nil {
		channel, s.name = i.Channel.ID, i.Channel.Name
	}
	if i.User.TeamID != team {
		s.home = i.User.TeamID
	}
	h.tellChannel(team, channel, s.name, stories.UnsaidAccess)
	a := &ask{command: newCommand(team, channel, i.User.ID, cmp.Or(i.User.Name, i.User.Username)), spot: s, url: i.ResponseURL, trigger: i.TriggerID, private: bool(i.Container.IsEphemeral)}
	a.command.Key = key(i.TriggerID, e.ID, append(deed, channel, i.User.ID, i.ResponseURL)...)
	a.thread = i.Container.ThreadTS
	if i.Message != nil {
		a.thread = cmp.Or(a.thread, i.Message.ThreadTS)
	}
	switch {
	case a.url != "":
	case i.View != nil && i.View.ID != "" && i.View.Type != "home":
		a.window = &window{web: h.web, team: team, id: i.View.ID}
	case i.TriggerID != "":
		a.window = &window{web: h.web, team: team, trigger: i.TriggerID}
	}
	return a
}

// settling are the actions that settle what a message asks or offers: what their answer
// says takes its place, where the asker alone sees it.
var settling = []bot.Action{bot.ActionAnswer, bot.ActionPublish, bot.ActionCancel}

// pressed reads a pressed button, or what was picked from a list of them.
func (h *ear) pressed(e envelope, i interaction) *ask {
	if len(i.Actions) == 0 {
		return nil
	}
	it := i.Actions[0]
	name, arg := actionOf(it.ActionID), bot.Unmark(it.element.picked())
	if it.URL != "" || name == linkAction {
		return nil
	}
	a := h.asked(e, i, it.ActionID, arg, string(it.ActionTS))
	a.question = a.private && slices.Contains(settling, bot.Action(name))
	press := bot.Press{Action: bot.Action(name), Arg: arg}
	a.input = func(context.Context) bot.Input { return press }
	h.inHome(a, i.View, press)
	if a.url == "" && a.window == nil && a.home == nil && a.command.Where.Channel == "" {
		return nil // there is nowhere to answer
	}
	return a
}

// actionOf is the action in a button's action_id, "" when there is none that
// could be ours. Our own marks hold other characters than a bot.Action's name.
func actionOf(id string) string {
	name, _, _ := strings.Cut(id, actionMark)
	if name != linkAction && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
		return ""
	}
	return name
}

// submitted reads a view that was filled in. Its answer travels in the
// acknowledgement, or the view would close.
func (h *ear) submitted(e envelope, i interaction) *ask {
	if i.View == nil {
		return nil
	}
	i.ResponseURL = "" // it would say in a channel what the view is for
	a := h.asked(e, i, i.View.ID, i.View.Hash, i.View.CallbackID)
	if a.window == nil || !e.Answerable { // the view closes, and another opens
		a.window = &window{web: h.web, team: a.command.Where.Workspace, trigger: i.TriggerID}
	}
	if i.View.Metadata == homeMark {
		a.window.mark = homeMark
	}
	a.window.acks, a.says, a.window.fields = e.Answerable, e.Answerable, i.View.names()
	a.input = func(ctx context.Context) bot.Input {
		r := h.reader(ctx, a.command.Where.Workspace)
		values := i.View.fields(r)
		return bot.Submission{ID: i.View.CallbackID, Values: values, Mentions: r.mentions.List()}
	}
	return a
}

// menu reads an entry chosen from a menu: of a message, or of Slack's own.
func (h *ear) menu(e envelope, i interaction, m *written) *ask {
	ts := i.MessageTS
	if m != nil {
		ts = cmp.Or(ts, m.TS)
	}
	a := h.asked(e, i, i.CallbackID, ts)
	if a.url == "" && a.window == nil {
		return nil
	}
	a.input = func(ctx context.Context) bot.Input {
		if m == nil {
			return bot.Menu{Name: i.CallbackID}
		}
		chosen := h.chosen(ctx, a.command.Where.Workspace, a.command.Where.Channel, ts, m)
		return bot.Menu{Name: i.CallbackID, Message: &chosen}
	}
	return a
}

// chosen is a message as its readers saw it.
func (h *ear) chosen(ctx context.Context, team, channel, ts string, m *written) bot.Chosen {
	r := h.reader(ctx, team)
	text := r.unstyled(m.Text)
	if strings.TrimSpace(text) == "" {
		text = r.blocks(m.Blocks)
	}
	for _, a := range m.Attachments {
		if strings.TrimSpace(text) == "" {
			text = r.unstyled(cmp.Or(a.Text, a.Fallback))
		}
	}
	author := bot.OneLine(cmp.Or(m.Username, m.Bot.Name))
	if m.User != "" {
		author = cmp.Or(r.names.personName(ctx, team, m.User), author)
	}
	return bot.Chosen{Text: strings.TrimSpace(text), Mentions: r.mentions.List(), Author: cmp.Or(author, bot.Someone), Link: h.permalink(ctx, team, channel, ts), More: len(m.Files) > 0}
}

// permalink is the address of a message that everybody in the workspace can
// read, "" for any other.
func (h *ear) permalink(ctx context.Context, team, channel, ts string) string {
	w, ok, _ := h.workspaces.await(ctx, team, h.timing.lookUp)
	if !ok || w.stopped != "" || channel == "" || ts == "" {
		return ""
	}
	if known, f := h.directory.lookUpRoom(ctx, w, team, channel); f != nil || known.private {
		return ""
	}
	var found struct {
		status
		Permalink string `json:"permalink"`
	}
	if f := h.directory.ask(ctx, w, post("chat.getPermalink", w.token, url.Values{"channel": {channel}, "message_ts": {ts}}), &found); f != nil {
		h.log.Info("slack permalink not known", "channel", channel, "err", f)
		return ""
	}
	_, address, _ := link(found.Permalink)
	return address
}
