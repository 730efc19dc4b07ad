package slacktest

import (
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
