package command

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"storybot/bot"
)

// BenchmarkStory reports within what time 99 of 100 answers are there, with
// a hundred stories and a new reader each time, whose mark is stored behind it.
func BenchmarkStory(b *testing.B) {
	n := openTracked(b)
	for i := range 100 {
		n.must(n.ask("mo", "general", fmt.Sprintf("/desk track slug:story-%d Another headline", i)))
	}
	var took []time.Duration
	for b.Loop() {
		c := n.request("ria", "general")
		c.User.Ref += c.Key
		c.Input = bot.Typed{Name: "story", Text: "sony-hack"}
		began := time.Now()
		if reply := n.Handle(b.Context(), c); reply.Failed {
			b.Fatal(transcript(reply))
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/p99")
}
