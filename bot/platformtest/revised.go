package platformtest

import (
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Revised are the copies of revised updates in every state there is, and the messages
// beside them, of texts and reasons of every kind.
func Revised() []Push {
	var list []Push
	for _, text := range []struct{ name, said, says, why string }{
		{"", "47,000 employees are affected.", "4,700 employees are affected.", "The number was wrong"},
		{", long", strings.Repeat(prose+"\n\n", 3), strings.Repeat(prose+"\n\n", 3) + "That is all.", strings.Repeat("The number was wrong, as we found out. ", 13)[:490]},
		{", hostile", "~~@everyone~~ <!channel> [bank](https://evil.example)\n\n- ~~one\n# two~~", "**<@1>** ~~x~~ `y`\n> z~~", "_*~~@here~~*_ <!subteam^S1>\n# no"},
		{", nothing but marks", strings.Repeat("*_", 1394), strings.Repeat("~`\n", 900) + "a", strings.Repeat("*_", 249) + "a"},
	} {
		list = append(list, revisedAs(text.name, text.said, text.says, text.why)...)
	}
	return list
}

// revisedAs are those of one text.
func revisedAs(name, said, says, why string) (list []Push) {
	at := time.Date(2014, 12, 22, 9, 0, 0, 0, time.UTC)
	ada, mo := stories.User{Name: "Ada"}, stories.User{Name: "Mo Adler"}
	story := stories.Story{ID: 1, Slug: "sony-hack", Headline: "North Korea denies hacking Sony Pictures", State: stories.Developing}
	first := stories.Update{ID: 4, StoryID: 1, Number: 4, Level: stories.Normal, Text: said, Author: mo, At: at, CreatedAt: at,
		Sources: []string{"https://www.nytimes.com/2014/12/23/world"}, Picture: stories.Picture{URL: "https://example.org/dam.jpg", Alt: "Water over the dam"}}
	from := 0 // the wording that the channels were shown last
	add := func(what string, u stories.Update, steps ...stories.Rewording) {
		wordings := []stories.Revision{u.Wording(stories.Original, "", mo, at)}
		when := at
		for _, w := range steps {
			when = when.Add(5*time.Hour + 5*time.Minute)
			next, err := u.Revise(w, when)
			if err != nil {
				panic(err)
			}
			wordings, u = append(wordings, next.Wording(w.Kind, w.Reason, ada, when)), next
		}
		list = append(list, Push{Name: what + name, Story: story, Update: u, Message: bot.RenderUpdate(story, u)})
		if wordings = wordings[from:]; stories.Tell(wordings).Kind == "" {
			return
		}
		c := stories.Content{Story: story, Update: u, Told: wordings, Notice: stories.Notice{Kind: stories.RevisionNotice, UpdateID: u.ID, Revision: u.Revision}}
		list = append(list, Push{Name: what + " told" + name, Story: story, Update: u, Message: bot.RenderContent(c)})
	}
	breaking, unverified := first, first
	breaking.Level = stories.Breaking
	unverified.Level, unverified.Marks = stories.Breaking, stories.Marks{Standing: stories.Unverified, Since: at}
	correct, hold := stories.Rewording{Kind: stories.Correction, Text: says, Reason: why}, stories.Rewording{Kind: stories.Hold, Reason: why}
	add("corrected", first, correct)
	add("corrected without a reason, breaking", breaking, stories.Rewording{Kind: stories.Correction, Text: says})
	add("another source", first, stories.Rewording{Kind: stories.Correction, Sources: []string{"https://bbc.co.uk/news"}})
	add("fixed", first, stories.Rewording{Kind: stories.Fix, Text: says})
	add("withdrawn, breaking", breaking, stories.Rewording{Kind: stories.Withdrawal, Reason: why})
	add("on hold", first, hold)
	add("corrected on hold", first, hold, correct)
	add("unverified", unverified)
	add("unverified and released", unverified, stories.Rewording{Kind: stories.Release})
	add("unverified and corrected", unverified, correct)
	add("corrected on hold and released the next day", first, hold, correct, stories.Rewording{Kind: stories.Release})
	from = 1
	add("corrected on hold, which was told before", first, hold, correct)
	return list
}
