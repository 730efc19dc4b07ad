package command

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// endedKind is the kind of the notes that keep how what ended had arrived.
const endedKind = "k"

// endedNote is what Follow again puts back of a subscription that has more options than
// a button can name.
type endedNote struct {
	Where   stories.Destination
	What    string // see wordOf
	Options stories.Options
	Pings   string // what those are called whom it pinged, with their sign
}

// again has a subscription that ended put back as it was. None where that cannot be kept.
func (m *leaving) again(ctx context.Context, r request, sub stories.Subscription) []bot.Button {
	what := wordOf(sub.Target, sub.StoryID)
	if len(sub.Options.Unlike(stories.Options{Level: sub.Level})) == 0 && !r.inThread() { // which could be about the channel above, or not
		return againButton(sub.Target, sub.StoryID, sub.Level)
	}
	id := noteID(endedKind, cmp.Or(r.Key, rand.Text())+"\x00"+what)
	note, err := json.Marshal(endedNote{r.Where, what, sub.Options, sub.Pings.Name})
	if err == nil {
		err = m.questions.notes.PutNote(ctx, r.User, id, string(note))
	}
	if err != nil { // what was asked is done all the same
		m.log.Warn("how something had arrived was not kept, so that it cannot be put back", "err", err)
		return nil
	}
	return []bot.Button{bot.NewWordButton("Follow again", bot.ActionAgain, int64(sub.Level), id)}
}

// pressAgain undoes a stop.
func (m *leaving) pressAgain(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	level, err := levelIn(args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	was := endedNote{Where: r.Where, What: args.Word}
	changes, left := fromLevel(level), ""
	if strings.HasPrefix(args.Word, endedKind) {
		note, err := m.questions.note(ctx, args.Word)
		if err != nil {
			return bot.Reply{}, err
		}
		if was = (endedNote{}); json.Unmarshal([]byte(note), &was) != nil {
			return bot.Reply{}, bot.ErrOldButton
		}
		var ok bool
		if r, ok = r.at(was.Where); !ok {
			return bot.Reply{}, bot.ErrOldButton
		}
		changes, left = was.changes(ctx, r)
	}
	target, story, err := m.targetIn(ctx, was.What)
	if err != nil {
		return bot.Reply{}, err
	}
	if level == 0 && story.ID != 0 {
		return m.unstop(ctx, r, story)
	}
	a := r.act()
	a.Subscription = stories.NewOnly // what was made since is another
	reply, err := m.joining.followHere(ctx, r, a, target, changes)
	if err == nil && left != "" {
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text(left)))
	}
	return reply, err
}

// changes are those that put the options back. What a channel of its kind does not take any
// more is left out, and whom it pinged is put back only by who may have them pinged now:
// left says what is not as it was, and why.
func (n endedNote) changes(ctx context.Context, r request) (changes stories.Changes, left string) {
	var without []string
	for _, need := range bot.NeedsOf(n.Options) {
		refusal := (*stories.Error)(nil)
		if !errors.As(r.Asker.Posts(ctx, need), &refusal) || refusal.Code != stories.CodeInvalid {
			continue // what the bot lacks the right for is refused with who can grant it
		}
		option := optionOf[need]
		without = append(without, fmt.Sprintf("It is put back without %s:%s. %s", option, n.Options.Value(option), causeOf(refusal)))
		if with, err := n.Options.With(stories.Changes{{Option: option}}); err == nil {
			n.Options = with
		}
	}
	whom := stories.Setting{Option: stories.OptionMention, Value: n.Options.Mention, Name: n.Pings}
	if whom.Value != "" {
		ping, err := r.Asker.Pings(ctx, bot.Mention{Kind: bot.RoleKind, Ref: whom.Value, Name: n.Pings})
		if err != nil || ping.Mention != whom.Value {
			words := "It pings nobody now: who had been pinged could not be put back."
			if refusal := (*stories.Error)(nil); errors.As(err, &refusal) {
				words += " " + strings.Replace(refusal.Message, unchanged, "", 1) // the rest was
			}
			without = append(without, words)
			n.Options.Mention, n.Options.MentionLevel = "", 0
		}
	}
	for _, c := range n.Options.Changes() {
		if c.Option == stories.OptionMention && c.Value != "" {
			c = whom
		}
		changes = append(changes, c)
	}
	return changes, strings.Join(without, " ")
}

// optionOf is the option that has a need.
var optionOf = map[bot.Need]stories.Option{bot.NeedThreads: stories.OptionMode, bot.NeedPublish: stories.OptionPublish}

// unchanged is what a refusal adds to its cause: of the whole of what was asked it is not
// true where only a part is refused.
const unchanged = "; nothing was changed"

// causeOf is why something is refused, without what to do about it.
func causeOf(refusal *stories.Error) string {
	cause, _, _ := strings.Cut(refusal.Message, unchanged)
	return sentence(cause)
}
