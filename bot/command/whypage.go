package command

import (
	"context"
	"fmt"
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// whyUpdates is how many of a story's updates are looked at for a page of an answer
// that names none.
const whyUpdates = 5

// whyPage is where a page of /why begins: with a story's updates in the places up to top
// (0: the newest), but for the first skip rows of what is told of them; or with those of
// one update, by its number.
type whyPage struct{ number, top, skip int }

// whyRow is a row of the answer, and in which place the update stands that it is about.
type whyRow struct {
	place int
	block bot.Block
}

// whyFrom is a page of what became of a story's updates in a channel, under head.
func (m *explaining) whyFrom(ctx context.Context, r request, story stories.Story, from whyPage, head []bot.Block) (bot.Reply, error) {
	msg := bot.Message{Blocks: head}
	deliveries, err := m.following.Why(ctx, r.Where, story.ID, from.number)
	if err != nil {
		return bot.Reply{}, err
	}
	subs, err := m.following.Subscriptions(ctx, r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	if note := m.warning.blockedWarning(ctx, r.Command, subs); note != nil {
		msg.Blocks = append(msg.Blocks, *note)
	}
	by, err := m.following.Brings(ctx, r.Where, story.ID) // after subs: what ends between them has ended
	if err != nil {
		return bot.Reply{}, err
	}
	rows, err := m.whyRows(ctx, r, story, from, deliveries, knownBrought{subs: subs, past: by.Past})
	if err != nil {
		return bot.Reply{}, err
	}
	if len(rows) == 0 {
		msg.Blocks = append(msg.Blocks, bot.Para(r.nothingSent(story)...))
	} else {
		msg.Blocks = append(msg.Blocks, heading(story.Slug+r.either(" in this channel", " in this conversation")))
	}
	last := small(bot.Text(r.followsNow(story, subs)))
	var again []bot.Button
	if by.Muted {
		last = small(bot.Text(story.Slug + " was stopped here, so nothing brings it now. Follow again lets it come."))
		again = againButton(stories.Target{Kind: stories.TargetStory, Name: story.Slug}, story.ID, 0)
	}
	rows = rows[min(from.skip, len(rows)):]
	room, shown := answerRoom-roomOf(msg.Blocks...)-roomOf(last), 0
	for _, row := range rows {
		if room -= roomOf(row.block); room < 0 && shown > 0 {
			break
		}
		msg.Blocks = append(msg.Blocks, row.block)
		shown++
	}
	msg.Blocks = append(msg.Blocks, last)
	if from.top > 0 || from.skip > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Newest", bot.ActionWhy, story.ID, int64(from.number)))
	}
	if next, more := from.next(story, rows, shown); more {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Older", bot.ActionWhy, story.ID, int64(next.number), int64(next.top), int64(next.skip)))
	}
	msg.Buttons = append(msg.Buttons, again...)
	return bot.Reply{Message: msg}, nil
}

// next is the page behind one that begins at p and shows so many of the rows; more is
// false where there is none.
func (p whyPage) next(story stories.Story, rows []whyRow, shown int) (next whyPage, more bool) {
	switch {
	case p.number > 0:
		return whyPage{number: p.number, skip: p.skip + shown}, shown < len(rows)
	case shown < len(rows):
		skip, at := 0, rows[shown].place
		for i := shown - 1; i >= 0 && rows[i].place == at; i-- {
			skip++
		}
		if skip == shown && p.from(story) == at { // all that is shown is of this update, and what was left out
			skip += p.skip
		}
		return whyPage{top: at, skip: skip}, true
	case len(rows) > 0:
		bottom := rows[len(rows)-1].place
		return whyPage{top: bottom - 1}, bottom > 1
	}
	return whyPage{}, false
}

// from is the place of the first update of a page.
func (p whyPage) from(story stories.Story) int {
	if p.top == 0 || p.top > story.Updates {
		return story.Updates
	}
	return p.top
}

func (m *explaining) pressWhy(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	story, err := m.finding.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	page := whyPage{number: int(args.Number(1)), top: int(args.Number(2)), skip: int(args.Number(3))}
	if story.ID != args.Number(0) { // it was merged since, and its places and numbers are others now
		page = whyPage{}
	}
	return m.whyFrom(ctx, r, story, page, nil)
}

// whyRows are rows of what became of updates in the channel, sent or not, the newest
// first, each before those of its revisions. There is none where nothing was sent because
// nothing that the channel follows brings the story or did, or it has no updates. Of k the
// stop is found out here.
func (m *explaining) whyRows(ctx context.Context, r request, story stories.Story, from whyPage, newest []stories.Delivery, k knownBrought) ([]whyRow, error) {
	k.subs = slices.DeleteFunc(slices.Clone(k.subs), func(s stories.Subscription) bool { return !s.Covers(story) })
	if len(newest) == 0 && len(k.subs) == 0 && k.past.Changed.IsZero() {
		return nil, nil
	}
	updates, err := m.askedAbout(ctx, story, from)
	if err != nil {
		return nil, err
	}
	before := func(u stories.Update) bool { return u.CreatedAt.Before(k.past.Changed) }
	if len(newest) == 0 && len(k.subs) == 0 && !slices.ContainsFunc(updates, before) {
		return nil, nil
	}
	mutes := m.follows.mutes(ctx, r, k.subs)
	if i := slices.IndexFunc(mutes, func(mute stories.Mute) bool { return mute.Story.ID == story.ID }); i >= 0 {
		k.stop = &mutes[i]
	}
	var rows []whyRow
	told := false
	for i, u := range updates {
		of, recorded, err := m.whyUpdate(ctx, r, story, u, k)
		if err != nil {
			return nil, err
		}
		told = told || recorded
		for _, block := range of {
			rows = append(rows, whyRow{from.from(story) - i, block})
		}
	}
	if n := len(rows); !told && n > 0 && len(newest) > 0 && from == (whyPage{}) { // what came last, however long ago
		rows = append(rows, whyRow{rows[n-1].place, r.copyRow(whyCopy{Delivery: newest[0]}, m.now())})
	}
	return rows, nil
}

// whyUpdate are the rows about one update; recorded says that it was owed to the channel.
func (m *explaining) whyUpdate(ctx context.Context, r request, story stories.Story, u stories.Update, k knownBrought) (rows []bot.Block, recorded bool, err error) {
	deliveries, err := m.following.Why(ctx, r.Where, story.ID, u.Number)
	if err != nil {
		return nil, false, err
	}
	for _, c := range copiesOf(deliveries) {
		rows = append(rows, r.copyRow(c, m.now()))
	}
	if len(rows) > 0 {
		about, err := m.recalling.whyRevised(ctx, r, u, deliveries)
		return append(rows, about...), true, err
	}
	reason, err := m.mergedReason(ctx, story, u)
	if err != nil {
		return nil, false, err
	}
	if reason == "" {
		reason = r.notPlanned(story, u, k)
	}
	return []bot.Block{updateRowOf(u, bot.Text(fmt.Sprintf("Update %d was not sent.\n%s", u.Number, sentence(reason))))}, false, nil
}

// askedAbout are the updates that a page is about.
func (m *explaining) askedAbout(ctx context.Context, story stories.Story, from whyPage) ([]stories.Update, error) {
	if from.number == 0 {
		return m.archive.Timeline(ctx, story.ID, from.from(story)+1, whyUpdates)
	}
	u, err := m.archive.Update(ctx, story.ID, from.number)
	return []stories.Update{u}, err
}
