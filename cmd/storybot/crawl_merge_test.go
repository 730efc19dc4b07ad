package main

import (
	"strings"
	"testing"
)

// TestTwoStoriesBecomeOne presses on each platform what makes one story of two, and
// then what older messages offer of the one that is none any more.
func TestTwoStoriesBecomeOne(t *testing.T) {
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			editor := s.editor(busy)
			says := func(what seen, words string) {
				t.Helper()
				if !strings.Contains(strings.ReplaceAll(strings.Join(strings.Fields(what.text), " "), "`", ""), words) {
					t.Errorf("want %q in: %s", words, what.text)
				}
			}
			tell(t, editor, ask("desk track", "slug", rhine, "headline", "Rhine rises above nine metres"))
			tell(t, editor, ask("desk track", "slug", harbour, "headline", "Harbour is closed"))
			tell(t, editor, ask("update", "story", rhine, "text", "The first dyke breaks."))
			tell(t, editor, ask("subscribe", "target", harbour))
			tell(t, editor, ask("update", "story", harbour, "text", long("The harbour is shut. ", s.longest)))
			pushed := withWords(t, editor, "The harbour is shut.")
			question := tell(t, editor, ask("desk merge", "story", harbour, "into", rhine))
			says(question, "Merge harbour into flood?")
			says(question, "1 channel follows harbour")
			done := push(t, question, "Merge into flood")
			says(done, "Merged harbour into flood.")
			if s.visitor != nil { // a console presses the newest message only
				if err := done.again(); err != nil {
					t.Error(err)
				}
				says(push(t, question, "Merge into flood"), "harbour was merged into flood already; nothing was changed.")
				says(push(t, pushed, "Timeline"), "Timeline of flood")
				says(push(t, pushed, "Read all"), "flood, update 2")
			}
			says(tell(t, editor, ask("story", "story", harbour, "number", "1")), "is update 2 of that now")
			says(tell(t, editor, ask("why", "story", harbour, "number", "1")), "Update 2 was sent")
			says(tell(t, editor, ask("subscriptions")), "This channel follows flood")
			says(tell(t, editor, ask("update", "story", harbour, "text", "The water falls.")), "Published update 3 of flood")
			says(withWords(t, editor, "The water falls."), "flood, update 3")
			for _, words := range []string{"The harbour is shut.", "The water falls."} {
				if n := times(editor.read(), words); n != 1 {
					t.Errorf("%q is %d times in the channel", words, n)
				}
			}
			if got := times(editor.read(), "The first dyke breaks."); got != 0 {
				t.Errorf("what was published before somebody followed is %d times in the channel", got)
			}
			if s.visitor != nil {
				push(t, pushed, "Stop here")
				says(tell(t, editor, ask("subscriptions", "target", rhine)), "not follow")
			}
			log := strings.Join(strings.Fields(tell(t, editor, ask("desk log")).text), " ")
			if n := strings.Count(log, "merged harbour into flood, with 1 update and 1 follower"); n != 1 {
				t.Errorf("the log tells of it %d times: %s", n, log)
			}
		})
	}
}
