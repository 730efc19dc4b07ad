package command

import (
	"strings"
	"testing"
)

// The list of commands fits below whatever there is no command of.
func TestUnknownCommandsAreAnsweredWhole(t *testing.T) {
	n := openTracked(t)
	for _, who := range []string{"ada", "ria"} {
		for _, word := range []string{"k7qx-42md-wb3n", strings.Repeat("-", 200), strings.Repeat("x", 200)} {
			for _, line := range []string{"/desk " + word, "/" + word} {
				has(t, line[:10], n.ask(who, "general", line), "no command /")
			}
		}
	}
}
