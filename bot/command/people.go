package command

import (
	"context"
	"fmt"
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
		return bot.Reply{}, &misuse{r.command, "Say whom: user: and a mention or platform:id."}
	}
	who := stories.User{Ref: ref}
	changed, err := m.stories.SetModerator(ctx, r.act(), who, action == "add")
	if err != nil {
		return bot.Reply{}, err
	}
	switch {
	case action == "add" && changed:
		return done(fmt.Sprintf("%s is a moderator now and may write stories: /desk help shows how.", ref)), nil
	case action == "add":
		return bot.Reply{Message: bot.Plainly(ref + " is a moderator already.")}, nil
	case changed:
		return done(fmt.Sprintf("%s is no longer a moderator.", ref)), nil
	}
	return bot.Reply{Message: bot.Plainly(ref + " is no moderator. /desk moderators lists who is.")}, nil
}

func (m *Mux) listMembers(ctx context.Context, by stories.User) (bot.Reply, error) {
	members, err := m.stories.Members(ctx, by)
	if err != nil {
		return bot.Reply{}, err
	}
	msg := bot.Message{Title: "Admins and moderators"}
	for _, member := range members {
		msg.Blocks = append(msg.Blocks, item(memberWords(member)...))
	}
	if len(members) == 0 {
		msg.Blocks = append(msg.Blocks, bot.Para(bot.Text("Nobody yet. STORYBOT_ADMINS in the bot's settings names admins.")))
	}
	msg.Blocks = append(msg.Blocks, small(bot.Text("Admins change this: "), bot.Code("/desk moderators action:add user:…")))
	return bot.Reply{Message: msg}, nil
}

// memberWords is a line of the list: who, as what, since when and by whom.
func memberWords(member stories.Member) []bot.Span {
	line := bot.UserName(member.User)
	if line != member.User.Ref {
		line += " (" + member.User.Ref + ")"
	}
	line += ", " + member.Role.String()
	switch {
	case member.Configured:
		return []bot.Span{bot.Text(line + " by STORYBOT_ADMINS")}
	case member.AddedBy.Ref == "" || member.AddedBy.Ref == member.User.Ref:
		return []bot.Span{bot.Text(line + " since "), bot.At(member.AddedAt)}
	}
	return []bot.Span{bot.Text(line + " by " + bot.UserName(member.AddedBy) + " since "), bot.At(member.AddedAt)}
}

// claim makes the person with the code from the log the first admin.
func (m *Mux) claim(ctx context.Context, r request) (bot.Reply, error) {
	if err := m.stories.Claim(ctx, r.act(), r.get("code")); err != nil {
		return bot.Reply{}, err
	}
	return done("You are the bot's admin now. Name moderators with /desk moderators action:add user:…, make a channel the desk with /desk here, start a story with /desk track."), nil
}
