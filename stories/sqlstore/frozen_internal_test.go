package sqlstore

import (
	"context"
	"testing"
	"time"

	"storybot/stories/storetest/pgtest"
)

// A process that stops in the middle of a transaction, as one does that is
// frozen or cut off, does not keep its lease from others for ever.
func TestAFrozenTransactionLetsGoOfItsLease(t *testing.T) {
	url := pgtest.URL(t)
	frozen, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer frozen.Close()
	other, err := Open(t.Context(), url, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	l, ok, err := frozen.Acquire(t.Context(), "lane", "frozen", time.Millisecond)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	held, thaw, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- frozen.change(context.Background(), func(q querier) error {
			if _, err := holdLane(context.Background(), q, l); err != nil {
				return err
			}
			close(held)
			<-thaw
			return nil
		})
	}()
	<-held
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, ok, err := other.Acquire(ctx, "lane", "other", time.Minute); err != nil || !ok {
		t.Errorf("the lease was not handed over: %v, %v", ok, err)
	}
	close(thaw)
	if err := <-ended; err == nil {
		t.Error("the frozen transaction was committed")
	}
}
