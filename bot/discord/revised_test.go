package discord

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
	"storybot/stories"
)

// textsOf are the messages of a channel as they can be read.
func (r *pressroom) textsOf(id string) (texts []string) {
	for _, m := range r.srv.Messages(id) {
		texts = append(texts, m.Content)
	}
	return texts
}

// Corrections, a hold, a release and a withdrawal reach each of a hundred channels
// once, whatever goes wrong on the way; a copy that somebody deleted stays deleted.
func TestRevisionsUnderFaults(t *testing.T) {
	for seed := range uint64(3) {
		synctest.Test(t, func(t *testing.T) {
			r := newPressroom(t, 100)
			r.RevisedUnderFaults(func() {
				r.srv.DeleteMessage(r.ids[0], r.srv.Messages(r.ids[0])[0].ID)
				r.srv.SetFaults(discordtest.Faults{Seed: seed, ResetAfterStore: .06, Status502After: .06, Status500Before: .06, ResetBeforeStore: .03, CutBody: .03, RateLimitedShared: .03})
			}, func() { r.srv.SetFaults(discordtest.Faults{}) })
			for i, id := range r.ids {
				if complaint := platformtest.RevisedComplaint(r.textsOf(id), i == 0); complaint != "" {
					t.Errorf("seed %d, channel %s: %s", seed, id, complaint)
				}
			}
			if s := r.srv.Stats(); s.Faults < 20 {
				t.Errorf("%d faults", s.Faults)
			}
		})
	}
}

// A copy that Discord lets nobody edit for longer than ten minutes stays as it is; the
// message beside it is posted at once, and tells all there is to know.
func TestACopyThatIsTooOldToBeEditedIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPressroom(t, 2)
		u := r.Publish("Four dams broke.")
		r.Idle()
		old := discordtest.RateLimitedWith(30046, 60, "60")
		r.srv.Fail(discordtest.Match{Op: discordtest.EditMessage, Channel: r.ids[0]}, old)
		began := time.Now()
		r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: "Five dams broke.", Reason: "One more"})
		for _, id := range r.ids {
			for len(r.srv.Messages(id)) < 2 {
				time.Sleep(time.Second)
			}
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("the channels were told after %v", took)
		}
		r.Idle()
		if took := time.Since(began); took < 9*time.Minute {
			t.Errorf("the edit was given up after %v", took)
		}
		for i, want := range []string{"Four dams broke.", "Five dams broke."} {
			texts := r.textsOf(r.ids[i])
			if len(texts) != 2 || !strings.HasPrefix(texts[0], want) || !strings.HasPrefix(texts[1], "## CORRECTION\nOne more.\n") {
				t.Errorf("channel %d shows %q", i, texts)
			}
		}
		found, err := r.Store.RevisionsTo(t.Context(), r.all[0], u.ID, 5)
		if err != nil || len(found) != 2 || found[1].State != stories.Skipped || !strings.Contains(found[1].Reason, "edits of old messages") {
			t.Errorf("/why is told %+v, %v", found, err)
		}
	})
}

// A copy that Discord lets nobody edit for a while is edited when it does, in the newest
// wording; the messages beside it wait for that no longer than others.
func TestACopyThatCannotBeEditedForAWhileIsEditedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPressroom(t, 2)
		u := r.Publish("Four dams broke.")
		r.Idle()
		heal := r.srv.Fail(discordtest.Match{Op: discordtest.EditMessage, Channel: r.ids[0]}, discordtest.RateLimitedWith(30046, 20, "20"))
		r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: "Five dams broke."})
		time.Sleep(2 * time.Minute)
		r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: "Six dams broke."})
		time.Sleep(2 * time.Minute)
		if texts := r.textsOf(r.ids[0]); len(texts) != 3 || !strings.HasPrefix(texts[0], "Four dams broke.") {
			t.Errorf("while it could not be edited the channel shows %q", texts)
		}
		heal()
		r.Idle()
		for i, id := range r.ids {
			texts := r.textsOf(id)
			if len(texts) != 3 || !strings.HasPrefix(texts[0], "Six dams broke.") || !strings.Contains(texts[1], "It says now: Five dams broke.") || !strings.Contains(texts[2], "It says now: Six dams broke.") {
				t.Errorf("channel %d shows %q", i, texts)
			}
			if m := r.srv.Messages(id)[0]; i == 0 && m.Edits != 1 {
				t.Errorf("it was edited %d times", m.Edits)
			}
		}
	})
}

