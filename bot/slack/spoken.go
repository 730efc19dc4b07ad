package slack

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"storybot/bot"
)

// subtypes are the kinds of message that people write themselves. All others are
// edits, bots' and Slack's own. https://docs.slack.dev/reference/events/message
var subtypes = []string{"", "file_share", "me_message", "thread_broadcast"}

// said says whether somebody wrote this message just now, who may be answered:
// no bot, and nobody twice for a message they edited.
func (ev event) said() bool {
	return slices.Contains(subtypes, ev.Subtype) && !ev.program() && ev.Edited == nil && !ev.Hidden &&
		ev.User != "" && ev.User != slackbot && ev.Channel != ""
}

// spoken reads a command somebody said to the bot: "@storybot story sony-hack"
// in a channel or "story sony-hack" in the direct message with it.
//
// The key is the message rather than the event: a channel shared by two
// workspaces delivers one message as two events.
func (h *ear) spoken(team, self string, ev event, id string) *ask {
	if !ev.said() {
		return nil
	}
	user, channel := string(ev.User), string(ev.Channel)
	direct := ev.ChannelType == "im" || strings.HasPrefix(channel, "D")
	c := newCommand(team, channel, user, "")
	if direct {
		h.tellDirect(team, channel, user)
	}
	c.Key = platformName + ":" + id
	if ev.TS != "" {
		c.Key = platformName + ":" + channel + "/" + ev.TS
	}
	return &ask{command: c, thread: ev.ThreadTS, direct: direct, spot: spot{ours: direct}, input: func(ctx context.Context) bot.Input {
		w, _, _ := h.workspaces.await(ctx, team, h.timing.lookUp)
		self := cmp.Or(w.botUser, self)
		if user == self || h.directory.isMachine(ctx, w, team, user) {
			return nil
		}
		r := h.reader(ctx, team)
		name, text := h.words(r.text(addressed(ev.Text, self, h.isCommand)))
		return bot.Typed{Name: bot.OneLine(bot.Unfold(name, r.mentions.List())), Text: text, Mentions: r.mentions.List()}
	}}
}

// addressed is the part of raw text that is said to the user with this id: what
// follows the first mention of them or, when nothing does or a command precedes
// it, what stands before it. More mentions of them say nothing.
func addressed(s, user string, isCommand func(string) bool) string {
	before, after, mentioned := cutMention(s, user)
	if !mentioned {
		return s
	}
	for more := true; more; {
		var head, tail string
		if head, tail, more = cutMention(after, user); more {
			after = head + " " + tail
		}
	}
	first := strings.TrimLeftFunc(before, isSign)
	if end := strings.IndexFunc(first, isBlank); end >= 0 {
		first = first[:end]
	}
	first = strings.TrimRightFunc(first, isSign)
	if strings.TrimFunc(after, isLead) == "" || isCommand(first) {
		return strings.TrimRightFunc(before, isBlank) + " " + strings.TrimLeftFunc(after, isLead)
	}
	return after
}

// cutMention splits raw text around the first mention of a user.
func cutMention(s, user string) (before, after string, found bool) {
	for at := 0; user != ""; {
		i := strings.Index(s[at:], "<@"+user)
		if i < 0 {
			break
		}
		end := at + i + len("<@"+user)
		if strings.HasPrefix(s[end:], ">") {
			return s[:at+i], s[end+1:], true
		}
		if strings.HasPrefix(s[end:], "|") {
			if close := strings.IndexByte(s[end:], '>'); close >= 0 {
				return s[:at+i], s[end+close+1:], true
			}
		}
		at = end
	}
	return s, "", false
}
