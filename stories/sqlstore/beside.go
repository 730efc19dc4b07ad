package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"storybot/stories"
)

// Who is told of a revision, and from which wording on, costs one look at each copy,
// however often its update was revised: what its channel has seen of that is kept in
// readings as results come in.

// tellableSQL are the copies of the update ?1 made by the operation ?2 whose channels are
// to be told of a revision: that have one, or may have, and follow the story still. ?3
// are requests on their way: which wordings these were begun in is not told here. What is
// told stands where the copy is: beside it, or in the thread that it is in or began.
var tellableSQL = `
	SELECT t.id, o.id, t.lane_id, CASE WHEN d.op inThread() OR d.op onCard() AND t.forum = 1 THEN d.on_id ELSE d.id END, t.forum,
		d.id, d.said, CASE WHEN d.doubtful = 3 AND d.state IN (0, 5) THEN 1 ELSE 0 END,
		coalesce(a.seen, 0), coalesce(a.due, -1), coalesce(c.seen, 0), coalesce(c.due, -1)
	FROM ` + copyPlacesSQL + `
		LEFT JOIN readings a ON a.update_id = ?1 AND a.destination_id = o.id
		LEFT JOIN readings c ON o.moved_to > 0 AND c.update_id = ?1 AND c.destination_id = o.moved_to
	WHERE d.update_id = ?1 AND d.op = ?2 AND (d.state IN (2, 4) OR ` + maybeThere("d", "d", "?3") + `) AND t.state <> 'gone'
		AND d.id NOT IN (` + takenAwaySQL + `)
		AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = t.id AND m.story_id = s.id)
		AND coalesce((SELECT CASE WHEN b.state = 'active' AND b.level <= u.level THEN 1 ELSE 0 END
			FROM subscriptions b WHERE b.destination_id = t.id AND ` + decidesSQL + `), 0) = 1`

// beside is a copy beside which a channel may be told of a revision.
type beside struct {
	place, was, lane int64 // was is the address it had, place the one it has
	on               int64 // the message
	forum            bool  // it is in a post of a forum, and is replied to
	copy             int64 // its delivery
	began            int   // the wording that the copy was sent in, or may have been
	told             int   // the wording that it is to be told from
	seen             int   // and the newest that it can see
	due              bool  // told is read from what was kept about the channel
	looked           bool  // the copy is looked for since the database was put back
}

// besideAll is one message beside copies, and where it is owed.
type besideAll struct {
	stories.Tells
	op int64 // what made the copies
	to []beside
	// second is what is told in threads of channels that are told it too.
	second bool
}

// tellings are all messages that a revision owes, and what is kept of the channels for
// the next one.
type tellings struct {
	due   []besideAll
	drop  []waiting     // messages about earlier revisions that make room
	since map[int64]int // by channel: from which wording on it was to be told by one of those
	kind  stories.RevisionKind
	// breaking says that the update is: then it is told in each of the places where a
	// channel has it, in the channel and in the story's thread.
	breaking bool
	// direct are the channels that are known as direct messages.
	direct map[int64]bool
}

// planTellings finds the channels that have a copy of u and are owed the message that
// tells of its newest revision and those before that they have not been told of. It
// changes nothing. wordings are all there are of u, up to its present one.
func planTellings(ctx context.Context, q querier, u stories.Update, wordings []stories.Revision, flying flights) (found tellings, err error) {
	found.breaking = u.Level == stories.Breaking
	shown, err := found.makeRoom(ctx, q, u.ID, flying)
	if err != nil {
		return found, err
	}
	kinds, err := all(ctx, q, scanID, toldKindsSQL, u.ID)
	if err != nil {
		return found, err
	}
	direct, err := all(ctx, q, scanID, directPlacesSQL)
	if err != nil {
		return found, err
	}
	found.direct = make(map[int64]bool, len(direct))
	for _, place := range direct {
		found.direct[place] = true
	}
	on, told := list(slices.Collect(maps.Keys(flying.byID))), map[int64]bool{}
	for _, op := range kinds {
		copies, err := all(ctx, q, scanBeside, tellableSQL, u.ID, op, on)
		if err != nil {
			return found, err
		}
		for i := range copies {
			if f, flies := flying.byID[copies[i].copy]; flies {
				copies[i].began = f.Revision
			}
			found.look(&copies[i], shown)
		}
		found.both(op, copies, wordings, told)
	}
	digested, err := all(ctx, q, scanBeside, digestedSQL, u.ID, on)
	if err != nil {
		return found, err
	}
	for i := range digested {
		found.look(&digested[i], shown)
	}
	found.both(int64(stories.OpPost), digested, wordings, told)
	slices.SortStableFunc(found.due, func(a, b besideAll) int { return cmp.Compare(b.Channels, a.Channels) })
	if len(found.due) > 0 {
		found.kind = found.due[0].Kind
	} else {
		found.kind = stories.Tell(wordings[max(0, len(wordings)-2):]).Kind
	}
	return found, nil
}

