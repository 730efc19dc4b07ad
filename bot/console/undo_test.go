package console

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot"
)

// What can be undone is printed once from a pipe, and how it ended at the end of it: what
// goes out by then is waited for there alone, so that a line can undo it. Who undid it
// has read so already.
func TestWhatCanBeUndoneEndsWithThePipe(t *testing.T) {
	undo := bot.Button{Label: "Undo", Action: bot.ActionCancel, Arg: "7"}
	for name, test := range map[string]struct {
		undone bool
		end    string
	}{"not undone": {false, "Published\n\n"}, "undone": {true, ""}} {
		t.Run(name, func(t *testing.T) {
			gone, lasts, looks := false, "", 0
			h := &echo{reply: func(c bot.Command) bot.Reply {
				if c.Input.(bot.Typed).Name != "update" {
					return bot.Reply{Message: bot.Plainly("A story")}
				}
				left := func() bot.Message {
					looks++
					m := bot.Plainly(fmt.Sprintf("Goes out in %d s", 10-looks))
					m.Buttons = []bot.Button{undo}
					return m
				}
				return bot.Reply{Message: left(), Live: func(context.Context) (bot.Message, bool, error) {
					if gone {
						return bot.Plainly("Published"), true, nil
					}
					return left(), false, nil
				}, Ending: func(context.Context) (bot.Message, error) {
					if test.undone {
						return bot.Message{}, nil
					}
					return bot.Plainly("Published"), nil
				}}
			}}
			var out bytes.Buffer
			c := New(Config{In: strings.NewReader("/update x it\n/story x\n"), Out: &out, Specs: specs(), Settled: func(_ context.Context, last bool) error {
				gone, lasts = last, lasts+fmt.Sprint(last, " ")
				return nil
			}})
			if err := c.Run(t.Context(), h); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff("Goes out in 9 s\n[1] Undo\n\nA story\n\n"+test.end, out.String()); diff != "" {
				t.Error(diff)
			}
			if lasts != "false false true " {
				t.Errorf("waited for what goes out: %s", lasts)
			}
		})
	}
}
