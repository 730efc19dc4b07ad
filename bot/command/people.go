package command

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// staffing is who does what at the desk.
type staffing struct {
	now    func() time.Time
	people []bot.Refs
	desk   Desk
	rights Rights
	guard  *guard
}

// moderators lists the desk's members, or names and removes a moderator.
func (m *staffing) moderators(ctx context.Context, r request) (bot.Reply, error) {
	action, ref := strings.ToLower(r.get("action")), strings.TrimSpace(r.get("user"))
	switch {
	case action == "" && ref == "":
		return m.listMembers(ctx, r.User, 0)
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
	return m.setModerator(ctx, r, who, action == "add")
}

// setModerator makes somebody a moderator, or ends that.
func (m *staffing) setModerator(ctx context.Context, r request, who stories.User, yes bool) (bot.Reply, error) {
	who = m.withName(m.desk.Named(ctx, who)) // not mentioned, but perhaps known
	changed, err := m.desk.SetModerator(ctx, r.act(), who, yes)
	if err != nil {
		return bot.Reply{}, err
	}
	name := "This person"
	if who.Name != "" {
		name = bot.UserName(who)
	}
	switch {
	case yes && changed:
		return done(fmt.Sprintf("%s is a moderator now and may write stories: /desk help shows how.", name)), nil
	case yes:
		return bot.Reply{Message: bot.Plainly(name + " is a moderator already.")}, nil
	case changed:
		return done(fmt.Sprintf("%s is no longer a moderator.", name)), nil
	}
	return bot.Reply{Message: bot.Plainly(name + " is no moderator. /desk moderators lists who is.")}, nil
}

// person is whom typed names: somebody mentioned, a whole reference, or an id
// as the platform of the request's place writes it. Error: CodeInvalid.
func (m *staffing) person(ctx context.Context, r request, typed string) (stories.User, error) {
	if err := m.guard.may(ctx, r.Command, r.command); err != nil {
		return stories.User{}, err
	}
	ref, err := strings.Trim(typed, wraps+",;"), error(nil)
	if len(m.people) > 0 {
		ref, err = bot.PersonRef(m.people, r.Where, typed)
	}
	return stories.User{Ref: ref, Name: mentionedName(r.Input, ref)}, err
}

// mentionedName is what a person is called in a mention of theirs, "" when there
// is none.
func mentionedName(in bot.Input, ref string) string {
	for _, who := range mentionsIn(in) {
		if who.Ref == ref {
			return who.User().Name
		}
	}
	return ""
}

// withName is u with what they are called where their platform makes that of their
// id.
func (m *staffing) withName(u stories.User) stories.User {
	if platform, id, _ := strings.Cut(u.Ref, ":"); u.Name == "" && m.showsIDs(platform) {
		u.Name = id
	}
	return u
}

// showsIDs says that a platform's ids are names that people chose.
func (m *staffing) showsIDs(platform string) bool {
	return slices.ContainsFunc(m.people, func(p bot.Refs) bool { return p.Platform == platform && p.Named })
}

// membersPage is how many members a page of their list shows.
const membersPage = 8

// listMembers shows admins and moderators from an offset on.
func (m *staffing) listMembers(ctx context.Context, by stories.User, offset int) (bot.Reply, error) {
	members, err := m.desk.Members(ctx, by)
	if err != nil {
		return bot.Reply{}, err
	}
	msg := bot.Message{Title: "Admins and moderators"}
	offset = min(offset, max(0, len(members)-1)/membersPage*membersPage)
	shown := members[offset:min(offset+membersPage, len(members))]
	if len(shown) < len(members) {
		msg.Title += " · " + rangeWords(offset+1, offset+len(shown), len(members))
	}
	for _, member := range shown {
		row := item(m.memberWords(ctx, member)...)
		if word, ok := packRef(member.User.Ref); ok {
			label, _ := bot.Cut(bot.UserName(m.withName(member.User)), maxLabel)
			open := bot.NewWordButton(label, bot.ActionMember, 0, word)
			row.Button = &open
		}
		msg.Blocks = append(msg.Blocks, row)
	}
	msg.Blocks = append(msg.Blocks, small(bot.Text("Admins change this: "), bot.Code("/desk moderators action:add user:…")))
	if offset > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Back", bot.ActionMembers, int64(offset-membersPage)))
	}
	if offset+len(shown) < len(members) {
		msg.Buttons = append(msg.Buttons, bot.NewButton("More", bot.ActionMembers, int64(offset+membersPage)))
	}
	return bot.Reply{Message: msg}, nil
}

