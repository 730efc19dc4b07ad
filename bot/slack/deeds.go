package slack

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Slack repeats an event at once, after a minute and after five
	// (https://docs.slack.dev/apis/events-api#retries). What is older is the
	// handler's to recognise, by Command.Key.
	seenLife = 15 * time.Minute
	seenMost = 8192
	// maxHandlers is how many commands are handled at once.
	maxHandlers = 64
	// maxWaiting is how many envelopes may be under way; one more would be
	// answered too late, and is told so.
	maxWaiting = 4096
	// ackLife is how long what an acknowledgement said is kept for a copy of its
	// envelope, which is acknowledged within 3 s like every other.
	ackLife = 3 * time.Second
)

// deed is something a person did, of which Slack may deliver several copies, on
// whichever connections.
type deed struct {
	at   time.Time     // of the newest copy
	ack  *ack          // of the first copy
	done chan struct{} // closed when the first copy is dealt with
	// copied says that there is a second copy: Slack, or the network, has doubts
	// about the first one's connection.
	copied atomic.Bool

	mu    sync.Mutex
	ended time.Time
	said  json.RawMessage // in the first copy's acknowledgement
}

// finish notes that the deed is dealt with.
func (d *deed) finish() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = time.Now()
	close(d.done)
}

// say notes what the acknowledgement of the first copy said, for the others: for
// a while, since it may be large.
func (d *deed) say(answer json.RawMessage) {
	d.mu.Lock()
	d.said = answer
	d.mu.Unlock()
	time.AfterFunc(2*ackLife, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.said = nil
	})
}

// answer returns what a copy that is acknowledged now says: the same, or
// nothing. lately says that the first copy's acknowledgement may still be on
// its way.
func (d *deed) answer() (said json.RawMessage, lately bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if lately = time.Since(d.ended) < ackLife; !lately {
		d.said = nil
	}
	return d.said, lately
}

// deeds remembers by their keys the deeds that were taken on, so that each is
// done once.
type deeds struct {
	mu   sync.Mutex
	keys map[string]*deed
	old  map[string]*deed // the generation before
	turn time.Time
}

func newDeeds() *deeds {
	return &deeds{keys: make(map[string]*deed), turn: time.Now()}
}

// begin returns the deed of key and whether it is new: the caller does it then,
// and finishes it. a acknowledges this copy.
func (s *deeds) begin(key string, a *ack, now time.Time) (d *deed, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.turn) > seenLife || len(s.keys) >= seenMost {
		s.old, s.keys, s.turn = s.keys, make(map[string]*deed), now
	}
	d = s.keys[key]
	if d == nil {
		if d = s.old[key]; d != nil && now.Sub(d.at) > 2*seenLife {
			d = nil
		}
	}
	if first = d == nil; first {
		d = &deed{ack: a, done: make(chan struct{})}
	} else {
		d.copied.Store(true)
	}
	d.at = now
	s.keys[key] = d
	return d, first
}
