package slack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"sync/atomic"

	"storybot/bot"
	"storybot/stories"
)

// ask is something a person did, and the ways to answer it.
type ask struct {
	// command is what is known of it at once: not its Input, which takes asking
	// Slack for names.
	command bot.Command
	spot    spot
	// input reads what was asked; nil is an input that nobody needs to answer.
	input func(context.Context) bot.Input

	deed *deed
	// says is that the acknowledgement may carry the answer.
	says   bool
	ack    *ack    // that carries the answer; nil where none may, or it is shown in a view
	url    string  // response_url, "" where there is none
	thread string  // ts of the thread the answer belongs into, ""
	direct bool    // in the direct message with the bot: nobody else reads along
	window *window // of an answer that is shown in a view
	// trigger opens a view for an answer that is given otherwise, once and within 3 s.
	trigger string
	// question is that something is settled which the asker alone sees.
	question bool
	// private is that a message was pressed on which the asker alone sees.
	private bool
	// home is the home tab that it was done in, or that it was opened; nil elsewhere.
	home *tab
	// refusal answers it without the handler being asked, where that cannot be.
	refusal *bot.Reply
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

// ear understands what people do in Slack: as a command, and how it is answered.
type ear struct {
	*web
	directory *directory
	vocabulary
}

// vocabulary is what the commands are made of.
type vocabulary struct {
	specs []bot.Spec
	links map[string]bool // the names of their options that take links
}

// slash reads a slash command.
func (h *ear) slash(e envelope) *ask {
	var s slashCommand
	name := ""
	if decode(e.Payload, &s) {
		name = strings.ToLower(strings.TrimPrefix(s.Command, "/"))
	}
	if name == "" || s.UserID == "" {
		h.log.Warn("slack sent a slash command that cannot be read")
		return nil
	}
	c := newCommand(s.TeamID, s.ChannelID, s.UserID, s.UserName)
	h.tellChannel(s.TeamID, s.ChannelID, s.ChannelName, stories.UnsaidAccess)
	h.tellAsker(s.TeamID, s.UserID, s.UserName)
	c.Key = key(s.TriggerID, e.ID, s.Command, s.Text, s.ChannelID, s.UserID, s.ResponseURL)
	return &ask{command: c, url: s.ResponseURL, trigger: s.TriggerID, says: e.Answerable, spot: spot{name: s.ChannelName}, input: func(ctx context.Context) bot.Input {
		r := h.reader(ctx, s.TeamID)
		text := strings.TrimSpace(r.text(s.Text))
		return bot.Typed{Name: name, Text: text, Mentions: r.mentions.List()}
	}}
}

// reader reads what people of a workspace write.
func (h *ear) reader(ctx context.Context, team string) *reader {
	return &reader{ctx: ctx, names: bounded(h.directory), team: team, links: h.links}
}

// linkOptions is the names of all options that take links.
func linkOptions(specs []bot.Spec) map[string]bool {
	links := make(map[string]bool)
	for _, s := range specs {
		for _, a := range s.Args {
			if a.TakesLinks() {
				links[strings.ToLower(a.Name)] = true
			}
		}
	}
	return links
}

func newCommand(team, channel, user, name string) bot.Command {
	if name = bot.OneLine(name); name == "" {
		name = bot.Someone
	}
	return bot.Command{
		Where: destination(team, channel), Direct: alone(channel),
		Lane: laneOf(team),
		User: stories.User{Ref: userRef(team, user), Name: name},
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
