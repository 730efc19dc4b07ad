package slack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// ask is a command and the ways to answer it.
type ask struct {
	command bot.Command
	ack     *ack   // may carry the answer; nil when the envelope is acknowledged already
	url     string // response_url, "" for events
	thread  string // ts of the thread an event came from, ""
	direct  bool   // in the direct message with the bot: nobody else reads along
}

// ack is the one acknowledgement an envelope gets.
type ack struct {
	conn *conn
	id   string
	done atomic.Bool
}

// empty acknowledges without an answer, unless that has been done.
func (a *ack) empty() {
	if a.done.CompareAndSwap(false, true) {
		_ = a.conn.ack(a.id) // a lost one is delivered again, and recognised
	}
}

// with acknowledges with an answer. It is false when the acknowledgement is
// gone already, when the answer is too large for it, or could not be written.
func (a *ack) with(answer json.RawMessage) bool {
	frame, fits := encodeAck(a.id, answer)
	return fits && a.done.CompareAndSwap(false, true) && a.conn.write(frame) == nil
}

// dispatch takes on one envelope. It never blocks the connection's reader: all
// work is done beside it, and counted in begun. work is the context of the
// answer, run that of the platform.
func (p *Platform) dispatch(work, run context.Context, h bot.Handler, c *conn, e envelope) {
	p.begun.Go(func() {
		a := &ack{conn: c, id: e.ID}
		defer a.empty()
		if e.RetryAttempt > 0 {
			p.log.Info("slack delivers again", "type", e.Type, "attempt", e.RetryAttempt)
		}
		var asked *ask
		switch e.Type {
		case "slash_commands":
			asked = p.slash(e)
			if asked != nil && e.Answerable {
				asked.ack = a
				defer time.AfterFunc(p.timing.ackWait, a.empty).Stop()
			}
		case "interactive":
			a.empty()
			asked = p.interactive(e)
		case "events_api":
			a.empty()
			asked = p.event(work, e)
		default:
			p.log.Warn("slack sent an envelope of an unknown type", "type", word(e.Type))
		}
		if asked == nil {
			return
		}
		if asked.ack == nil {
			a.empty()
		}
		if !p.seen.first(asked.command.Key, time.Now()) {
			return
		}
		asked.command.Asker = &asker{p: p, command: asked.command}
		p.answer(work, run, asked, p.handle(work, h, asked.command))
	})
}

// handle calls the handler. A panic of it becomes an answer.
func (p *Platform) handle(ctx context.Context, h bot.Handler, c bot.Command) (r bot.Reply) {
	defer func() {
		if e := recover(); e != nil {
			p.log.Error("a command panicked", "asked", bot.Describe(c.Input), "panic", e, "stack", string(debug.Stack()))
			r = bot.Reply{Failed: true, Message: bot.Plainly("Something went wrong inside Storybot. The log of whoever runs it says what; try again in a moment.")}
		}
	}()
	return h.Handle(ctx, c)
}

// slash reads a slash command.
func (p *Platform) slash(e envelope) *ask {
	var s slashCommand
	name := ""
	if decode(e.Payload, &s) {
		name = strings.ToLower(strings.TrimPrefix(s.Command, "/"))
	}
	if name == "" || s.UserID == "" {
		p.log.Warn("slack sent a slash command that cannot be read")
		return nil
	}
	c := newCommand(s.TeamID, s.ChannelID, s.UserID, s.UserName)
	c.Key = key(s.TriggerID, e.ID, s.Command, s.Text, s.ChannelID, s.UserID, s.ResponseURL)
	c.Input = bot.Typed{Name: name, Text: strings.TrimSpace(unescape(s.Text, s.TeamID))}
	return &ask{command: c, url: s.ResponseURL}
}

// interactive reads a pressed button or another interaction. A button that
// opens an address has done so already.
func (p *Platform) interactive(e envelope) *ask {
	var i interaction
	if !decode(e.Payload, &i) || i.User.ID == "" {
		p.log.Warn("slack sent an interaction that cannot be read")
		return nil
	}
	team, channel := i.User.TeamID, i.Container.ChannelID
	if i.Team != nil && i.Team.ID != "" {
		team = i.Team.ID
	}
	if i.Channel != nil {
		channel = i.Channel.ID
	}
	c := newCommand(team, channel, i.User.ID, cmp.Or(i.User.Name, i.User.Username))
	action, arg, pressedAt := i.CallbackID, "", ""
	if len(i.Actions) > 0 {
		pressed := i.Actions[0]
		pressedAt = string(pressed.ActionTS)
		action, _, _ = strings.Cut(pressed.ActionID, actionMark)
		arg = pressed.Value
		if pressed.SelectedOption != nil {
			arg = pressed.SelectedOption.Value
		}
	}
	c.Key = key(i.TriggerID, e.ID, action, arg, channel, i.User.ID, i.ResponseURL, pressedAt)
	c.Input = bot.Press{Action: bot.Action(action), Arg: arg}
	if action == "" || action == linkAction || i.ResponseURL == "" {
		return nil
	}
	return &ask{command: c, url: i.ResponseURL}
}

func newCommand(team, channel, user, name string) bot.Command {
	if name = bot.OneLine(name); name == "" {
		name = user
	}
	return bot.Command{
		Where: destination(team, channel),
		Lane:  laneOf(team),
		User:  stories.User{Ref: userRef(team, user), Name: name},
	}
}

// key identifies something a person did over all its deliveries. A trigger_id
// belongs to one deed and is the same when the envelope comes again, which an
// envelope_id need not be. Servers that are not Slack's may give all deeds one
// trigger_id, so the rest of what tells deeds apart is counted in, as a digest:
// texts are long and a response_url is a secret.
func key(trigger, envelope string, deed ...string) string {
	digest := sha256.Sum256([]byte(strings.Join(deed, "\x00")))
	return platformName + ":" + cmp.Or(trigger, envelope) + "/" + hex.EncodeToString(digest[:8])
}
