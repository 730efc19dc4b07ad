package sqlstore

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"storybot/stories"
)

// mayRead are the tables that some statements read from end to end, and why that is meant.
var mayRead = map[string][]string{
	"old notices":   {"notices"},       // once a day
	"pings at all":  {"pinged"},        // whether there is one: the first says so
	"followers":     {"subscriptions"}, // counts them, for metrics
	"overfull":      {"held"},          // a few of each blocked destination
	"queue":         {"held", "lanes"}, // the same; a lane for each workspace
	"plan a notice": {"desks"},         // one for each workspace
	"untold":        {"desks"},
}

// Statements that run for every delivery or every look must not read a table
// from end to end, however few rows the planner believes it has.
func TestSQLiteReadsNoTableFromEndToEnd(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	plans := newPlans(t, s)
	for name, text := range map[string]string{
		"any post": anyPostSQL, "closed threads": closedThreadsSQL, "is closed": isClosedSQL, "open again": openAgainSQL, "first closed": firstClosedSQL, "was edited": wasEditedSQL, "on a card": onCardSQL, "pinging": pingingSQL, "blocked among": blockedAmongSQL, "taken among": takenAmongSQL,
		"publications": publicationsSQL, "load": loadSQL, "load again": loadAgainSQL, "load places": loadPlacesSQL, "load flying": loadFlyingSQL, "origins": originsSQL,
		"past": pastSQL, "past run": pastRunSQL, "touch": touchSQL, "owed again": againOwedSQL, "copies among": copiesAmongSQL, "may say": maySaySQL, "others": othersSQL, "present": presentSQL, "refused among": refusedAmongSQL, "posted": postedSQL, "targets": targetsSQL, "finish": finishSQL, "first": firstSQL, "unqueue again": unqueueAgainSQL, "unhold": unholdSQL, "unite": uniteRowsSQL, "arriving": arrivingSQL, "acted on": actedOnSQL, "earlier": earlierSQL, "earlier on": earlierOnSQL, "waiting on": waitingOnSQL, "decided by": decidedBySQL, "count": countSQL,
		"queued at": queuedAtSQL, "held at": heldAtSQL, "held messages": heldMessagesSQL, "overfull": overfullSQL, "cards": cardsSQL, "failed tellings": failedTellingsSQL, "move": moveSQL, "miss more": missMoreSQL, "unfollowed": unfollowedSQL,
		"urge": urgeSQL, "older edits": olderEditsSQL, "copies": copiesSQL, "plan": planned(aTopic, 2, true), "plan in one lane": planned(aTopic, 1, false), "plan the rest": planned(theRest, 2, true), "plan a story": planned(aStory, 1, true), "plan what waits": plannedLater(aTopic, 2), "somebody waits": somebodyWaitsSQL, "count deferred": countDeferredSQL, "deferred here": deferredHereSQL, "waiting rows": waitingRowsSQL, "claimed": claimedSQL, "in lane": inLaneSQL, "deferred of": deferredOfSQL, "waiting subs": waitingSubsSQL, "due": dueNextSQL, "due places": duePlacesSQL, "count waiting": countWaitingSQL, "any waits": anyWaitsSQL, "wait now": waitNowSQL, "deferred places": deferredPlacesSQL, "deciding sub": decidingSubSQL, "count all deferred": countAllDeferredSQL, "followed": isFollowedSQL, "spared": sparedOf(theRest), "decision": decisionSQL, "ended at": endedAtSQL, "passed at": passedAtSQL, "former places": formerPlacesSQL, "newest of": newestOfSQL, "hold planned": holdPlannedSQL, "keep held": keepHeldSQL, "count planned": countPlannedSQL, "queue planned": queuePlannedSQL, "older": olderSQL, "put back at": putBackAtSQL, "waiting at": waitingAtSQL, "edit older": editOlderSQL, "looked for": lookedForSQL, "undecided copies": undecidedCopiesSQL, "lock revised": lockRevisedSQL, "progress": progressSQL, "count direct": countDirectSQL, "direct tellings": directTellingsSQL, "held copies": heldCopiesSQL, "doubtful copies": doubtfulCopiesSQL, "held edits": heldEditsSQL, "doubtful edits": doubtfulEditsSQL, "gone copies": goneCopiesSQL, "count cards": countCardsSQL, "stopped of": countStoppedSQL,
		"waiting with": waitingWithSQL,
		"pings":        fixPingsSQL, "pings at all": pingsAtAllSQL, "pings of": pingsOfSQL, "forget pings": forgetPingsSQL, "prune pings": prunePingedSQL,
		"deliveries of": deliveriesOfSQL, "newest deliveries": newestDeliveriesSQL,
		"story": storyBySlugSQL, "updates": newestUpdatesSQL, "seen": seenSQL, "same text": sameTextSQL, "subscriptions": subscriptionsSQL, "log": logStorySQL,
		"queue": queueSQL, "failing": failingSQL, "collected since": collectedSinceSQL, "settled": settledSQL, "still left": stillLeftSQL, "stood on": stoodOnSQL, "post of": postOfSQL, "followers": followersSQL, "prune": pruneOwedSQL, "prune outcomes": pruneOutcomesSQL, "old publications": oldPublicationsSQL, "batch end": batchEndSQL,
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
		"count heads without": countHeadsWithoutSQL, "show released": showReleasedSQL,
		"usable head": usableHeadSQL, "unmade heads": unmadeHeadsSQL,
		"old notes": pruneNotesSQL, "a person's notes": dropNotesSQL, "old uses": pruneUsesSQL, "count subscriptions": countSubscriptionsSQL,
		"holders of words": holdersOfSQL, "best found": bestSQL, "looked through": lookedThroughSQL,
	} {
		whole, lines := plans.of(t, text)
		for _, table := range whole {
			if !slices.Contains(mayRead[name], table) {
				t.Errorf("%s scans %s:\n%s", name, table, strings.Join(lines, "\n"))
			}
		}
		t.Logf("%s:\n\t%s", name, strings.Join(lines, "\n\t"))
	}
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
