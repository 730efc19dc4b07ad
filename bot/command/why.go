package command

import (
	"context"
	"fmt"
	"slices"
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
	if by.Muted {
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
	case stories.Unknown:
		return say("may have arrived; that could not be found out")
	}
	return say("was not sent")
}

// whyNot says why there is no delivery of an update (number 0: the newest) to
// a channel that follows subs.
func (m *Mux) whyNot(ctx context.Context, story stories.Story, number int, subs []stories.Subscription) ([]bot.Span, error) {
	subs = slices.DeleteFunc(slices.Clone(subs), func(s stories.Subscription) bool { return !s.Covers(story) })
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
	return []bot.Span{bot.Text(fmt.Sprintf("Update %d of %s was not sent here: %s", number, story.Slug, notPlanned(story, u, subs)))}, nil
}

// notPlanned says why none of subs, which all cover the story, brought u: what one that
// decided then has against it.
func notPlanned(story stories.Story, u stories.Update, subs []stories.Subscription) string {
	then := slices.DeleteFunc(slices.Clone(subs), func(s stories.Subscription) bool { return s.CreatedAt.After(u.CreatedAt) })
	by, ok := stories.Decides(then, story)
	switch {
	case !ok:
		return "it was published before this channel began to follow. Only what comes afterwards is posted; the timeline has the rest."
	case by.State == stories.Paused:
		return fmt.Sprintf("%s is paused.%s /subscriptions has a button to resume it.", by.Target, alone(by, story, then))
	case by.Level > u.Level && len(then) == 1:
		return fmt.Sprintf("its level is %s, and this channel asked for %s.", u.Level, levelWords(by.Level))
	case by.Level > u.Level:
		return fmt.Sprintf("its level is %s, and of %s this channel asked for %s.%s", u.Level, by.Target, levelWords(by.Level), alone(by, story, then))
	}
	return "there is no record of it here. Either the story was stopped in this channel or paused at that time, or the record is old and was cleared away."
}

// alone says, as a sentence, what else is followed that covers a story and does not
// count, because by decides; "" where nothing is.
func alone(by stories.Subscription, story stories.Story, subs []stories.Subscription) string {
	var rest []stories.Target
	for _, sub := range subs {
		if sub.ID != by.ID && sub.Covers(story) {
			rest = append(rest, sub.Target)
		}
	}
	if len(rest) == 0 {
		return ""
	}
	return fmt.Sprintf(" That decides alone, not %s.", namesOf(rest))
}

// followsRoom is what the list of what brings a story may take, in Room units.
const followsRoom = 500

// followsNow says what brings the story to the channel now.
func followsNow(story stories.Story, subs []stories.Subscription) string {
	by, ok := stories.Decides(subs, story)
	if !ok {
		return "Nothing that this channel follows now brings the story."
	}
	words := fmt.Sprintf("What brings the story here now: %s (%s, %s).", by.Target, levelWords(by.Level), stateWords(by))
	if by.State == stories.Paused {
		words = fmt.Sprintf("Nothing of the story comes here now: %s is paused.", by.Target)
	}
	words, _ = bot.CutToRoom(words+alone(by, story, subs), followsRoom)
	return words
}
