package slack

import (
	"context"
	"net/url"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

const (
	// personLife is how long we believe what Slack said of a person's name.
	personLife = time.Hour
	// rightsLife is how long we believe what Slack said of a person's standing
	// and of a channel: a member who is made a guest loses the right in minutes.
	rightsLife = 2 * time.Minute
	// slackbot is the user id of Slack's own bot in every workspace.
	// https://docs.slack.dev/reference/methods/users.info
	slackbot = "USLACKBOT"
)

// directory knows what people and channels are called and what they are.
type directory struct {
	*web
	people    *cache[person]
	rooms     *cache[room]
	houses    *cache[house]
	gathered  *cache[string] // the homes of shared channels, which have what was followed there
	directs   *cache[string] // between people and the bot, by who they are with
	questions *questions
}

func newDirectory(w *web) *directory {
	return &directory{web: w, people: newCache[person](personLife), rooms: newCache[room](rightsLife), houses: newCache[house](houseLife), gathered: newCache[string](houseLife), directs: newCache[string](personLife), questions: newQuestions(restAfterSilence)}
}

// person is what users.info says.
type person struct {
	name  string
	team  string // the workspace they belong to
	kind  kind
	admin bool           // or an owner
	zone  *time.Location // in which Slack shows them times; nil where it did not say
	asked time.Time
}

// kind is what a person is in a workspace.
type kind int

const (
	unsaid  kind = iota // Slack did not say: nothing is allowed for it
	member              // in full
	guest               // restricted to some channels
	foreign             // of another company, seen in a channel shared with it
	machine             // a bot
	gone                // their account is closed
)

// userInfo is the answer of users.info.
// https://docs.slack.dev/reference/methods/users.info
type userInfo struct {
	status
	User struct {
		ID                string `json:"id"`
		TeamID            string `json:"team_id"`
		Name              string `json:"name"`
		RealName          string `json:"real_name"`
		Deleted           bool   `json:"deleted"`
		IsBot             bool   `json:"is_bot"`
		IsAdmin           *bool  `json:"is_admin"`
		IsOwner           *bool  `json:"is_owner"`
		IsStranger        bool   `json:"is_stranger"`
		IsRestricted      *bool  `json:"is_restricted"`
		IsUltraRestricted *bool  `json:"is_ultra_restricted"`
		TZ                string `json:"tz"` // IANA's name
		Profile           struct {
			DisplayName string `json:"display_name"`
			RealName    string `json:"real_name"`
		} `json:"profile"`
	} `json:"user"`
}

// read makes a person of the answer; ok is false for one that says nothing. A
// member is somebody of whom it is said that they are no guest: an answer that
// leaves that out gives a name and no standing.
func (i *userInfo) read(user string, now time.Time) (known person, ok bool) {
	u := i.User
	known = person{team: u.TeamID, admin: is(u.IsAdmin) || is(u.IsOwner), zone: zoneNamed(u.TZ), asked: now}
	for _, name := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		if known.name = bot.OneLine(name); known.name != "" {
			break
		}
	}
	switch {
	case u.IsBot || user == slackbot:
		known.kind = machine
	case u.Deleted:
		known.kind = gone
	case u.IsStranger:
		known.kind = foreign
	case is(u.IsUltraRestricted) || is(u.IsRestricted):
		known.kind = guest
	case isNot(u.IsUltraRestricted) && isNot(u.IsRestricted):
		known.kind = member
	}
	return known, u.ID == user && (known.name != "" || known.kind != unsaid)
}

// zoneNamed is the zone of that name, nil for none that is known here: the names of the
// process's own zone and of none at all say nothing of a person's.
func zoneNamed(name string) *time.Location {
	if name == "" || name == "Local" {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil // Slack may know zones that are newer than ours
	}
	return zone
}

// is says whether Slack said yes, and isNot whether it said no; null and nothing
// at all are neither.
func is(said *bool) bool    { return said != nil && *said }
func isNot(said *bool) bool { return said != nil && !*said }

