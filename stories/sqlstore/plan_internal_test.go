package sqlstore

import (
	"cmp"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"storybot/stories"
)

// Statements that run for every delivery or every look must not read a table
// from end to end, however few rows the planner believes it has.
func TestSQLiteReadsNoTableFromEndToEnd(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	tables, err := all(t.Context(), s.reader(), func(r row) (name string, err error) { return name, r.Scan(&name) }, `SELECT name FROM sqlite_master WHERE type = 'table'`)
	if err != nil {
		t.Fatal(err)
	}
	views, err := all(t.Context(), s.reader(), func(r row) (text string, err error) { return text, r.Scan(&text) }, `SELECT sql FROM sqlite_master WHERE type = 'view'`)
	if err != nil {
		t.Fatal(err)
	}
	inViews := namesOf(strings.Join(views, "\n"), tables)
	for name, text := range map[string]string{
		"any post": anyPostSQL, "closed threads": closedThreadsSQL, "is closed": isClosedSQL, "open again": openAgainSQL, "first closed": firstClosedSQL, "was edited": wasEditedSQL, "on a card": onCardSQL, "pinging": pingingSQL, "blocked among": blockedAmongSQL, "taken among": takenAmongSQL,
		"publications": publicationsSQL, "load": loadSQL, "load again": loadAgainSQL, "load places": loadPlacesSQL, "load flying": loadFlyingSQL, "origins": originsSQL,
		"past": pastSQL, "past run": pastRunSQL, "touch": touchSQL, "owed again": againOwedSQL, "copies among": copiesAmongSQL, "may say": maySaySQL, "others": othersSQL, "present": presentSQL, "refused among": refusedAmongSQL, "posted": postedSQL, "targets": targetsSQL, "finish": finishSQL, "first": firstSQL, "unqueue again": unqueueAgainSQL, "unhold": unholdSQL, "unite": uniteRowsSQL, "arriving": arrivingSQL, "acted on": actedOnSQL, "earlier": earlierSQL, "earlier on": earlierOnSQL, "waiting on": waitingOnSQL, "decided by": decidedBySQL, "count": countSQL,
		"queued at": queuedAtSQL, "held at": heldAtSQL, "held messages": heldMessagesSQL, "overfull": overfullSQL, "cards": cardsSQL, "failed tellings": failedTellingsSQL, "move": moveSQL, "miss more": missMoreSQL, "unfollowed": unfollowedSQL,
		"urge": urgeSQL, "older edits": olderEditsSQL, "copies": copiesSQL, "plan": planned(aTopic, 2, true), "plan in one lane": planned(aTopic, 1, false), "plan the rest": planned(theRest, 2, true), "plan a story": planned(aStory, 1, true), "plan what waits": plannedLater(aTopic, 2), "somebody waits": somebodyWaitsSQL, "count deferred": countDeferredSQL, "deferred here": deferredHereSQL, "waiting rows": waitingRowsSQL, "waiting ones": waitingOnesSQL, "deferred of": deferredOfSQL, "waiting subs": waitingSubsSQL, "due": dueNextSQL, "due places": duePlacesSQL, "count waiting": countWaitingSQL, "any waits": anyWaitsSQL, "wait now": waitNowSQL, "deferred places": deferredPlacesSQL, "deciding sub": decidingSubSQL, "count all deferred": countAllDeferredSQL, "followed": isFollowedSQL, "spared": sparedOf(theRest), "decision": decisionSQL, "ended at": endedAtSQL, "passed at": passedAtSQL, "former places": formerPlacesSQL, "newest of": newestOfSQL, "hold planned": holdPlannedSQL, "keep held": keepHeldSQL, "count planned": countPlannedSQL, "queue planned": queuePlannedSQL, "older": olderSQL, "put back at": putBackAtSQL, "waiting at": waitingAtSQL, "edit older": editOlderSQL, "looked for": lookedForSQL, "undecided copies": undecidedCopiesSQL, "lock revised": lockRevisedSQL, "progress": progressSQL, "count direct": countDirectSQL, "direct tellings": directTellingsSQL, "held copies": heldCopiesSQL, "doubtful copies": doubtfulCopiesSQL, "held edits": heldEditsSQL, "doubtful edits": doubtfulEditsSQL, "gone copies": goneCopiesSQL, "count cards": countCardsSQL, "stopped of": countStoppedSQL,
		"pings": fixPingsSQL, "pings at all": pingsAtAllSQL, "pings of": pingsOfSQL, "forget pings": forgetPingsSQL, "prune pings": prunePingedSQL,
		"deliveries of": deliveriesOfSQL, "newest deliveries": newestDeliveriesSQL,
		"story": storyBySlugSQL, "updates": newestUpdatesSQL, "seen": seenSQL, "same text": sameTextSQL, "subscriptions": subscriptionsSQL, "log": logStorySQL,
		"queue": queueSQL, "failing": failingSQL, "followers": followersSQL, "prune": pruneOwedSQL, "prune outcomes": pruneOutcomesSQL, "old publications": oldPublicationsSQL, "batch end": batchEndSQL,
		"shared": sharedSQL, "lock tellings": lockTellingsSQL, "waiting tellings": waitingTellingsSQL, "tellable": tellableSQL, "tellings of": tellingsOfSQL, "copies left": copiesLeftSQL, "count copies": countCopiesSQL, "keep seen": keepSeenSQL, "showing": showingSQL, "needless": needlessSQL, "waiting copies": waitingCopiesSQL, "kept copies": keptCopiesSQL,
		"withheld updates": withheldUpdatesSQL, "maybe sent": maybeSentSQL, "kept for": keptForSQL, "kept elsewhere": keptElsewhereSQL, "old copies": oldCopiesSQL, "revisions to": revisionsToSQL, "edits progress": editsProgressSQL, "telling progress": tellingProgressSQL, "newest revisions": newestRevisionsSQL,
		"present notices": presentNoticesSQL, "open notices": openNoticesSQL, "owe progress": oweProgressSQL, "untold": untoldLanesSQL, "unedited": uneditedLanesSQL, "plan a notice": planNoticeSQL, "plan edits of a notice": planNoticeEditsSQL,
		"old notices": pruneNoticesSQL, "stray readings": strayReadingsSQL, "prune readings": pruneReadingsSQL,
		"by id": storyByIDSQL, "slug of": slugOfSQL, "formerly": formerlySQL, "former number": formerNumberSQL, "merged of": mergedOfSQL, "unseen": countUnseenSQL, "looked": lookedSQL,
		"lock updates of": lockUpdatesOfSQL, "renumber": renumberSQL, "followers of": countFollowersSQL, "double": dropDoubleSQL, "pass followers": passFollowersSQL, "pass mutes": passMutesSQL, "pass publications": passPublicationsSQL, "told of": toldOfSQL,
		"exact": exactSQL, "recent": recentBeginSQL, "begin": beginSQL, "newest": newestSQL, "suggested": storiesByIDsSQL, "near words": nearWordsSQL, "slugs of": slugsOfSQL,
		"digest there": digestThereSQL, "collected": collectedSQL, "gather": gatherSQL, "gather breaking": gatherBreakingSQL, "digested": digestedSQL, "keep digested": keepDigestedSQL, "begun digests": begunDigestsSQL, "entries": entriesSQL, "place entries": placeEntrySQL, "said": saidSQL, "counted": countedSQL, "in a digest": inDigestSQL,
		"chosen to retry": chosenSQL, "retried": retriedSQL,
		"usable heads": usableHeadsSQL, "these rows": theseRowsSQL, "unmade": unmadeSQL, "on heads": onHeadsSQL, "covered later": coveredLaterSQL, "head news": headNewsSQL, "owed under": owedUnderSQL, "ending heads": endingHeadsSQL, "show merged": showMergedSQL, "behind": behindLevelsSQL, "keep behind": keepBehindSQL,
		"old notes": pruneNotesSQL, "a person's notes": dropNotesSQL, "old uses": pruneUsesSQL, "count subscriptions": countSubscriptionsSQL,
	} {
		args := make([]any, strings.Count(text, "?")) // at least as many as there are
		for i := range args {
			args[i] = "[1]"
		}
		var lines []string
		names := append(namesOf(text, tables), inViews...)
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
			if read, whole := strings.CutPrefix(detail, "SCAN "); whole && slices.Contains(names, read) {
				t.Errorf("%s scans %s:\n%s", name, read, strings.Join(lines, "\n"))
			}
		}
		rows.Close()
		t.Logf("%s:\n\t%s", name, strings.Join(lines, "\n\t"))
	}
}

