// Package names takes in what platforms tell of what channels, workspaces and
// people are called, and has it written down: by one goroutine, in batches, and
// only what is new.
package names

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"storybot/stories"
)

const (
	// maxWaiting is how many names may wait to be written down; more are left out,
	// and told again another time.
	maxWaiting = 50000
	// maxKnown is how many are remembered as written down: who is talked with and where
	// at the time, some 300 bytes each. Beyond it all are forgotten, and looked up in the
	// database once more when they are told.
	maxKnown = 4000
	// batch is how many are written down at once.
	batch = 500
	// knownFor is how long what is written down is not asked about again.
	knownFor = 24 * time.Hour
	// retry is how long a database that is away is left alone, writeTime how long
	// it may take, lastTime how long the end waits for what is left.
	retry     = 30 * time.Second
	writeTime = 10 * time.Second
	lastTime  = 2 * time.Second
)

// Keeper writes names down, and leaves out those that are written already.
type Keeper interface {
	KeepNames(ctx context.Context, told stories.Sighting, at time.Time) error
}

// Book is what was told. Run writes it down.
type Book struct {
	keeper Keeper
	log    *slog.Logger
	now    func() time.Time
	wake   chan struct{}

	mu      sync.Mutex
	waiting map[key]value
	writing map[key]value
	known   map[key]known
}

// key is a place, or the reference of a person.
type key struct {
	place  stories.Destination
	person string
	groups bool // all of place, which is a workspace
}

// value is what one of them is called: of a person the name alone.
type value struct {
	place  stories.PlaceName
	name   string
	groups string // as JSON
}

type known struct {
	value
	since time.Time
}

// New returns an empty book over a database.
func New(keeper Keeper, log *slog.Logger, now func() time.Time) *Book {
	return &Book{keeper: keeper, log: log, now: now, wake: make(chan struct{}, 1), waiting: map[key]value{}, known: map[key]known{}}
}

// Named takes in what a platform told. It does not wait for the database, and
// takes what it was told lately for nothing new.
func (b *Book) Named(told stories.Sighting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range told.Places {
		p.Shared = false
		b.add(key{place: p.Place}, value{place: p})
	}
	for _, g := range told.Groups {
		if all, err := json.Marshal(g.Called); err == nil { // a map of strings always encodes, in one order
			b.add(key{place: g.In, groups: true}, value{groups: string(all)})
		}
	}
	for _, u := range told.People {
		b.add(key{person: u.Ref}, value{name: u.Name})
	}
	if len(b.waiting) > 0 {
		select {
		case b.wake <- struct{}{}:
		default:
		}
	}
}

// add notes one name. What was heard of a place that somebody used does not take
// that back.
func (b *Book) add(k key, v value) {
	if k == (key{}) || !v.place.Says() && v.name == "" && v.groups == "" {
		return
	}
	old, waits := b.waiting[k]
	if waits {
		v.place = v.place.After(old.place)
	}
	_, flying := b.writing[k]
	if told, ok := b.known[k]; ok && !flying && told.covers(v) && b.now().Sub(told.since) < knownFor {
		delete(b.waiting, k) // it is called so again
		return
	}
	if !waits && len(b.waiting) >= maxWaiting {
		return
	}
	v.place.Heard = v.place.Heard && (!waits || old.place.Heard)
	b.waiting[k] = v
}

// covers says that v was written down with what k tells.
func (k known) covers(v value) bool {
	if k.place.Heard && !v.place.Heard {
		return false // maybe it was left out
	}
	v.place.Heard = k.place.Heard
	v.place = v.place.After(k.place)
	return k.value == v
}

// Run writes names down until ctx ends, then what is left.
func (b *Book) Run(ctx context.Context) {
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTime)
		defer cancel()
		for b.write(last) {
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-b.wake:
		}
		for b.write(ctx) {
		}
		if b.left() && !sleep(ctx, retry) {
			return
		}
	}
}

func (b *Book) left() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.waiting) == 0 {
		return false
	}
	select { // so that it is tried again
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

// write writes a batch down; false when nothing waits, or it could not.
func (b *Book) write(ctx context.Context) bool {
	taken, told := b.take()
	if len(taken) == 0 || ctx.Err() != nil {
		b.giveBack(taken)
		return false
	}
	writing, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	if err := b.keeper.KeepNames(writing, told, b.now()); err != nil {
		b.giveBack(taken)
		b.log.Warn("what channels and people are called was not written down; it is tried again", "names", len(taken), "err", err)
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writing = nil
	if len(b.known)+len(taken) > maxKnown {
		b.known = map[key]known{} // one that is cleared keeps its room
	}
	for k, v := range taken {
		v.place = v.place.After(b.known[k].place)
		b.known[k] = known{v, b.now()}
	}
	return true
}

// take takes a batch out of what waits.
func (b *Book) take() (taken map[key]value, told stories.Sighting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken = map[key]value{}
	for k, v := range b.waiting {
		if len(taken) == batch {
			break
		}
		taken[k] = v
		delete(b.waiting, k)
		if k.groups {
			all := stories.AllGroups{In: k.place}
			if json.Unmarshal([]byte(v.groups), &all.Called) == nil {
				told.Groups = append(told.Groups, all)
			}
		} else if k.person != "" {
			told.People = append(told.People, stories.User{Ref: k.person, Name: v.name})
		} else {
			told.Places = append(told.Places, v.place)
		}
	}
	if len(b.waiting) == 0 {
		b.waiting = map[key]value{} // the room that all channels of a start took is given back
	}
	b.writing = taken
	return taken, told
}

// giveBack has taken wait on, but for what has been told anew since.
func (b *Book) giveBack(taken map[key]value) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writing = nil
	for k, v := range taken {
		if newer, waits := b.waiting[k]; waits {
			newer.place = newer.place.After(v.place)
			newer.place.Heard = newer.place.Heard && v.place.Heard
			v = newer
		}
		b.waiting[k] = v
	}
}

// sleep waits for d and says whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
