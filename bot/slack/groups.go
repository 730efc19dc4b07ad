package slack

import (
	"context"
	"encoding/json"
	"net/url"

	"storybot/bot"
	"storybot/stories"
)

// groupsScope is what it takes to be told of user groups; without it one that is disabled
// is found out when Slack shows a message that names it.
const groupsScope = "usergroups:read"

// group is a user group (https://docs.slack.dev/reference/objects/usergroup-object).
type group struct {
	ID      string `json:"id"`
	Handle  string `json:"handle"`
	Deleted scalar `json:"date_delete"` // 0 while it is enabled
}

func (g group) gone() bool { return g.Deleted != "" && g.Deleted != "0" }

// userGroups is the answer of usergroups.list
// (https://docs.slack.dev/reference/methods/usergroups.list).
type userGroups struct {
	status
	Groups *[]group `json:"usergroups"`
}

// learnGroups asks which user groups a workspace has, since nobody told while the bot was
// away, and tells it. What Slack does not say now, it says at the next start or with an
// event. It is false when ctx ended.
func (p *Platform) learnGroups(ctx context.Context, w *workspace) bool {
	p.workspaces.mu.Lock()
	known := *w
	p.workspaces.mu.Unlock()
	if known.claim != own || !known.grants(groupsScope) || p.places == nil {
		return ctx.Err() == nil
	}
	for range 3 {
		var list userGroups
		_, f := p.api.call(ctx, post("usergroups.list", known.token, url.Values{}), &list)
		switch {
		case f == nil && list.Groups != nil:
			p.groupsListed(known.team, *list.Groups)
			return true
		case f != nil && f.code != "" && !f.passing() && !f.limited:
			p.log.Info("slack user groups not known", "team", known.team, "err", f)
			return true
		}
		pause := p.timing.retryLeast
		if f != nil {
			pause = max(pause, f.retryAfter)
		}
		if !sleep(ctx, jitter(pause)) {
			return false
		}
	}
	p.log.Info("slack user groups not known", "team", known.team)
	return true
}

// groupsListed tells which user groups there are; @here is always.
func (w *web) groupsListed(team string, list []group) {
	all := stories.AllGroups{In: destination(team, ""), Called: map[string]string{string(here): "here"}}
	for _, g := range list {
		if g.ID != "" && !g.gone() {
			all.Called[groupMention(g.ID)] = bot.OneLine(g.Handle)
		}
	}
	w.tell(stories.Sighting{Groups: []stories.AllGroups{all}})
}

// group reads that a user group is new, has another name, or was disabled or enabled
// (https://docs.slack.dev/reference/events/subteam_updated).
func (h *herald) group(team string, raw json.RawMessage) {
	var e struct {
		Group group `json:"subteam"`
	}
	if !decode(raw, &e) || e.Group.ID == "" {
		h.log.Warn("slack sent an event that cannot be read")
		return
	}
	p := stories.PlaceName{Place: destination(team, groupMention(e.Group.ID)), Form: stories.GroupForm, Access: stories.GoneAccess, Heard: true}
	if !e.Group.gone() {
		p.Name, p.Access = bot.OneLine(e.Group.Handle), stories.OpenAccess
	}
	h.tellPlace(p)
}
