package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// paperJournal is a database that answers exchanges as a test wants.
type paperJournal struct {
	Journal
	made   []stories.Exchange
	answer func(stories.Exchange) error
}

func (p *paperJournal) Exchange(_ context.Context, _ stories.Lease, x stories.Exchange) (b stories.Begun, err error) {
	p.made = append(p.made, x)
	b.Deliveries = map[int64]bool{}
	for _, f := range x.Begin {
		b.Deliveries[f.Delivery] = true
	}
	return b, p.answer(x)
}

func journalOver(p *paperJournal) *journal {
	log := slog.New(slog.DiscardHandler)
	return &journal{flying: map[int64]stories.Flight{},
		writer: writer{journal: p, renderer: &renderer{
			read:   func(context.Context, stories.Subject, int) (stories.Content, error) { return stories.Content{}, nil },
			render: func(stories.Content) bot.Message { return bot.Plainly("x") },
		}, database: &database{log: log}, log: log, answers: make(chan answer, 1)}}
}

// step makes the next exchange, which begins rows, and takes its answer in.
func (j *journal) step(ctx context.Context, rows ...*row) written {
	j.exchange(ctx, rows, reading{})
	return j.take(<-j.writer.answers, time.Second, 0)
}

// rowOf returns a row that is in no window.
func rowOf(id int64) *row {
	return &row{Ref: stories.Ref{Delivery: id}, origin: &origin{}, queue: &queue{}}
}

// What is on its way is not begun, whoever picks it.
func TestWhatFliesIsNotBegun(t *testing.T) {
	rows := []*row{rowOf(1), rowOf(2)}
	j := &journal{flying: map[int64]stories.Flight{1: {Attempt: 1, Ref: rows[0].Ref}}}
	c := j.open(rows, reading{})
	if len(c.rows) != 1 || len(c.x.Begin) != 1 || c.x.Begin[0].Delivery != 2 || len(c.x.Flying) != 1 {
		t.Errorf("begun: %+v, flying: %+v", c.x.Begin, c.x.Flying)
	}
}

// An exchange that failed is made again as it was, with nothing that came since,
// which goes with the one after it; then what it began is in flight.
func TestAnExchangeIsMadeAgainAsItWas(t *testing.T) {
	fails := 2
	p := &paperJournal{answer: func(stories.Exchange) error {
		if fails--; fails >= 0 {
			return errors.New("away")
		}
		return nil
	}}
	j := journalOver(p)
	j.write(stories.Result{Flight: stories.Flight{Ref: stories.Ref{Delivery: 1}}, State: stories.Sent}, rowOf(1), 0)
	for try := range 3 {
		w := j.step(t.Context(), rowOf(2))
		if try == 0 {
			j.write(stories.Result{Flight: stories.Flight{Ref: stories.Ref{Delivery: 3}}, State: stories.Sent}, rowOf(3), 0)
		}
		if done := try == 2; len(w.begun) == 1 != done || j.writer.owing() == done {
			t.Fatalf("after try %d: %d begun, more to make: %v", try+1, len(w.begun), j.writer.owing())
		}
	}
	for i, x := range p.made {
		if x.Batch != 1 || len(x.Results) != 1 || x.Results[0].Delivery != 1 || len(x.Begin) != 1 {
			t.Errorf("try %d says %+v", i+1, x)
		}
	}
	if _, flies := j.flying[2]; !flies || j.idle() {
		t.Errorf("in flight: %v, nothing left to write: %v", j.flying, j.idle())
	}
	j.step(t.Context())
	if x := p.made[3]; x.Batch != 2 || len(x.Results) != 1 || x.Results[0].Delivery != 3 || len(x.Flying) != 1 || !j.idle() {
		t.Errorf("the next one says %+v", x)
	}
}

// One result that the database refuses costs itself: all else is written, what it is
// about is told, and its row ends with less said of it.
func TestAnExchangeIsTakenApart(t *testing.T) {
	for _, bad := range []int64{1, 3, 5} {
		t.Run(fmt.Sprint(bad), func(t *testing.T) {
			var ended []int64
			p := &paperJournal{}
			p.answer = func(x stories.Exchange) error {
				for _, r := range x.Results {
					if r.Delivery == bad && r.MessageID != "" {
						return fmt.Errorf("a rule: %w", stories.ErrRefused)
					}
				}
				for _, r := range x.Results {
					ended = append(ended, r.Delivery)
				}
				return nil
			}
			j := journalOver(p)
			for id := range int64(5) {
				j.write(stories.Result{Flight: stories.Flight{Ref: stories.Ref{Delivery: id + 1}}, State: stories.Sent, MessageID: "m"}, rowOf(id+1), 0)
			}
			var gone, told int
			for range 40 {
				if j.idle() {
					break
				}
				w := j.step(t.Context())
				gone, told = gone+len(w.gone), told+len(w.alarms)
			}
			slices.Sort(ended)
			if !slices.Equal(ended, []int64{1, 2, 3, 4, 5}) || gone != 5 || told != 1 || !j.idle() {
				t.Errorf("written: %v, ended: %d rows, alarms: %d, nothing left: %v", ended, gone, told, j.idle())
			}
		})
	}
}

// Where the lease is another's nothing is taken for written.
func TestAnExchangeWithoutALease(t *testing.T) {
	j := journalOver(&paperJournal{answer: func(stories.Exchange) error { return stories.ErrLeaseLost }})
	j.write(stories.Result{Flight: stories.Flight{Ref: stories.Ref{Delivery: 1}}, State: stories.Sent}, rowOf(1), 0)
	if w := j.step(t.Context(), rowOf(2)); !w.lost || len(w.gone)+len(w.begun) > 0 || len(j.flying) > 0 {
		t.Errorf("%+v, in flight: %v", w, j.flying)
	}
}
