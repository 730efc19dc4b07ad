package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// catching shows readers what is new to them.
type catching struct {
	now       func() time.Time
	archive   Archive
	following Following
	finding   *finding
	showing   *showing
}

// catchUp shows what is new to who asks: in one story, or in all that the channel
// follows, which in a direct message are their own.
func (m *catching) catchUp(ctx context.Context, r request) (bot.Reply, error) {
	slug := r.get("story")
	if slug == "" {
		return m.ofAll(ctx, r)
	}
	story, err := m.archive.Story(ctx, slug)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.ofStory(ctx, r, story, -1, 0, m.finding.leadsTo(ctx, slug, story)...)
}

// ofAll shows what is new in the stories that are followed here, and what it shows is
// new no more. The rest is reached by asking again.
func (m *catching) ofAll(ctx context.Context, r request) (bot.Reply, error) {
	m.showing.marks.wait(ctx, r.User.Ref)
	found, total, err := m.following.Unread(ctx, r.User, r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	switch len(found) {
	case 0:
		return m.nothingNew(ctx, r)
	case 1:
		return m.ofStory(ctx, r, found[0].Story, found[0].Since, 0)
	}
	shown := make([]stories.Story, len(found))
	for i, u := range found {
		shown[i] = u.Story
	}
	m.showing.markSeen(ctx, r.User, shown...)
	return bot.Reply{Message: renderUnread(found, total, m.now())}, nil
}

// nothingNew answers who has been shown everything, or where nothing is followed.
func (m *catching) nothingNew(ctx context.Context, r request) (bot.Reply, error) {
	subs, err := m.following.Subscriptions(ctx, r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	if len(subs) == 0 {
		return bot.Reply{Message: bot.Plainly(r.either("This channel follows nothing. /catchup and a slug shows what is new to you in one story; /stories lists them.",
			"You follow nothing. /catchup and a slug shows what is new to you in one story; /stories lists them."))}, nil
	}
	return bot.Reply{Message: bot.Plainly(fmt.Sprintf("Nothing is new to you in what %s.", r.either("this channel follows", "you follow")))}, nil
}

// catchUpPage is how many updates of a story a page of what is new in it shows.
const catchUpPage = timelinePage

// ofStory shows what is new to who asks in one story, since they were shown it up to
// that number; -1 for now.
func (m *catching) ofStory(ctx context.Context, r request, story stories.Story, since, offset int, head ...bot.Block) (bot.Reply, error) {
	m.showing.marks.wait(ctx, r.User.Ref)
	u, err := m.following.UnreadOf(ctx, r.User, story, since, offset, catchUpPage)
	if err != nil {
		return bot.Reply{}, err
	}
	if offset == 0 && u.New > 0 { // what came after the first page is on none of the others
		m.showing.markSeen(ctx, r.User, story)
	}
	return bot.Reply{Message: renderUnreadOf(u, offset, calendarOf(ctx, r, m.now()), head...)}, nil
}

// pressCatchUp goes on with what is new, or shows it of one story of a list.
func (m *catching) pressCatchUp(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	if args.Number(0) == 0 {
		return m.ofAll(ctx, r)
	}
	story, err := m.finding.storyByID(ctx, args.Number(0))
	if err != nil {
		return bot.Reply{}, err
	}
	since := int(args.Number(1))
	if story.ID != args.Number(0) { // it was merged since, and has other numbers now
		return m.ofStory(ctx, r, story, -1, 0)
	}
	reply, err := m.ofStory(ctx, r, story, since, int(args.Number(2)))
	reply.InPlace = err == nil && len(args.Numbers) > 2 // a page turns into another; a list stays
	return reply, err
}

// renderUnread shows of several stories what is new, each a row that shows all of it,
// above the newest.
func renderUnread(found []stories.Unread, total int, now time.Time) bot.Message {
	msg := bot.Message{Title: fmt.Sprintf("New to you in %s stories", bot.Count(total))}
	if total > len(found) {
		msg.Title += fmt.Sprintf("; these are %s of them", bot.Count(len(found)))
	}
	most := 1
	if len(found) == 2 {
		most = 2
	}
	rows := make([][]stories.Update, len(found))
	room := answerRoom - bot.Room(msg.Title)
	each := room / len(found)
	for i, u := range found {
		rows[i] = u.Updates[:min(most, len(u.Updates))]
	}
	for i, u := range found {
		row := unreadRow(u, len(rows[i]), min(bot.Room(bot.Headline(u.Story)), each/4))
		msg.Blocks = append(msg.Blocks, row)
		msg.Blocks = append(msg.Blocks, updateRows(rows[i], now, each-roomOf(row), nil)...)
	}
	if total > len(found) {
		msg.Buttons = append(msg.Buttons, bot.NewButton("More stories", bot.ActionCatchUp, 0))
	}
	return msg
}

// unreadRow is a story of which something is new, its headline cut to room, as a row
// that shows all that is: so many of it stand below.
func unreadRow(u stories.Unread, below, room int) bot.Block {
	headline, _ := bot.CutToRoom(bot.Headline(u.Story), room)
	label, _ := bot.Cut(u.Story.Slug, bot.RowLabel)
	open := bot.NewButton(label, bot.ActionCatchUp, u.Story.ID, int64(u.Since))
	more := ""
	if n := u.New - below; n > 0 {
		more = fmt.Sprintf(": %s below, %s more", bot.Count(below), bot.Count(n))
	}
	return bot.Block{Kind: bot.Item, Button: &open, Spans: []bot.Span{bot.Code(u.Story.Slug), bot.Text(" " + headline + "\n"), bot.Bold(bot.Count(u.New) + " new to you"),
		bot.Text(more + " · active "), {Time: u.Story.ActiveAt, Relative: true}}}
}

// renderUnreadOf is a page of what is new in a story, the newest first.
func renderUnreadOf(u stories.Unread, offset int, days calendar, head ...bot.Block) bot.Message {
	story := u.Story
	line := []bot.Span{bot.Bold(story.Slug), bot.Text(" · " + string(story.State) + " · ")}
	switch {
	case story.Updates == 0:
		line = append(line, bot.Text(noUpdates(story)))
	case u.New == 0:
		line = append(line, bot.Text("nothing new to you"))
	default:
		line = append(line, bot.Bold(bot.Count(u.New)+" new to you"))
	}
	if shown := len(u.Updates); shown > 0 && shown < u.New {
		line = append(line, bot.Text(fmt.Sprintf(" · %s", rangeWords(offset+1, offset+shown, u.New))))
	}
	headline, _ := bot.CutToRoom(bot.Headline(story), backgroundRoom/2)
	msg := bot.Message{Blocks: slices.Concat(head, []bot.Block{bot.Para(line...), small(bot.Text(headline))})}
	msg.Blocks = append(msg.Blocks, days.rows(u.Updates, answerRoom-roomOf(msg.Blocks...))...)
	msg.Buttons = historyButtons(u.Updates)
	if offset > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Newer", bot.ActionCatchUp, story.ID, int64(u.Since), int64(max(0, offset-catchUpPage))))
	}
	if offset+len(u.Updates) < u.New {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Older", bot.ActionCatchUp, story.ID, int64(u.Since), int64(offset+catchUpPage)))
	}
	if story.Updates > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Timeline", bot.ActionTimeline, story.ID))
	}
	return msg
}
