package command

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Room for texts in an answer, as bot.Room measures it: what fits every platform
// with the rest of the answer.
const (
	answerText = bot.AnswerText
	leastText  = 300 // of one update beside others
	mostText   = 600

	maxListedAlt = 150 // of a picture's description beside others
)

// story shows a story, or one update of it; without a slug the newest stories.
func (m *Mux) story(ctx context.Context, r request) (bot.Reply, error) {
	slug := r.get("story")
	switch {
	case slug == "" && r.get("number") == "":
		return m.listStories(ctx, r.User, "Name a story, for example /story sony-hack. The newest ones:", "", 0)
	case slug == "":
		return bot.Reply{}, &misuse{r.command, "The story is missing."}
	case startsWithDigit(strings.TrimPrefix(r.get("number"), "#")):
		return m.oneUpdate(ctx, r)
	case r.get("number") != "":
		slug += " " + r.get("number") // words of a headline, perhaps
	}
	return m.card(ctx, r.User, slug, false)
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// oneUpdate shows the whole text of the update the request names.
func (m *Mux) oneUpdate(ctx context.Context, r request) (bot.Reply, error) {
	story, err := m.stories.Story(ctx, r.get("story"))
	if err != nil {
		return bot.Reply{}, err
	}
	number, err := r.number()
	if err != nil {
		return bot.Reply{}, err
	}
	return m.readUpdate(ctx, story, number, 0)
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

// card shows a story to reader and remembers that they have seen it; shared,
// it is for everybody and says nothing of the reader.
func (m *Mux) card(ctx context.Context, reader stories.User, slug string, shared bool) (bot.Reply, error) {
	m.marks.wait(ctx, reader.Ref)
	card, err := m.stories.Card(ctx, reader, slug)
	if err != nil {
		return bot.Reply{}, err
	}
	if !shared && (card.New > 0 || !card.Returning) {
		m.markSeen(ctx, reader, card.Story)
	}
	return bot.Reply{Message: renderCard(card, shared), Public: shared}, nil
}

// renderCard is what /story shows.
func renderCard(card stories.Card, shared bool) bot.Message {
	story := card.Story
	m := bot.Message{Title: bot.Headline(story), Blocks: []bot.Block{small(bot.Text(standing(story)))}}
	if card.Returning && card.New > 0 && !shared {
		m.Blocks = append(m.Blocks, bot.Para(bot.Bold(fmt.Sprintf("%s new since you last looked", bot.Count(card.New)))))
	}
	summary := bot.Clean(story.Summary)
	if summary != "" {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text(summary)))
	}
	if len(card.Newest) == 0 {
		m.Blocks = append(m.Blocks, bot.Para(bot.Text("No updates yet.")))
	}
	for _, u := range card.Newest {
		m.Blocks = append(m.Blocks, updateBlocks(story, u, (answerText-bot.Units(summary))/len(card.Newest))...)
	}
	if story.Updates > 0 {
		m.Buttons = append(m.Buttons, bot.NewButton("Timeline", bot.ActionTimeline, story.ID))
	}
	m.Buttons = append(m.Buttons, bot.NewButton("Follow here", bot.ActionFollow, story.ID))
	if !shared {
		m.Buttons = append(m.Buttons, bot.NewButton("Share", bot.ActionShare, story.ID))
	}
	return m
}

// standing says where a story stands, in words: slug, state, topics, updates.
func standing(story stories.Story) string {
	parts := []string{story.Slug, string(story.State)}
	if len(story.Topics) > 0 {
		parts = append(parts, strings.Join(story.Topics, ", "))
	}
	return strings.Join(append(parts, plural(story.Updates, "update")), " · ")
}

// updateBlocks is an update among others, its text cut to room UTF-16 units or
// what is usual.
func updateBlocks(story stories.Story, u stories.Update, room int) []bot.Block {
	text, cut := bot.CutToRoom(bot.Clean(u.Text), min(max(room, leastText), mostText))
	blocks := []bot.Block{
		{Kind: bot.Heading, Spans: []bot.Span{bot.Text(bot.UpdateLabel(u) + " · "), bot.At(u.At)}},
		bot.Para(bot.Text(text)),
	}
	if cut {
		blocks = append(blocks, small(bot.Text("All of it: "), bot.Code(fmt.Sprintf("/story %s %d", story.Slug, u.Number))))
	}
	if picture := bot.Picture(u); picture != nil {
		picture.Alt, _ = bot.Cut(picture.Alt, maxListedAlt)
		blocks = append(blocks, picture.InWords())
	}
	return append(blocks, bot.Sources(u)...)
}

// readUpdate shows a part of an update's whole text.
func (m *Mux) readUpdate(ctx context.Context, story stories.Story, number, part int) (bot.Reply, error) {
	u, err := m.stories.Update(ctx, story.ID, number)
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

// markSeen remembers, after the answer, that reader was shown the story up to
// its newest update.
func (m *Mux) markSeen(ctx context.Context, reader stories.User, story stories.Story) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markTime)
	finished := m.marks.begin(reader.Ref)
	m.after.Go(func() {
		defer cancel()
		defer finished()
		if err := m.stories.MarkSeen(ctx, reader, story.ID, story.Updates); err != nil && !errors.Is(err, context.Canceled) {
			m.log.Warn("what a reader has seen was not stored", "story", story.Slug, "err", err)
		}
	})
}