// A picture is shown as long as its update stands.
func TestAHoldTakesThePictureOutOfTheCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPressroom(t, 1)
		first := r.Publish("Four dams broke.")
		r.Idle()
		u, _, err := r.Store.AppendUpdate(t.Context(), stories.Act{At: time.Now()}, stories.Update{StoryID: first.StoryID, Text: "This is one.", Level: stories.Normal, At: time.Now(),
			Picture: stories.Picture{URL: "https://example.org/dam.jpg", Alt: "Water over the dam"}})
		if err != nil {
			t.Fatal(err)
		}
		r.Revise(first, "Four dams broke!") // which has the lane look
		shows := func(when string, want int) {
			t.Helper()
			r.Idle()
			if m := r.srv.Messages(r.ids[0])[1]; len(m.Embeds) != want {
				t.Errorf("%s: %d pictures under %q", when, len(m.Embeds), m.Content)
			}
		}
		shows("at first", 1)
		r.Reword(u, stories.Rewording{Kind: stories.Hold})
		shows("on hold", 0)
		r.Reword(u, stories.Rewording{Kind: stories.Release})
		shows("released", 1)
		r.Reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "It is another one"})
		shows("withdrawn", 0)
	})
}

// A channel that refuses the bot while an update is corrected gets the newest wording in
// its copy, and one message beside it, once it is open again: whatever it refuses with.
func TestACorrectionReachesAChannelThatWasClosed(t *testing.T) {
	denied := func(op discordtest.Op, code int) func(r *pressroom) func() {
		return func(r *pressroom) func() {
			return r.srv.Fail(discordtest.Match{Op: op, Channel: r.ids[0]}, discordtest.APIError(403, code, "Missing"))
		}
	}
	for name, closes := range map[string]func(r *pressroom) (opens func()){
		"it may not be written in": func(r *pressroom) func() {
			had := r.srv.Channel(r.ids[0]).Permissions
			r.srv.SetPermissions(r.ids[0], had&^discordtest.SendMessages)
			return func() { r.srv.SetPermissions(r.ids[0], had) }
		},
		"it may not be seen": func(r *pressroom) func() {
			had := r.srv.Channel(r.ids[0]).Permissions
			r.srv.SetPermissions(r.ids[0], had&^discordtest.ViewChannel)
			return func() { r.srv.SetPermissions(r.ids[0], had) }
		},
		"it is a thread, and locked": func(r *pressroom) func() {
			r.srv.ChangeChannel(r.ids[0], func(c *discordtest.Channel) { c.Type, c.Parent, c.Locked = discordtest.PublicThread, r.ids[1], true })
			return func() { r.srv.ChangeChannel(r.ids[0], func(c *discordtest.Channel) { c.Locked = false }) }
		},
		"it is a thread, archived and locked": func(r *pressroom) func() {
			r.srv.ChangeChannel(r.ids[0], func(c *discordtest.Channel) {
				c.Type, c.Parent, c.Archived, c.Locked = discordtest.PublicThread, r.ids[1], true, true
			})
			return func() { r.srv.ChangeChannel(r.ids[0], func(c *discordtest.Channel) { c.Locked = false }) }
		},
		"all is answered with 50013": denied("", 50013),
		"all is answered with 50001": denied("", 50001),
	} {
		for _, twice := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", twice: ", twice), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := newPressroom(t, 8)
					var opens func()
					r.RevisedWhileClosed(r.all[0], twice, func() { opens = closes(r) }, func() { opens() })
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
