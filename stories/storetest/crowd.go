package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"storybot/stories"
)

// Crowd has many callers do at once whatever changes what is owed, beside the workers of
// two lanes, and checks that each is answered and that the counters agree with the rows
// afterwards. steps is how much each caller does.
func Crowd(t *testing.T, s Store, steps int) {
	d := &desk{T: t, Store: s, ctx: t.Context(), now: start, workers: map[stories.Lease]*worker{}}
	newCrowd(d).run(steps)
}

// crowd is a newsroom in which everything happens at once.
type crowd struct {
	*desk
	slugs []string
	ids   []int64      // of the stories, also of those that are merged
	news  atomic.Int64 // the newest update
	made  atomic.Int64 // names of what is made on the way
}

var (
	crowdLanes = []string{lane, "elsewhere"}
	crowdModes = []stories.Mode{stories.ModeChannel, stories.ModeThread, stories.ModeCard}
)

func newCrowd(d *desk) *crowd {
	c := &crowd{desk: d}
	d.ok(d.SetDesk(d.ctx, d.act(), channel("desk"), lane))
	d.ok(d.SetDesk(d.ctx, d.act(), other, "elsewhere"))
	for n := range 6 {
		s := d.track(fmt.Sprint("s", n), fmt.Sprint("t", n%2))
		c.slugs, c.ids = append(c.slugs, s.Slug), append(c.ids, s.ID)
		u, _ := d.append(s, stories.Normal)
		c.news.Store(u.ID)
	}
	for n := range 8 {
		for _, target := range []string{c.slugs[n%6], "topic:t1", "all"}[:1+n%3] {
			c.subscribe(n, target, stories.Minor)
		}
	}
	return c
}

// subscribe has a channel follow a target; some are of the one lane, some of the other.
func (c *crowd) subscribe(n int, target string, level stories.Level) {
	t, err := stories.ParseTarget(target)
	c.ok(err)
	_, _, err = c.Subscribe(c.ctx, c.aloud(), stories.Subscription{Destination: c.channel(n), Target: t, Options: stories.Options{Level: level, Mode: crowdModes[n%3]}, CreatedBy: ana}, crowdLanes[n%2])
	c.answered("subscribe", err)
}

func (c *crowd) channel(n int) stories.Destination { return channel(fmt.Sprint("c", n)) }

// answered checks that an error is one for people: what they asked for is not possible
// any more. That the database had to give up is none.
func (c *crowd) answered(what string, err error) {
	c.Helper()
	possible := []stories.Code{stories.CodeInvalid, stories.CodeNotFound, stories.CodeReplaced, stories.CodeClosed, stories.CodeLimited, stories.CodeExists}
	if err != nil && !slices.Contains(possible, stories.CodeOf(err)) {
		c.Errorf("%s: %v", what, err)
	}
}

// run has the crowd act and then works until nothing is left.
func (c *crowd) run(steps int) {
	const callers = 8
	done := make(chan struct{})
	var left atomic.Int64
	left.Store(callers)
	held := map[string]stories.Lease{} // before anybody moves a channel, which ends leases
	for _, name := range crowdLanes {
		held[name] = c.hold(name, "w"+name)
	}
	together(callers+len(crowdLanes), func(i int) {
		if i < len(crowdLanes) {
			c.work(held[crowdLanes[i]], rand.New(rand.NewPCG(1, uint64(i))), done)
			return
		}
		r := rand.New(rand.NewPCG(2, uint64(i)))
		for range steps {
			c.step(r)
		}
		if left.Add(-1) == 0 {
			close(done)
		}
	})
	c.queueAgrees()
	c.noneFlies()
}

// noneFlies checks that nothing is on its way that has ended, and nothing is owed twice.
func (c *crowd) noneFlies() {
	c.Helper()
	for _, name := range crowdLanes {
		l, ok, err := c.Acquire(c.ctx, name, "last", time.Hour)
		c.ok(err)
		if !ok {
			continue
		}
		flights, loaded, err := c.Recover(c.ctx, l)
		c.ok(err)
		same(c.desk, name+": on their way and not owed", len(flights)-len(loaded.Rows), 0)
	}
}

