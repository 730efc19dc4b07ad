package names

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"storybot/stories"
)

// keeper is a database of names.
type keeper struct {
	mu     sync.Mutex
	fails  error
	block  chan struct{} // non-nil: a write waits for it
	writes []stories.Sighting
}

func (k *keeper) KeepNames(ctx context.Context, told stories.Sighting, _ time.Time) error {
	if k.block != nil {
		<-k.block
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil {
		return k.fails
	}
	k.writes = append(k.writes, told)
	return nil
}

func (k *keeper) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fails = err
}

// last are the names written last, and in how many writes.
func (k *keeper) last() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	called := map[string]string{}
	for _, w := range k.writes {
		for _, p := range w.Places {
			called[p.Place.Channel] = p.Name
		}
		for _, u := range w.People {
			called[u.Ref] = u.Name
		}
	}
	return fmt.Sprint(len(k.writes), " ", called)
}

func channel(id, name string, heard bool) stories.Sighting {
	return stories.Sighting{Places: []stories.PlaceName{{Place: stories.Destination{Platform: "far", Workspace: "1", Channel: id}, Form: stories.ChannelForm, Name: name, Heard: heard}}}
}

// running runs f with a book over k that is being written down.
func running(t *testing.T, k *keeper, f func(b *Book, stop func())) {
	synctest.Test(t, func(t *testing.T) {
		b := New(k, slog.New(slog.DiscardHandler), time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.Run(ctx); close(done) }()
		f(b, func() { cancel(); <-done })
		cancel()
		<-done
	})
}

func TestWhatIsToldAgainIsNotWrittenAgain(t *testing.T) {
	k := &keeper{}
	running(t, k, func(b *Book, _ func()) {
		for range 100 {
			b.Named(channel("1", "partners", false))
			b.Named(stories.Sighting{People: []stories.User{{Ref: "far:9", Name: "Rita"}, {Ref: "far:8"}, {}}})
			b.Named(channel("2", "", false))
			b.Named(channel("1", "partners", true)) // heard of what was used
			synctest.Wait()
		}
		if got, want := k.last(), "2 map[1:partners far:9:Rita]"; got != want && got != "1 map[1:partners far:9:Rita]" {
			t.Errorf("written: %s, want %s", got, want)
		}
		before := len(k.writes)
		b.Named(channel("1", "partner-news", true))
		synctest.Wait()
		if got, want := k.last(), fmt.Sprint(before+1, " map[1:partner-news far:9:Rita]"); got != want {
			t.Errorf("after a new name: %s, want %s", got, want)
		}
		time.Sleep(knownFor + time.Second) // by the bubble's clock
		b.Named(channel("1", "partner-news", true))
		synctest.Wait()
		if len(k.writes) != before+2 {
			t.Errorf("%d writes a day later", len(k.writes)-before)
		}
	})
}

// What was heard may have been left out; used by somebody, it is not.
func TestUseWinsOverHearsay(t *testing.T) {
	k := &keeper{}
	running(t, k, func(b *Book, _ func()) {
		b.Named(channel("1", "partners", true))
		synctest.Wait()
		b.Named(channel("1", "partners", false))
		synctest.Wait()
		if len(k.writes) != 2 || k.writes[1].Places[0].Heard {
			t.Errorf("written: %v", k.writes)
		}
		k.fail(errors.New("away"))
		b.Named(channel("2", "a", false))
		b.Named(channel("2", "b", true))
		synctest.Wait()
		b.Named(channel("2", "c", true))
		k.fail(nil)
		time.Sleep(retry + time.Second)
		synctest.Wait()
		if got := k.writes[len(k.writes)-1].Places[0]; got.Heard || got.Name != "c" {
			t.Errorf("written: %v", got)
		}
	})
}

func TestADatabaseThatIsAwayIsTriedAgain(t *testing.T) {
	k := &keeper{fails: errors.New("away")}
	running(t, k, func(b *Book, stop func()) {
		b.Named(channel("1", "old", false))
		synctest.Wait()
		b.Named(channel("1", "new", false))
		k.fail(nil)
		time.Sleep(retry + time.Second)
		synctest.Wait()
		if got, want := k.last(), "1 map[1:new]"; got != want {
			t.Errorf("written: %s, want %s", got, want)
		}
		k.fail(errors.New("away"))
		b.Named(channel("2", "late", false))
		synctest.Wait()
		k.fail(nil)
		stop()
		if got, want := k.last(), "2 map[1:new 2:late]"; got != want {
			t.Errorf("written at the end: %s, want %s", got, want)
		}
	})
}

