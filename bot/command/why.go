package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// explaining explains why a channel got an update or did not.
type explaining struct {
	now       func() time.Time
	archive   Archive
	following Following
	merger    Merger
	finding   *finding
	follows   *follows
	recalling *recalling
	warning   *warning
}

// why tells what became of a story's update in this channel.
func (m *explaining) why(ctx context.Context, r request) (bot.Reply, error) {
	story, err := m.archive.Story(ctx, r.get("story"))
	if err != nil {
		return bot.Reply{}, err
	}
	number, err := r.number()
	if err != nil {
		return bot.Reply{}, err
	}
	head := m.finding.leadsTo(ctx, r.get("story"), story)
	if number > 0 {
		of, u, was, err := m.finding.updateOf(ctx, r.get("story"), number)
		if err != nil {
			return bot.Reply{}, err
		}
		if was.Number != 0 {
			head = []bot.Block{small(bot.Text(formerly(of, u, was)))}
		}
		story, number = of, u.Number
	}
	return m.whyFrom(ctx, r, story, whyPage{number: number}, head)
}

// updateRowOf is a row about an update, which it opens.
func updateRowOf(u stories.Update, spans ...bot.Span) bot.Block {
	row := item(spans...)
	open := bot.ReadButton(fmt.Sprintf("Update %d", u.Number), stories.Update{StoryID: u.StoryID, Number: u.Number})
	row.Button = &open
	return row
}

// copyRow is how a copy of an update stands, as a row that opens the update.
func (r request) copyRow(c whyCopy, now time.Time) bot.Block {
	return updateRowOf(stories.Update{StoryID: c.About.StoryID, Number: c.About.Number}, r.copyWords(c, now)...)
}