// work sends what a lane owes, with all that may become of a request, until done is
// closed; then it sends what is left.
func (c *crowd) work(l stories.Lease, r *rand.Rand, done <-chan struct{}) {
	name := l.Name
	var results []stories.Result
	for quiet := 0; quiet < 3; {
		over := false
		select {
		case <-done:
			over = true
		default:
		}
		begun, err := c.desk.worker(l).advance(3, results...)
		results = nil
		for errors.Is(err, stories.ErrLeaseLost) { // a channel has another address
			var ok bool
			if l, ok, err = c.Acquire(c.ctx, name, "w"+name, time.Hour); !ok || err != nil {
				c.Errorf("acquire: %v %v", ok, err)
				return
			}
			begun, err = c.desk.worker(l).recover()
		}
		if err != nil {
			c.Errorf("work: %v", err)
			return
		}
		for _, v := range begun {
			results = append(results, c.outcome(v, r, over))
		}
		if quiet++; !over || len(begun) > 0 {
			quiet = 0
		}
	}
}

// outcome is what may become of a request; at the end all arrive.
func (c *crowd) outcome(v stories.Delivery, r *rand.Rand, over bool) stories.Result {
	if over {
		return c.sent(v)
	}
	switch r.IntN(12) {
	case 5, 6:
		if v.Op.Acts() { // its message or thread was deleted, or takes nothing
			result := c.result(v, stories.Skipped, "has nothing there")
			result.Lost = []stories.Lost{stories.MessageLost, stories.MessageClosed, stories.ThreadLost, stories.ThreadClosed}[r.IntN(4)]
			return result
		}
	case 0:
		return c.retry(v)
	case 1:
		return c.refusal(v, stories.Held, "no", stories.Blocked)
	case 2:
		result := c.sent(v)
		result.Destination = stories.Reachable
		return result
	case 3:
		return c.result(v, stories.Failed, "refused")
	case 4:
		result := c.retry(v)
		result.Pause = time.Second
		return result
	}
	return c.sent(v)
}

// step does one thing.
func (c *crowd) step(r *rand.Rand) {
	steps := c.steps(r)
	names := make([]string, 0, len(steps))
	for name := range steps {
		names = append(names, name)
	}
	slices.Sort(names)
	name := names[r.IntN(len(names))]
	c.answered(name, steps[name]())
}

