package platformtest

import (
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Cards are the first messages of subscriptions as edits of them say, once what they
// show has changed in every way there is.
func Cards() (list []Push) {
	at := time.Date(2014, 12, 22, 9, 0, 0, 0, time.UTC)
	story := stories.Story{ID: 1, Slug: "sony-hack", Headline: "North Korea denies hacking Sony Pictures", Summary: "The FBI blames North Korea.", State: stories.Developing, Updates: 4, ActiveAt: at}
	first := stories.Update{ID: 4, StoryID: 1, Number: 4, Level: stories.Breaking, Text: "47,000 employees are affected.", Author: stories.User{Name: "Mo Adler"}, At: at, CreatedAt: at}
	was := stories.Story{Slug: "sony-leak", Headline: "Letters of a studio are leaked"}
	closed := story
	closed.State = stories.Closed
	add := func(name string, change stories.Change, c stories.Content) {
		change.Kind, change.By, change.Level = stories.Subscribed, stories.User{Name: "Rita"}, stories.Minor
		c.Notice = stories.Notice{ID: 2, Kind: stories.FollowNotice, Revision: 1, Body: stories.NoticeBody{Change: change}}
		list = append(list, Push{Name: "card, " + name, Story: c.Story, Update: c.Update, Message: bot.RenderContent(c)})
	}
	revised := func(steps ...stories.Rewording) stories.Update {
		u := first
		for n, w := range steps {
			next, err := u.Revise(w, at.Add(time.Duration(n+1)*time.Hour))
			if err != nil {
				panic(err)
			}
			u = next
		}
		return u
	}
	correct, fix := stories.Rewording{Kind: stories.Correction, Text: "4,700 employees are affected.", Reason: "The number was wrong"}, stories.Rewording{Kind: stories.Fix, Text: "4,700 people are affected."}
	hold, withdraw := stories.Rewording{Kind: stories.Hold, Reason: "The source is not reached"}, stories.Rewording{Kind: stories.Withdrawal, Reason: "The list was another company's"}
	unverified := first
	unverified.Marks = stories.Marks{Standing: stories.Unverified, Since: at}
	one := stories.Change{Target: stories.Target{Kind: stories.TargetStory, Name: "sony"}, StoryID: 1}
	for _, c := range []struct {
		name   string
		update stories.Update
	}{
		{"corrected and fixed", revised(correct, fix)}, {"on hold", revised(hold)}, {"released", revised(hold, stories.Rewording{Kind: stories.Release})},
		{"withdrawn", revised(correct, withdraw)}, {"unverified", unverified}, {"no updates", stories.Update{}},
	} {
		add(c.name, one, stories.Content{Story: story, Update: c.update})
	}
	add("closed", one, stories.Content{Story: closed, Update: first})
	add("merged", one, stories.Content{Story: story, Update: revised(correct), Was: was})
	add("merged without updates", one, stories.Content{Story: story, Was: was})
	add("of all", stories.Change{Target: stories.Target{Kind: stories.TargetAll}}, stories.Content{Newest: []stories.News{
		{Story: story, Update: revised(correct)}, {Story: story, Update: revised(withdraw)}, {Story: story, Update: revised(hold)}, {Story: closed, Update: unverified}, {Story: story, Update: first, Was: was}}})
	return list
}
