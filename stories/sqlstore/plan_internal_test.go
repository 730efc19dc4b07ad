package sqlstore

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// Statements that run for every delivery or every look must not read a table
// from end to end, however few rows the planner believes it has.
func TestSQLiteReadsNoTableFromEndToEnd(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, text := range map[string]string{
		"publications": publicationsSQL, "load": loadSQL, "load places": loadPlacesSQL, "load flying": loadFlyingSQL, "origins": originsSQL,
		"still owed": stillOwedSQL, "present": presentSQL, "refused among": refusedAmongSQL, "posted": postedSQL, "targets": targetsSQL, "finish": finishSQL, "unqueue": unqueueSQL, "unqueue run": unqueueRunSQL, "near places": nearPlacesSQL, "near owed": nearOwedSQL, "unqueue again": unqueueAgainSQL, "unhold": unholdSQL, "unite": uniteRowsSQL, "arriving": arrivingSQL, "acted on": actedOnSQL, "waiting on": waitingOnSQL, "decided by": decidedBySQL, "open": openSQL, "count": countSQL,
		"queued at": queuedAtSQL, "held at": heldAtSQL, "move": moveSQL, "full": fullSQL, "miss more": missMoreSQL, "unfollowed": unfollowedSQL,
		"urge": urgeSQL, "older edits": olderEditsSQL, "copies": copiesSQL, "plan": planSQL, "plan in one lane": planOneSQL, "queue planned": queuePlannedSQL, "hold planned": holdPlannedSQL, "count held": countHeldSQL, "set queued": setQueuedSQL, "progress": progressSQL,
		"deliveries of": deliveriesOfSQL, "newest deliveries": newestDeliveriesSQL,
		"story": storyBySlugSQL, "updates": newestUpdatesSQL, "seen": seenSQL, "same text": sameTextSQL, "subscriptions": subscriptionsSQL, "log": logStorySQL,
		"queue": queueSQL, "failing": failingSQL, "followers": followersSQL, "prune": pruneDeliveriesSQL,
		"present notices": presentNoticesSQL, "open notices": openNoticesSQL, "owe progress": oweProgressSQL, "untold": untoldLanesSQL, "unedited": uneditedLanesSQL, "plan a notice": planNoticeSQL, "plan edits of a notice": planNoticeEditsSQL,
		"queue a notice": queueNoticeSQL, "hold a notice": holdNoticeSQL, "count a notice": countNoticeSQL, "held of a notice": heldOfNoticeSQL, "old notices": pruneNoticesSQL,
		"exact": exactSQL, "recent": recentBeginSQL, "begin": beginSQL, "newest": newestSQL, "suggested": storiesByIDsSQL, "near words": nearWordsSQL, "slugs of": slugsOfSQL,
		"old notes": pruneNotesSQL, "a person's notes": dropNotesSQL, "old uses": pruneUsesSQL, "count subscriptions": countSubscriptionsSQL,
	} {
		args := make([]any, strings.Count(text, "?")) // at least as many as there are
		for i := range args {
			args[i] = "[1]"
		}
		var lines []string
		rows, err := s.reader().query(t.Context(), "EXPLAIN QUERY PLAN "+text, args[:highest(text)]...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			lines = append(lines, detail)
			for _, table := range []string{"deliveries", "publications", "queue", "d", "e", "o", "p", "q", "u", "t", "s", "stories", "slugs", "vocabulary", "notes", "allowances", "subscriptions"} {
				if detail == "SCAN "+table {
					t.Errorf("%s scans %s:\n%s", name, table, strings.Join(lines, "\n"))
				}
			}
		}
		rows.Close()
		t.Logf("%s:\n\t%s", name, strings.Join(lines, "\n\t"))
	}
}

// highest is the highest parameter of a text.
func highest(text string) int {
	n := 0
	for i := 1; i <= 20; i++ {
		if strings.Contains(text, fmt.Sprint("?", i)) {
			n = i
		}
	}
	return n
}
