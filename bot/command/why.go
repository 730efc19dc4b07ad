package command

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// why tells what became of a story's update in this channel.
func (m *Mux) why(ctx context.Context, r request) (bot.Reply, error) {
	story, err := m.stories.Story(ctx, r.get("story"))
	if err != nil {
		return bot.Reply{}, err
	}
	number, err := r.number()
	if err != nil {
		return bot.Reply{}, err
	}
	if number > story.Updates {
		return bot.Reply{}, noUpdate(story, number)
	}
	deliveries, err := m.stories.Why(ctx, r.Where, story.ID, number)
	if err != nil {
		return bot.Reply{}, err
	}
	subs, err := m.stories.Subscriptions(ctx, r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	var msg bot.Message
	if note := m.blockedWarning(ctx, r.Where, subs); note != nil {
		msg.Blocks = append(msg.Blocks, *note)
	}
	if len(deliveries) == 0 {
		reason, err := m.whyNot(ctx, story, number, subs)
		if err != nil {
			return bot.Reply{}, err
		}
		msg.Blocks = append(msg.Blocks, bot.Para(reason...))
	} else {
		msg.Blocks = append(msg.Blocks, heading(story.Slug+" in this channel"))
	}
	by, err := m.stories.Brings(ctx, r.Where, story.ID)
	if err != nil {
		return bot.Reply{}, err
	}
	last := small(bot.Text(followsNow(story, subs)))
	if stoppedHere(story, subs, by) {
		last = small(bot.Text(story.Slug + " was stopped here, so nothing brings it now. Follow again lets it come."))
		msg.Buttons = againButton(stories.Target{Kind: stories.TargetStory, Name: story.Slug}, story.ID, 0)
	}
	room := answerRoom - roomOf(msg.Blocks...) - roomOf(last)
	for _, d := range deliveries {
		row := deliveryRow(d, m.stories.Now())
		if room -= roomOf(row); room < 0 {
			break // the newest stand first; a number asks for one of the others
		}
		msg.Blocks = append(msg.Blocks, row)
		about, err := m.whyRevised(ctx, r.Where, d)
		if err != nil {
			return bot.Reply{}, err
		}
		if room -= roomOf(about...); room < 0 {
			break
		}
		msg.Blocks = append(msg.Blocks, about...)
	}
	msg.Blocks = append(msg.Blocks, last)
	return bot.Reply{Message: msg}, nil
}

// deliveryRow is how a delivery stands, as a row that opens its update.
func deliveryRow(d stories.Delivery, now time.Time) bot.Block {
	row := item(deliveryWords(d, now)...)
	open := bot.ReadButton(fmt.Sprintf("Update %d", d.About.Number), stories.Update{StoryID: d.About.StoryID, Number: d.About.Number})
	row.Button = &open
	return row
}

// deliveryWords says how a delivery stands, in its second line since when and why.
func deliveryWords(d stories.Delivery, now time.Time) []bot.Span {
	name := fmt.Sprintf("Update %d ", d.About.Number)
	say := func(state string, more ...bot.Span) []bot.Span {
		if d.Reason != "" {
			if len(more) > 0 {
				more = append(more, bot.Text(". "))
			}
			more = append(more, bot.Text(reasonSentence(d.Reason)))
		}
		first := []bot.Span{bot.Text(name + state + ".")}
		if len(more) > 0 {
			first[0].Text += "\n"
		}
		return append(first, more...)
	}
	if d.Tries.PutBack && (d.State == stories.Pending || d.State == stories.Sending) {
		return say("is being looked for here: it may have been sent before the database was put back")
	}
	switch d.State {
	case stories.Sent:
		d.Reason = "" // of an earlier attempt
		spans := []bot.Span{ago(d.FinishedAt, now)}
		if d.Tries.Count > 1 {
			spans = append(spans, bot.Text(fmt.Sprintf(" · at the %s attempt", ordinal(d.Tries.Count))))
		}
		if d.Tries.Unknowns > 0 {
			spans = append(spans, bot.Text(" · an earlier attempt may have arrived as well"))
		}
		return say("was sent", spans...)
	case stories.Sending:
		d.Reason = ""
		return say("is being sent", bot.Text("since "), bot.At(d.Tries.Last))
	case stories.Pending:
		if d.Tries.DueAt.After(now) {
			return say("waits", bot.Text("the next attempt is due "), bot.At(d.Tries.DueAt))
		}
		return say("is in the queue")
	case stories.Held:
		if d.Tries.PutBack {
			return say("waits")
		}
		return say("is held until the channel can be written to")
	case stories.Kept:
		return say("is kept back")
	case stories.Unknown:
		return say("may have arrived; that could not be found out")
	}
	return say("was not sent")
}

// whyNot says why there is no delivery of an update (number 0: the newest) to
// a channel that follows subs.
func (m *Mux) whyNot(ctx context.Context, story stories.Story, number int, subs []stories.Subscription) ([]bot.Span, error) {
	subs = slices.DeleteFunc(slices.Clone(subs), func(s stories.Subscription) bool { return !covers(s, story) })
	switch {
	case story.Updates == 0:
		return []bot.Span{bot.Text("Nothing was sent here: " + story.Slug + " has no updates yet.")}, nil
	case len(subs) == 0:
		return []bot.Span{bot.Text("Nothing was sent here: this channel follows neither the story nor a topic of it. To change that: "), bot.Code("/subscribe " + story.Slug)}, nil
	}
	if number == 0 {
		number = story.Updates
	}
	u, err := m.stories.Update(ctx, story.ID, number)
	if err != nil {
		return nil, err
	}
	return []bot.Span{bot.Text(fmt.Sprintf("Update %d of %s was not sent here: %s", number, story.Slug, notPlanned(u, subs)))}, nil
}

// notPlanned says why none of subs, which all cover the story, brought u.
func notPlanned(u stories.Update, subs []stories.Subscription) string {
	every := func(f func(stories.Subscription) bool) bool {
		return !slices.ContainsFunc(subs, func(s stories.Subscription) bool { return !f(s) })
	}
	switch {
	case every(func(s stories.Subscription) bool { return s.CreatedAt.After(u.CreatedAt) }):
		return "it was published before this channel began to follow. Only what comes afterwards is posted; the timeline has the rest."
	case every(func(s stories.Subscription) bool { return s.State == stories.Paused }):
		return "the subscription is paused. /subscriptions has a button to resume it."
	case every(func(s stories.Subscription) bool { return s.Level > u.Level }):
		return fmt.Sprintf("its level is %s, and this channel asked for %s.", u.Level, levelWords(subs[0].Level))
	}
	return "there is no record of it here. Either the story was stopped in this channel or paused at that time, or the record is old and was cleared away."
}

// covers says that sub brings story's updates.
func covers(sub stories.Subscription, story stories.Story) bool {
	switch sub.Target.Kind {
	case stories.TargetAll:
		return true
	case stories.TargetTopic:
		return slices.Contains(story.Topics, sub.Target.Name)
	}
	return sub.StoryID == story.ID
}

// stoppedHere says that a story is kept from a channel by a stop of this one story:
// what the channel follows covers it, and yet nothing brings it.
func stoppedHere(story stories.Story, subs []stories.Subscription, by []stories.Target) bool {
	return len(by) == 0 && slices.ContainsFunc(subs, func(s stories.Subscription) bool { return s.State == stories.Active && covers(s, story) })
}

// followsRoom is what the list of what brings a story may take, in Room units.
const followsRoom = 500

// followsNow lists what brings the story to the channel now.
func followsNow(story stories.Story, subs []stories.Subscription) string {
	var by []string
	for _, sub := range subs {
		if covers(sub, story) {
			by = append(by, fmt.Sprintf("%s (%s, %s)", sub.Target, levelWords(sub.Level), stateWords(sub)))
		}
	}
	if len(by) == 0 {
		return "Nothing that this channel follows now brings the story."
	}
	words, _ := bot.CutToRoom("What brings the story here now: "+strings.Join(by, "; "), followsRoom)
	return words + "."
}