// makeRoom finds the messages about earlier revisions that wait, and returns by channel
// the newest revision of which one is on its way.
func (f *tellings) makeRoom(ctx context.Context, q querier, updateID int64, flying flights) (shown map[int64]int, err error) {
	type about struct {
		revision, since int
		second          bool
	}
	of := map[int64]about{} // by publication
	_, err = all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var a about
		err = r.Scan(&id, &a.revision, &a.since, &a.second)
		of[id] = a
		return none, err
	}, tellingsOfSQL, updateID)
	if err != nil || len(of) == 0 {
		return nil, err
	}
	shown = map[int64]int{}
	for _, x := range flying.byID {
		if a, is := of[x.Origin]; is {
			shown[x.Place] = max(shown[x.Place], a.revision)
			there := x.Delivery & placeMask
			shown[there] = max(shown[there], a.revision)
		}
	}
	waits, err := all(ctx, q, scanAnyWaiting, waitingTellingsSQL, updateID)
	if err != nil {
		return nil, err
	}
	f.drop = slices.DeleteFunc(waits, flying.has)
	newest := map[int64]int{}
	f.since = make(map[int64]int, len(f.drop))
	for _, w := range f.drop {
		if a := of[w.Origin]; !a.second && a.revision > newest[w.Place] && a.revision > shown[w.Place] {
			newest[w.Place], f.since[w.Place] = a.revision, a.since
		}
	}
	return shown, nil
}

// look adds to what was read of a channel what is on its way and what makes room. Of
// what was before its copy began it is told nothing.
func (f *tellings) look(c *beside, shown map[int64]int) {
	flies := max(shown[c.place], shown[c.was])
	c.seen = max(c.seen, flies, c.began)
	since, room := f.since[c.place]
	if !room {
		since, room = f.since[c.was]
	}
	switch {
	case room:
		c.told = since
	case !c.due || flies > 0: // the newest is on its way
		c.told = c.seen
	}
	c.told = max(c.told, c.began)
}

// both is group of copies made by an operation: those in forums are replied to.
func (f *tellings) both(op int64, copies []beside, wordings []stories.Revision, told map[int64]bool) {
	var posts, others []beside
	for _, c := range copies {
		if c.forum {
			posts = append(posts, c)
		} else {
			others = append(others, c)
		}
	}
	f.group(op, others, wordings, told)
	f.group(int64(stories.OpReply), posts, wordings, told)
}

// group puts channels together that are told the same, each once, however many copies
// it has: told are those that are already.
func (f *tellings) group(op int64, copies []beside, wordings []stories.Revision, told map[int64]bool) {
	type since struct{ told, seen int }
	groups := map[since][]beside{}
	for _, c := range copies {
		groups[since{c.told, c.seen}] = append(groups[since{c.told, c.seen}], c)
	}
	last := len(wordings) - 1
	for _, s := range slices.SortedFunc(maps.Keys(groups), func(a, b since) int { return cmp.Or(cmp.Compare(a.told, b.told), cmp.Compare(a.seen, b.seen)) }) {
		from := min(s.told, last)
		t := stories.Tell(wordings[from:])
		if t.Kind == "" { // but it may have seen a mark in between of which it was not told
			from = min(max(from, s.seen), last)
			t = stories.Tell(wordings[from:])
		}
		if t.Kind == "" {
			continue
		}
		to := slices.DeleteFunc(groups[s], func(c beside) bool {
			spot := f.spot(op, c)
			had := told[spot]
			told[spot] = true
			return had
		})
		var parts [2][]beside // what is told a channel for the first time, and for the second
		for _, c := range to {
			i := bit(f.spot(op, c) < 0 && told[c.place])
			parts[i] = append(parts[i], c)
		}
		late := stories.Tell(wordings[from:last]).Kind
		for i, to := range parts {
			if len(to) == 0 {
				continue
			}
			direct := 0
			for _, c := range to {
				if f.direct[c.place] {
					direct++
				}
			}
			f.due = append(f.due, besideAll{stories.Tells{Kind: t.Kind, Since: from, Late: late, Channels: len(to), Direct: direct}, op, to, i == 1})
		}
	}
}

