package discord

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"storybot/bot"
	"storybot/stories"
)

// settlePost looks for a forum post: among the server's active threads for one
// of ours in this forum that is young enough, and in its first message for the
// delivery's mark. A thread stays active for an hour at least
// (https://discord.com/developers/docs/resources/guild#list-active-guild-threads).
func (l *look) settlePost(ctx context.Context, d stories.Delivery) bot.Verdict {
	if v, ok := l.begin(ctx, d.FirstAttemptAt); !ok {
		return v
	}
	var list struct {
		Threads []struct {
			ID     word `json:"id"`
			Parent word `json:"parent_id"`
			Owner  word `json:"owner_id"`
		} `json:"threads"`
	}
	v, ok := l.ask(ctx, request{what: "list a server's threads", path: "/guilds/" + url.PathEscape(d.Destination.Workspace) + "/threads/active"}, &list)
	if !ok {
		return v
	}
	self, v, ok := l.self(ctx)
	if !ok {
		return v
	}
	for _, t := range list.Threads {
		if string(t.Parent) != l.channel || self != "" && t.Owner != "" && string(t.Owner) != self || l.older(string(t.ID)) {
			continue
		}
		found, v, ok := l.begins(ctx, string(t.ID))
		switch {
		case !ok:
			return v
		case found:
			return bot.Verdict{Outcome: bot.Delivered, MessageID: string(t.ID) + threadMark + string(t.ID)}
		}
	}
	return l.absent(d.LastAttemptAt)
}

// older says that an id is of before the first attempt, where ids tell times.
func (l *look) older(id string) bool {
	n, err := strconv.ParseUint(id, 10, 64)
	return err == nil && l.holdsTime(id) && n < snowflake(l.since)
}

// begins says whether a thread's first message, which has its id, is the
// delivery's. One that was deleted is not. ok is false when v says why nobody
// knows.
func (l *look) begins(ctx context.Context, thread string) (found bool, v bot.Verdict, ok bool) {
	var m struct {
		Components json.RawMessage `json:"components"`
	}
	v, ok = l.ask(ctx, request{what: "look up a thread's first message", path: l.p.messages(thread) + "/" + url.PathEscape(thread)}, &m)
	if ok {
		return marks(m.Components, l.key), v, true
	}
	return false, v, v.Code == "10008" || v.Code == "10003"
}
