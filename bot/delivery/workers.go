package delivery

import (
	"sync"
	"time"
)

// crew makes a lane's requests: a few workers, as many as there are requests at
// once. ready are begun jobs that have not left yet.
type workers struct {
	slots   int
	ready   standby
	aloft   []*job // on their way, in no order
	settles int    // how many of aloft settle
	// settledLast says that the last request was a settling one: sends and settles
	// take turns.
	settledLast bool
	work, done  chan *job
	running     int
	wg          sync.WaitGroup
}

func newWorkers(slots int) *workers {
	c := &workers{slots: slots}
	c.work, c.done = make(chan *job, c.most()), make(chan *job, c.most())
	return c
}

// most bounds the requests on their way: the slots, as many slow ones, and those
// that settle.
func (c *workers) most() int { return 2*c.slots + c.settleSlots() }

// settleSlots are the settling requests at once.
func (c *workers) settleSlots() int { return max(2, c.slots/4) }

// free returns how many more requests may be on their way, and when to look
// again; 0 for no need to.
func (c *workers) free(now time.Duration) (slots int, again time.Duration) {
	sends := len(c.aloft) - c.settles
	if sends < c.slots {
		return c.slots - sends, 0
	}
	slow := 0
	for _, j := range c.aloft {
		if !j.request.settle && now-j.request.started > slowAfter {
			slow++
		}
	}
	return c.slots - sends + min(slow, c.slots), now + slowCheck
}

// launch hands j to a worker, which calls serve.
func (c *workers) launch(j *job, now time.Duration, serve func(*job)) {
	if j.request.settle {
		c.settles++
	}
	j.request.started, j.request.index = now, len(c.aloft)
	c.aloft = append(c.aloft, j)
	if c.running < len(c.aloft) {
		c.running++
		c.wg.Go(func() {
			for j := range c.work {
				serve(j)
				c.done <- j
			}
		})
	}
	c.work <- j
}

// land takes j from those on their way.
func (c *workers) land(j *job) {
	last := c.aloft[len(c.aloft)-1]
	c.aloft[j.request.index], last.request.index = last, j.request.index
	c.aloft[len(c.aloft)-1] = nil
	c.aloft = c.aloft[:len(c.aloft)-1]
	if j.request.settle {
		c.settles--
	}
}

// rest ends the workers.
func (c *workers) rest() {
	close(c.work)
	c.wg.Wait()
}

// standby are begun jobs that have not left yet, by their line, in order.
type standby [budgets][]*job

func (s *standby) size() (n int) {
	for _, jobs := range s {
		n += len(jobs)
	}
	return n
}

func (s *standby) push(j *job) {
	l := j.row.queue.budget
	s[l] = append(s[l], j)
}

// pop takes the first job of a line that has one.
func (s *standby) pop(l budget) *job {
	j := s[l][0]
	s[l][0] = nil
	s[l] = s[l][1:]
	return j
}