// readsTable finds what a statement reads, and by which name.
var readsTable = regexp.MustCompile(`\b(?:FROM|JOIN|UPDATE|INTO)\s+([a-z_]+)\b(?:\s+(?:AS\s+)?([a-z_]+)\b)?`)

// namesOf are the names that a statement has for tables: what SQLite calls a scan of
// something else, as of what was just made, is none.
func namesOf(text string, tables []string) (names []string) {
	for _, found := range readsTable.FindAllStringSubmatch(text, -1) {
		if slices.Contains(tables, found[1]) {
			names = append(names, cmp.Or(found[2], found[1]))
		}
	}
	return names
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

// What may be followed of one story, with what goes before it.
var (
	aStory  = target{kind: stories.TargetStory, story: 1}
	aTopic  = target{kind: stories.TargetTopic, topic: "sport", earlier: []target{aStory, {kind: stories.TargetTopic, topic: "film"}}}
	theRest = target{kind: stories.TargetAll, earlier: []target{aStory, {kind: stories.TargetTopic, topic: "film"}}}
)

// planned is a statement of plan.
func planned(t target, lanes int, muted bool) string {
	s, err := t.plan(share{}, stories.Update{ID: 1, StoryID: 1}, make([]int64, lanes), muted)
	return textOf(s, err)
}

// plannedLater is a statement of plan of what waits for its time.
func plannedLater(t target, lanes int) string {
	return textOf(t.plan(share{when: later}, stories.Update{ID: 1, StoryID: 1}, make([]int64, lanes), true))
}

// sparedOf is a statement of spared.
func sparedOf(t target) string { return textOf(t.counted(1)) }

func textOf(s statement, err error) string {
	if err != nil {
		panic(err)
	}
	return s.text.String()
}
