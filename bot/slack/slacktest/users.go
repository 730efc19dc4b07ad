package slacktest

import (
	"cmp"
	"slices"
	"strings"
)

// authTest is auth.test.
func (c *call) authTest() (any, error) {
	return reply{
		"url": "https://" + c.team.domain + ".slack.com/", "team": cmp.Or(c.team.called, c.team.domain), "user": "storybot",
		"team_id": c.team.team, "user_id": c.team.botUser, "bot_id": c.team.botID, "is_enterprise_install": false,
	}, nil
}

// botInfo is bots.info (https://docs.slack.dev/reference/methods/bots.info).
func (c *call) botInfo() (any, error) {
	if c.args["bot"] != c.team.botID {
		return nil, refuse("bot_not_found")
	}
	return reply{"bot": reply{
		"id": c.team.botID, "app_id": cmp.Or(c.team.app, c.AppID), "user_id": c.team.botUser, "name": "storybot", "deleted": false, "updated": 1, "icons": reply{},
	}}, nil
}

// userInfo is users.info.
func (c *call) userInfo() (any, error) {
	u := c.team.users[c.args["user"]]
	if u == nil {
		return nil, refuse("user_not_found")
	}
	return reply{"user": reply{
		"id": u.ID, "team_id": cmp.Or(u.Home, c.team.team), "name": u.Name, "real_name": u.RealName, "deleted": u.Deleted, "tz": u.TZ,
		"is_admin": u.Admin, "is_owner": false, "is_restricted": u.Guest || u.SingleGuest, "is_ultra_restricted": u.SingleGuest,
		"is_stranger": u.Stranger, "is_bot": u.Bot || u.ID == c.team.botUser,
		"profile": reply{"real_name": u.RealName, "display_name": u.RealName, "team": c.team.team},
	}}, nil
}

// SetOutside has a person be no member of a channel; everybody is one else.
func (s *Server) SetOutside(team, channel, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channel(team, channel)
	if ch.outside == nil {
		ch.outside = map[string]bool{}
	}
	ch.outside[user] = true
}

// in says whether a person is in a channel and the app is told: of the bot itself, or
// another person, whose private channels are told where the bot is in them too.
func (ch *channel) in(ws *workspace, user string) bool {
	if user == "" {
		return ch.joined(ws)
	}
	return !ch.outside[user] && (ch.kind == Public || ch.joined(ws))
}

// memberships is users.conversations: the channels that the bot, or a person, is in.
func (c *call) memberships() (any, error) {
	kinds := []string{string(Public)}
	if types := c.args["types"]; types != "" {
		kinds = strings.Split(types, ",")
	}
	for _, k := range kinds {
		if k == "mpim" {
			continue
		}
		if prefixes[Kind(k)] == "" {
			c.violate(c.name, "types holds %q", k)
			return nil, refuse("invalid_types")
		}
		if err := c.needFor(Kind(k), "read"); err != nil {
			return nil, err
		}
	}
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	from := ""
	if cursor := c.args["cursor"]; cursor != "" {
		if from, _, err = readCursor(cursor); err != nil {
			return nil, err
		}
	}
	list, next := []reply{}, ""
	for _, ch := range c.team.order {
		if from != "" { // skip to what follows the last of the page before
			if ch.id == from {
				from = ""
			}
			continue
		}
		if !ch.in(c.team, c.args["user"]) || ch.deleted || !slices.Contains(kinds, string(ch.kind)) || ch.archived && c.args.flag("exclude_archived") {
			continue
		}
		if len(list) == limit {
			next = makeCursor("after", list[limit-1]["id"].(string))
			break
		}
		list = append(list, c.describe(ch))
	}
	return reply{"channels": list, "response_metadata": reply{"next_cursor": next}}, nil
}
