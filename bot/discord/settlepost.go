package discord

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// settlePost looks for a forum post: among the server's active threads, and then
// among those of the forum that were archived since, for one of ours that is young
// enough, and in its first message for the delivery's mark. In this order one that
// is archived meanwhile is seen all the same
// (https://discord.com/developers/docs/resources/guild#list-active-guild-threads).
func (l *look) settlePost(ctx context.Context, d stories.Delivery) bot.Verdict {
	if v, ok := l.begin(ctx, d.Tries.First); !ok {
		return v
	}
	var list threadList
	v, ok := l.ask(ctx, request{what: "list a server's threads", path: "/guilds/" + url.PathEscape(d.Destination.Workspace) + "/threads/active"}, &list)
	if !ok {
		return v
	}
	if v, ok := l.amongThreads(ctx, list.Threads); !ok {
		return v
	}
	if v, ok := l.amongArchived(ctx); !ok {
		return v
	}
	return l.absent(d.Tries.Last)
}

// threadList is an answer that lists threads.
type threadList struct {
	Threads []listedThread `json:"threads"`
	More    truth          `json:"has_more"`
}

// listedThread is what is read of a thread in a list.
type listedThread struct {
	ID       word `json:"id"`
	Parent   word `json:"parent_id"`
	Owner    word `json:"owner_id"`
	Metadata struct {
		Archived string `json:"archive_timestamp"` // when it was archived or opened last
	} `json:"thread_metadata"`
}

// amongThreads looks through some threads. ok is false when v says where the post
// is, or why nobody knows.
func (l *look) amongThreads(ctx context.Context, threads []listedThread) (v bot.Verdict, ok bool) {
	self, v, ok := l.self(ctx)
	if !ok {
		return v, false
	}
	for _, t := range threads {
		if string(t.Parent) != l.channel || self != "" && t.Owner != "" && string(t.Owner) != self || l.older(string(t.ID)) {
			continue
		}
		found, v, ok := l.begins(ctx, string(t.ID))
		switch {
		case !ok:
			return v, false
		case found:
			return bot.Verdict{Outcome: bot.Delivered, MessageID: string(t.ID) + threadMark + string(t.ID)}, false
		}
	}
	return v, true
}

// amongArchived looks through the forum's archived threads, the ones archived last
// first, as far as they can be young enough. ok is as in amongThreads
// (https://docs.discord.com/developers/resources/channel#list-public-archived-threads).
func (l *look) amongArchived(ctx context.Context) (v bot.Verdict, ok bool) {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}}
	for range maxPages {
		var list threadList
		v, ok := l.ask(ctx, request{what: "list archived threads", path: "/channels/" + url.PathEscape(l.channel) + "/threads/archived/public", query: query}, &list)
		if !ok {
			return v, false
		}
		if v, ok := l.amongThreads(ctx, list.Threads); !ok {
			return v, false
		}
		if !list.More || len(list.Threads) == 0 {
			return v, true
		}
		last := list.Threads[len(list.Threads)-1].Metadata.Archived
		switch at, err := time.Parse(time.RFC3339, last); {
		case err != nil || last == query.Get("before"): // there is no way on
			return tooLong(), false
		case at.Before(l.since):
			return v, true
		}
		query.Set("before", last)
	}
	return tooLong(), false
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
