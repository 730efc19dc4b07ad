package bot

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"storybot/stories"
)

// ProgressWords is what became of an update's deliveries so far, in one
// sentence. left is how long the rest will take, less than a second when that is not known.
func ProgressWords(p stories.Progress, left time.Duration) string {
	switch {
	case p.Sent == p.Total && p.Total == 1 && p.Direct == 1:
		return "Delivered to the one direct message."
	case p.Sent == p.Total && p.Total == 1:
		return "Delivered to the one channel."
	case p.Sent == p.Total && p.Direct > 0:
		return fmt.Sprintf("Delivered to all %s: %s.", Count(p.Total), PlacesWords(p.Total, p.Direct))
	case p.Sent == p.Total && p.Total == 2:
		return "Delivered to both channels."
	case p.Sent == p.Total:
		return fmt.Sprintf("Delivered to all %s channels.", Count(p.Total))
	}
	words := fmt.Sprintf("Delivered %s of %s", Count(p.Sent), Count(p.Total))
	for _, part := range []struct {
		n    int
		word string
	}{{p.Overtaken, "overtaken by newer updates"}, {p.Withdrawn, "withdrawn before it was sent"}, {p.Unwanted, "not asked for any more"}, {p.Held, "blocked"}, {p.Failed, "failed"}, {p.Unknown, "uncertain"}, {p.Kept, "kept until it is released"}, {p.Deferred, waitsForTime(p.Deferred)}} {
		if part.n > 0 {
			words += fmt.Sprintf(", %s %s", Count(part.n), part.word)
		}
	}
	switch {
	case left > longestLeft:
		words += ", more than a day left"
	case left >= time.Second:
		words += fmt.Sprintf(", about %s left", Roughly(left))
	}
	if p.Done() && p.Held+p.Failed+p.Unknown > 0 {
		return words + ". /desk status tells why."
	}
	return words + "."
}

// waitsForTime is what n messages do whose time is still to come.
func waitsForTime(n int) string {
	wait := "wait"
	if n == 1 {
		wait = "waits"
	}
	return wait + " for quiet hours to end, or a digest"
}

// PlacesWords says to how many places something goes, of which so many are direct
// messages: "3 channels and 1 direct message".
func PlacesWords(total, direct int) string {
	words := func(n int, noun string) string {
		if n == 1 {
			return "1 " + noun
		}
		return Count(n) + " " + noun + "s"
	}
	switch {
	case direct == 0:
		return words(total, "channel")
	case direct == total:
		return words(direct, "direct message")
	}
	return words(total-direct, "channel") + " and " + words(direct, "direct message")
}

// RecipientsWords says to how many places an update goes, and how many of them take nothing
// now: "4 channels, of which 1 is blocked". Whether these get it depends on how much more
// comes before they are mended.
func RecipientsWords(to stories.Recipients) string {
	words := PlacesWords(to.Total, to.Direct)
	switch {
	case to.Blocked <= 0:
		return words
	case to.Total == 1:
		return words + ", which is blocked"
	case to.Blocked == to.Total:
		return words + ", all blocked"
	case to.Blocked == 1:
		return words + ", of which 1 is blocked"
	}
	return fmt.Sprintf("%s, of which %s are blocked", words, Count(to.Blocked))
}

// longestLeft is the longest time that is told as a number: beyond it nobody
// plans by the rate of the last minutes.
const longestLeft = 24 * time.Hour

// TimeLeft is how long waiting deliveries take at the rate at which finished
// ones took elapsed; 0 when that cannot be told yet. Longer than time.Duration
// holds is the longest it holds.
func TimeLeft(finished, waiting int, elapsed time.Duration) time.Duration {
	if finished <= 0 || waiting <= 0 || elapsed < time.Second {
		return 0
	}
	left := elapsed.Seconds() * float64(waiting) / float64(finished)
	if left >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(left * float64(time.Second)).Round(time.Millisecond)
}

// Count writes n with commas between thousands.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Roughly writes a length of time: 45 s, 12 min, 3 h, 2 days.
func Roughly(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(max(d, 0).Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