// copyWords says how a copy of an update stands, in its second line since when and why.
func (r request) copyWords(c whyCopy, now time.Time) []bot.Span {
	d := c.Delivery
	name := fmt.Sprintf("Update %d ", d.About.Number)
	if c.at == inThread && d.State != stories.Sent {
		name += "in the story's thread "
	}
	say := func(state string, more ...bot.Span) []bot.Span {
		if d.Reason != "" {
			if len(more) > 0 {
				more = append(more, bot.Text(". "))
			}
			more = append(more, bot.Text(reasonSentence(d.Reason, r.Direct)))
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
		if since := c.sinceWords(); since != "" {
			spans = append(spans, bot.Text(" · "+since))
		}
		if passed := passedOnWords(d, r.Direct); passed != "" {
			spans = append(spans, bot.Text(" · "+passed))
		}
		if d.Unpinged != nil {
			who := d.Unpinged.Name
			if who == "" {
				who = "who was to be pinged"
			}
			spans = append(spans, bot.Text(" · it pinged nobody: the ping of "+who+" was refused. /subscribe with mention: names another"))
		}
		return say(c.sentWords(), spans...)
	case stories.Sending:
		d.Reason = ""
		return say("is being sent", bot.Text("since "), bot.At(d.Tries.Last))
	case stories.Pending:
		if d.Tries.DueAt.After(now) {
			return say("waits", bot.Text("the next attempt is due "), bot.At(d.Tries.DueAt))
		}
		if d.Op == stories.OpShow {
			return say("is next to be shown in the story's card")
		}
		return say("is in the queue")
	case stories.Held:
		if d.Tries.PutBack {
			return say("waits")
		}
		return say("is held until the bot can write here again")
	case stories.Kept:
		return say("is kept back")
	case stories.Deferred:
		return waitsUntil(name, d)
	case stories.Gathered:
		return gatheredWhy(name, d, r.Direct)
	case stories.Unknown:
		return say("may have arrived; that could not be found out")
	}
	if d.Op == stories.OpShow {
		if d.Stood.Card == stories.OnCardStill { // what the row was to do came about without it
			d.Reason = ""
			return say("stands in the story's card", bot.Text("It came with a later change of the card."))
		}
		return say("was not shown")
	}
	return say("was not sent")
}

// passedOnWords says whether a message that was sent went on to the channels that follow
// its own; "" where it was not to.
func passedOnWords(d stories.Delivery, direct bool) string {
	switch p := d.PassedOn; {
	case p == nil:
		return ""
	case p.State == stories.Sent:
		return "passed on to the channels that follow this one"
	case p.State == stories.Pending || p.State == stories.Sending || p.State == stories.Held:
		return "about to be passed on to the channels that follow this one"
	default:
		return "not passed on to the channels that follow this one. " + reasonSentence(p.Reason, direct)
	}
}

// mergedReason is why an update was not sent that was published in a story which was
// merged since, "" of any other: what is followed now may not have been followed then.
func (m *explaining) mergedReason(ctx context.Context, story stories.Story, u stories.Update) (string, error) {
	was, ok, err := m.merger.FormerNumber(ctx, u.ID)
	if err != nil || !ok {
		return "", err
	}
	return fmt.Sprintf("it was published as update %d of %s, before that was merged into %s, and what was followed here then did not bring it.", was.Number, was.Slug, story.Slug), nil
}

// nothingSent says why no update of a story was sent to a channel where nothing
// brings it.
func (r request) nothingSent(story stories.Story) []bot.Span {
	if story.Updates == 0 {
		return []bot.Span{bot.Text("Nothing was sent here: " + story.Slug + " has no updates yet.")}
	}
	return []bot.Span{bot.Text(fmt.Sprintf("Nothing was sent here: %s neither the story nor a topic of it. To change that: ", r.either("this channel follows", "you follow"))), bot.Code("/subscribe " + story.Slug)}
}

// knownBrought is what is known of what brings a story to a channel: the subscriptions there
// that cover it, how it was stopped there, nil where it was not, and what changed of that.
type knownBrought struct {
	subs []stories.Subscription
	stop *stories.Mute
	past stories.Past
}

// decidedOtherwise says of an update that what decided about it is not what is known now.
const decidedOtherwise = "what is followed here has changed since it was published, and what was decided then is not kept."

// notPlanned says why what the channel followed did not bring u: what the subscription that
// decided then has against it. What has changed since u was published is no reason.
func (r request) notPlanned(story stories.Story, u stories.Update, k knownBrought) string {
	since := func(at time.Time) bool { return at.After(u.CreatedAt) }
	if k.stop != nil && u.CreatedAt.After(k.stop.At) && !since(k.past.Merged) {
		return fmt.Sprintf("the story had been stopped here by %s.", bot.UserName(k.stop.By))
	}
	if since(k.past.Changed) {
		return decidedOtherwise
	}
	if len(k.subs) == 0 {
		return "nothing that " + r.either("this channel follows", "you follow") + " brings the story."
	}
	then := slices.DeleteFunc(slices.Clone(k.subs), func(s stories.Subscription) bool { return since(s.CreatedAt) })
	by, ok := stories.Decides(then, story)
	switch {
	case !ok:
		return "it was published before " + r.here() + " began to follow. Only what comes afterwards is posted; the timeline has the rest."
	case since(by.ChangedAt):
		return decidedOtherwise
	case by.Level > u.Level && len(then) == 1:
		return fmt.Sprintf("its level is %s, and %s asked for %s.", u.Level, r.here(), levelWords(by.Level))
	case by.Level > u.Level:
		return fmt.Sprintf("its level is %s, and of %s %s asked for %s.%s", u.Level, by.Target, r.here(), levelWords(by.Level), alone(by, story, then))
	case by.State == stories.Paused:
		return fmt.Sprintf("the subscription to %s is paused.%s /subscriptions has a button to resume it.", by.Target, alone(by, story, then))
	}
	return "there is no record of it here. It may be old, and have been cleared away."
}

// alone says, as a sentence, what else is followed that covers a story and does not
// count, because by decides; "" where nothing is.
func alone(by stories.Subscription, story stories.Story, subs []stories.Subscription) string {
	var rest []stories.Target
	for _, sub := range subs {
		if sub.Target != by.Target && sub.Covers(story) {
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
func (r request) followsNow(story stories.Story, subs []stories.Subscription) string {
	by, ok := stories.Decides(subs, story)
	if !ok {
		return "Nothing that " + r.either("this channel follows", "you follow") + " now brings the story."
	}
	words := fmt.Sprintf("What brings the story here now: %s (%s, %s).", by.Target, optionsWords(by), stateWords(by))
	if by.State == stories.Paused {
		words = fmt.Sprintf("Nothing of the story comes here now: %s is paused.", by.Target)
	}
	words, _ = bot.CutToRoom(words+r.goneWords(by)+alone(by, story, subs), followsRoom)
	return words
}
