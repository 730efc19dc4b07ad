package sqlstore_test

import (
	"testing"
	"time"
)

// BenchmarkPlanInQuietHours publishes to 100,000 channels, none of which has quiet hours,
// and then all, in 40 zones, and reports how much longer the latter takes: 1 for as long.
func BenchmarkPlanInQuietHours(b *testing.B) {
	const channels = 100_000
	each(b, "/100k", func(b *testing.B, at string) {
		s, story := newsroom(b, at, channels)
		plan := func() time.Duration {
			began := time.Now()
			if p := publish(b, s, story); p.Total != channels {
				b.Fatalf("%d are owed it", p.Total)
			}
			return time.Since(began)
		}
		plan()
		without := plan()
		execute(b, at, `UPDATE subscriptions SET quiet = '22:00-07:00', tz = 'Etc/GMT' || (id % 40), waits_from = CASE WHEN id % 2 = 0 THEN 1 ELSE 4102444800000 END, due_at = 4102444800000`)
		plan()
		var with time.Duration
		for b.Loop() {
			with += plan()
		}
		b.ReportMetric(with.Seconds()/float64(b.N)/without.Seconds(), "ratio")
	})
}