// maxPackedRef is how long a person's reference may be to travel inside a button.
const maxPackedRef = 54

// packRef makes a person's reference fit into a button.
func packRef(ref string) (string, bool) {
	word := url.QueryEscape(ref)
	return word, word != "" && len(word) <= maxPackedRef && strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.%+~") == ""
}

// pressMembers turns the pages of the list.
func (m *staffing) pressMembers(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	return m.listMembers(ctx, r.User, int(args.Number(0)))
}

// pressMember shows one of the desk's members or, asked to, ends their role.
func (m *staffing) pressMember(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	ref, err := url.QueryUnescape(args.Word)
	if err != nil {
		return bot.Reply{}, bot.ErrOldButton
	}
	members, err := m.desk.Members(ctx, r.User)
	if err != nil {
		return bot.Reply{}, err
	}
	i := slices.IndexFunc(members, func(member stories.Member) bool { return member.User.Ref == ref })
	if args.Number(0) == 1 {
		who := stories.User{Ref: ref}
		if i >= 0 {
			who = members[i].User
		}
		return m.setModerator(ctx, r, who, false)
	}
	if i < 0 {
		return bot.Reply{Message: bot.Plainly("They are no moderator any more. /desk moderators lists who is.")}, nil
	}
	reply := bot.Reply{Message: bot.Message{Blocks: []bot.Block{bot.Para(m.memberWords(ctx, members[i])...)}}}
	if members[i].Configured {
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text("That is how the bot is set up, and cannot be changed here.")))
		return reply, nil
	}
	if members[i].User.Ref == r.User.Ref || m.rights.Require(ctx, r.User, stories.Admin) != nil {
		return reply, nil
	}
	end := bot.NewWordButton("Remove as "+members[i].Role.String(), bot.ActionMember, 1, args.Word)
	end.Style = bot.Danger
	reply.Message.Buttons = []bot.Button{end}
	return reply, nil
}

// memberWords is a line of the list: who, as what, since when and by whom.
func (m *staffing) memberWords(ctx context.Context, member stories.Member) []bot.Span {
	line := bot.UserName(m.withName(member.User))
	if platform, _, ok := strings.Cut(member.User.Ref, ":"); ok {
		line += " (" + m.names(ctx).Platform(platform) + ")" // one name may be two people's
	}
	line += ", " + member.Role.String()
	now := m.now()
	switch {
	case member.Configured:
		return []bot.Span{bot.Text(line + "\nby how the bot is set up")}
	case member.AddedBy.Ref == "" || member.AddedBy.Ref == member.User.Ref:
		return []bot.Span{bot.Text(line + "\nsince "), bot.At(member.AddedAt)}
	}
	return []bot.Span{bot.Text(line + "\nnamed by " + bot.UserName(m.withName(member.AddedBy)) + " · "), ago(member.AddedAt, now)}
}

// claim makes the person with the code from the log the first admin.
func (m *staffing) claim(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.rights.Claim(ctx, r.act(), r.get("code")); err != nil {
		return bot.Reply{}, err
	}
	return done("You are the bot's admin now. Name moderators with /desk moderators action:add user:…, make a channel the desk with /desk here, start a story with /desk track."), nil
}
