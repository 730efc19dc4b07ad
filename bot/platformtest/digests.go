package platformtest

import (
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Digests are what a channel reads in the morning: of a day like any other, a full one,
// and one of which no more than revisions are to be told.
func Digests() (list []Push) {
	until := time.Date(2014, 12, 22, 8, 0, 0, 0, time.UTC)
	period := stories.Period{From: until.Add(-24 * time.Hour), Until: until}
	sony := stories.Story{ID: 1, Slug: "sony-hack", Headline: "North Korea denies hacking Sony Pictures", State: stories.Developing, Updates: 12}
	flood := stories.Story{ID: 2, Slug: "river-flood", Headline: "The Danube rises above its walls in three towns", State: stories.Developing, Updates: 5}
	vote := stories.Story{ID: 3, Slug: "budget-vote", Headline: "Parliament votes on the budget", State: stories.Closed, Updates: 3}
	update := func(s stories.Story, number int, level stories.Level, hours int, text string) stories.Update {
		at := until.Add(-time.Duration(hours) * time.Hour)
		return stories.Update{ID: s.ID*100 + int64(number), StoryID: s.ID, Number: number, Level: level, Text: text, Author: stories.User{Name: "Mo Adler"}, At: at, CreatedAt: at}
	}
	revised := func(u stories.Update, steps ...stories.Rewording) (stories.Update, []stories.Revision) {
		all := []stories.Revision{u.Wording(stories.Original, "", u.Author, u.CreatedAt)}
		for n, w := range steps {
			at := until.Add(-time.Duration(3-n) * time.Hour)
			next, err := u.Revise(w, at)
			if err != nil {
				panic(err)
			}
			u, all = next, append(all, next.Wording(w.Kind, w.Reason, u.Author, at))
		}
		return u, all
	}
	correct := stories.Rewording{Kind: stories.Correction, Text: "4,700 people in the three towns have left their homes, the mayors say.", Reason: "The number was wrong"}
	newest := update(sony, 12, stories.Normal, 2, "The White House's National Security Council is \"confident\" that North Korea is behind the attack: it points to a long history of denying such actions.")
	second := update(sony, 11, stories.Minor, 5, "Sony may still release the film, its lawyer says.")
	unverified := update(sony, 9, stories.Normal, 11, "A second studio is said to have been attacked.")
	unverified.Marks = stories.Marks{Standing: stories.Unverified, Since: unverified.At}
	breaking := update(sony, 10, stories.Breaking, 9, "North Korea's internet is down.")
	left := update(flood, 4, stories.Normal, 7, "47,000 people in the three towns have left their homes, the mayors say.")
	corrected, wordings := revised(left, correct)
	gone, withdrawal := revised(update(vote, 2, stories.Normal, 30, "The finance minister resigns."), stories.Rewording{Kind: stories.Withdrawal, Reason: "The letter was a forgery"})
	checked, hold := revised(update(sony, 7, stories.Normal, 33, "The leak holds the pay of 47,000 employees."), stories.Rewording{Kind: stories.Hold, Reason: "The source is not reached"})
	add := func(name string, u stories.Update, d stories.Digested) {
		c := stories.Content{Notice: stories.Notice{ID: 2, Kind: stories.DigestNotice, Revision: 1, Body: stories.NoticeBody{Digest: period}}, Digest: d}
		list = append(list, Push{Name: "digest, " + name, Story: sony, Update: u, Message: bot.RenderContent(c)})
	}
	add("a day", newest, stories.Digested{
		Stories: []stories.DigestedStory{
			{Story: sony, Updates: []stories.Update{newest, second, unverified}, More: 2, Breaking: []stories.Update{breaking}},
			{Story: flood, Updates: []stories.Update{corrected, update(flood, 3, stories.Minor, 12, "Schools stay closed.")}},
		},
		Retold: []stories.Retold{{Story: vote, Update: gone, Told: withdrawal}},
	})
	add("corrections alone", corrected, stories.Digested{Retold: []stories.Retold{{Story: flood, Update: corrected, Told: wordings}, {Story: sony, Update: checked, Told: hold}}})
	add("one update", second, stories.Digested{Stories: []stories.DigestedStory{{Story: sony, Updates: []stories.Update{second}}}})
	withdrawn, _ := revised(newest, stories.Rewording{Kind: stories.Withdrawal, Reason: "It was said of another attack"})
	add("withdrawn afterwards", withdrawn, stories.Digested{Stories: []stories.DigestedStory{{Story: sony, Updates: []stories.Update{withdrawn}}}})
	full := stories.Digested{More: 41, MoreStories: 7}
	for i := range int64(stories.MaxDigested) {
		s := stories.Story{ID: 10 + i, Slug: string(rune('a'+i)) + "-town", Headline: "Elections in " + string(rune('A'+i)) + "-town are contested before a court", Updates: 4, State: stories.Developing}
		full.Stories = append(full.Stories, stories.DigestedStory{Story: s, Updates: []stories.Update{update(s, 4, stories.Normal, 3, "The court hears the parties this week, and the count goes on in the town hall until then.")}, More: 3})
	}
	add("a full one", full.Stories[0].Updates[0], full)
	return list
}
