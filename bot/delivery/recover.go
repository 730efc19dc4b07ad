package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/stories"
)

// inherit takes the rows an earlier holder left Sending among those to settle.
func (s *shift) inherit() {
	for try := 1; ; try++ {
		ctx, done := context.WithTimeout(context.WithoutCancel(s.ctx), storeTimeout)
		rows, err := s.engine.cfg.Queue.Recover(ctx, s.term.lease)
		if err == nil {
			err = s.takeOver(ctx, rows)
		}
		done()
		switch {
		case err == nil:
			s.engine.store.worked()
			return
		case errors.Is(err, stories.ErrLeaseLost):
			s.term.lose()
			s.lost = true
			return
		}
		s.engine.store.failed(fmt.Errorf("look for deliveries of an earlier run: %w", err))
		select {
		case <-time.After(backoff(100*time.Millisecond, 2*time.Second, try, s.random())):
		case <-s.ctx.Done():
			return
		}
		if s.term.over() {
			s.lost = true
			return
		}
	}
}

// takeOver makes jobs of rows found Sending.
func (s *shift) takeOver(ctx context.Context, rows []stories.Delivery) error {
	s.settling = nil
	now := s.engine.clock.read()
	for _, d := range rows {
		j := &job{d: d, settle: true}
		j.begun(now)
		if err := s.read(ctx, j); err != nil {
			return err
		}
		if j.msg == nil {
			s.conclude(j, j.verdict)
			continue
		}
		s.settle(j, now.mono, 0)
	}
	if len(rows) > 0 {
		s.log.Info("an earlier run left deliveries on their way; finding out what became of them", "deliveries", len(rows))
	}
	return nil
}

// adopt puts rows back that an earlier claim has made Sending although it
// ended in an error: nobody has sent them.
func (s *shift) adopt(r stored) {
	if len(r.found) == 0 {
		return
	}
	type claim struct {
		id      int64
		attempt int
	}
	known := map[claim]bool{}
	for _, list := range [][]*job{s.aloft, s.ready, s.settling} {
		for _, j := range list {
			known[claim{j.d.ID, j.d.Attempt}] = true
		}
	}
	for _, o := range s.suspicion.suspects {
		known[claim{o.job.d.ID, o.job.d.Attempt}] = true
	}
	for _, list := range [][]stories.Result{s.results, r.results} {
		for _, o := range list {
			known[claim{o.DeliveryID, o.Attempt}] = true
		}
	}
	for _, d := range r.found {
		if !known[claim{d.ID, d.Attempt}] {
			s.giveBack(&job{d: d}, 0)
		}
	}
}
