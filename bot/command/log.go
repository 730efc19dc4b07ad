package command

import (
	"context"

	"storybot/bot"
	"storybot/stories"
)

// logPage is how many entries a page of the log shows.
const logPage = 12

// deskLog tells who did what, of one story or of all.
func (m *Mux) deskLog(ctx context.Context, r request) (bot.Reply, error) {
	return m.logFrom(ctx, r, r.get("story"), 0)
}

// logFrom shows entries older than before (0: the newest).
func (m *Mux) logFrom(ctx context.Context, r request, slug string, before int64) (bot.Reply, error) {
	var story stories.Story
	entries, err := m.stories.Log(ctx, r.User, slug, before, logPage+1)
	if err != nil {
		return bot.Reply{}, err
	}
	msg := bot.Message{Title: "The desk's log"}
	if slug != "" {
		if story, err = m.stories.Story(ctx, slug); err != nil {
			return bot.Reply{}, err
		}
		msg.Title += ": " + story.Slug
	}
	if len(entries) == 0 {
		msg.Blocks = []bot.Block{bot.Para(bot.Text("Nothing is recorded here."))}
	}
	var places []stories.Destination
	for _, e := range entries {
		places = append(places, e.Place)
	}
	names := m.names(ctx, places...)
	for _, e := range entries[:min(len(entries), logPage)] {
		line := []bot.Span{bot.At(e.At), bot.Text(" " + bot.UserName(m.withName(e.By)) + " ")}
		msg.Blocks = append(msg.Blocks, item(append(line, m.logWords(e, names, r.Where)...)...))
	}
	if len(entries) > logPage {
		msg.Buttons = []bot.Button{bot.NewButton("Older", bot.ActionLog, entries[logPage-1].ID, story.ID)}
	}
	return bot.Reply{Message: msg}, nil
}

// maxLogDetail is how much of an entry's detail is shown, in UTF-16 units.
const maxLogDetail = 150

// logWords is what was done, in words, for a reader in the channel here.
func (m *Mux) logWords(e stories.LogEntry, names bot.Names, here stories.Destination) []bot.Span {
	words := e.Verb
	if e.Slug != "" {
		words += " " + e.Slug
	}
	var spans []bot.Span
	detail := e.Detail
	switch {
	case e.Whom.Ref != "":
		detail = bot.UserName(m.withName(e.Whom)) + " " + detail
	case e.Place != (stories.Destination{}):
		words += ": "
		spans = append(spans, names.Here(e.Place, here))
	}
	detail, _ = bot.Cut(bot.OneLine(detail), maxLogDetail)
	switch {
	case len(spans) > 0 && detail != "":
		spans = append(spans, bot.Text(" "+detail))
	case detail != "":
		words += ": " + detail
	}
	return append([]bot.Span{bot.Text(words)}, spans...)
}

func (m *Mux) pressLog(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	before := args.Number(0)
	switch {
	case before == 0:
		return bot.Reply{}, bot.ErrOldButton
	case args.Number(1) == 0:
		return m.logFrom(ctx, r, "", before)
	}
	story, err := m.storyByID(ctx, args.Number(1))
	if err != nil {
		return bot.Reply{}, err
	}
	return m.logFrom(ctx, r, story.Slug, before)
}
