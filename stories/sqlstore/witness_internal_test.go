package sqlstore

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// While the lock file cannot be written nothing is begun for whoever asks; the
// exchange that is made again, once it can, begins what the first one began.
func TestNothingIsBegunThatCannotBeNoted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "news.db")
	s, err := Open(t.Context(), "sqlite:"+path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, act := t.Context(), stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
	story, err := s.CreateStory(ctx, act, stories.Story{Slug: "flood", Headline: "The flood"})
	if err != nil {
		t.Fatal(err)
	}
	to := stories.Destination{Platform: "console", Channel: "#general"}
	if _, _, err := s.Subscribe(ctx, act, stories.Subscription{Destination: to, Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Level: stories.Minor}}, "lane"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: "News", Level: stories.Normal, At: act.At}); err != nil {
		t.Fatal(err)
	}
	l, _, err := s.Acquire(ctx, "lane", "me", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	open, err := s.Publications(ctx, "lane", nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := s.Load(ctx, open[0].ID, stories.Ref{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	x := stories.Exchange{Batch: 1, Begin: []stories.Flight{{Ref: loaded.Rows[0].Ref, Attempt: 1, First: act.At, Last: act.At}}}
	lock := s.engine.(*sqliteEngine).lock
	good := lock.file
	if lock.file, err = os.Open(path + ".lock"); err != nil { // to read it only
		t.Fatal(err)
	}
	defer good.Close()
	for range 2 {
		begun, err := s.Exchange(ctx, l, x)
		if stories.CodeOf(err) != stories.CodeUnavailable || !strings.Contains(err.Error(), "news.db.lock") || len(begun.Deliveries) > 0 {
			t.Errorf("begun %v, %v", begun.Deliveries, err)
		}
	}
	lock.file.Close()
	lock.file = good
	begun, err := s.Exchange(ctx, l, x)
	if err != nil || !begun.Deliveries[x.Begin[0].Delivery] {
		t.Fatalf("begun %v, %v", begun.Deliveries, err)
	}
	text, err := os.ReadFile(path + ".lock")
	if err != nil {
		t.Fatal(err)
	}
	var said testimony
	if said.read(string(text)); said.begun != 1 || said.epoch == "" || said.previous != "" || len(text) != recordLength {
		t.Errorf("it says %+v in %d bytes", said, len(text))
	}
}

func TestTestimony(t *testing.T) {
	for _, r := range []testimony{{}, {begun: 12, epoch: "abc"}, {begun: 1<<63 - 1, epoch: strings.Repeat("x", 26), previous: strings.Repeat("y", 26)}} {
		text := r.String()
		var got testimony
		if got.read(text); got != r || len(text) != recordLength {
			t.Errorf("%+v was read as %+v from %d bytes", r, got, len(text))
		}
	}
	for _, text := range []string{"", "12\n", "12\nx\n", "12\n-1 a b\n", "12\n1 a\n", "12\n99999999999999999999 a b\n", "12\n1 a " + strings.Repeat("b", 33) + "\n"} {
		got := testimony{begun: 5}
		if got.read(text); got != (testimony{}) {
			t.Errorf("%q was read as %+v", text, got)
		}
	}
}

// Whatever is in the lock file, what is read from it can be written there, and is
// read again as the same.
func FuzzTestimony(f *testing.F) {
	f.Add("12\n3 a -\n")
	f.Add("12\n9223372036854775807 " + strings.Repeat("x", 110) + " b\n")
	f.Add("1\n2 -- -b\n")
	f.Fuzz(func(t *testing.T, text string) {
		var said, again testimony
		said.read(text)
		written := said.String()
		if again.read(written); again != said || len(written) != recordLength {
			t.Errorf("%q is read as %+v, and that from %d bytes as %+v", text, said, len(written), again)
		}
	})
}