// tells are what is told, without whom.
func (f tellings) tells() (told []stories.Tells, channels int) {
	for _, t := range f.due {
		if !t.second {
			told = append(told, t.Tells)
			channels += t.Channels
		}
	}
	return told, channels
}

// owe takes back what makes room, and owes what is due.
func (f tellings) owe(ctx context.Context, q querier, u stories.Update, a stories.Act) error {
	if err := move(ctx, q, f.drop, stories.Skipped, because(retold), a.At); err != nil {
		return err
	}
	for _, t := range f.due {
		if err := t.owe(ctx, q, u, a); err != nil {
			return err
		}
	}
	return nil
}

// owe owes one message to all its channels.
func (t besideAll) owe(ctx context.Context, q querier, u stories.Update, a stories.Act) error {
	notice := stories.Notice{Kind: stories.RevisionNotice, UpdateID: u.ID, Revision: u.Revision, Since: t.Since, Done: true, CreatedAt: a.At}
	if err := insertNotice(ctx, q, &notice); err != nil {
		return err
	}
	each, err := json.Marshal(t.lanes(u.Level))
	if err != nil {
		return err
	}
	under := map[laneOf]int64{}
	publications, err := all(ctx, q, func(r row) (id int64, err error) {
		var at laneOf
		var urgency stories.Level
		err = r.Scan(&id, &at.lane, &urgency)
		at.looked = urgency == afterLooks
		under[at] = id
		return id, err
	}, publishTellingSQL, string(each), u.StoryID, millis(a.At), u.Revision, int(by(t.op)), int(u.Level), notice.ID)
	if err != nil {
		return fmt.Errorf("publish what is told: %w", err)
	}
	if t.second {
		if _, err := q.exec(ctx, secondSQL, list(publications)); err != nil {
			return err
		}
	}
	slices.SortFunc(t.to, func(a, b beside) int { return cmp.Compare(a.place, b.place) })
	rows := []byte{'['}
	for i, c := range t.to {
		if i > 0 {
			rows = append(rows, ',')
		}
		rows = append(appendNumbers(append(rows, '['), under[laneOf{c.lane, c.looked}], c.place, c.on), ']')
	}
	if _, err := q.exec(ctx, oweTellingSQL, string(append(rows, ']'))); err != nil {
		return fmt.Errorf("owe what is told: %w", err)
	}
	if err := enqueue(ctx, q, publications, len(t.to), a.At); err != nil {
		return err
	}
	if u.Level == stories.Breaking {
		return t.publish(ctx, q, u, publications, a.At)
	}
	fresh := make([]waiting, len(t.to))
	for i, c := range t.to {
		p := under[laneOf{c.lane, c.looked}]
		fresh[i] = waiting{stories.Ref{Publication: p, Origin: p, Place: c.place, Delivery: deliveryID(p, c.place)}}
	}
	_, err = defers(ctx, q, fresh, a.At)
	return err
}

// scanBeside reads tellableSQL.
func scanBeside(r row) (c beside, err error) {
	var seen, due, seenThere, dueThere int
	err = r.Scan(&c.place, &c.was, &c.lane, &c.on, &c.forum, &c.copy, &c.began, &c.looked, &seen, &due, &seenThere, &dueThere)
	c.seen = max(seen, seenThere)
	if dueThere >= 0 {
		due = dueThere
	}
	c.told, c.due = due, due >= 0
	return c, err
}
