package command

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"storybot/stories"
)

// All that an update can carry comes out of a draft again, however it got there: typed
// without a text, or taken back after it was posted, and changed in between.
func TestADraftKeepsAllThatAnUpdateCarries(t *testing.T) {
	const options = ` level:breaking source:"https://a.example/1 https://b.example/2" image:https://a.example/p.jpg alt:"A dark cinema" unverified:yes at:"2014-12-19 10:30"`
	for name, begin := range map[string]func(t *testing.T, n *newsroom){
		"typed without a text": func(t *testing.T, n *newsroom) {
			n.must(n.ask("mo", "desk", "/update sony-hack"+options))
			n.must(n.submit("mo", "desk", map[string]string{"text": "The studio is said to close."}))
		},
		"taken back": func(t *testing.T, n *newsroom) {
			n.remake(func(c *Config) { c.Undo = 20 * time.Second })
			n.must(n.ask("mo", "desk", "/update sony-hack"+options+" The studio is said to close."))
			has(t, "Undo", n.press("mo", "desk", "Undo"), "UNVERIFIED", "BREAKING", "It is a draft now.")
			n.remake(func(c *Config) { c.Undo = 0 })
		},
		"taken back twice": func(t *testing.T, n *newsroom) {
			n.remake(func(c *Config) { c.Undo = 20 * time.Second })
			n.must(n.ask("mo", "desk", "/update sony-hack"+options+" The studio is said to close."))
			n.must(n.press("mo", "desk", "Undo"))
			n.must(n.press("mo", "desk", "Post"))
			has(t, "Undo", n.press("mo", "desk", "Undo"), "UNVERIFIED", "BREAKING", "It is a draft now.")
			n.remake(func(c *Config) { c.Undo = 0 })
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := openTracked(t)
			begin(t, n)
			n.must(n.press("mo", "desk", "Change"))
			has(t, "the preview", n.submit("mo", "desk", map[string]string{"text": "The studio may close."}), "UNVERIFIED", "[Post]")
			has(t, "Post", n.press("mo", "desk", "Post"), "Published update 2 of sony-hack, breaking, unverified")
			got := n.reads(2)
			want := stories.Picture{URL: "https://a.example/p.jpg", Alt: "A dark cinema"}
			if got.Text != "The studio may close." || got.Level != stories.Breaking || got.Picture != want || got.Marks.Standing != stories.Unverified ||
				!got.At.Equal(time.Date(2014, 12, 19, 10, 30, 0, 0, time.UTC)) || !slices.Equal(got.Sources, []string{"https://a.example/1", "https://b.example/2"}) {
				t.Errorf("published %+v", got)
			}
		})
	}
}

// What a draft says that is scheduled keeps its mark too, and goes out with it.
func TestAScheduledDraftKeepsItsMark(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", `/update sony-hack unverified:yes image:https://a.example/p.jpg alt:"A dark cinema" at:"2014-12-21 09:00"`))
	has(t, "the preview", n.submit("mo", "desk", map[string]string{"text": "The studio is said to close."}), "UNVERIFIED", "Post schedules it")
	has(t, "Post", n.press("mo", "desk", "Post"), "Scheduled for", "unverified", "with a picture")
	n.now = time.Date(2014, 12, 21, 9, 0, 1, 0, time.UTC)
	n.happen([]string{"due"})
	if got := n.reads(2); got.Marks.Standing != stories.Unverified || got.Picture.Alt != "A dark cinema" {
		t.Errorf("published %+v", got)
	}
}

// What was said just now is asked about before a draft of it is posted, unless it was
// said that it is meant.
func TestADraftOfTheSameTextIsAskedAbout(t *testing.T) {
	for again, asks := range map[string]bool{"": true, " again:yes": false} {
		n := openTracked(t)
		n.must(n.ask("mo", "desk", "/update sony-hack"+again))
		n.must(n.submit("mo", "desk", map[string]string{"text": "The White House is confident."}))
		r := n.press("mo", "desk", "Post")
		if r.Failed != asks {
			t.Errorf("%q: %s", again, text(r))
		}
		if asks {
			has(t, "the question", r, "says exactly the same", "[Post it anyway]", "[Change]")
			r = n.press("mo", "desk", "Post it anyway")
		}
		has(t, fmt.Sprintf("%q", again), r, "Published update 2")
	}
}

// reads is an update of sony-hack as it reads.
func (n *newsroom) reads(number int) stories.Update {
	n.t.Helper()
	u, err := n.service.Archive.Update(n.t.Context(), n.story("sony-hack").ID, number)
	if err != nil {
		n.t.Fatal(err)
	}
	return u
}
