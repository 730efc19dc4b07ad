package slacktest

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// UserGroup is a user group of a workspace.
type UserGroup struct {
	ID, Handle string // "S024BE7LH", "breaking-desk"
}

// AddGroup adds a user group to a workspace.
func (s *Server) AddGroup(team string, g UserGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.workspace(team)
	ws.groups = append(ws.groups, g)
}

// RemoveGroup takes a user group away.
func (s *Server) RemoveGroup(team, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ws := s.workspace(team)
	ws.groups = slices.DeleteFunc(ws.groups, func(g UserGroup) bool { return g.ID == id })
}

// RenameGroup gives a user group another handle, or disables it where that is "", and tells
// the app, which has acknowledged that when RenameGroup returns
// (https://docs.slack.dev/reference/events/subteam_updated).
func (s *Server) RenameGroup(ctx context.Context, team string, g UserGroup) error {
	s.RemoveGroup(team, g.ID)
	deleted := 1
	if g.Handle != "" {
		s.AddGroup(team, g)
		deleted = 0
	}
	return s.Event(ctx, team, map[string]any{"type": "subteam_updated", "subteam": map[string]any{"id": g.ID, "team_id": team, "is_usergroup": true, "handle": g.Handle, "date_delete": deleted}})
}

// listGroups is usergroups.list, of those that are enabled.
func (c *call) listGroups() (any, error) {
	if err := c.need("usergroups:read"); err != nil {
		return nil, err
	}
	list := []reply{}
	for _, g := range c.team.groups {
		list = append(list, reply{"id": g.ID, "team_id": c.team.team, "is_usergroup": true, "name": g.Handle, "handle": g.Handle, "date_delete": 0})
	}
	return reply{"usergroups": list}, nil
}

var mentionInText = regexp.MustCompile(`<(?:@([UW][A-Z0-9]+)|!subteam\^(S[A-Z0-9]+)|!(here|channel|everyone))(?:\|[^<>]*)?>`)

// pinged is whom a message pings as it is posted: "user:ID", "group:ID", "here",
// "channel", "everyone". Slack finds them in the text and in what of the blocks is
// mrkdwn or rich text; a group only where there is one.
// https://docs.slack.dev/messaging/formatting-message-text#special-mentions
func (ws *workspace) pinged(text string, c *content) (whom []string) {
	named := inText(nil, text)
	if c != nil {
		named = append(named, c.named...)
	}
	for _, one := range named {
		id, group := strings.CutPrefix(one, "group:")
		if group && !slices.ContainsFunc(ws.groups, func(g UserGroup) bool { return g.ID == id }) || slices.Contains(whom, one) {
			continue
		}
		whom = append(whom, one)
	}
	return whom
}

// inText adds whom a text in Slack's markup names.
func inText(to []string, text string) []string {
	for _, m := range mentionInText.FindAllStringSubmatch(text, -1) {
		switch {
		case m[1] != "":
			to = append(to, "user:"+m[1])
		case m[2] != "":
			to = append(to, "group:"+m[2])
		default:
			to = append(to, m[3])
		}
	}
	return to
}

// inBlocks are those whom blocks name.
func inBlocks(blocks any) (named []string) {
	walk(blocks, func(o map[string]any) bool {
		str := func(key string) string { v, _ := o[key].(string); return v }
		switch o["type"] {
		case "mrkdwn", "markdown":
			named = inText(named, str("text"))
		case "user":
			named = append(named, "user:"+str("user_id"))
		case "usergroup":
			named = append(named, "group:"+str("usergroup_id"))
		case "broadcast":
			named = append(named, str("range"))
		}
		return true
	})
	return named
}
