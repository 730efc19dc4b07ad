package delivery

import "container/heap"

// ladder keeps places in an order, the first one on top.
type ladder struct {
	step   int // which of place.steps is this ladder's
	places []*place
	less   func(a, b *place) bool
}

// put sees to it that p stands where it belongs, or nowhere.
func (l *ladder) put(p *place, there bool) {
	i := p.steps[l.step]
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
func (l *ladder) first() *place {
	if len(l.places) == 0 {
		return nil
	}
	return l.places[0]
}

func (l *ladder) Len() int           { return len(l.places) }
func (l *ladder) Less(i, j int) bool { return l.less(l.places[i], l.places[j]) }
func (l *ladder) Swap(i, j int) {
	l.places[i], l.places[j] = l.places[j], l.places[i]
	l.places[i].steps[l.step], l.places[j].steps[l.step] = i, j
}

// Push is heap.Interface's.
func (l *ladder) Push(p any) {
	l.places = append(l.places, p.(*place))
	l.places[len(l.places)-1].steps[l.step] = len(l.places) - 1
}

// Pop is heap.Interface's.
func (l *ladder) Pop() any {
	p := l.places[len(l.places)-1]
	l.places[len(l.places)-1] = nil
	l.places = l.places[:len(l.places)-1]
	p.steps[l.step] = -1
	return p
}
