package slack

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot/platformtest"
	"storybot/bot/slack/slacktest"
	"storybot/stories"
)

// textsOf are the top-level texts of a channel's messages, in the form of
// platformtest.RevisedComplaint: a heading has a line of its own.
func (r *pressroom) textsOf(id string) (texts []string) {
	for _, m := range r.slack.Messages("T1", id) {
		text := m.Text
		for _, label := range []string{"CORRECTION", "WITHDRAWN", "ON HOLD", "RELEASED"} {
			if rest, is := strings.CutPrefix(text, label+": "); is {
				text = label + "\n" + rest
			}
		}
		texts = append(texts, text)
	}
	return texts
}

// Corrections, a hold, a release and a withdrawal reach each of forty channels once,
// whatever goes wrong on the way; a copy that somebody deleted stays deleted. Text and
// blocks change together.
func TestRevisionsUnderFaults(t *testing.T) {
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) {
			var chances []slacktest.Chance
			for _, method := range []string{"chat.postMessage", "chat.update"} {
				for _, fault := range []slacktest.Fault{slacktest.ResetAfterStore, slacktest.Error502AfterStore, slacktest.Error500Before, slacktest.ResetBefore, slacktest.CutBody, slacktest.RateLimited(2)} {
					chances = append(chances, slacktest.Chance{Match: slacktest.Match{Method: method}, Fault: fault, P: .04})
				}
			}
			r := newPressroom(t, 40, slacktest.WithFaults(seed, chances...))
			r.RevisedUnderFaults(func() { r.slack.DeleteMessage(r.slack.Messages("T1", r.ids[0])[0]) }, r.slack.Heal)
			for i, id := range r.ids {
				if complaint := platformtest.RevisedComplaint(r.textsOf(id), i == 0); complaint != "" {
					t.Errorf("seed %d, channel %s: %s", seed, id, complaint)
				}
				if i == 0 {
					continue
				}
				copied := r.slack.Messages("T1", id)[0]
				if blocks := string(copied.Blocks); !strings.Contains(blocks, `"text":"WITHDRAWN"`) || !strings.Contains(blocks, `"strike":true`) {
					t.Errorf("the copy's blocks are %s", blocks)
				}
			}
		})
	}
}

// A copy that Slack's admins let nobody edit any more stays as it is; the message
// beside it tells all there is to know. Of a fix nothing is seen.
func TestACopyBehindTheEditWindowIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPressroom(t, 2)
		u := r.Publish("Four dams broke.")
		r.Idle()
		r.slack.SetEditWindow("T1", time.Minute)
		time.Sleep(2 * time.Minute)
		r.Revise(u, "Four dams broke!")
		r.Idle()
		r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: "Five dams broke.", Reason: "One more"})
		r.Idle()
		for _, id := range r.ids {
			texts := r.textsOf(id)
			if len(texts) != 2 || !strings.HasPrefix(texts[0], "Four dams broke.\n") || !strings.HasPrefix(texts[1], "CORRECTION\nOne more.\nIt said: “Four dams broke.”\nIt says now: Five dams broke.") {
				t.Errorf("%s shows %q", id, texts)
			}
			found, err := r.Store.RevisionsTo(t.Context(), destination("T1", id), u.ID, 5)
			if err != nil || len(found) != 3 || found[2].State != stories.Skipped || !strings.Contains(found[2].Reason, "edited for some time only") {
				t.Errorf("/why is told %+v, %v", found, err)
			}
		}
	})
}

// A channel that refuses the bot while an update is corrected gets the newest wording in
// its copy, and one message beside it, once it is open again: whatever it refuses with.
func TestACorrectionReachesAChannelThatWasClosed(t *testing.T) {
	yes, no := true, false
	for name, c := range map[string]struct {
		closed, open slacktest.ChangeChannel
		word         string // that every request is answered with
	}{
		"it is archived":         {closed: slacktest.ChangeChannel{Archived: &yes}, open: slacktest.ChangeChannel{Archived: &no}},
		"it is private by now":   {word: "channel_not_found"},
		"the bot was put out":    {word: "not_in_channel"},
		"only some may post":     {word: "restricted_action"},
		"the app was restricted": {word: "restricted_action_read_only_channel"},
	} {
		for _, twice := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", twice: ", twice), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newPressroom(t, 8)
					closes, opens := func() { r.slack.SetChannel("T1", r.ids[0], c.closed) }, func() { r.slack.SetChannel("T1", r.ids[0], c.open) }
					if c.word != "" {
						closes = func() {
							r.slack.Fail(slacktest.Match{Channel: r.ids[0]}, 100, slacktest.APIError(c.word))
						}
						opens = r.slack.Heal
					}
					r.RevisedWhileClosed(destination("T1", r.ids[0]), twice, closes, opens)
					if complaint := platformtest.ClosedComplaint(r.textsOf(r.ids[0])); complaint != "" {
						t.Error(complaint)
					}
				})
			})
		}
	}
}

// Of what was done to an update before it was sent its copies say nothing: nobody saw it
// as it was.
func TestACopyBearsMarksOfWhatItsReadersSaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPressroom(t, 2)
		r.RevisedBeforeSent(func(again bool) {
			for _, id := range r.ids {
				if complaint := platformtest.UnseenComplaint(r.textsOf(id), again); complaint != "" {
					t.Error(complaint)
				}
			}
		})
	})
}
