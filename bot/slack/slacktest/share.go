package slacktest

import (
	"context"
	"maps"
	"slices"
)

// Share shares a channel of a workspace, its host, with another one, whose bot is in it or
// not, and tells the app in both. Both have it under the same id, with one history
// (https://docs.slack.dev/apis/slack-connect, https://docs.slack.dev/reference/events/channel_shared).
func (s *Server) Share(ctx context.Context, host, id, with string, member bool) error {
	s.mu.Lock()
	ch, guest := s.channel(host, id), s.workspace(with)
	if ch.host == "" {
		ch.host, ch.guests = host, map[string]bool{}
	}
	ch.guests[with] = member
	s.addChannel(guest, ch)
	s.mu.Unlock()
	return s.tellSharers(ctx, map[string]any{"type": "channel_shared", "connected_team_id": with, "channel": id}, host, with)
}

// Unshare takes a workspace out of a channel and tells the app in it and in those that
// stay. Where kept, the one that leaves has a copy of the channel from then on. When the
// host leaves, another one is
// (https://docs.slack.dev/reference/events/channel_unshared).
func (s *Server) Unshare(ctx context.Context, id, left string, kept bool) error {
	s.mu.Lock()
	gone := s.workspace(left)
	ch := s.channel(left, id)
	tell := append(ch.sharers(nil), ch.host)
	member := ch.joined(gone)
	if left == ch.host {
		ch.host = slices.Min(ch.sharers(nil))
		ch.member = ch.guests[ch.host]
		delete(ch.guests, ch.host)
	}
	delete(ch.guests, left)
	delete(gone.channels, id)
	gone.order = slices.DeleteFunc(gone.order, func(o *channel) bool { return o == ch })
	if kept {
		own := &channel{id: id, called: ch.called, kind: ch.kind, member: member}
		for _, m := range ch.messages {
			c := *m
			c.ch = own
			own.messages = append(own.messages, &c)
		}
		s.addChannel(gone, own)
	}
	shared := len(ch.guests) > 0
	s.mu.Unlock()
	return s.tellSharers(ctx, map[string]any{"type": "channel_unshared", "previously_connected_team_id": left, "channel": id, "is_ext_shared": shared}, tell...)
}

func (s *Server) tellSharers(ctx context.Context, event map[string]any, teams ...string) error {
	s.mu.Lock()
	connected := len(s.sockets.open) > 0
	s.mu.Unlock()
	for _, team := range teams {
		if !connected {
			break
		}
		if err := s.Event(ctx, team, maps.Clone(event)); err != nil {
			return err
		}
	}
	return nil
}

// joined says whether a workspace's bot is in the channel.
func (ch *channel) joined(ws *workspace) bool {
	if in, guest := ch.guests[ws.team]; guest {
		return in
	}
	return ch.member
}

// join has a workspace's bot be in the channel.
func (ch *channel) join(ws *workspace) {
	if _, guest := ch.guests[ws.team]; guest {
		ch.guests[ws.team] = true
		return
	}
	ch.member = true
}

// abroad says whether it is shared with another company.
func (ch *channel) abroad() bool { return ch.shared || len(ch.guests) > 0 }

// sharers are the workspaces that share the channel, or where to is nil those it is
// shared with; of one that is not shared to alone.
func (ch *channel) sharers(to *workspace) []string {
	list := slices.Sorted(maps.Keys(ch.guests))
	switch {
	case to == nil:
	case ch.host != "":
		list = append(list, ch.host)
	default:
		list = append(list, to.team)
	}
	return list
}
