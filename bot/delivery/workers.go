package delivery

import (
	"context"
	"errors"
	"sync"
	"time"

	"storybot/bot"
)

// workers make a lane's requests, each on a goroutine of its own: as many as there
// are requests at once. What they have done comes from done and is given to land.
type workers struct {
	slots      int
	inFlight   []*job // on their way, in no order
	settles    int    // how many of them settle
	work, done chan *job
	running    int
	wg         sync.WaitGroup
}

func newWorkers(slots int) *workers {
	w := &workers{slots: slots}
	w.work, w.done = make(chan *job, w.most()), make(chan *job, w.most())
	return w
}

// most bounds the requests on their way: the slots, as many slow ones, and those
// that settle.
func (w *workers) most() int { return 2*w.slots + w.settleSlots() }

// settleSlots are the settling requests at once.
func (w *workers) settleSlots() int { return max(2, w.slots/4) }

// free returns how many more requests may be on their way, and when to look
// again; 0 for no need to.
func (w *workers) free(now time.Duration) (slots int, again time.Duration) {
	sends := len(w.inFlight) - w.settles
	if sends < w.slots {
		return w.slots - sends, 0
	}
	slow := 0
	for _, j := range w.inFlight {
		if !j.request.settle && now-j.request.started > slowAfter {
			slow++
		}
	}
	return w.slots - sends + min(slow, w.slots), now + slowCheck
}

// launch hands j to a worker, which calls serve.
func (w *workers) launch(j *job, now time.Duration, serve func(*job)) {
	if j.request.settle {
		w.settles++
	}
	j.request.started, j.request.index = now, len(w.inFlight)
	w.inFlight = append(w.inFlight, j)
	if w.running < len(w.inFlight) {
		w.running++
		w.wg.Go(func() {
			for j := range w.work {
				serve(j)
				w.done <- j
			}
		})
	}
	w.work <- j
}

// land takes j from those on their way.
func (w *workers) land(j *job) {
	last := w.inFlight[len(w.inFlight)-1]
	w.inFlight[j.request.index], last.request.index = last, j.request.index
	w.inFlight[len(w.inFlight)-1] = nil
	w.inFlight = w.inFlight[:len(w.inFlight)-1]
	if j.request.settle {
		w.settles--
	}
}

// rest ends the workers.
func (w *workers) rest() {
	close(w.work)
	w.wg.Wait()
}

// serve makes j's request. A sender that panics costs its row and nothing else.
func (l *lane) serve(j *job) {
	var err error
	defer func() {
		var cause panicked
		if errors.As(err, &cause) {
			j.verdict = bot.Verdict{Outcome: bot.BadPayload, Code: "panic", Reason: "did not get this message: the bot failed at sending it", Err: err}
		}
	}()
	defer contain(&err)
	o := bot.Operation{Delivery: j.dated(l.engine.clock.read()), Message: bot.Near(j.msg, j.d.Destination), Target: j.target, Mark: j.mark, Ping: j.ping}
	j.verdict = l.ask(j.request.ctx, j, o)
}

// ask is the one place from which the platform is asked for something. What may
// be repeated is never in doubt: it is made again.
func (l *lane) ask(ctx context.Context, j *job, o bot.Operation) bot.Verdict {
	o.Delivery.Op = asked(o.Delivery.Op)
	if j.request.settle {
		return l.sender.Settle(ctx, o)
	}
	v := l.sender.Do(ctx, o)
	if o.Delivery.Op.Repeatable() && (v.Outcome == bot.Ambiguous || v.Outcome == bot.Unsettled) {
		v.Outcome = bot.Transient
	}
	return v
}
