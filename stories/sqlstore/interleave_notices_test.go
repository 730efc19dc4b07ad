package sqlstore_test

import (
	"context"
	"testing"
)

// Who begins a notice shares it and then waits for its lane: who rewrites notices with
// all lanes locked has locked them before that.
func TestPostgresNoticesAreLockedBeforeLanes(t *testing.T) {
	for name, tt := range map[string]struct {
		notices string
		call    func(s *scene) error
	}{
		"a story is removed": {"update_id > 0", func(s *scene) error {
			_, err := s.RemoveStory(context.Background(), s.act(), s.story.ID)
			return err
		}},
		"somebody is forgotten": {"body LIKE '%console:ana%'", func(s *scene) error {
			_, err := s.Forget(context.Background(), s.act(), "console:ana", true)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.publish(t)
			execute(t, s.url, `UPDATE notices SET done = 1, body = '{"Change":{"By":{"Ref":"console:ana"}}}' WHERE update_id > 0`)
			count := func(more string) (n int) {
				t.Helper()
				g := shut(t, s.url, "SELECT 1")
				defer g.open()
				if err := g.tx.QueryRow("SELECT count(*) FROM (SELECT id FROM notices WHERE " + tt.notices + more + ") AS n").Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			}
			if count("") == 0 {
				t.Fatal("there is no such notice")
			}
			g := shut(t, s.url, "SELECT id FROM lanes FOR NO KEY UPDATE")
			called := g.begin(1, func() error { return tt.call(s) })
			if n := count(" FOR UPDATE SKIP LOCKED"); n > 0 {
				t.Errorf("%d notices are free while it waits for the lanes", n)
			}
			g.open()
			<-called // a story of which something waits is not removed
		})
	}
}
