package command

import (
	"context"
	"strings"

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
	msg := bot.Message{Title: "Who did what"}
	if slug != "" {
		if story, err = m.stories.Story(ctx, slug); err != nil {
			return bot.Reply{}, err
		}
		msg.Title += ": " + story.Slug
	}
	if len(entries) == 0 {
		msg.Blocks = []bot.Block{bot.Para(bot.Text("Nothing is recorded here."))}
	}
	room, now := answerRoom-bot.Room(msg.Title), m.stories.Now()
	entries, more := entries[:min(len(entries), logPage)], len(entries) > logPage
	for i, e := range entries {
		row := item(append(m.logSpans(e, r.Where), bot.Text(" · "), ago(e.At, now))...)
		if room -= roomOf(row); room < 0 && i > 0 {
			entries, more = entries[:i], true
			break
		}
		msg.Blocks = append(msg.Blocks, row)
	}
	if before > 0 {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Newest", bot.ActionLog, 0, story.ID))
	}
	if more {
		msg.Buttons = append(msg.Buttons, bot.NewButton("Older", bot.ActionLog, entries[len(entries)-1].ID, story.ID))
	}
	return bot.Reply{Message: msg}, nil
}

// maxLogDetail is how much of an entry's detail is shown, in UTF-16 units.
const maxLogDetail = 150

// logSpans is an entry of the log as a sentence, for a reader in the channel here.
func (m *Mux) logSpans(e stories.LogEntry, here stories.Destination) []bot.Span {
	spans := []bot.Span{bot.Text(bot.UserName(m.withName(e.By)) + " ")}
	detail, _ := bot.Cut(bot.OneLine(e.Detail), maxLogDetail)
	say := func(words ...string) []bot.Span { return append(spans, bot.Text(strings.Join(words, ""))) }
	place, whom := m.placeWords(e.Place, here), bot.UserName(m.withName(e.Whom))
	switch e.Verb {
	case "published":
		number, level, ok := strings.Cut(strings.TrimPrefix(detail, "update "), ", ")
		if ok && e.Slug != "" {
			return say("published update ", number, " of ", e.Slug, ", ", level)
		}
	case "tracked":
		return say("started ", e.Slug, ": “", detail, "”")
	case "closed", "reopened":
		return say(e.Verb, " ", e.Slug)
	case "revised":
		return say("revised an update of ", e.Slug, ", ", detail)
	case "subscribed":
		if what, level, ok := strings.Cut(strings.TrimPrefix(detail, "follows "), " from "); ok {
			return say("had ", place, " follow ", targetNamed(what), ": ", levelNamed(level))
		}
	case "unsubscribed":
		if what, ok := between(detail, "does not follow ", " any more"); ok {
			return say("ended ", targetNamed(what), " in ", place)
		}
	case "muted":
		if what, ok := between(detail, "gets nothing more of ", ""); ok {
			return say("stopped ", what, " in ", place)
		}
	case "unmuted":
		if what, ok := between(detail, "gets ", " again"); ok {
			return say("brought ", what, " back to ", place)
		}
	case "paused":
		if what, ok := between(detail, "is paused: ", ""); ok {
			return say("paused ", targetNamed(what), " in ", place)
		}
	case "resumed":
		if what, ok := between(detail, "is served again: ", ""); ok {
			return say("resumed ", targetNamed(what), " in ", place)
		}
	case "desk":
		return say("made ", place, " the desk")
	case "claimed":
		return say("became the first admin with the code from the log")
	case "named":
		if role, ok := between(detail, "is ", ""); ok {
			return say("made ", whom, " ", aRole(role))
		}
	case "removed":
		if role, ok := between(detail, "is no ", " any more"); ok {
			return say("removed ", whom, " as ", role)
		}
	}
	words := []string{e.Verb} // of another version
	if e.Slug != "" {
		words = append(words, " ", e.Slug)
	}
	switch {
	case e.Whom.Ref != "":
		detail = whom + " " + detail
	case e.Place != (stories.Destination{}):
		detail = place + " " + detail
	}
	if detail != "" {
		words = append(words, ": ", detail)
	}
	return say(words...)
}

// between is what stands in s between a beginning and an end.
func between(s, begin, end string) (string, bool) {
	s, begins := strings.CutPrefix(s, begin)
	s, ends := strings.CutSuffix(s, end)
	return s, begins && ends
}

// targetNamed is a target that was written down, in a sentence.
func targetNamed(written string) string {
	if target, err := stories.ParseTarget(written); err == nil {
		return targetWords(target)
	}
	return written
}

// levelNamed is what comes through from a level on that was written down.
func levelNamed(written string) string {
	if level, err := stories.ParseLevel(written); err == nil {
		return levelWords(level)
	}
	return written
}

// aRole is a role with its article.
func aRole(role string) string {
	if strings.ContainsRune("aeiou", firstRune(role)) {
		return "an " + role
	}
	return "a " + role
}

// placeWords is what a channel is called by a reader in the channel here.
func (m *Mux) placeWords(d, here stories.Destination) string {
	switch {
	case d.String() == here.String():
		return "this channel"
	case m.showsIDs(d.Platform):
		return d.Channel
	}
	return "another channel (" + d.Platform + ")"
}

func (m *Mux) pressLog(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	before := args.Number(0)
	switch {
	case args.Number(1) == 0:
		return m.logFrom(ctx, r, "", before)
	}
	story, err := m.storyByID(ctx, args.Number(1))
	if err != nil {
		return bot.Reply{}, err
	}
	return m.logFrom(ctx, r, story.Slug, before)
}
