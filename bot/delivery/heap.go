package delivery

import "container/heap"

// queueHeap keeps queues in an order, the first one on top.
type queueHeap struct {
	slot   int // which of queue.slots is this heap's
	queues []*queue
	less   func(a, b *queue) bool
}

// put sees to it that q stands where it belongs, or nowhere.
func (h *queueHeap) put(q *queue, there bool) {
	i := q.slots[h.slot]
	switch {
	case there && i >= 0:
		heap.Fix(h, i)
	case there:
		heap.Push(h, q)
	case i >= 0:
		heap.Remove(h, i)
	}
}

// first returns the queue on top, nil for none.
func (h *queueHeap) first() *queue {
	if len(h.queues) == 0 {
		return nil
	}
	return h.queues[0]
}

func (h *queueHeap) Len() int           { return len(h.queues) }
func (h *queueHeap) Less(i, j int) bool { return h.less(h.queues[i], h.queues[j]) }
func (h *queueHeap) Swap(i, j int) {
	h.queues[i], h.queues[j] = h.queues[j], h.queues[i]
	h.queues[i].slots[h.slot], h.queues[j].slots[h.slot] = i, j
}

// Push is heap.Interface's.
func (h *queueHeap) Push(q any) {
	h.queues = append(h.queues, q.(*queue))
	h.queues[len(h.queues)-1].slots[h.slot] = len(h.queues) - 1
}

// Pop is heap.Interface's.
func (h *queueHeap) Pop() any {
	q := h.queues[len(h.queues)-1]
	h.queues[len(h.queues)-1] = nil
	h.queues = h.queues[:len(h.queues)-1]
	q.slots[h.slot] = -1
	return q
}
