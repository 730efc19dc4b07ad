package delivery

import (
	"context"
	"slices"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// undecided is a far side that knows of some rows only after a while, and that the
// others have not arrived.
type undecided struct {
	*farSide
	until time.Time
	slow  func(bot.Operation) bool
}

func (u undecided) Settle(_ context.Context, p bot.Operation) bot.Verdict {
	if u.slow(p) && time.Now().Before(u.until) {
		return bot.Verdict{Outcome: bot.Unsettled, RetryAfter: time.Second}
	}
	return bot.Verdict{Outcome: bot.NotSent}
}

// leaveInFlight makes the rows look begun by a holder that is dead.
func (m *memory) leaveInFlight(ids ...int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.inFlight("p")
	for _, id := range ids {
		f.byID[id] = stories.Flight{Ref: m.ref(m.rows[id-1]), Attempt: 1, First: time.Now(), Last: time.Now()}
	}
}

// Where channels have become one, an earlier holder may have left several of its
// messages on their way: what became of one says nothing of the others, and
// nothing leaves before all is known.
func TestSeveralFlightsOfOneChannelAreSettledEach(t *testing.T) {
	const flights = 3
	for slow := int64(1); slow <= flights; slow++ {
		bubble(t, func(t *testing.T) {
			m, far := newMemory(), newFarSide()
			for u := range int64(5) {
				m.add("p", channel("p", "w", 0), u+1, stories.Normal)
			}
			m.leaveInFlight(1, 2, 3)
			look := undecided{far, time.Now().Add(time.Minute), func(p bot.Operation) bool { return p.Delivery.ID == slow }}
			r := start(t, m, far, func(c *Config) { c.Senders = map[string]bot.Sender{"p": look} })
			time.Sleep(50 * time.Second)
			if _, n := far.sent(); n != 0 {
				t.Errorf("%d requests while row %d is in doubt", n, slow)
			}
			if n := m.count()[stories.Sending]; n != 1 {
				t.Errorf("%d rows are in flight, not the one in doubt", n)
			}
			r.settledAll(t, time.Minute)
			if err := far.once(m); err != nil {
				t.Error(err)
			}
		})
	}
}

// What an earlier holder may have sent before its update was revised is settled as what
// it was then: what is found is of that wording, so that the channel is told of what
// came after. It is the same where it is asked about again later, and not of what has
// to be sent anew.
func TestWhatMayHaveBeenSentIsOfTheWordingItWasBegunIn(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []bot.Verdict // to settling
		says    int           // what is written of it in the end
		read    []int
	}{
		{"found", []bot.Verdict{{Outcome: bot.Delivered, MessageID: "m"}}, 1, []int{2}},
		{"found later", []bot.Verdict{{Outcome: bot.Transient, Limited: bot.ScopeChannel, RetryAfter: time.Second}, {Outcome: bot.Delivered, MessageID: "m"}}, 1, []int{2}},
		{"not sent", []bot.Verdict{{Outcome: bot.NotSent}}, 0, []int{2, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m, far := newMemory(), newFarSide()
				m.add("p", channel("p", "w", 0), 1, stories.Normal)
				m.leaveInFlight(1)
				m.earlier = map[int64]stories.Earlier{1: {Began: 1, Shows: 2}}
				start(t, m, far, func(cfg *Config) {
					cfg.Senders = map[string]bot.Sender{"p": &settling{farSide: far, answers: c.answers}}
				}).settledAll(t, time.Minute)
				m.mu.Lock()
				defer m.mu.Unlock()
				if last := m.results[len(m.results)-1]; last.State != stories.Sent || last.Revision != c.says {
					t.Errorf("it was written as %+v, want wording %d", last, c.says)
				}
				if !slices.Equal(m.read, c.read) {
					t.Errorf("wordings %v were read, want %v", m.read, c.read)
				}
			})
		})
	}
}

// settling is a far side that answers who asks what became of something in turn.
type settling struct {
	*farSide
	answers []bot.Verdict
}

func (s *settling) Settle(context.Context, bot.Operation) (v bot.Verdict) {
	v, s.answers = s.answers[0], s.answers[1:]
	return v
}
