package command

import (
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Where an update stands is said by what brought it there, and by what became of that.
func TestWhereAnUpdateStands(t *testing.T) {
	now := time.Date(2014, 12, 20, 15, 0, 0, 0, time.UTC)
	sent := func(op stories.Op, stood stories.Stood) stories.Delivery {
		return stories.Delivery{ID: 1, Op: op, State: stories.Sent, Stood: stood, FinishedAt: now, About: stories.About{Number: 4}}
	}
	second := stories.Delivery{ID: 2, Op: stories.OpReply, State: stories.Sent, Stood: stories.Stood{Second: true}, FinishedAt: now, About: stories.About{Number: 4}}
	failed := second
	failed.State, failed.Reason = stories.Failed, "has its thread archived"
	waits := second
	waits.State = stories.Held
	shut := stories.Delivery{ID: 1, Op: stories.OpShow, State: stories.Skipped, Reason: "is closed", Stood: stories.Stood{Card: stories.OnCardBefore}, About: stories.About{Number: 4}}
	later := shut
	later.Reason, later.Stood = "the channel was paused before it was sent", stories.Stood{}
	for name, c := range map[string]struct {
		copies []stories.Delivery
		want   []string
	}{
		"a message":        {[]stories.Delivery{sent(stories.OpPost, stories.Stood{})}, []string{"Update 4 was sent."}},
		"a forum's post":   {[]stories.Delivery{sent(stories.OpForum, stories.Stood{})}, []string{"Update 4 was sent."}},
		"on a card":        {[]stories.Delivery{sent(stories.OpShow, stories.Stood{})}, []string{"Update 4 stands in the story's card."}},
		"no more":          {[]stories.Delivery{sent(stories.OpShow, stories.Stood{Card: stories.OnCardBefore})}, []string{"Update 4 was shown in the story's card. … · the card shows newer ones now"}},
		"a card that went": {[]stories.Delivery{sent(stories.OpShow, stories.Stood{Card: stories.OnCardGone})}, []string{"Update 4 was shown in the story's card. … · the card was deleted here"}},
		"never on a card":  {[]stories.Delivery{shut}, []string{"Update 4 was not shown. This channel is closed."}},
		"on a card later":  {[]stories.Delivery{later}, []string{"Update 4 stands in the story's card. It came with a later change of the card."}},
		"a reply":          {[]stories.Delivery{sent(stories.OpReply, stories.Stood{})}, []string{"Update 4 was sent, in the story's thread."}},
		"shown above":      {[]stories.Delivery{sent(stories.OpBroadcast, stories.Stood{})}, []string{"Update 4 was sent, in the story's thread and in the channel."}},
		"went above":       {[]stories.Delivery{sent(stories.OpPost, stories.Stood{Above: stories.AboveThread})}, []string{"Update 4 was sent, in the channel. … · the story's thread took no messages"}},
		"for a card": {[]stories.Delivery{sent(stories.OpPost, stories.Stood{Above: stories.AboveCard})},
			[]string{"Update 4 was sent, in the channel. … · the story's card could be changed no more"}},
		"two copies": {[]stories.Delivery{second, sent(stories.OpPost, stories.Stood{})}, []string{"Update 4 was sent, in the story's thread and in the channel."}},
		"one in the channel": {[]stories.Delivery{failed, sent(stories.OpPost, stories.Stood{})},
			[]string{"Update 4 in the story's thread was not sent. This channel has its thread archived.", "Update 4 was sent, in the channel."}},
		"one waits": {[]stories.Delivery{waits, sent(stories.OpPost, stories.Stood{})},
			[]string{"Update 4 in the story's thread is held until the bot can write here again.", "Update 4 was sent, in the channel."}},
	} {
		var got []string
		for _, copied := range copiesOf(c.copies) {
			words := bot.PlainText(bot.Message{Blocks: []bot.Block{bot.Para((request{}).copyWords(copied, now)...)}})
			words = strings.ReplaceAll(words, "\n", " ")
			words = strings.Replace(words, "2014-12-20 15:00 UTC", "…", 1)
			got = append(got, strings.TrimSuffix(words, " …"))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What a revision did to two copies alike is told once, and else of each where it is.
func TestRevisionsOfTwoCopiesAreToldOnce(t *testing.T) {
	now := time.Date(2014, 12, 20, 15, 0, 0, 0, time.UTC)
	all := []stories.Revision{{Revision: 0, Kind: stories.Original, Text: "One"}, {Revision: 1, Kind: stories.Correction, Text: "Two"}}
	copies := []stories.Delivery{{ID: 1, Op: stories.OpPost}, {ID: 2, Op: stories.OpReply, Stood: stories.Stood{Second: true}}}
	edit := func(on int64, state stories.DeliveryState) stories.Delivery {
		return stories.Delivery{Op: stories.OpEdit, On: on, Revision: 1, State: state, FinishedAt: now}
	}
	told := func(op stories.Op, state stories.DeliveryState) stories.Delivery {
		return stories.Delivery{Op: op, Revision: 1, State: state, FinishedAt: now, Stood: stories.Stood{Second: op == stories.OpReply}}
	}
	for name, c := range map[string]struct {
		found []stories.Delivery
		want  []string
	}{
		"alike": {[]stories.Delivery{told(stories.OpReply, stories.Sent), told(stories.OpPost, stories.Sent), edit(2, stories.Sent), edit(1, stories.Sent)},
			[]string{"The message CORRECTION was posted", "The message here was corrected"}},
		"not alike": {[]stories.Delivery{told(stories.OpReply, stories.Sent), told(stories.OpPost, stories.Held), edit(2, stories.Pending), edit(1, stories.Sent)},
			[]string{"The message CORRECTION in the story's thread was posted", "The message CORRECTION in the channel is held until the bot can write here again.",
				"Correcting the message in the story's thread waits.", "The message in the channel was corrected"}},
	} {
		var got []string
		for _, l := range alike(c.found, all, copies) {
			var words string
			for _, s := range revisionWhy(l, all, false, now) {
				words += s.Text
			}
			got = append(got, strings.TrimSuffix(words, " ."))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
