package bot

import (
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// What is scheduled is shown as a whole by a button only where the answer beside it
// leaves something out.
func TestAScheduledUpdateIsOpenedWhereSomethingIsLeftOut(t *testing.T) {
	for name, tt := range map[string]struct {
		update stories.Update
		shown  string
		want   bool
	}{
		"all is shown":       {stories.Update{Text: "The dykes hold."}, "The dykes hold.", false},
		"cut":                {stories.Update{Text: "The dykes hold."}, "The dykes …", true},
		"on one line":        {stories.Update{Text: "The dykes\n\nhold."}, "The dykes hold.", true},
		"what Clean removes": {stories.Update{Text: "The dykes\u202e hold. "}, Clean("The dykes\u202e hold. "), false},
		"a source":           {stories.Update{Text: "The dykes hold.", Sources: []string{"https://example.org"}}, "The dykes hold.", true},
		"a picture":          {stories.Update{Text: "The dykes hold.", Picture: stories.Picture{URL: "https://example.org/a.png"}}, "The dykes hold.", true},
	} {
		t.Run(name, func(t *testing.T) {
			got := WithWhole(nil, stories.Scheduled{ID: 7, Update: tt.update}, tt.shown)
			if (len(got) == 1) != tt.want {
				t.Errorf("%+v", got)
			}
		})
	}
}

// The time of an update stands before the one at which a slip in it was mended, right
// behind its author, where nobody takes one for the other.
func TestTheTimeOfAnUpdateStandsBeforeItsMends(t *testing.T) {
	at := time.Date(2014, 12, 20, 9, 0, 0, 0, time.UTC)
	u := stories.Update{ID: 4, Number: 4, Text: "The dykes hold.", Author: stories.User{Name: "Mo"}, At: at, CreatedAt: at.Add(time.Hour),
		Marks: stories.Marks{Edited: at.Add(2 * time.Hour)}}
	story := stories.Story{Slug: "flood", Headline: "The Rhine rises"}
	for name, m := range map[string]Message{"a push": RenderUpdate(story, u), "an answer": RenderWhole(story, u, 0)} {
		if got := PlainText(m); !strings.Contains(got, "update 4 · Mo · 2014-12-20 09:00 UTC · edited 2014-12-20 11:00 UTC") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
