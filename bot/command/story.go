package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// showing shows a story: its card, its updates, its timeline.
type showing struct {
	log       *slog.Logger
	marks     marks
	after     sync.WaitGroup
	now       func() time.Time
	archive   Archive
	following Following
	notes     Notes
	finding   *finding
	listing   *listing
}

// story shows a story, or one update of it; without a slug the newest stories.
func (m *showing) story(ctx context.Context, r request) (bot.Reply, error) {
	slug := r.get("story")
	switch {
	case slug == "" && r.get("number") == "":
		return m.listing.listStories(ctx, r.User, "Name a story, for example /story sony-hack. The newest:", "", 0)
	case slug == "":
		return bot.Reply{}, &misuse{r.command, "The story is missing."}
	case startsWithDigit(strings.TrimPrefix(r.get("number"), "#")):
		return m.oneUpdate(ctx, r)
	case r.get("number") != "":
		slug += " " + r.get("number") // words of a headline, perhaps
	}
	return m.card(ctx, r, slug, false)
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// oneUpdate shows the whole text of the update the request names.
func (m *showing) oneUpdate(ctx context.Context, r request) (bot.Reply, error) {
	if _, err := m.archive.Story(ctx, r.get("story")); err != nil {
		return m.finding.nearUpdate(ctx, r, err)
	}
	number, err := r.number()
	if err != nil {
		return bot.Reply{}, err
	}
	story, u, was, err := m.finding.updateOf(ctx, r.get("story"), number)
	if err != nil {
		return bot.Reply{}, err
	}
	msg := bot.RenderWhole(story, u, 0)
	if was.Number != 0 {
		return bot.Reply{Message: headed(small(bot.Text(formerly(story, u, was))), msg)}, nil
	}
	if head := m.finding.leadsTo(ctx, r.get("story"), story); len(head) > 0 {
		msg = headed(head[0], msg)
	}
	return bot.Reply{Message: msg}, nil
}

// formerly says what an update is that was asked for by the number it had.
func formerly(story stories.Story, u stories.Update, was stories.Former) string {
	return fmt.Sprintf("Update %d of %s, which was merged into %s, is update %d of that now.", was.Number, was.Slug, story.Slug, u.Number)
}

// number is the update the request names, 0 when it names none. Error: *misuse.
func (r request) number() (int, error) {
	typed := r.get("number")
	if typed == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(strings.TrimPrefix(typed, "#"))
	if err != nil || n < 1 {
		return 0, &misuse{r.command, fmt.Sprintf("%q is no update's number. Numbers are 1, 2, 3 and so on.", clip(typed))}
	}
	return n, nil
}

// card shows a story to who asks and remembers that they have seen it; shared,
// it is for everybody and says nothing of the reader.
func (m *showing) card(ctx context.Context, r request, slug string, shared bool) (bot.Reply, error) {
	reader := r.User
	m.marks.wait(ctx, reader.Ref)
	card, err := m.archive.Card(ctx, reader, slug)
	if err != nil {
		return bot.Reply{}, err
	}
	if !shared && (card.New > 0 || !card.Returning) {
		m.markSeen(ctx, reader, card.Story)
	}
	reply := bot.Reply{Message: renderCard(card, m.now(), r.Direct, shared, m.finding.leadsTo(ctx, slug, card.Story)...), Public: shared}
	if !shared && m.followsItself(ctx, r.Where, card.Story) {
		reply.Message.Buttons = slices.DeleteFunc(reply.Message.Buttons, func(b bot.Button) bool { return b.Action == bot.ActionFollow })
	}
	return reply, nil
}

// followsItself says that a channel follows a story by a subscription of its own that
// is not paused: there is nothing left to offer there. When that cannot be found out
// the offer stays.
func (m *showing) followsItself(ctx context.Context, d stories.Destination, story stories.Story) bool {
	subs, err := m.following.Subscriptions(ctx, d)
	if err != nil {
		m.log.Debug("whether a channel follows a story was not found out", "err", err)
	}
	return slices.ContainsFunc(subs, func(s stories.Subscription) bool { return s.StoryID == story.ID && s.State == stories.Active })
}

// What /story shows of a story's background, in UTF-16 units and in Room units.
const (
	backgroundText = 400
	backgroundRoom = 520
	topicsRoom     = 160
	leastRow       = 260 // of an update: with less for each there are two of them
)

// renderCard is what /story shows: head, the news, then what it is about. alone says that
// nobody else reads where it is shown.
func renderCard(card stories.Card, now time.Time, alone, shared bool, head ...bot.Block) bot.Message {
	story, about := card.Story, background(card.Story)
	first := bot.Para(stateSpans(card, shared)...)
	room := answerRoom - roomOf(head...) - roomOf(first) - roomOf(about...)
	shown := card.Newest
	if len(shown) > 2 && room/len(shown) < leastRow && longest(shown) > leastRow {
		shown = shown[:2]
	}
	var fresh []int
	if card.Returning && !shared {
		fresh = card.Fresh
	}
	m := bot.Message{Blocks: append(append(head, first), updateRows(shown, now, room, fresh)...)}
	m.Blocks = append(m.Blocks, about...)
	if story.Updates > 0 {
		m.Buttons = append(m.Buttons, bot.NewButton("Timeline", bot.ActionTimeline, story.ID))
	}
	m.Buttons = append(m.Buttons, historyButtons(shown)...)
	if story.State != stories.Closed {
		m.Buttons = append(m.Buttons, bot.NewButton("Follow here", bot.ActionFollow, story.ID))
	}
	if !shared && !alone { // who shares it shows it to others
		m.Buttons = append(m.Buttons, bot.NewButton("Share", bot.ActionShare, story.ID))
	}
	return m
}

func longest(updates []stories.Update) (room int) {
	for _, u := range updates {
		room = max(room, bot.Room(rowText(u)))
	}
	return room
}

// stateSpans say where a story stands: its state, how old its newest update is, and
// how many the reader has not seen.
func stateSpans(card stories.Card, shared bool) []bot.Span {
	line := []bot.Span{bot.Bold(card.Story.Slug), bot.Text(" · " + string(card.Story.State) + " · ")}
	if len(card.Newest) == 0 {
		return append(line, bot.Text(noUpdates(card.Story)))
	}
	line = append(line, bot.Text("newest update "), bot.Span{Time: card.Newest[0].At, Relative: true})
	switch {
	case shared || !card.Returning:
	case card.New > 0:
		line = append(line, bot.Text(" · "), bot.Bold(bot.Count(card.New)+" new to you"))
	default:
		line = append(line, bot.Text(" · nothing new to you"))
	}
	return line
}

// background is what a story is about: its headline, summary, topics and size.
func background(story stories.Story) []bot.Block {
	headline, _ := bot.CutToRoom(bot.Headline(story), backgroundRoom/2)
	blocks := []bot.Block{heading(headline)}
	summary, _ := bot.Cut(bot.Clean(story.Summary), backgroundText)
	if summary, _ = bot.CutToRoom(summary, backgroundRoom); summary != "" {
		blocks = append(blocks, bot.Para(bot.Text(summary)))
	}
	var line []string
	if topics, _ := bot.CutToRoom(strings.Join(story.Topics, ", "), topicsRoom); topics != "" {
		line = append(line, topics)
	}
	if story.Updates > 0 {
		line = append(line, updatesWords(story.Updates))
	}
	if len(line) > 0 {
		blocks = append(blocks, small(bot.Text(strings.Join(line, " · "))))
	}
	return blocks
}

// standing says where a story stands, in words: slug, state, topics, updates.
func standing(story stories.Story) string {
	parts := []string{story.Slug, string(story.State)}
	if len(story.Topics) > 0 {
		parts = append(parts, strings.Join(story.Topics, ", "))
	}
	return strings.Join(append(parts, updatesWords(story.Updates)), " · ")
}

// readUpdate shows a part of the whole text of an update, by the number that it has or,
// where the story was merged since, had in the story of that id.
func (m *showing) readUpdate(ctx context.Context, story stories.Story, id int64, number, part int) (bot.Reply, error) {
	u, err := m.archive.Update(ctx, id, number)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return bot.Reply{}, noUpdate(story, number)
	}
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Message: bot.RenderWhole(story, u, part)}, nil
}

func noUpdate(story stories.Story, number int) error {
	if story.Updates == 0 {
		return stories.Errorf(stories.CodeNotFound, "%s has no updates yet.", story.Slug)
	}
	return stories.Errorf(stories.CodeNotFound, "%s has no update %d. Its newest is %d.", story.Slug, number, story.Updates)
}

// markTime bounds how long it may take to remember what a reader has seen.
const markTime = 10 * time.Second

// markSeen remembers, after the answer, that reader was shown stories up to their
// newest updates.
func (m *showing) markSeen(ctx context.Context, reader stories.User, shown ...stories.Story) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTime)
	finished := m.marks.begin(reader.Ref)
	m.after.Go(func() {
		defer cancel()
		defer finished()
		for _, story := range shown {
			if err := m.archive.MarkSeen(ctx, reader, story.ID, story.Updates); err != nil && !errors.Is(err, context.Canceled) {
				m.log.Warn("what a reader has seen was not stored", "story", story.Slug, "err", err)
			}
		}
	})
}
