package command

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/latin"
)

// offerNear answers a command that names a story there is not: with a button for
// each story that may have been meant, which gives the same command there with all
// that was typed, beside the rows that open them. Where it offers nothing, that the
// story is not there, err, is the answer.
func (m *doubts) offerNear(ctx context.Context, r request, d *doubt, err error) (bot.Reply, error) {
	refusal := (*stories.Error)(nil)
	name := r.command.names()
	if !errors.As(err, &refusal) || refusal.Code != stories.CodeNotFound || refusal.Newest || len(refusal.Near) == 0 || r.command.nearly == "" || name == "" {
		return bot.Reply{}, err
	}
	var answers []answer
	for _, slug := range refusal.Near[:min(len(refusal.Near), maxNear)] {
		says := r.command.nearly
		if d == nil && r.command.opensForm(r.values.with(name, slug)) {
			says = "Open the form for %s"
		} else if !m.possible(ctx, r, d, values{name: {slug}}) {
			continue
		}
		label, _ := bot.Cut(fmt.Sprintf(says, slug), maxLabel)
		answers = append(answers, answer{label, values{name: {slug}}})
	}
	if len(answers) == 0 {
		return bot.Reply{}, err
	}
	asked := refusal.Message
	free, ok := r.command.free()
	ok = ok && r.get(free.Name) != ""
	switch {
	case ok && free.Name == "text":
		asked += " Nothing was published yet."
	case ok:
		asked += " Nothing was changed yet."
	}
	reply, failed := m.questions.ask(ctx, r, question{Given: r.values.with(name, ""), Doubt: d}, asked, answers...)
	if failed != nil {
		return bot.Reply{}, err // what was not understood is said all the same
	}
	return m.refusing.withNear(ctx, quoting(reply, r.words(), nearRoom), refusal), nil
}

// names is the argument by which the command names a story, "" when it names none.
func (c *command) names() string {
	for _, arg := range []string{storyArg.Name, targetArg.Name} {
		if c.arg(arg) != nil {
			return arg
		}
	}
	return ""
}

// possible says that the request could be carried out with what more holds, in one
// reading at least. What only has to be waited for, or a closed story to be taken up
// again, is said when it is tried: what was typed is kept until then.
func (m *doubts) possible(ctx context.Context, r request, d *doubt, more values) bool {
	readings := []values{r.values.and(more)}
	if d != nil {
		readings = append(readings, d.Taken.and(more))
	}
	return slices.ContainsFunc(readings, func(given values) bool {
		err := m.refusal(ctx, r, given)
		return err == nil || stories.CodeOf(err) == stories.CodeClosed
	})
}

// nearFollowed are those of subs that somebody may have meant who typed target,
// which they do not hold; err is why it was not found.
func nearFollowed(target stories.Target, subs []stories.Subscription, err error) []stories.Subscription {
	refusal := (*stories.Error)(nil)
	errors.As(err, &refusal)
	var near []stories.Subscription
	for _, sub := range subs {
		resembles := refusal != nil && !refusal.Newest && slices.Contains(refusal.Near, sub.Target.Name) || latin.Near(target.Name, stories.Story{Slug: sub.Target.Name})
		same := sub.Target.Kind == target.Kind && resembles || sub.Target.Name == target.Name // a topic without its sign
		if sub.Target.Name != "" && sub.Target != target && same {
			near = append(near, sub)
		}
	}
	return near[:min(len(near), maxNear)]
}

// offerEnd answers who wants to end a subscription that there is not, which err
// says, with those that may have been meant; failing these, with a stop of the
// stories that come here by something else. ok is false when there is none.
func (m *leaving) offerEnd(ctx context.Context, r request, target stories.Target, err error) (reply bot.Reply, ok bool) {
	refusal := (*stories.Error)(nil)
	if !errors.As(err, &refusal) || refusal.Code != stories.CodeNotFound || target.Name == "" {
		return reply, false
	}
	subs, failed := m.following.Subscriptions(ctx, r.Where)
	if failed != nil {
		return reply, false
	}
	var answers []answer
	var names []string
	for _, sub := range nearFollowed(target, subs, err) {
		name := sub.Target.String()
		label, _ := bot.Cut("Stop following "+name, maxLabel)
		names, answers = append(names, name), append(answers, answer{label, r.values.with(targetArg.Name, name)})
	}
	if len(answers) == 0 {
		return m.offerStop(ctx, r, refusal)
	}
	reply, failed = m.questions.question(ctx, r, refusal.Message+" Nothing was changed yet."+didYouMean(names), answers...)
	return reply, failed == nil
}

// offerStop offers to stop here those stories near an unknown one that come by
// something else than a subscription of their own; ok is false when none does.
func (m *leaving) offerStop(ctx context.Context, r request, refusal *stories.Error) (reply bot.Reply, ok bool) {
	if refusal.Newest {
		return reply, false
	}
	var names, by []string
	var buttons []bot.Button
	for _, slug := range refusal.Near[:min(len(refusal.Near), maxNear)] {
		story, err := m.archive.Story(ctx, slug)
		if err != nil {
			continue
		}
		if brings, err := m.following.Brings(ctx, r.Where, story.ID); err == nil && brings.Serves() {
			names, by = append(names, story.Slug), append(by, story.Slug+" comes by "+byWords(brings)+".")
			buttons = append(buttons, r.stopHere(story))
		}
	}
	if len(names) == 0 {
		return reply, false
	}
	reply = refused(refusal.Message + " Nothing was changed yet." + didYouMean(names))
	for _, line := range by {
		reply.Message.Blocks = append(reply.Message.Blocks, small(bot.Text(line)))
	}
	reply.Message.Buttons = buttons
	return reply, true
}

// didYouMean asks, as a sentence behind another.
func didYouMean(names []string) string {
	if len(names) == 1 {
		return " Did you mean " + names[0] + "?"
	}
	return " Did you mean one of these?"
}
