package platformtest

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/bot"
	"storybot/bot/delivery"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// Pressroom is a story that channels of one lane follow, the real store and the
// real engine, in a bubble of virtual time.
type Pressroom struct {
	Store *sqlstore.Store

	t      *testing.T
	lane   string
	engine *delivery.Engine
	story  stories.Story
}

// NewPressroom has channels follow the story and the engine send through sender,
// until the test ends; then closed is called.
func NewPressroom(t *testing.T, platform, lane string, sender bot.Sender, channels []stories.Destination, closed func()) *Pressroom {
	t.Helper()
	r := &Pressroom{t: t, lane: lane}
	var err error
	if r.Store, err = sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), sqlstore.Options{}); err != nil {
		t.Fatal(err)
	}
	if r.story, err = r.Store.CreateStory(t.Context(), act(), stories.Story{Slug: "sony-hack", Headline: "Sony Pictures attacked", State: stories.Developing}); err != nil {
		t.Fatal(err)
	}
	for _, d := range channels {
		sub := stories.Subscription{Destination: d, Target: stories.Target{Kind: stories.TargetStory, Name: r.story.Slug}, Options: stories.Options{Level: stories.Minor}}
		if _, _, err := r.Store.Subscribe(t.Context(), act(), sub, lane); err != nil {
			t.Fatal(err)
		}
	}
	r.engine = delivery.New(delivery.Config{Store: r.Store, Senders: map[string]bot.Sender{platform: sender}, Render: bot.RenderContent})
	ctx, cancel := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { _ = r.engine.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		work.Wait()
		closed()
		if err := r.Store.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func act() stories.Act {
	return stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
}

// Publish publishes an update.
func (r *Pressroom) Publish(text string) stories.Update {
	r.t.Helper()
	u, _, err := r.Store.AppendUpdate(r.t.Context(), act(), stories.Update{StoryID: r.story.ID, Text: text, Level: stories.Normal, At: time.Now()})
	if err != nil {
		r.t.Fatal(err)
	}
	r.engine.Kick(r.lane)
	return u
}

// Revise mends a slip in an update.
func (r *Pressroom) Revise(u stories.Update, text string) {
	r.t.Helper()
	r.Reword(u, stories.Rewording{Kind: stories.Fix, Text: text})
}

// Reword revises an update in any way.
func (r *Pressroom) Reword(u stories.Update, w stories.Rewording) {
	r.t.Helper()
	if _, err := r.Store.Revise(r.t.Context(), act(), u.ID, w); err != nil {
		r.t.Fatal(err)
	}
	r.engine.Kick(r.lane)
}

// RevisedUnderFaults publishes an update and corrects it twice, the second time in
// the middle of the first, then puts it on hold, publishes another, releases and
// withdraws it, while requests go wrong: breaks begins that and heal ends it. It returns once nothing is
// owed any more.
func (r *Pressroom) RevisedUnderFaults(breaks func(), heal func()) {
	r.t.Helper()
	u := r.Publish(firstWording)
	r.Idle()
	breaks()
	r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: secondWording, Reason: "It was five"})
	time.Sleep(1500 * time.Millisecond)
	r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: thirdWording, Reason: "It was six"})
	r.Idle()
	r.Reword(u, stories.Rewording{Kind: stories.Hold, Reason: "Nobody counted"})
	r.Publish(otherUpdate)
	r.Idle()
	r.Reword(u, stories.Rewording{Kind: stories.Release})
	time.Sleep(700 * time.Millisecond)
	r.Reword(u, stories.Rewording{Kind: stories.Withdrawal, Reason: "There were none"})
	heal()
	r.Idle()
}

const (
	firstWording  = "Four dams broke."
	secondWording = "Five dams broke."
	thirdWording  = "Six dams broke."
	otherUpdate   = "The water falls."
)

// RevisedComplaint says what is wrong with the messages of a channel after
// RevisedUnderFaults, "" for nothing. gone says that the copy was deleted there.
func RevisedComplaint(texts []string, gone bool) string {
	copies, others, was := 0, 0, firstWording
	var told []string
	for _, text := range texts {
		label, rest, _ := strings.Cut(strings.TrimPrefix(text, "## "), "\n")
		switch {
		case strings.Contains(text, otherUpdate):
			others++
		case label == "WITHDRAWN" && strings.HasPrefix(rest, "Does not stand since "):
			copies++
			for _, want := range []string{"There were none", thirdWording, "Corrected"} {
				if !strings.Contains(rest, want) {
					return fmt.Sprintf("the copy has no %q: %q", want, text)
				}
			}
		case label == "CORRECTION":
			said, says, ok := strings.Cut(rest, "It says now: ")
			if !ok || !strings.Contains(said, "It said: “"+was+"”") {
				return fmt.Sprintf("after %q a correction says %q", was, text)
			}
			was, _, _ = strings.Cut(says, "\n")
			told = append(told, label)
		default:
			told = append(told, label)
		}
	}
	want := 1
	if gone {
		want = 0
	}
	if copies != want || others != 1 || was != thirdWording {
		return fmt.Sprintf("%d copies, %d of the other update, corrected to %q: %q", copies, others, was, texts)
	}
	for _, order := range []string{"CORRECTION", "CORRECTION CORRECTION"} {
		for _, end := range []string{" ON HOLD WITHDRAWN", " ON HOLD RELEASED WITHDRAWN"} {
			if strings.Join(told, " ") == order+end {
				return ""
			}
		}
	}
	return fmt.Sprintf("the channel was told %q", told)
}

