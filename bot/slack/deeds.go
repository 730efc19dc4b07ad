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
	// ackLife is how long an acknowledgement may be on its way, since every
	// envelope is acknowledged within 3 s.
	ackLife = 3 * time.Second
	// maxSaid bounds, in bytes, what all acknowledgements together have said that
	// is kept for the case that they did not arrive: the newest 200 at least.
	maxSaid = 200 * maxAck
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

	ended atomic.Int64 // when that was, in Unix nanoseconds
	// said is what the first copy's acknowledgement said. shared is that copies
	// say it too, whether it arrived or not. Guarded by deeds.
	said   json.RawMessage
	shared bool
}

// finish notes that the deed is dealt with.
func (d *deed) finish() {
	d.ended.Store(time.Now().UnixNano())
	close(d.done)
}

// lately says that the first copy's acknowledgement may still be on its way.
func (d *deed) lately(now time.Time) bool {
	return now.Sub(time.Unix(0, d.ended.Load())) < ackLife
}

// deeds remembers by their keys the deeds that were taken on, so that each is
// done once.
type deeds struct {
	mu   sync.Mutex
	keys map[string]*deed
	old  map[string]*deed // the generation before
	turn time.Time

	telling []*deed // that have said something, the oldest first
	size    int     // of all they said
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

// say notes what the acknowledgement of a deed's first copy said, for the others.
// shared is that they say it too, though the first one may have arrived: what
// shows it twice is the same view.
func (s *deeds) say(d *deed, answer json.RawMessage, shared bool) {
	if len(answer) > maxAck {
		answer = nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size += len(answer) - len(d.said)
	d.said, d.shared = answer, shared
	s.telling = append(s.telling, d)
	for s.size > maxSaid {
		s.size -= len(s.telling[0].said)
		s.telling[0].said = nil
		s.telling[0] = nil
		s.telling = s.telling[1:]
	}
}

// answer returns what a copy that is acknowledged now says; nil is nothing. lost
// is that the first copy's acknowledgement did not arrive.
func (s *deeds) answer(d *deed, lost bool, now time.Time) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	if lost || d.shared && d.lately(now) {
		return d.said
	}
	return nil
}
