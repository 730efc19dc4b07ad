package command

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// forgetting takes people out of what is kept.
type forgetting struct {
	forgetter Forgetter
	desk      Desk
	staffing  *staffing
}

// forget asks before a person is forgotten, and says what goes and what stays.
func (m *forgetting) forget(ctx context.Context, r request) (bot.Reply, error) {
	typed := strings.TrimSpace(r.get("user"))
	who, err := m.staffing.person(ctx, r, typed)
	if err != nil {
		// Somebody may be kept under a name that is nobody's by now.
		if stories.CodeOf(err) != stories.CodeInvalid || !strings.Contains(typed, ":") {
			return bot.Reply{}, err
		}
		who = stories.User{Ref: typed}
	}
	who = m.staffing.withName(m.desk.Named(ctx, who))
	plan, err := m.forgetter.Plan(ctx, r.User, who)
	if err != nil {
		return bot.Reply{}, err
	}
	if !plan.Any() {
		return bot.Reply{Message: bot.Plainly(nothingKept(who))}, nil
	}
	word, ok := packRef(who.Ref)
	if !ok {
		return bot.Reply{}, stories.Errorf(stories.CodeInvalid, "The name is too long to be asked about here. Whoever runs the bot can forget this person: storybot forget and their reference.")
	}
	msg := bot.Message{Blocks: []bot.Block{bot.Para(bot.Bold("Forget " + bot.UserName(who) + "?"))}}
	goes, stays := forgetLines(plan)
	if len(goes) > 0 {
		msg.Blocks = append(msg.Blocks, item(bot.Text("To be removed: "+listed(goes)+".")))
	}
	if len(stays) > 0 {
		msg.Blocks = append(msg.Blocks, item(bot.Text("To be kept as "+stories.FormerName+"’s: "+listed(stays)+".")))
	}
	msg.Blocks = append(msg.Blocks, bot.Para(bot.Text("Messages already delivered stay as they are in their channels, and so does what texts say. This cannot be undone.")))
	yes := bot.NewWordButton("Forget them", bot.ActionForget, 0, word)
	yes.Style = bot.Danger
	msg.Buttons = []bot.Button{yes}
	return bot.Reply{Message: msg}, nil
}

// nothingKept says so of a person.
func nothingKept(who stories.User) string {
	name := "this person"
	if who.Name != "" {
		name = bot.UserName(who)
	}
	return "Nothing is kept of " + name + "; nothing was changed."
}

// forgetLines are what goes with a person, and what stays without them.
func forgetLines(f stories.Forgotten) (goes, stays []string) {
	add := func(to *[]string, n int, words string) {
		if n > 0 {
			*to = append(*to, words)
		}
	}
	if f.Role != stories.Reader {
		goes = append(goes, "their role as "+f.Role.String())
	}
	add(&goes, f.Names, "what they are called")
	add(&goes, f.Marks, "how far they read "+plural2(f.Marks, "story", "stories"))
	add(&goes, f.Drafts, plural(f.Drafts, "draft"))
	add(&goes, f.Direct, "their direct message with the bot")
	add(&goes, f.Subscriptions, "what it follows: "+plural2(f.Subscriptions, "subscription", "subscriptions"))
	add(&goes, f.Moments, "answers that are open")
	add(&stays, f.Wordings, plural2(f.Wordings, "wording of updates", "wordings of updates"))
	add(&stays, f.Lines, plural2(f.Lines, "line of the log", "lines of the log"))
	add(&stays, f.Chosen, plural2(f.Chosen, "choice", "choices")+" for channels, the schedule and the desk")
	return goes, stays
}

// plural2 is a number of things whose plural is no s alone.
func plural2(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return bot.Count(n) + " " + more
}

// pressForget forgets a person, once its question was answered.
func (m *forgetting) pressForget(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	ref, err := url.QueryUnescape(args.Word)
	if err != nil {
		return bot.Reply{}, errors.Join(bot.ErrOldButton, err)
	}
	done, err := m.forgetter.Forget(ctx, r.act(), stories.User{Ref: ref})
	if err != nil {
		return bot.Reply{}, err
	}
	if !done.Changed {
		return bot.Reply{Message: bot.Plainly(nothingKept(stories.User{}))}, nil
	}
	reply := bot.Reply{Message: bot.Message{Tone: bot.Success, Blocks: []bot.Block{bot.Para(bot.Text("Forgotten. The log says that somebody was, and not who."))}}}
	goes, stays := forgetLines(done)
	if len(goes) > 0 {
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Text("Removed: "+listed(goes)+".")))
	}
	if len(stays) > 0 {
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Text(fmt.Sprintf("Kept as %s’s: %s.", stories.FormerName, listed(stays)))))
	}
	return reply, nil
}
