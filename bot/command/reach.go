package command

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// reachWords says what a revision of a kind does, in sentences.
func reachWords(kind stories.RevisionKind, would stories.Revised) string {
	reach := would.Reach
	var does, more []string
	if n := reach.Edits - reach.Doubtful - reach.Held; n > 0 {
		does = append(does, "edits "+copies(n))
	}
	posts, late := tellsWords(kind, would.Tells)
	does = append(does, posts...)
	if reach.Again > 0 {
		does = append(does, fmt.Sprintf("sends %s that %s kept back", copies(reach.Again), oneOr(reach.Again, "was", "were")))
	}
	if len(does) > 0 {
		more = append(more, "This "+listed(does)+".")
	}
	if late > 0 {
		more = append(more, fmt.Sprintf("%s of them %s still owed the message of an earlier revision: there one message tells of both.", bot.Count(late), oneOr(late, "is", "are")))
	}
	more = append(more, unreached(reach)...)
	if wait := waitingWords(kind, would.Update.Marks.Standing, reach.Waiting); wait != "" {
		more = append(more, wait)
	}
	kinds := []struct {
		n    int
		noun string
	}{{reach.Cards - reach.Digests, "posted card"}, {reach.Digests, "digest"}}
	if len(more) == 0 {
		var only []string
		for _, kind := range kinds {
			if kind.n > 0 {
				only = append(only, plural(kind.n, kind.noun))
			}
		}
		if len(only) == 0 {
			return "No channel has a copy of it."
		}
		return fmt.Sprintf("Only %s %s it, and %s edited.", listed(only), oneOr(reach.Cards, "shows", "show"), oneOr(reach.Cards, "is", "are"))
	}
	for _, kind := range kinds {
		if n := kind.n; n > 0 {
			more = append(more, fmt.Sprintf("%s that %s it %s edited too.", capital(plural(n, kind.noun)), oneOr(n, "shows", "show"), oneOr(n, "is", "are")))
		}
	}
	return strings.Join(more, " ")
}

// unreached says of which copies it is known that they are not edited now, or perhaps at
// all, a sentence for each cause.
func unreached(reach stories.Reach) (said []string) {
	if n := reach.Held; n > 0 {
		said = append(said, fmt.Sprintf("%s %s in %s that the bot cannot write to: what is owed there comes once it can again.", capital(copies(n)), oneOr(n, "is", "are"), oneOr(n, "a channel", "channels")))
	}
	if n := reach.Doubtful; n > 0 {
		said = append(said, fmt.Sprintf("%s could not be edited the last time, so perhaps not now either: %s deleted, or %s platform does not allow it any more.",
			capital(copies(n)), oneOr(n, "it was", "they were"), oneOr(n, "its", "their")))
	}
	if n := reach.Gone; n > 0 {
		said = append(said, fmt.Sprintf("%s %s in %s, and %s as %s.", capital(copies(n)), oneOr(n, "is", "are"), oneOr(n, "a channel that is gone", "channels that are gone"), oneOr(n, "stays", "stay"), oneOr(n, "it is", "they are")))
	}
	if n := reach.Old; n > 0 {
		said = append(said, fmt.Sprintf("%s %s too old to be reached.", capital(copies(n)), oneOr(n, "is", "are")))
	}
	return said
}

// cardsFollow says, as a sentence behind others, how many cards that channels were
// posted are edited because a story was changed; "" for none.
func cardsFollow(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" This edits %s of it.", plural(n, "posted card"))
}

// overdue says of what a channel was not told before, where another revision brings it.
var overdue = map[stories.RevisionKind]string{
	stories.Correction: "not told of an earlier correction yet", stories.Hold: "not told yet that it is on hold",
	stories.Release: "not told yet that it was released", stories.Withdrawal: "not told yet that it is withdrawn",
}

// tellsWords says which messages a revision of a kind posts to how many channels and
// direct messages, and how many of those are told in it of an earlier revision too.
func tellsWords(kind stories.RevisionKind, tells []stories.Tells) (posts []string, late int) {
	type places struct{ all, direct int }
	own, others := map[stories.RevisionKind]places{}, map[stories.RevisionKind]places{}
	for _, t := range tells {
		to := own
		if t.Late != "" && t.Kind != kind {
			to = others
		} else if t.Late != "" {
			late += t.Channels
		}
		to[t.Kind] = places{to[t.Kind].all + t.Channels, to[t.Kind].direct + t.Direct}
	}
	for _, told := range slices.Sorted(maps.Keys(own)) {
		posts = append(posts, fmt.Sprintf("posts %s to %s", bot.RevisionLabel(told), bot.PlacesWords(own[told].all, own[told].direct)))
	}
	for _, told := range slices.Sorted(maps.Keys(others)) {
		n := others[told]
		posts = append(posts, fmt.Sprintf("posts %s to %s that %s %s", bot.RevisionLabel(told), bot.PlacesWords(n.all, n.direct), oneOr(n.all, "was", "were"), overdue[told]))
	}
	return posts, late
}

// waitingWords says what becomes of n copies that were not sent yet, of an update that
// stands so once it is revised.
func waitingWords(kind stories.RevisionKind, standing stories.Standing, n int) string {
	if n <= 0 {
		return ""
	}
	wait := fmt.Sprintf("%s that %s not sent yet ", capital(copies(n)), oneOr(n, "was", "were"))
	switch kind {
	case stories.Withdrawal:
		return wait + oneOr(n, "is not sent at all.", "are not sent at all.")
	case stories.Hold:
		return wait + oneOr(n, "is kept until it is released.", "are kept until it is released.")
	}
	if standing == stories.OnHold { // as it was before
		return wait + oneOr(n, "is kept until it is released, and goes out as it reads then.", "are kept until it is released, and go out as it reads then.")
	}
	return wait + oneOr(n, "goes out as it reads then.", "go out as it reads then.")
}

// copies counts copies of an update.
func copies(n int) string {
	if n == 1 {
		return "1 copy"
	}
	return bot.Count(n) + " copies"
}
