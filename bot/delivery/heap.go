package delivery

import "container/heap"

// ladder keeps places in an order, the first one on top.
type queueHeap struct {
	slot   int // which of place.steps is this ladder's
	queues []*queue
	less   func(a, b *queue) bool
}

// put sees to it that p stands where it belongs, or nowhere.
func (l *queueHeap) put(p *queue, there bool) {
	i := p.slots[l.slot]
	switch {
	case there && i >= 0:
		heap.Fix(l, i)
	case there:
		heap.Push(l, p)
	case i >= 0:
		heap.Remove(l, i)
	}
}

// first returns the place on top, nil for none.
func (l *queueHeap) first() *queue {
	if len(l.queues) == 0 {
		return nil
	}
	return l.queues[0]
}

func (l *queueHeap) Len() int           { return len(l.queues) }
func (l *queueHeap) Less(i, j int) bool { return l.less(l.queues[i], l.queues[j]) }
func (l *queueHeap) Swap(i, j int) {
	l.queues[i], l.queues[j] = l.queues[j], l.queues[i]
	l.queues[i].slots[l.slot], l.queues[j].slots[l.slot] = i, j
}

// Push is heap.Interface's.
func (l *queueHeap) Push(p any) {
	l.queues = append(l.queues, p.(*queue))
	l.queues[len(l.queues)-1].slots[l.slot] = len(l.queues) - 1
}

// Pop is heap.Interface's.
func (l *queueHeap) Pop() any {
	p := l.queues[len(l.queues)-1]
	l.queues[len(l.queues)-1] = nil
	l.queues = l.queues[:len(l.queues)-1]
	p.slots[l.slot] = -1
	return p
}
