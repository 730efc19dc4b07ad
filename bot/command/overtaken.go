package command

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// wordsIn are a story's own words as a form shows them, by the names of its fields.
func wordsIn(story stories.Story) map[string]string {
	words := map[string]string{"headline": story.Headline, "summary": story.Summary, "topics": strings.Join(story.Topics, ", ")}
	for name, says := range words {
		words[name] = strings.TrimSpace(bot.Visible(says))
	}
	return words
}

// overtaken are those of the words that a draft changes which say something else by now
// than when its author saw them.
func overtaken(d stories.Draft, story stories.Story, changes []string) (over []string) {
	says := wordsIn(story)
	for _, name := range changes {
		// Of a form that was forgotten meanwhile nobody knows what it showed.
		if was, known := d.Fields[wasField+name]; known && says[name] != was {
			over = append(over, name)
		}
	}
	return over
}

// changedSince says which words of a story were changed.
func changedSince(story stories.Story, over []string) string {
	were, them := "was", "it"
	if len(over) > 1 || over[0] == "topics" {
		were, them = "were", "them"
	}
	return fmt.Sprintf("The %s of %s %s changed since you saw %s.", listed(over), story.Slug, were, them)
}

// mark tells a story's words from others in a button.
func mark(story stories.Story) int64 {
	words, sum := wordsIn(story), fnv.New32a()
	for _, name := range []string{"headline", "summary", "topics"} {
		sum.Write([]byte(words[name] + "\x00"))
	}
	return int64(sum.Sum32())
}

// askChangedSince says that a colleague changed what the author of a draft changes too:
// who, and what it says now; false when nobody did.
func (m *rewording) askChangedSince(ctx context.Context, d stories.Draft) (bot.Reply, bool, error) {
	story, err := m.editedStory(ctx, d)
	if err != nil {
		return bot.Reply{}, false, err
	}
	_, what, err := changesOf(d, story)
	if err != nil {
		return bot.Reply{}, false, err
	}
	over := overtaken(d, story, what)
	if len(over) == 0 {
		return bot.Reply{}, false, nil
	}
	reply := refused(changedSince(story, over) + " Nothing was posted; what you wrote is kept.")
	entries, err := m.desk.Log(ctx, stories.User{Ref: d.By}, story.Slug, 0, logPage)
	if err != nil {
		return bot.Reply{}, false, err
	}
	if i := slices.IndexFunc(entries, func(e stories.LogEntry) bool { return e.Verb == "edited" }); i >= 0 {
		row := append(m.logging.logSpans(entries[i], bot.Span{}), bot.Text(" · "), ago(entries[i].At, m.now()))
		reply.Message.Blocks = append(reply.Message.Blocks, item(row...))
	}
	says, units := wordsIn(story), quotedUnits/len(over)
	for _, name := range over {
		now, mine := bot.FromChange(says[name], d.Fields[name], units)
		reply.Message.Blocks = append(reply.Message.Blocks,
			bot.Para(bot.Text("Its "+name+" now: "+saysIt(now, units))),
			bot.Para(bot.Text("You wrote: "+saysIt(mine, units))))
	}
	reply.Message.Buttons = changeButtons(d)
	reply.Message.Buttons[0] = bot.NewWordButton("Change", bot.ActionForm, newestForm+mark(story), d.ID)
	reply.Message.Buttons[0].Style = bot.Primary
	reply.InPlace = true
	return reply, true, nil
}

// saysIt quotes so many UTF-16 units of a text, or says that there is none.
func saysIt(text string, units int) string {
	head, _ := bot.Cut(bot.OneLine(text), units)
	if head == "" {
		return "nothing"
	}
	return "“" + head + "”"
}

// seenAnew is a draft once its author has seen the story with this mark: what they left
// alone reads as it does there, and what they wrote stays.
func (m *rewording) seenAnew(ctx context.Context, r request, d stories.Draft, seen int64) (stories.Draft, error) {
	story, err := m.editedStory(ctx, d)
	if err != nil || mark(story) != seen {
		return d, err // it was changed once more: its author is told when it is submitted
	}
	for name, says := range wordsIn(story) {
		if was, known := d.Fields[wasField+name]; known && was == d.Fields[name] {
			d.Fields[name] = says
		}
		d.Fields[wasField+name] = says
	}
	d.Form = "" // what is open still shows what was before
	return m.drafts.SaveDraft(ctx, r.User, d)
}
