package bot

import (
	"math"
	"testing"
	"time"

	"storybot/stories"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 10000: "10,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestRoughly(t *testing.T) {
	for d, want := range map[time.Duration]string{-time.Second: "0 s", 95 * time.Second: "95 s", 12 * time.Minute: "12 min", 3 * time.Hour: "3 h", 72 * time.Hour: "3 days"} {
		if got := Roughly(d); got != want {
			t.Errorf("Roughly(%v) = %q, want %q", d, got, want)
		}
	}
}

func TestProgressWords(t *testing.T) {
	for _, tt := range []struct {
		p    stories.Progress
		left time.Duration
		want string
	}{
		{stories.Progress{Total: 10000, Sent: 5120, Waiting: 4877, Held: 3}, 95 * time.Second, "Delivered 5,120 of 10,000, 3 blocked, about 95 s left."},
		{stories.Progress{Total: 10, Sent: 4, Waiting: 6}, 999 * time.Millisecond, "Delivered 4 of 10."},
		{stories.Progress{Total: 10, Sent: 4, Waiting: 6}, 0, "Delivered 4 of 10."},
		{stories.Progress{Total: 10, Sent: 4, Waiting: 6}, 24 * time.Hour, "Delivered 4 of 10, about 24 h left."},
		{stories.Progress{Total: 10, Sent: 4, Waiting: 6}, 24*time.Hour + 1, "Delivered 4 of 10, more than a day left."},
		{stories.Progress{Total: 1_000_000, Sent: 1, Waiting: 999_999}, TimeLeft(1, 999_999, 250*time.Hour), "Delivered 1 of 1,000,000, more than a day left."},
		{stories.Progress{Total: 1_000_000, Sent: 1, Waiting: 999_999}, math.MaxInt64, "Delivered 1 of 1,000,000, more than a day left."},
		{stories.Progress{Total: 10, Sent: 10}, 0, "Delivered to all 10 channels."},
		{stories.Progress{Total: 1, Sent: 1}, 0, "Delivered to the one channel."},
		{stories.Progress{Total: 2, Sent: 2}, 0, "Delivered to both channels."},
		{stories.Progress{Total: 3, Sent: 3}, 0, "Delivered to all 3 channels."},
		{stories.Progress{Total: 1, Sent: 1, Direct: 1}, 0, "Delivered to the one direct message."},
		{stories.Progress{Total: 2, Sent: 2, Direct: 1}, 0, "Delivered to all 2: 1 channel and 1 direct message."},
		{stories.Progress{Total: 2, Sent: 2, Direct: 2}, 0, "Delivered to all 2: 2 direct messages."},
		{stories.Progress{Total: 1205, Sent: 1205, Direct: 3}, 0, "Delivered to all 1,205: 1,202 channels and 3 direct messages."},
		{stories.Progress{Total: 10, Sent: 4, Waiting: 6, Direct: 3}, 0, "Delivered 4 of 10."},
		{stories.Progress{Total: 10, Sent: 6, Held: 1, Failed: 2, Unknown: 1}, 0, "Delivered 6 of 10, 1 blocked, 2 failed, 1 uncertain. /desk status tells why."},
		{stories.Progress{Total: 1, Withdrawn: 1}, 0, "Delivered 0 of 1, 1 withdrawn before it was sent."},
		{stories.Progress{Total: 3, Sent: 2, Unwanted: 1}, 0, "Delivered 2 of 3, 1 not asked for any more."},
		{stories.Progress{Total: 10, Overtaken: 10}, 0, "Delivered 0 of 10, 10 overtaken by newer updates."},
		{stories.Progress{Total: 10, Sent: 4, Overtaken: 2, Waiting: 3, Failed: 1}, 5 * time.Second, "Delivered 4 of 10, 2 overtaken by newer updates, 1 failed, about 5 s left."},
	} {
		if got := ProgressWords(tt.p, tt.left); got != tt.want {
			t.Errorf("ProgressWords(%+v) = %q, want %q", tt.p, got, tt.want)
		}
	}
}

func TestTimeLeft(t *testing.T) {
	for _, tt := range []struct {
		finished, waiting int
		elapsed, want     time.Duration
	}{{100, 50, 10 * time.Second, 5 * time.Second}, {0, 50, time.Minute, 0}, {50, 0, time.Minute, 0}, {5, 50, time.Millisecond, 0},
		{1, 10_000, 200 * time.Hour, 2_000_000 * time.Hour}, {1, 1_000_000, 1000 * time.Hour, math.MaxInt64},
		{1, math.MaxInt, math.MaxInt64, math.MaxInt64}, {3, 7, 10 * time.Second, 23333 * time.Millisecond}} {
		if got := TimeLeft(tt.finished, tt.waiting, tt.elapsed); got != tt.want {
			t.Errorf("TimeLeft(%d, %d, %v) = %v, want %v", tt.finished, tt.waiting, tt.elapsed, got, tt.want)
		}
	}
}
