package sqlstore_test

import (
	"testing"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

func TestLookReadsTheSameDeliveriesAsTheStoreThatMadeThem(t *testing.T) {
	for kind, address := range databases {
		t.Run(kind, func(t *testing.T) {
			url := address(t)
			s := open(t, url)
			publishAndClaim(t, s)
			want, err := s.Deliveries(t.Context(), stories.DeliveryFilter{}, 1)
			if err != nil || len(want) != 1 {
				t.Fatalf("the store has %v, %v", want, err)
			}
			look, err := sqlstore.Look(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer look.Close()
			got, err := look.Deliveries(t.Context(), stories.DeliveryFilter{}, 1)
			if err != nil || len(got) != 1 || got[0].Key != want[0].Key || len(got[0].Key) < 10 {
				t.Errorf("Look reads %v, %v; want %v", got, err, want)
			}
		})
	}
}