// A name that is taken back while another is being written down is the last.
func TestTheLastNameIsTheLastWritten(t *testing.T) {
	k := &keeper{}
	running(t, k, func(b *Book, _ func()) {
		b.Named(channel("1", "old", false))
		synctest.Wait()
		k.block = make(chan struct{})
		b.Named(channel("1", "new", false))
		synctest.Wait() // it is being written
		b.Named(channel("1", "old", false))
		close(k.block)
		synctest.Wait()
		if got, want := k.last(), "3 map[1:old]"; got != want {
			t.Errorf("written: %s, want %s", got, want)
		}
	})
}

// A database that is slow keeps nobody waiting, and not everything in memory.
func TestNobodyWaitsForTheDatabase(t *testing.T) {
	k := &keeper{block: make(chan struct{})}
	running(t, k, func(b *Book, _ func()) {
		for i := range 2 * maxWaiting {
			b.Named(channel(fmt.Sprint(i), "x", true))
		}
		b.mu.Lock()
		if len(b.waiting) > maxWaiting {
			t.Errorf("%d wait", len(b.waiting))
		}
		b.mu.Unlock()
		close(k.block)
		synctest.Wait()
		if len(b.known) > maxKnown || len(b.waiting) > 0 {
			t.Errorf("%d known, %d waiting", len(b.known), len(b.waiting))
		}
		for _, w := range k.writes {
			if len(w.Places) > batch {
				t.Errorf("%d at once", len(w.Places))
			}
		}
	})
}

// What one sighting leaves out another told: neither takes back the other, however
// they come together.
func TestWhoMayKnowOfAPlaceIsNotForgotten(t *testing.T) {
	say := func(name string, access stories.Access) stories.Sighting {
		told := channel("1", name, false)
		told.Places[0].Access = access
		return told
	}
	k := &keeper{}
	running(t, k, func(b *Book, _ func()) {
		last := func(what, name string, access stories.Access, writes int) {
			t.Helper()
			synctest.Wait()
			if got := k.writes[len(k.writes)-1].Places[0]; got.Name != name || got.Access != access || len(k.writes) != writes {
				t.Errorf("%s: %q %q in %d writes", what, got.Name, got.Access, len(k.writes))
			}
		}
		b.Named(say("secret", stories.PrivateAccess))
		b.Named(say("secret", ""))
		b.Named(say("", stories.PrivateAccess))
		last("while it waits", "secret", stories.PrivateAccess, 1)
		b.Named(say("secret", ""))
		b.Named(say("", stories.PrivateAccess))
		last("once it is written", "secret", stories.PrivateAccess, 1)
		b.Named(say("secret", stories.OpenAccess))
		last("once it is open", "secret", stories.OpenAccess, 2)
		k.fail(errors.New("away"))
		b.Named(say("", stories.PrivateAccess))
		synctest.Wait()
		b.Named(say("secret", "")) // which is written, but not that it is private
		k.fail(nil)
		time.Sleep(retry + time.Second)
		last("after a database that was away", "secret", stories.PrivateAccess, 3)
	})
}

// A list of a workspace's groups is written once, and again when it differs.
func TestAllGroupsAreWrittenOnce(t *testing.T) {
	k := &keeper{}
	running(t, k, func(b *Book, _ func()) {
		in := stories.Destination{Platform: "far", Workspace: "1"}
		listed := func(called map[string]string) {
			b.Named(stories.Sighting{Groups: []stories.AllGroups{{In: in, Called: called}}})
			synctest.Wait()
		}
		for range 3 {
			listed(map[string]string{"<7>": "desk", "<8>": "film"})
		}
		listed(map[string]string{"<8>": "film"})
		got := fmt.Sprint(k.writes)
		want := fmt.Sprint([]stories.Sighting{
			{Groups: []stories.AllGroups{{In: in, Called: map[string]string{"<7>": "desk", "<8>": "film"}}}},
			{Groups: []stories.AllGroups{{In: in, Called: map[string]string{"<8>": "film"}}}}})
		if got != want {
			t.Errorf("written: %s, want %s", got, want)
		}
	})
}
