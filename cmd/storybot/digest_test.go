package main

import (
	"strings"
	"testing"
)

// TestADigestIsReadAndPressed has a channel collect, on every platform: what was breaking
// comes at once, the rest in one message once the digest is taken away, by story, with the
// newest first. A correction edits it and is told in the next one. Its buttons lead on,
// also after a restart and once its story is closed or merged.
func TestADigestIsReadAndPressed(t *testing.T) {
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			p := s.editor(quiet)
			tell(t, p, ask("desk track", "slug", "quake", "headline", "The earth shakes"))
			tell(t, p, ask("subscribe", "target", "quake", "digest", "daily@09:00"))
			withWords(t, p, told+"quake")
			tell(t, p, ask("update", "story", "quake", "text", "Two walls fall."))
			tell(t, p, ask("update", "story", "quake", "level", "breaking", "text", "The dam breaks."))
			withWords(t, p, "The dam breaks.")
			tell(t, p, ask("update", "story", "quake", "text", "Four walls fall."))
			before := len(p.read())
			if why := tell(t, p, ask("why", "story", "quake", "number", "1")); !has(why, "waits until") {
				t.Errorf("/why before it: %s", why.text)
			}
			tell(t, p, ask("subscribe", "target", "quake", "digest", "off"))
			digest := withWords(t, p, "Digest of 2 updates in 1 story")
			text := plain(digest.text)
			for _, words := range []string{"Two walls fall.", "BREAKING", "The dam breaks.", "quake, update 3", "The earth shakes"} {
				if !strings.Contains(text, words) {
					t.Errorf("it does not say %q: %s", words, text)
				}
			}
			if at := strings.Index(text, "Four walls fall."); at < 0 || at > strings.Index(text, "Two walls fall.") {
				t.Errorf("it does not begin with the newest: %s", text)
			}
			if n := len(p.read()); n != before+1 {
				t.Errorf("%d messages came with it", n-before)
			}
			press := func(when string) {
				t.Helper()
				row := "quake"
				if s.name == "discord" { // an option of the menu
					row = "timeline"
				}
				if got := push(t, digest, row); !has(got, "The dam breaks.") {
					t.Errorf("%s: the timeline says %s", when, got.text)
				}
				if s.name == "console" { // its numbers went with the answer's
					return
				}
				if got := push(t, digest, "Stop here"); got.public || !has(got, "quake") {
					t.Errorf("%s: Stop here says %s", when, got.text)
				}
			}
			press("at once")
			if why := tell(t, p, ask("why", "story", "quake", "number", "1")); !has(why, "in the digest of") {
				t.Errorf("/why after it: %s", why.text)
			}
			if s.name == "console" {
				return // what was printed stays
			}
			tell(t, p, ask("subscribe", "target", "quake", "digest", "hourly"))
			shown := tell(t, p, ask("desk correct", "story", "quake", "number", "1", "text", "Three walls fall."))
			confirm := "Correct it"
			if shown.submit != nil { // a form
				confirm = "Post"
				var err error
				if shown, err = shown.submit(map[string]string{"text": "Three walls fall."}); err != nil {
					t.Fatal(err)
				}
			}
			push(t, shown, confirm)
			withWords(t, p, "Three walls fall.")
			before = len(p.read())
			tell(t, p, ask("subscribe", "target", "quake", "digest", "off"))
			next := withWords(t, p, "Digest of 1 revision")
			if !has(next, "CORRECTION") || !has(next, "It said: “Two walls fall.” It says now: “Three walls fall.”") {
				t.Errorf("the next says %s", next.text)
			}
			if n := len(p.read()); n != before+1 {
				t.Errorf("%d messages came with the next", n-before)
			}
			s.restart(nil)
			press("after a restart")
			tell(t, p, ask("desk close", "story", "quake"))
			press("once it is closed")
		})
	}
}
