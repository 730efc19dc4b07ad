package command

import (
	"context"
	"slices"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// mutes are the stories that were stopped in the channel although one of subs would
// bring them. What is followed is listed without them when they cannot be read.
func (m *follows) mutes(ctx context.Context, r request, subs []stories.Subscription) []stories.Mute {
	if !slices.ContainsFunc(subs, func(s stories.Subscription) bool { return s.Target.Kind != stories.TargetStory }) {
		return nil
	}
	mutes, err := m.following.Mutes(ctx, r.Where)
	if err != nil {
		m.log.Warn("what was stopped in a channel was not looked up", "err", err)
	}
	return mutes
}

// maxStopper is how much of the name of who stopped a story a list shows, in Room
// units.
const maxStopper = 40

// muteRow is a stopped story in a list, as a row that lets it come again.
func (r request) muteRow(mute stories.Mute, now time.Time) bot.Block {
	by, _ := bot.CutToRoom(bot.UserName(mute.By), maxStopper)
	row := item(bot.Code(mute.Story.Slug), bot.Text(r.either(", stopped here by "+by, ", which you stopped")+"\n"), ago(mute.At, now))
	again := againButton(stories.Target{Kind: stories.TargetStory, Name: mute.Story.Slug}, mute.Story.ID, 0)[0]
	again.Label = "Follow again"
	row.Button = &again
	return row
}
