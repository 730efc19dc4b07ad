package command

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// listing lists and searches stories.
type listing struct {
	log       *slog.Logger
	archive   Archive
	index     Index
	notes     Notes
	questions *questions
}

// storiesPage is how many stories a page of the list shows.
const storiesPage = 6

// listOrSearch lists all stories, or those that hold the words.
func (m *listing) listOrSearch(ctx context.Context, r request) (bot.Reply, error) {
	query := stories.CutQuery(bot.OneLine(r.get("words")))
	return m.listStories(ctx, r.User, "", query, 0)
}

// listStories shows a page of the stories that hold query, under intro when
// there is one.
func (m *listing) listStories(ctx context.Context, by stories.User, intro, query string, offset int) (bot.Reply, error) {
	found, total, err := m.index.Search(ctx, query, offset, storiesPage)
	if err != nil {
		return bot.Reply{}, err
	}
	whole := query == ""
	if !whole {
		if whole, err = m.index.Searchable(ctx); err != nil {
			return bot.Reply{}, err
		}
	}
	if total == 0 {
		return m.noStories(ctx, query, whole), nil
	}
	msg := bot.Message{Title: "Stories"}
	switch {
	case intro != "":
		msg.Title, msg.Blocks = "", []bot.Block{bot.Para(bot.Text(intro))}
	case query != "":
		msg.Title = fmt.Sprintf("Stories with “%s”", clip(query))
	}
	if total > len(found) {
		if shown := rangeWords(min(offset+1, total), min(offset+len(found), total), total); intro == "" {
			msg.Title += " · " + shown
		}
	}
	var last []bot.Block
	if !whole {
		last = append(last, small(bot.Text("Some may be missing: "+stillReading)))
	}
	if msg.Buttons, err = m.pageButtons(ctx, by, query, offset, total); err != nil {
		m.log.Warn("a search could not be kept; its answer has no page buttons", "err", err)
		last = append(last, small(bot.Text("The other pages of so long a search cannot be shown now. Use fewer words, or try again in a minute.")))
	}
	rows := storyRows(found, answerRoom-bot.Room(msg.Title)-roomOf(msg.Blocks...)-roomOf(last...))
	msg.Blocks = slices.Concat(msg.Blocks, rows, last)
	return bot.Reply{Message: msg}, nil
}

// stillReading says why a search may miss stories.
const stillReading = "the bot was updated and is still reading its older stories for searches."

// listLine is the second line of a story in a list, up to its time.
func listLine(story stories.Story) string {
	line := updatesWords(story.Updates) + " · "
	if story.Updates == 0 {
		line = noUpdates(story) + " · "
	}
	if story.State == stories.Closed {
		line = "closed · " + line
	}
	return line + "active "
}

func (m *listing) noStories(ctx context.Context, query string, whole bool) bot.Reply {
	if !whole {
		return bot.Reply{Message: bot.Plainly(fmt.Sprintf("No story was found that holds all of “%s”, but %s Try again in a few minutes.", clip(query), stillReading))}
	}
	if query == "" {
		return bot.Reply{Message: bot.Plainly(m.archive.NoStory(ctx))}
	}
	return bot.Reply{Message: bot.Plainly(fmt.Sprintf("No story holds all of “%s”. Use fewer words, or /stories for all of them.", clip(query)))}
}

// pageButtons turn the pages of a list.
func (m *listing) pageButtons(ctx context.Context, by stories.User, query string, offset, total int) ([]bot.Button, error) {
	if total <= storiesPage {
		return nil, nil
	}
	words, err := m.packQuery(ctx, by, query)
	if err != nil {
		return nil, err
	}
	var buttons []bot.Button
	if offset > 0 {
		buttons = append(buttons, bot.NewWordButton("Newer", bot.ActionPage, int64(max(0, offset-storiesPage)), words))
	}
	if offset+storiesPage < total {
		buttons = append(buttons, bot.NewWordButton("Older", bot.ActionPage, int64(offset+storiesPage), words))
	}
	return buttons, nil
}

// maxPacked is how long a search may be to travel inside a button.
const maxPacked = 40

// packQuery makes a search fit into a button: the words themselves, or a note
// of them. The same search of a person has the same note, which is written once,
// however often it is asked for.
func (m *listing) packQuery(ctx context.Context, by stories.User, query string) (string, error) {
	if packed := url.QueryEscape(query); len(packed) <= maxPacked {
		return "q" + packed, nil
	}
	id := noteID(searchKind, by.Ref+"\x00"+query)
	_, err := m.notes.Note(ctx, id)
	if stories.CodeOf(err) == stories.CodeNotFound {
		err = m.notes.PutNote(ctx, by, id, query)
	}
	return id, err
}

// unpackQuery reads what packQuery wrote. Errors: bot.ErrOldButton, CodeNotFound
// once the note is gone.
func (m *listing) unpackQuery(ctx context.Context, packed string) (string, error) {
	if words, ok := strings.CutPrefix(packed, "q"); ok {
		query, err := url.QueryUnescape(words)
		if err != nil {
			return "", bot.ErrOldButton
		}
		return query, nil
	}
	if strings.HasPrefix(packed, searchKind) {
		return m.questions.note(ctx, packed)
	}
	return "", bot.ErrOldButton
}