// RevisedBeforeSent has an update put on hold, corrected and released before any of it
// was sent, and corrects it once more when it was. It returns once nothing is owed any
// more: seen is called when the update was sent, and at the end.
func (r *Pressroom) RevisedBeforeSent(seen func(again bool)) {
	r.t.Helper()
	first := r.Publish(otherUpdate)
	r.Idle()
	u, _, err := r.Store.AppendUpdate(r.t.Context(), act(), stories.Update{StoryID: first.StoryID, Text: firstWording, Level: stories.Normal, At: time.Now()})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, w := range []stories.Rewording{{Kind: stories.Hold}, {Kind: stories.Correction, Text: secondWording}, {Kind: stories.Fix, Text: secondWording + "."}} {
		if _, err := r.Store.Revise(r.t.Context(), act(), u.ID, w); err != nil {
			r.t.Fatal(err)
		}
	}
	r.Reword(u, stories.Rewording{Kind: stories.Release})
	r.Idle()
	seen(false)
	r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: thirdWording})
	r.Idle()
	seen(true)
}

// UnseenComplaint says what is wrong with the messages of a channel in
// RevisedBeforeSent, "" for nothing.
func UnseenComplaint(texts []string, again bool) string {
	want := 2
	if again {
		want = 3
	}
	if len(texts) != want {
		return fmt.Sprintf("the channel shows %q", texts)
	}
	for mark, shown := range map[string]bool{"Corrected": again, "Released": false, "edited": false, thirdWording: again, secondWording: !again} {
		if strings.Contains(texts[1], mark) != shown {
			return fmt.Sprintf("again: %v, %q in its copy %q", again, mark, texts[1])
		}
	}
	return ""
}

// RevisedWhileClosed publishes an update and corrects it while d refuses the bot, which
// the correction finds out, then, if twice, once more: closes begins that, and opens
// ends it. It returns once nothing is owed any more.
func (r *Pressroom) RevisedWhileClosed(d stories.Destination, twice bool, closes, opens func()) {
	r.t.Helper()
	u := r.Publish(firstWording)
	r.Idle()
	closes()
	if twice {
		r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: secondWording, Reason: "It was five"})
		r.Idle()
	}
	r.Reword(u, stories.Rewording{Kind: stories.Correction, Text: thirdWording, Reason: "It was six"})
	r.Idle()
	opens()
	if _, _, err := r.Store.ReopenDestination(r.t.Context(), d, 25, time.Now()); err != nil {
		r.t.Fatal(err)
	}
	r.engine.Kick(r.lane)
	r.Idle()
}

// ClosedComplaint says what is wrong with the messages of a channel after
// RevisedWhileClosed, "" for nothing: it has the copy in the newest wording, and was
// told once of all that was corrected.
func ClosedComplaint(texts []string) string {
	if len(texts) != 2 || !strings.HasPrefix(texts[0], thirdWording) || !strings.Contains(texts[0], "Corrected") {
		return fmt.Sprintf("it has no copy in the newest wording alone and one message beside it: %q", texts)
	}
	for _, want := range []string{"CORRECTION\n", "It was six.\n", "It said: “" + firstWording + "”", "It says now: " + thirdWording} {
		if !strings.Contains(texts[1], want) {
			return fmt.Sprintf("the message beside the copy does not say %q: %q", want, texts[1])
		}
	}
	return ""
}

// Idle waits until nothing is owed any more but what is held for channels that refuse
// the bot, an hour of virtual time at most.
func (r *Pressroom) Idle() {
	r.t.Helper()
	for range 3600 {
		lanes, err := r.Store.Queue(r.t.Context())
		if err != nil {
			r.t.Fatal(err)
		}
		if !slices.ContainsFunc(lanes, func(l stories.LaneStatus) bool { return l.Pending+l.Sending > 0 }) {
			return
		}
		time.Sleep(time.Second)
	}
	r.t.Fatal("something is owed still after an hour")
}
