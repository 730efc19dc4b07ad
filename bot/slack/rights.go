package slack

import (
	"context"
	"net/url"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// asker is who gave a command, where. Slack takes commands only from people who
// are in the channel, so members are who asks; what else they are is asked of
// Slack, once for a command.
type asker struct {
	directory *directory
	command   bot.Command
	spot      spot
	// homed is the workspace that sends what the channel gets, where that is another one.
	homed string

	asked   bool // about the person
	known   person
	failure *failure
}

// spot is what a command tells of the place it was given in.
type spot struct {
	name string // of the channel, as Slack said it with the command
	// ours says that it is the direct message between the person and the bot.
	ours bool
	// home is the workspace the person belongs to, where that is another one.
	home string
}

func (a *asker) team() string    { return a.command.Where.Workspace }
func (a *asker) channel() string { return a.command.Where.Channel }
func (a *asker) user() string    { return userOf(a.command.User.Ref) }

// userOf is the user part of a reference.
func userOf(reference string) string {
	return reference[strings.LastIndexByte(reference, '/')+1:]
}

// person asks Slack about the person, once. A name is believed for longer than
// a standing.
func (a *asker) person(ctx context.Context, w workspace, life time.Duration) (person, *failure) {
	if a.asked {
		return a.known, a.failure
	}
	known, ok := a.directory.people.get(userRef(a.team(), a.user()), time.Now())
	if enough := life > rightsLife || known.kind != unsaid; ok && enough && a.directory.now().Sub(known.asked) < life {
		return known, nil
	}
	a.asked = true
	a.known, a.failure = a.directory.lookUpPerson(ctx, w, a.team(), a.user())
	return a.known, a.failure
}

// Name is bot.Asker's.
func (a *asker) Name(ctx context.Context) string {
	w, ok, _ := a.directory.workspaces.await(ctx, a.team(), a.directory.timing.lookUp)
	if !ok || w.stopped != "" || !w.grants("users:read") {
		return a.command.User.Name
	}
	if known, _ := a.person(ctx, w, personLife); known.name != "" {
		return known.name
	}
	return a.command.User.Name
}

// Zone is bot.Zoned's: the zone of the person's profile. It is a nicety, for which nobody
// waits long, and what came of the question is not held against the command's others.
func (a *asker) Zone(ctx context.Context) *time.Location {
	if a.asked {
		return a.known.zone
	}
	if known, ok := a.directory.people.get(userRef(a.team(), a.user()), time.Now()); ok {
		return known.zone
	}
	ctx, cancel := context.WithTimeout(ctx, a.directory.timing.lookUp/4)
	defer cancel()
	w, ok, _ := a.directory.workspaces.await(ctx, a.team(), a.directory.timing.lookUp/4)
	if !ok || w.stopped != "" || !w.grants("users:read") {
		return nil
	}
	known, _ := a.directory.lookUpPerson(ctx, w, a.team(), a.user())
	return known.zone
}

// What people are told about rights. Each sentence says who can mend it.
const (
	forGuests   = "Guests of this workspace cannot change what Storybot sends here; nothing was changed. Ask a full member to do it."
	forForeign  = "People of another company in a shared channel cannot change what Storybot sends here; nothing was changed. Ask a full member of the workspace that installed Storybot to do it."
	forMachines = "Only people can change what Storybot sends here, not bots; nothing was changed. Ask a full member to do it."
	forGone     = "This Slack account is closed, so it cannot change what Storybot sends here; nothing was changed. Ask a full member to do it."
	uncheckable = "Whether you may change this could not be checked with Slack now."
)

// Manages is bot.Asker's. Without the scope users:read nobody can be told from
// anybody else, and every member manages; a refusal that contradicts what Slack
// says the token has tells nothing.
func (a *asker) Manages(ctx context.Context) error {
	if a.user() == slackbot {
		return stories.Errorf(stories.CodeForbidden, forMachines)
	}
	w, err := a.directory.serving(ctx, a.team())
	if err != nil {
		return err
	}
	if !w.grants("users:read") {
		return nil
	}
	known, f := a.person(ctx, w, rightsLife)
	switch {
	case f != nil && w.lacks("users:read", f):
		return nil
	case f != nil:
		return unchecked(f, uncheckable)
	}
	switch known.kind {
	case member:
	case guest:
		if a.command.Direct { // their own with the bot: in that of others it cannot post
			return nil
		}
		return stories.Errorf(stories.CodeForbidden, forGuests)
	case foreign:
		return stories.Errorf(stories.CodeForbidden, forForeign)
	case machine:
		return stories.Errorf(stories.CodeForbidden, forMachines)
	case gone:
		return stories.Errorf(stories.CodeForbidden, forGone)
	default:
		return unchecked(&failure{method: "users.info", reach: answered}, uncheckable)
	}
	if known.team != a.team() || a.spot.home != "" {
		return a.visitor(ctx, w, known.team != "" || a.spot.home != "")
	}
	return nil
}

// visitor judges somebody who belongs to another workspace: where the channel
// is shared with another company they are of that company, elsewhere of another
// workspace of the same organisation. said is false when Slack did not say where
// they belong: then nothing can be told of them in a shared channel.
func (a *asker) visitor(ctx context.Context, w workspace, said bool) error {
	if a.channel() == "" || strings.HasPrefix(a.channel(), "D") {
		return nil
	}
	known, f := a.directory.lookUpRoom(ctx, w, a.team(), a.channel())
	switch {
	case f != nil:
		return unreached(f, uncheckable, "cannot see whether this channel is shared with another company")
	case known.abroad && said:
		return stories.Errorf(stories.CodeForbidden, forForeign)
	case known.abroad || !known.home:
		return unchecked(&failure{method: "conversations.info", reach: answered}, uncheckable)
	}
	return nil
}

// unchecked is the error of what could not be found out: try again, or mend the
// token first.
func unchecked(f *failure, sentence string) error {
	if reason := refusedToken(f.code); reason != "" && !f.passing() {
		return &stories.Error{Code: stories.CodeForbidden, Err: f, Message: "Slack refuses Storybot's token of this workspace: it " + reason + "; nothing was changed. " + reinstall}
	}
	return &stories.Error{Code: stories.CodeUnavailable, Message: sentence, Err: f}
}

// serving returns the workspace of team when there is a token for it that Slack
// takes. Its errors are in words.
func (d *directory) serving(ctx context.Context, team string) (workspace, error) {
	w, ok, pending := d.workspaces.await(ctx, team, d.timing.lookUp)
	switch {
	case pending, w.claim == unclaimed:
		return w, stories.Errorf(stories.CodeUnavailable, "Storybot could not ask Slack yet which workspace this is.")
	case !ok:
		return w, stories.Errorf(stories.CodeForbidden, "Storybot has no token of this workspace, so nothing it sends would arrive here; nothing was changed. Whoever runs Storybot adds the workspace's bot token to SLACK_BOT_TOKEN (xoxb-…, under OAuth & Permissions) and restarts it.")
	case w.stopped != "":
		return w, stories.Errorf(stories.CodeForbidden, "Storybot cannot send anything to this workspace; nothing was changed. %s", w.stopped)
	}
	return w, nil
}

// Posts is bot.Asker's. A thread comes into being with its first reply, which needs no
// more than a message does.
func (a *asker) Posts(ctx context.Context, needs ...bot.Need) error {
	for _, n := range needs {
		if why := a.takesNot(n); why != "" {
			return stories.Errorf(stories.CodeInvalid, "%s", why)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, a.directory.timing.lookUp)
	defer cancel()
	w, err := a.directory.serving(ctx, a.team())
	if err != nil {
		return err
	}
	switch channel := a.channel(); {
	case channel == "":
		return stories.Errorf(stories.CodeForbidden, "This was not asked in a channel; nothing was changed. Use the command in the channel it is for.")
	case !w.grants("chat:write"):
		return lacksScope("chat:write", "cannot post")
	case strings.HasPrefix(a.spot.name, "mpdm-"):
		return stories.Errorf(stories.CodeForbidden, forGroups)
	case a.spot.ours:
		return nil
	case strings.HasPrefix(channel, "D"):
		return a.postsToPerson(ctx, w)
	}
	if a.homed != "" {
		return a.postsBy(ctx)
	}
	known, f := a.directory.lookUpRoom(ctx, w, a.team(), a.channel())
	if f != nil {
		return unreached(f, unseen, "cannot see whether it may post here")
	}
	return known.lacks(w)
}

const (
	forGroups  = "Storybot cannot post to a group message; nothing was changed. Use the command in a channel, or in your own direct message with Storybot."
	notOurs    = "Storybot is not part of this conversation; nothing was changed. Use the command in your own direct message with Storybot, or in a channel."
	notInvited = "The bot is not in this channel; nothing was changed. Anyone in it can invite the bot by typing /invite @storybot; then run the command again."
	unseen     = "Whether the bot can post here could not be checked with Slack now."
)

// lacks says what keeps the bot from posting to a channel. Where Slack left out
// what that depends on, it could not be checked: whether the bot is in a channel
// matters least where it is known to be allowed to post without.
func (r room) lacks(w workspace) error {
	switch {
	case r.group:
		return stories.Errorf(stories.CodeForbidden, forGroups)
	case r.direct:
		return stories.Errorf(stories.CodeForbidden, notOurs)
	case r.vague && !r.archived, r.aloof && !r.archived && (r.private || !w.scopes["chat:write.public"]):
		return unchecked(&failure{method: "conversations.info", reach: answered}, unseen)
	case r.archived:
		return stories.Errorf(stories.CodeForbidden, "This channel is archived, so nobody can post to it; nothing was changed. A member can unarchive it in Slack; then run the command again.")
	case r.member, !r.private && w.grants("chat:write.public"):
		return nil
	}
	return stories.Errorf(stories.CodeForbidden, notInvited)
}

// unreached is the error of a channel that Slack does not describe. Of a private
// one that the bot is not in, Slack says that it is not in it, or that there is
// none. unknown is the sentence for what may be answered another time, blind
// what the bot cannot do for lack of a scope.
// https://docs.slack.dev/reference/methods/conversations.info#errors
func unreached(f *failure, unknown, blind string) error {
	switch {
	case f.code == "not_in_channel" || f.code == "channel_not_found":
		return stories.Errorf(stories.CodeForbidden, notInvited)
	case f.code == "missing_scope" && strings.HasPrefix(f.needed, "mpim:"):
		return stories.Errorf(stories.CodeForbidden, forGroups)
	case f.code == "missing_scope":
		// A channel that cannot be seen may be private, and the bot not in it.
		needed := f.needed
		if needed == "" {
			needed = "channels:read or groups:read"
		}
		return lacksScope(needed, blind)
	}
	return unchecked(f, unknown)
}

func lacksScope(scope, so string) error {
	return stories.Errorf(stories.CodeForbidden, "The Slack app lacks the scope %s, so Storybot %s; nothing was changed. Whoever runs Storybot adds it under OAuth & Permissions and installs the app again.", scope, so)
}

// postsToPerson: a direct message is ours when it is the one Slack opens between
// the person and the bot; opening it shows nothing to anybody. An answer that
// describes another kind of conversation, or another person's, is none.
func (a *asker) postsToPerson(ctx context.Context, w workspace) error {
	key := roomKey(a.team(), a.channel()) + "/" + a.user()
	if _, ok := a.directory.rooms.get(key, time.Now()); ok {
		return nil
	}
	var info channelInfo
	f := a.directory.ask(ctx, w, post("conversations.open", w.token, url.Values{"users": {a.user()}}), &info)
	switch {
	case f != nil && f.code == "missing_scope":
		return lacksScope("im:write", "cannot see whether this is its own direct message with you")
	case f != nil:
		a.directory.log.Info("slack direct message not looked up", "err", f)
		return unchecked(f, unseen)
	case info.Channel.ID == "", isNot(info.Channel.IsIM), info.Channel.IsMPIM, info.Channel.User != "" && info.Channel.User != a.user():
		return unchecked(&failure{method: "conversations.open", reach: answered}, unseen)
	case info.Channel.ID != a.channel():
		return stories.Errorf(stories.CodeForbidden, notOurs)
	}
	a.directory.tellDirect(a.team(), a.channel(), a.user())
	a.directory.rooms.put(key, room{direct: true, member: true}, time.Now())
	return nil
}
