package command

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// errOldButton is a button whose meaning is lost: of an older version, a
// finished question, or made up.
var errOldButton = errors.New("button no longer known")

// button is what pressing a button does. arg is what came back, which nobody
// vouches for.
type button struct {
	press func(m *Mux, ctx context.Context, c bot.Command, arg buttonArg) (bot.Reply, error)
	// instead is what to type when the button is no longer understood.
	instead string
}

// buttons is every button there is, by its action.
func buttons() map[string]button {
	return map[string]button{
		"open":             {(*Mux).pressOpen, "/story and the story's slug"},
		"share":            {(*Mux).pressShare, "/story and the story's slug"},
		bot.ActionTimeline: {(*Mux).pressTimeline, "/story and the story's slug"},
		bot.ActionRead:     {(*Mux).pressRead, "/story with the slug and the update's number"},
		"page":             {(*Mux).pressPage, "/stories"},
		"follow":           {(*Mux).pressFollow, "/subscribe and the story's slug"},
		bot.ActionStop:     {(*Mux).pressStop, "/unsubscribe and the story's slug"},
		"pause":            {(*Mux).pressPause, "/subscriptions"},
		"resume":           {(*Mux).pressResume, "/subscriptions"},
		"again":            {(*Mux).pressAgain, "the command again, with again:yes"},
		"log":              {(*Mux).pressLog, "/desk log"},
	}
}

// press answers a pressed button.
func (m *Mux) press(ctx context.Context, c bot.Command) (bot.Reply, error) {
	b, ok := m.buttons[c.Action]
	if !ok {
		return oldButton("/help to see what there is"), nil
	}
	reply, err := b.press(m, ctx, c, buttonArg(c.Arg))
	if errors.Is(err, errOldButton) {
		return oldButton(b.instead), nil
	}
	return reply, err
}

func oldButton(instead string) bot.Reply {
	return refused("This button is from an older message and no longer works; nothing was changed. Type " + instead + " instead.")
}

// buttonArg is the Arg of a pressed button: numbers or words between full
// stops.
type buttonArg string

// numbers reads at least need and at most most numbers, all positive; those
// left out are 0. Error: errOldButton.
func (a buttonArg) numbers(need, most int) ([]int64, error) {
	parts := strings.Split(string(a), ".")
	if len(parts) < need || len(parts) > most {
		return nil, errOldButton
	}
	numbers := make([]int64, most)
	for i, part := range parts {
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil || n < 0 || i > 0 && n > 1<<30 {
			return nil, errOldButton
		}
		numbers[i] = n
	}
	return numbers, nil
}

// buttonStory finds the story a button is about. Error: errOldButton when it is
// gone.
func (m *Mux) buttonStory(ctx context.Context, arg buttonArg) (stories.Story, error) {
	ids, err := arg.numbers(1, 1)
	if err != nil {
		return stories.Story{}, err
	}
	return m.storyByID(ctx, ids[0])
}

func (m *Mux) storyByID(ctx context.Context, id int64) (stories.Story, error) {
	story, err := m.stories.StoryByID(ctx, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return story, errOldButton
	}
	return story, err
}

// note reads what a button's question put aside. Error: errOldButton once it
// is gone.
func (m *Mux) note(ctx context.Context, id string) (string, error) {
	text, err := m.stories.Note(ctx, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		return "", errOldButton
	}
	return text, err
}

func (m *Mux) pressOpen(ctx context.Context, c bot.Command, arg buttonArg) (bot.Reply, error) {
	story, err := m.buttonStory(ctx, arg)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.card(ctx, c.User, story.Slug, false)
}

func (m *Mux) pressShare(ctx context.Context, c bot.Command, arg buttonArg) (bot.Reply, error) {
	story, err := m.buttonStory(ctx, arg)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.card(ctx, c.User, story.Slug, true)
}

func (m *Mux) pressTimeline(ctx context.Context, c bot.Command, arg buttonArg) (bot.Reply, error) {
	n, err := arg.numbers(1, 2)
	if err != nil {
		return bot.Reply{}, err
	}
	story, err := m.storyByID(ctx, n[0])
	if err != nil {
		return bot.Reply{}, err
	}
	return m.timeline(ctx, c.User, story, int(n[1]))
}

func (m *Mux) pressRead(ctx context.Context, c bot.Command, arg buttonArg) (bot.Reply, error) {
	n, err := arg.numbers(2, 3)
	if err != nil {
		return bot.Reply{}, err
	}
	story, err := m.storyByID(ctx, n[0])
	if err != nil {
		return bot.Reply{}, err
	}
	return m.readUpdate(ctx, story, int(n[1]), int(n[2]))
}

func (m *Mux) pressPage(ctx context.Context, c bot.Command, arg buttonArg) (bot.Reply, error) {
	offset, packed, _ := strings.Cut(string(arg), ".")
	n, err := buttonArg(offset).numbers(1, 1)
	if err != nil || n[0] > 1<<30 {
		return bot.Reply{}, errOldButton
	}
	query, err := m.unpackQuery(ctx, packed)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.listStories(ctx, c.User, "", query, int(n[0]))
}