// lookUpPerson asks Slack about a person. A failure without a code is an answer
// that says nothing.
func (d *directory) lookUpPerson(ctx context.Context, w workspace, team, user string) (person, *failure) {
	ctx, cancel := context.WithTimeout(ctx, d.timing.lookUp)
	defer cancel()
	var info userInfo
	if f := d.ask(ctx, w, post("users.info", w.token, url.Values{"user": {user}}), &info); f != nil {
		d.log.Info("slack person not looked up", "err", f)
		return person{}, f
	}
	known, ok := info.read(user, d.now())
	if !ok {
		d.log.Warn("slack says nothing of a person it was asked about")
		return person{}, &failure{method: "users.info", reach: answered}
	}
	d.people.put(userRef(team, user), known, time.Now())
	d.tellPerson(team, user, known.name)
	return known, nil
}

// personName is names'.
func (d *directory) personName(ctx context.Context, team, user string) string {
	if known, ok := d.people.get(userRef(team, user), time.Now()); ok {
		return known.name
	}
	w, ok, _ := d.workspaces.await(ctx, team, d.timing.lookUp)
	if !ok || w.stopped != "" || !w.grants("users:read") {
		return ""
	}
	known, _ := d.lookUpPerson(ctx, w, team, user)
	return known.name
}

// isMachine says whether a person is known to be a bot, of whom an event need
// not tell it: two bots that answer each other never end. Nobody waits for more
// than the one question, and of whom Slack tells nothing is answered.
func (d *directory) isMachine(ctx context.Context, w workspace, team, user string) bool {
	known, ok := d.people.get(userRef(team, user), time.Now())
	if (!ok || known.kind == unsaid) && w.token != "" && w.stopped == "" && w.grants("users:read") {
		// Readers do not wait long for what is only a precaution.
		ctx, cancel := context.WithTimeout(ctx, d.timing.lookUp/4)
		defer cancel()
		known, _ = d.lookUpPerson(ctx, w, team, user)
	}
	return known.kind == machine
}

// room is what conversations.info says of a channel.
type room struct {
	name     string
	private  bool // only its members may know of it, or that was not said
	group    bool // a group message
	direct   bool
	member   bool // the bot is in it
	archived bool
	abroad   bool // shared with another company
	home     bool // it was said that it is not
	// inland says that it is shared between workspaces of one organisation, teams are all
	// that share it and host is whose it is, as far as that was said.
	inland bool
	teams  []string
	host   string
	// vague says that Slack left out who may know of it or whether it is
	// archived, aloof that it left out whether the bot is in it.
	vague, aloof bool
}

// channelInfo is the answer of conversations.info and conversations.open.
// https://docs.slack.dev/reference/methods/conversations.info
type channelInfo struct {
	status
	Channel struct {
		ID          string `json:"id"`
		Name        string `json:"name"`
		IsMember    *bool  `json:"is_member"`
		IsPrivate   *bool  `json:"is_private"`
		IsGroup     bool   `json:"is_group"`
		IsIM        *bool  `json:"is_im"`
		IsMPIM      bool   `json:"is_mpim"`
		IsArchived  *bool  `json:"is_archived"`
		User        string `json:"user"` // whom a direct message is with
		IsShared    *bool  `json:"is_shared"`
		IsExtShared *bool  `json:"is_ext_shared"`
		IsOrgShared bool   `json:"is_org_shared"`
		Host        idOf   `json:"conversation_host_id"`
		Shared      []idOf `json:"shared_team_ids"`
		Connected   []idOf `json:"connected_team_ids"`
		Internal    []idOf `json:"internal_team_ids"`
	} `json:"channel"`
}

func roomKey(team, channel string) string { return team + "/" + channel }

