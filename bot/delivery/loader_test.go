package delivery

import (
	"fmt"
	"testing"

	"storybot/stories"
)

// Only the message of a new update takes its story's earlier unsent messages with it, as it
// does in the database: what is done to a copy of one, or said beside it, does not, whichever of the
// two is known first and whether rows are here by then.
func TestOnlyWhatSaysAnUpdateTakesEarlierOnesWithIt(t *testing.T) {
	kinds := map[string]func(*stories.Publication){"notice": func(p *stories.Publication) { p.UpdateID, p.NoticeID = 0, 7 }}
	says := map[string]bool{}
	for _, op := range stories.Ops {
		kinds[op.String()], says[op.String()] = func(p *stories.Publication) { p.Op = op }, op.Says()
	}
	for name, make := range kinds {
		for _, order := range []string{"loaded before", "known before", "known after", "raised as it is read"} {
			t.Run(fmt.Sprint(name, ", the earlier ", order), func(t *testing.T) {
				s, q := &shelf{}, scheduling(100)
				s.publish(2, stories.Normal, 1)
				s.publish(1, stories.Minor, 1)
				first := s.publications[1]
				later := s.publish(1, stories.Breaking, 2)
				make(&later)
				s.publications[1].Level, s.publications[2] = stories.Minor, later
				f := loaderOf(q)
				switch order {
				case "loaded before":
					f.publish(s.publications[:2])
					s.fill(t, q, 0)
					f.publish(s.publications[2:])
				case "known before":
					f.publish(s.publications[:2])
					f.publish(s.publications[2:])
				case "known after":
					f.publish(s.publications[2:])
					f.publish(s.publications[:2])
				case "raised as it is read":
					f.publish(s.publications[:2])
					s.fill(t, q, 0)
					f.raise(map[int64]stories.Publication{later.ID: later})
				}
				s.fill(t, q, 0)
				want, goes := stories.Minor, int64(1)
				if says[name] {
					want, goes = stories.Breaking, 2
				}
				if got := q.window.publications[first.ID].level; got != want {
					t.Errorf("the earlier update is %s, want %s", got, want)
				}
				if got := q.window.origins[first.ID].Level; got != want {
					t.Errorf("its message is %s, want %s", got, want)
				}
				if r := q.queues[queueKey{1, orderOf(stories.OpPost)}].rows[0]; r.Publication != goes {
					t.Errorf("publication %d goes first, want %d", r.Publication, goes)
				}
			})
		}
	}
}