// steps is what may be done, each to something that is drawn.
func (c *crowd) steps(r *rand.Rand) map[string]func() error {
	story, update := c.ids[r.IntN(len(c.ids))], 1+r.Int64N(c.news.Load())
	at := c.channel(r.IntN(8))
	fresh := func() string { return fmt.Sprint("n", c.made.Add(1)) }
	target := stories.Target{Kind: stories.TargetStory, Name: c.slugs[r.IntN(len(c.slugs))]}
	news := func() stories.Update {
		return stories.Update{StoryID: story, Text: fresh(), Level: stories.Level(1 + r.IntN(3)), Author: ana, At: c.now}
	}
	return map[string]func() error{
		"publish": func() error {
			u, _, err := c.AppendUpdate(c.ctx, c.act(), news())
			if err == nil {
				c.news.Store(u.ID)
			}
			return err
		},
		"revise": func() error {
			kinds := []stories.RevisionKind{stories.Correction, stories.Correction, stories.Fix, stories.Hold, stories.Hold, stories.Release, stories.Release, stories.Withdrawal}
			w := stories.Rewording{Kind: kinds[r.IntN(len(kinds))], Text: fresh(), Reason: "So"}
			_, err := c.Revise(c.ctx, c.act(), update, w)
			return err
		},
		"preview": func() error {
			_, err := c.WouldRevise(c.ctx, c.act(), update, corrected(fresh()))
			return err
		},
		"reach": func() error {
			_, err := c.Reach(c.ctx, stories.Update{StoryID: story, Level: stories.Breaking, CreatedAt: c.now})
			return err
		},
		"edit": func() error {
			headline := fresh()
			_, err := c.EditStory(c.ctx, c.act(), story, stories.StoryEdit{Headline: &headline})
			return err
		},
		"rename": func() error {
			_, err := c.RenameStory(c.ctx, c.act(), story, c.wanted(r))
			return err
		},
		"track": func() error {
			_, err := c.CreateStory(c.ctx, c.act(), stories.Story{Slug: c.wanted(r), Headline: "One more", State: stories.Developing})
			return err
		},
		"names": func() error {
			told := stories.Sighting{}
			for _, n := range r.Perm(20) {
				told.Places = append(told.Places, stories.PlaceName{Place: channel(fmt.Sprint(n)), Name: fresh()})
				told.People = append(told.People, stories.User{Ref: fmt.Sprint("console:", n), Name: fresh()})
			}
			return c.KeepNames(c.ctx, told, c.now)
		},
		"close": func() error {
			u := news()
			_, err := c.EndStory(c.ctx, c.act(), u)
			return err
		},
		"reopen": func() error {
			_, err := c.BeginStory(c.ctx, c.act(), news())
			return err
		},
		"publish and reopen": func() error {
			a := c.act()
			a.Reopen = true
			_, _, err := c.AppendUpdate(c.ctx, a, news())
			return err
		},
		"merge": func() error {
			if r.IntN(4) > 0 { // else all are one soon
				return nil
			}
			s, err := c.CreateStory(c.ctx, c.act(), stories.Story{Slug: fresh(), Headline: "Another", State: stories.Developing})
			if err != nil {
				return err
			}
			if _, _, err := c.AppendUpdate(c.ctx, c.act(), stories.Update{StoryID: s.ID, Text: fresh(), Level: stories.Breaking, Author: ana, At: c.now}); err != nil {
				return err
			}
			_, err = c.MergeStories(c.ctx, c.act(), s.ID, story)
			return err
		},
		"merge two": func() error {
			if r.IntN(10) > 0 {
				return nil
			}
			_, err := c.MergeStories(c.ctx, c.act(), story, c.ids[r.IntN(len(c.ids))])
			return err
		},
		"schedule": func() error { return c.scheduled(r, news()) },
		"decide":   func() error { return c.decide(r) },
		"follow": func() error {
			_, _, err := c.Subscribe(c.ctx, c.aloud(), stories.Subscription{Destination: at, Target: target, Options: stories.Options{Level: stories.Level(1 + r.IntN(2))}, CreatedBy: ana}, crowdLanes[r.IntN(2)])
			return err
		},
		"leave": func() error {
			_, err := c.Unsubscribe(c.ctx, c.aloud(), at, target)
			return err
		},
		"stop": func() error { return c.stop(c.aloud(), at, story) },
		"bring back": func() error {
			_, err := c.Unstop(c.ctx, c.aloud(), at, story)
			return err
		},
		"pause": func() error {
			state := []stories.SubscriptionState{stories.Paused, stories.Active}[r.IntN(2)]
			_, err := c.SetSubscriptionState(c.ctx, c.act(), at, target, state)
			return err
		},
		"heal": func() error {
			_, _, err := c.ReopenDestination(c.ctx, at, 5, c.now)
			return err
		},
		"end": func() error {
			if r.IntN(5) > 0 {
				return nil
			}
			return c.EndDestination(c.ctx, at, "deleted", c.now)
		},
		"move": func() error {
			if r.IntN(5) > 0 {
				return nil
			}
			return c.MoveDestination(c.ctx, at, channel(fresh()))
		},
		"unite": func() error {
			if r.IntN(5) > 0 {
				return nil
			}
			return c.MoveDestination(c.ctx, at, c.channel(r.IntN(8)))
		},
		"desk": func() error {
			return c.SetDesk(c.ctx, c.act(), []stories.Destination{channel("desk"), at}[r.IntN(2)], lane)
		},
		"progress": func() error { return c.tellProgress(r) },
		"alarms": func() error {
			_, err := c.TellAlarms(c.ctx, c.now)
			return err
		},
		"prune": func() error { return c.Prune(c.ctx, c.now) },
	}
}

// wanted is a slug that others want at the same time.
func (c *crowd) wanted(r *rand.Rand) string { return fmt.Sprint("w", c.made.Load()/20, r.IntN(3)) }

// scheduled schedules an update, and has its time be over.
func (c *crowd) scheduled(r *rand.Rand, u stories.Update) error {
	s, err := c.ScheduleUpdate(c.ctx, c.act(), u, c.now, r.IntN(4) == 0)
	if err != nil || r.IntN(2) == 0 {
		return err
	}
	late := stories.Act{By: ana, At: c.now.Add(time.Duration(r.IntN(3)) * time.Hour)}
	_, err = c.PublishDue(c.ctx, late, s.ID, "")
	return err
}

// decide does something about a scheduled update.
func (c *crowd) decide(r *rand.Rand) error {
	open, _, err := c.Scheduled(c.ctx, 0, 20)
	if err != nil || len(open) == 0 {
		return err
	}
	s := open[r.IntN(len(open))]
	if r.IntN(3) == 0 {
		_, err = c.CancelScheduled(c.ctx, c.act(), s.ID)
		return err
	}
	_, _, err = c.PublishScheduled(c.ctx, c.act(), s.ID)
	return err
}

// tellProgress tells the desk how pushes stand.
func (c *crowd) tellProgress(r *rand.Rand) error {
	found, err := c.Pushes(c.ctx, 20)
	if err != nil || len(found) == 0 {
		return err
	}
	n := found[r.IntN(len(found))].Notice
	n.Done = r.IntN(2) == 0
	if _, err := c.Say(c.ctx, n, nil, c.now); err != nil {
		return err
	}
	_, err = c.TellEnds(c.ctx, 10, c.now)
	return err
}
