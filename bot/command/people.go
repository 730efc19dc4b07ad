package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// moderators lists the desk's members, or names and removes a moderator.
func (m *Mux) moderators(ctx context.Context, r request) (bot.Reply, error) {
	action, ref := strings.ToLower(r.get("action")), strings.TrimSpace(r.get("user"))
	switch {
	case action == "" && ref == "":
		return m.listMembers(ctx, r.User)
	case action == "":
		return bot.Reply{}, &misuse{r.command, "Say what to do with them: action:add or action:remove."}
	case ref == "":
		return bot.Reply{}, &misuse{r.command, "Say whom: user: and a mention of them."}
	}
	who, err := m.person(ctx, r, ref)
	// Whoever has a role can lose it, also under a name that is nobody's by now:
	// the stories' service looks whether they have one.
	if err != nil && (action != "remove" || stories.CodeOf(err) != stories.CodeInvalid) {
		return bot.Reply{}, err
	}
	if who.Name == "" && who.Ref == r.User.Ref {
		who.Name = r.User.Name
	}
	who = m.withName(m.stories.Named(ctx, who)) // not mentioned, but perhaps known
	changed, err := m.stories.SetModerator(ctx, r.act(), who, action == "add")
	if err != nil {
		return bot.Reply{}, err
	}
	name := "This person"
	if who.Name != "" {
		name = bot.UserName(who)
	}
	switch {
	case action == "add" && changed:
		return done(fmt.Sprintf("%s is a moderator now and may write stories: /desk help shows how.", name)), nil
	case action == "add":
		return bot.Reply{Message: bot.Plainly(name + " is a moderator already.")}, nil
	case changed:
		return done(fmt.Sprintf("%s is no longer a moderator.", name)), nil
	}
	return bot.Reply{Message: bot.Plainly(name + " is no moderator. /desk moderators lists who is.")}, nil
}

// person is whom typed names: somebody mentioned, a whole reference, or an id
// as the platform of the request's place writes it. Error: CodeInvalid.
func (m *Mux) person(ctx context.Context, r request, typed string) (stories.User, error) {
	if err := m.may(ctx, r.Command, r.command); err != nil {
		return stories.User{}, err
	}
	ref, err := strings.Trim(typed, wraps+",;"), error(nil)
	if len(m.config.People) > 0 {
		ref, err = bot.PersonRef(m.config.People, r.Where, typed)
	}
	return stories.User{Ref: ref, Name: mentionedName(r.Input, ref)}, err
}

// mentionedName is what a person is called in a mention of theirs, "" when there
// is none.
func mentionedName(in bot.Input, ref string) string {
	var mentions []bot.Mention
	switch in := in.(type) {
	case bot.Typed:
		mentions = in.Mentions
	case bot.Options:
		mentions = in.Mentions
	}
	for _, who := range mentions {
		if who.Ref == ref {
			return who.User().Name
		}
	}
	return ""
}

// withName is u with what they are called where their platform makes that of their
// id.
func (m *Mux) withName(u stories.User) stories.User {
	if platform, id, _ := strings.Cut(u.Ref, ":"); u.Name == "" && m.showsIDs(platform) {
		u.Name = id
	}
	return u
}

// showsIDs says that a platform's ids are names that people chose.
func (m *Mux) showsIDs(platform string) bool {
	return slices.ContainsFunc(m.config.People, func(p bot.Refs) bool { return p.Platform == platform && p.Named })
}

func (m *Mux) listMembers(ctx context.Context, by stories.User) (bot.Reply, error) {
	members, err := m.stories.Members(ctx, by)
	if err != nil {
		return bot.Reply{}, err
	}
	msg := bot.Message{Title: "Admins and moderators"}
	for _, member := range members {
		msg.Blocks = append(msg.Blocks, item(m.memberWords(ctx, member)...))
	}
	if len(members) == 0 {
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Text("Nobody yet. STORYBOT_ADMINS in the bot's settings names admins.")))
	}
	msg.Blocks = append(msg.Blocks, small(bot.Text("Admins change this: "), bot.Code("/desk moderators action:add user:…")))
	return bot.Reply{Message: msg}, nil
}

// memberWords is a line of the list: who, as what, since when and by whom.
func (m *Mux) memberWords(ctx context.Context, member stories.Member) []bot.Span {
	line := bot.UserName(m.withName(member.User))
	if platform, _, ok := strings.Cut(member.User.Ref, ":"); ok {
		line += " (" + m.names(ctx).Platform(platform) + ")" // one name may be two people's
	}
	line += ", " + member.Role.String()
	switch {
	case member.Configured:
		return []bot.Span{bot.Text(line + " by STORYBOT_ADMINS")}
	case member.AddedBy.Ref == "" || member.AddedBy.Ref == member.User.Ref:
		return []bot.Span{bot.Text(line + " since "), bot.At(member.AddedAt)}
	}
	return []bot.Span{bot.Text(line + " by " + bot.UserName(m.withName(member.AddedBy)) + " since "), bot.At(member.AddedAt)}
}

// claim makes the person with the code from the log the first admin.
func (m *Mux) claim(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.stories.Claim(ctx, r.act(), r.get("code")); err != nil {
		return bot.Reply{}, err
	}
	return done("You are the bot's admin now. Name moderators with /desk moderators action:add user:…, make a channel the desk with /desk here, start a story with /desk track."), nil
}
