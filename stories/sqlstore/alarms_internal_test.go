package sqlstore

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/storetest/pgtest"
)

// One alarm that cannot be read is dropped with a line in the log: it does not keep
// the desk from being told of the others, for good.
func TestAnUnreadableAlarmIsDropped(t *testing.T) {
	for name, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "storybot.db"), "postgres": pgtest.URL(t)} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			var log bytes.Buffer
			s, err := Open(ctx, url, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			at := time.Unix(1_700_000_000, 0)
			desk := stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}
			if _, err := s.TakeDesk(ctx, stories.Act{At: at}, desk, "discord"); err != nil {
				t.Fatal(err)
			}
			keep := func(bodies ...string) {
				for _, body := range bodies {
					err := s.change(ctx, func(q querier) error {
						_, err := q.exec(ctx, insertAlarmSQL, body)
						return err
					})
					if err != nil {
						t.Fatal(err)
					}
				}
			}
			keep(`{"Kind":"lane_stopped"}`, `{"Kind":7}`, `not JSON`, `{"Kind":"lane_resumed"}`)
			if told, err := s.TellAlarms(ctx, at); !told || err != nil {
				t.Fatalf("told: %v, %v", told, err)
			}
			var body string
			if err := one(ctx, s.reader(), `SELECT body FROM notices WHERE kind = 'alarm'`, nil, &body); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(body, "lane_stopped") || !strings.Contains(body, "lane_resumed") {
				t.Errorf("told: %s", body)
			}
			if n := strings.Count(log.String(), "an alarm cannot be read"); n != 2 {
				t.Errorf("%d lines in the log: %s", n, log.String())
			}
			keep(`broken`)
			if told, err := s.TellAlarms(ctx, at); told || err != nil {
				t.Errorf("with nothing else to tell: %v, %v", told, err)
			}
			if waits, err := s.AlarmsWait(ctx); waits || err != nil {
				t.Errorf("it still waits: %v, %v", waits, err)
			}
		})
	}
}
