package delivery

import "time"

// invalidCount counts events of the last ten minutes, in steps of windowStep.
type invalidCount struct {
	counts [windowSteps]int
	total  int
	step   int // the newest step counted
}

// add counts one event.
func (w *invalidCount) add(now time.Duration) {
	w.advance(now)
	w.counts[w.step%len(w.counts)]++
	w.total++
}

// past counts n events of a while ago.
func (w *invalidCount) past(now, ago time.Duration, n int) {
	w.advance(now)
	back := int(ago / windowStep)
	if back >= len(w.counts) {
		return
	}
	w.counts[(w.step-back+len(w.counts))%len(w.counts)] += n
	w.total += n
}

// count returns how many events the last ten minutes saw.
func (w *invalidCount) count(now time.Duration) int {
	w.advance(now)
	return w.total
}

// reset forgets all events.
func (w *invalidCount) reset() { *w = invalidCount{step: w.step} }

// advance drops the steps that are ten minutes old.
func (w *invalidCount) advance(now time.Duration) {
	step := int(now / windowStep)
	for i := w.step + 1; i <= step && i <= w.step+len(w.counts); i++ {
		w.total -= w.counts[i%len(w.counts)]
		w.counts[i%len(w.counts)] = 0
	}
	w.step = max(w.step, step)
}