// read makes a room of the answer; ok is false for one about another channel.
// What Slack leaves out was not read: it is neither yes nor no.
func (i *channelInfo) read(channel string) (known room, ok bool) {
	c := i.Channel
	known = room{
		name: bot.OneLine(c.Name), private: !isNot(c.IsPrivate) || c.IsGroup || is(c.IsIM) || c.IsMPIM, group: c.IsMPIM, direct: is(c.IsIM),
		member: is(c.IsMember), archived: is(c.IsArchived), abroad: is(c.IsExtShared) || is(c.IsShared) && !c.IsOrgShared,
		home:   isNot(c.IsExtShared) || isNot(c.IsShared),
		inland: c.IsOrgShared, host: string(c.Host),
		vague: c.IsPrivate == nil || c.IsArchived == nil, aloof: c.IsMember == nil,
	}
	for _, list := range [][]idOf{{c.Host}, c.Shared, c.Connected, c.Internal} {
		for _, team := range list {
			if team != "" && (known.abroad || known.inland) {
				known.teams = append(known.teams, string(team))
			}
		}
	}
	return known, c.ID == channel
}

// access is who may know of a channel: where Slack did not say that it is not
// private, it may be.
func (r room) access() stories.Access {
	if r.private {
		return stories.PrivateAccess
	}
	return stories.OpenAccess
}

// lookUpRoom asks Slack about a channel, unless it did so lately. A failure
// without a code is an answer that says nothing.
func (d *directory) lookUpRoom(ctx context.Context, w workspace, team, channel string) (room, *failure) {
	key := roomKey(team, channel)
	if known, ok := d.rooms.get(key, time.Now()); ok {
		return known, nil
	}
	ctx, cancel := context.WithTimeout(ctx, d.timing.lookUp)
	defer cancel()
	var info channelInfo
	if f := d.ask(ctx, w, post("conversations.info", w.token, url.Values{"channel": {channel}}), &info); f != nil {
		d.log.Info("slack channel not looked up", "channel", channel, "err", f)
		return room{}, f
	}
	known, ok := info.read(channel)
	if !ok {
		d.log.Warn("slack says nothing of a channel it was asked about", "channel", channel)
		return room{}, &failure{method: "conversations.info", reach: answered}
	}
	switch {
	case known.direct:
		d.tellDirect(team, channel, info.Channel.User)
	case !known.group:
		d.tellChannel(team, channel, known.name, known.access())
	}
	// What keeps the bot from posting there is not kept: somebody may just be
	// mending it. Nor is an answer that says less than Slack's do.
	if (known.home || known.abroad) && known.lacks(w) == nil {
		d.rooms.put(key, known, time.Now())
	}
	return known, nil
}

// channelName is names'.
func (d *directory) channelName(ctx context.Context, team, channel string) string {
	w, ok, _ := d.workspaces.await(ctx, team, d.timing.lookUp)
	if !ok || w.stopped != "" {
		return bot.PrivateChannel
	}
	known, f := d.lookUpRoom(ctx, w, team, channel)
	if f != nil || known.private || known.name == "" {
		return bot.PrivateChannel
	}
	return "#" + strings.TrimLeft(known.name, "#")
}

// lookUps bounds the questions about names that one command costs, of which a
// text can hold hundreds: what is beyond is called as if nobody knew it.
type lookUps struct {
	names
	left  int
	known map[string]string
}

func bounded(n names) *lookUps {
	return &lookUps{names: n, left: bot.MaxLookUps, known: map[string]string{}}
}

func (l *lookUps) personName(ctx context.Context, team, user string) string {
	return l.once("@"+user, "", func() string { return l.names.personName(ctx, team, user) })
}

func (l *lookUps) channelName(ctx context.Context, team, channel string) string {
	return l.once("#"+channel, bot.PrivateChannel, func() string { return l.names.channelName(ctx, team, channel) })
}

func (l *lookUps) once(key, unknown string, ask func() string) string {
	name, asked := l.known[key]
	if asked {
		return name
	}
	if l.left == 0 {
		return unknown
	}
	l.left--
	name = ask()
	l.known[key] = name
	return name
}
