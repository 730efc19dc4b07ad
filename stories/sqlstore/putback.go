package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"storybot/stories"
)

// A database put back is an older copy of itself: what was owed in it may have
// been sent since, by the database it replaces. Every start finds out whether
// that has happened (witness.go for SQLite, postgreshome.go for PostgreSQL), or is
// told so. Then all that was owed, in the queue, on its way or held, leaves the
// queue, and waits for a person: copies of updates, their edits and the messages beside
// them that tell of revisions, and the edits of cards. What was to be told the desk or a
// channel at its time is no news any more, and is told nobody: alarms, messages about
// alarms, progress and subscriptions. Progress itself is told once somebody has decided
// about all of its update.
//
//	owed ──put back──▶ putBackWaits ──settle──▶ putBackSettles ─▶ sent, or owed
//	                     ▲    │                        │
//	                     │    └──release──▶ owed       │
//	                     └────── nobody can say ───────┘
//
// Both are a delivery's doubtful. What is published afterwards has nothing to do
// with it: it is owed as ever, and its keys are made of new random numbers.
const (
	putBackWaits   = 2
	putBackSettles = 3
)

const (
	homeName    = "home"     // what engine.home returned last
	copiedName  = "copied"   // set in a copy: wherever it is opened, it was put back
	putBackName = "put back" // generation, and when
	begunSQL    = `SELECT coalesce(max(begun), 0) FROM flights`
	forgetSQL   = `DELETE FROM settings WHERE name = ?1`
	lockAllSQL  = `SELECT name FROM leases ORDER BY name /*lock*/`
	// Here all that waits goes through the table queue.
	collectSQL = `
		INSERT INTO queue (publication_id, destination_id, delivery_id)
		SELECT p.id, d.destination_id, d.id FROM publications p` + ofPublicationSQL + `
		WHERE p.queued > 0 AND ` + inPublicationSQL + ` AND ` + waitsSQL + ``
	touchAllSQL = `
		INSERT INTO outcomes (id) SELECT q.delivery_id FROM queue q WHERE NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.id = q.delivery_id)`
	// waitsHomeSQL says that what the publication p owes waits for a person: it is about
	// updates, and no less due for having waited.
	waitsHomeSQL = `(p.notice_id IS NULL OR EXISTS (SELECT 1 FROM notices n WHERE n.id = p.notice_id AND n.kind IN ('revision', 'cards')))`
	countHomeSQL = `
		UPDATE publications SET held = held + c.n
		FROM (SELECT p.id, count(*) AS n FROM queue q JOIN publications p ON p.id = (q.delivery_id >> 32) WHERE ` + waitsHomeSQL + ` GROUP BY p.id) AS c
		WHERE publications.id = c.id`
	// countOldNewsSQL and skipOldNewsSQL are of all else. Being
	// doubtful they do not keep their notice from being told later, as others that
	// were skipped do.
	countOldNewsSQL = `
		UPDATE publications SET failed = failed + c.n, held = publications.held - c.of_held
		FROM (
			SELECT p.id, count(*) AS n, sum(w.of_held) AS of_held
			FROM (SELECT delivery_id, 0 AS of_held FROM queue UNION ALL SELECT delivery_id, 1 FROM held) AS w JOIN publications p ON p.id = (w.delivery_id >> 32)
			WHERE NOT ` + waitsHomeSQL + ` GROUP BY p.id
		) AS c
		WHERE publications.id = c.id`
	skipOldNewsSQL = `
		UPDATE outcomes SET state = 6, doubtful = 2, code = ?1, reason = '', finished_at = ?2
		WHERE id IN (SELECT delivery_id FROM queue UNION ALL SELECT delivery_id FROM held)
			AND EXISTS (SELECT 1 FROM publications p WHERE p.id = (outcomes.id >> 32) AND NOT ` + waitsHomeSQL + `)`
	// endNoticesSQL is of pushes of which nothing waits: how they ended was told, or
	// is old news.
	endNoticesSQL      = `UPDATE notices SET done = 1 WHERE done = 0 AND update_id NOT IN (` + putBackUpdatesSQL + `)`
	lockOpenNoticesSQL = `SELECT id FROM notices WHERE done = 0 ORDER BY id /*lock*/`
	dropAlarmsSQL      = `DELETE FROM alarms`
	dropTroublesSQL    = `DELETE FROM troubles` // what still fails is told when it is met
	putBackUpdatesSQL  = `
		SELECT update_id FROM put_back WHERE doubtful = 2 AND state = 5 AND update_id > 0
		UNION ALL
		SELECT n.update_id FROM put_back d JOIN publications p ON p.id = d.publication_id JOIN notices n ON n.id = p.notice_id
		WHERE d.doubtful = 2 AND d.state = 5 AND n.kind = 'revision'`
	emptyPublicationsSQL = `UPDATE publications SET queued = 0 WHERE queued > 0`
	// waitSQL takes what was owed out of every other state. It is looked for from
	// the time of its first request, or from its publication. What was not on its way (?3)
	// nor in doubt may have been sent since in the wording of its update, or in later ones.
	waitSQL = `
		UPDATE outcomes SET state = 5, again = 0, doubtful = 2, code = ?1, reason = '', last_attempt_at = ?2,
			first_attempt_at = CASE WHEN first_attempt_at = 0 THEN (SELECT p.created_at FROM publications p WHERE p.id = (outcomes.id >> 32)) ELSE first_attempt_at END,
			said = CASE WHEN doubtful > 0 OR id among(?3) THEN said ELSE coalesce((SELECT u.revision FROM publications p JOIN updates u ON u.id = p.update_id
				WHERE p.id = (outcomes.id >> 32) AND p.op says()), 0) END
		WHERE id IN (SELECT delivery_id FROM queue UNION ALL SELECT delivery_id FROM held)
			AND EXISTS (SELECT 1 FROM publications p WHERE p.id = (outcomes.id >> 32) AND ` + waitsHomeSQL + `)`
	// flewSQL keeps in which wording deliveries were on their way.
	flewSQL       = `UPDATE outcomes SET said = ?2 WHERE id among(?1)`
	emptyQueueSQL = `DELETE FROM queue`
	emptyHeldSQL  = `DELETE FROM held`
	landAllSQL    = `UPDATE flights SET flying = '[]'`
	// undecidedSQL has somebody decide about all that is scheduled: it may have been
	// published or cancelled since the copy was made, whenever it was due.
	undecidedSQL = `UPDATE scheduled SET state = 'put back' WHERE state = 'waiting'`
	// Who holds a lane has rows of it in memory, and reads everything anew.
	voidLeasesSQL = `UPDATE leases SET owner = '', until = 0, fence = fence + 1`
)

// comeHome finds out whether this database was put back, or is told so by
// certain, and then has what is owed wait.
func (s *Store) comeHome(ctx context.Context, certain bool) (waits int, cameBack bool, err error) {
	if !certain { // mostly there is nothing to be written
		if home, err := s.origin().same(ctx, s.reader()); err != nil || home {
			return 0, false, s.told(err)
		}
	}
	reason := ""
	err = s.change(ctx, func(q querier) error {
		reason, waits = "", 0
		if err := lockPlanning(ctx, q); err != nil {
			return err
		}
		kept, err := recall(ctx, q, homeName)
		if err != nil {
			return err
		}
		copied, err := recall(ctx, q, copiedName)
		if err != nil {
			return err
		}
		var begun int64
		if err := one(ctx, q, begunSQL, nil, &begun); err != nil {
			return err
		}
		now, why, err := s.origin().home(ctx, q, kept, begun)
		switch {
		case err != nil:
			return err
		case why != "":
			reason = why
		case copied != "":
			reason = "it is a copy that was made to be put back"
		case certain:
			reason = "somebody said so"
		}
		if now != kept {
			if _, err := q.exec(ctx, rememberSQL, homeName, now); err != nil {
				return err
			}
		}
		if reason == "" {
			return nil
		}
		if _, err := q.exec(ctx, forgetSQL, copiedName); err != nil {
			return err
		}
		waits, err = s.putBack(ctx, q)
		return err
	})
	if err != nil {
		return 0, false, err
	}
	if reason != "" {
		s.log.Warn("the database was put back: what was owed in it may have been sent already, and waits; /desk status shows it", "why", reason, "deliveries", waits)
	}
	return waits, reason != "", s.origin().settle()
}

// watchHome notices a copy that is put back under a running program, as a server
// lets happen: before anything of it is read that may have been sent.
func (s *Store) watchHome(ctx context.Context) error {
	if _, server := s.origin().(postgresHome); !server {
		return nil
	}
	_, _, err := s.comeHome(ctx, false)
	return err
}

// errMoved ends a transaction that turns out to be of a copy that was put back.
var errMoved = errors.New("a copy of the database was put back")

// atHome is watchHome within a transaction, at its beginning: no copy can be put
// back after it until the transaction ends, for its rows are read. errMoved.
func (s *Store) atHome(ctx context.Context, q querier) error {
	if _, server := s.origin().(postgresHome); !server {
		return nil
	}
	home, err := s.origin().same(ctx, q)
	if err == nil && !home {
		err = errMoved
	}
	return err
}

// changeAtHome is change for what is begun or recovered. Of a copy nothing is:
// what was owed in it waits then, and whoever asked has lost its lease.
func (s *Store) changeAtHome(ctx context.Context, fn func(q querier) error) error {
	err := s.change(ctx, func(q querier) error {
		if err := s.atHome(ctx, q); err != nil {
			return err
		}
		return fn(q)
	})
	if !errors.Is(err, errMoved) {
		return err
	}
	if err := s.watchHome(ctx); err != nil {
		return err
	}
	return stories.ErrLeaseLost
}

func recall(ctx context.Context, q querier, name string) (string, error) {
	found, err := all(ctx, q, func(r row) (value string, err error) {
		err = r.Scan(&value)
		return value, err
	}, recallSQL, name)
	if err != nil || len(found) == 0 {
		return "", err
	}
	return found[0], nil
}

// putBack has all that is owed wait, and returns how much that is. Planning is
// locked.
func (s *Store) putBack(ctx context.Context, q querier) (waits int, err error) {
	if _, err := all(ctx, q, scanID, lockOpenNoticesSQL); err != nil {
		return 0, err
	}
	if _, err := all(ctx, q, scanName, lockAllSQL); err != nil {
		return 0, err
	}
	last, err := lastPutBack(ctx, q)
	if err != nil {
		return 0, err
	}
	at := millis(s.now())
	flying, err := allFlights(ctx, q)
	if err != nil {
		return 0, err
	}
	if err := putBackLate(ctx, q, moment(at)); err != nil {
		return 0, fmt.Errorf("look what waited for its time: %w", err)
	}
	on := list(slices.Sorted(maps.Keys(flying.byID)))
	for _, step := range []struct {
		text string
		args []any
	}{
		{collectSQL, nil}, {touchAllSQL, nil}, {countHomeSQL, nil}, {countOldNewsSQL, nil}, {emptyPublicationsSQL, nil}, {skipOldNewsSQL, []any{int(oldNews), at}}, {waitSQL, []any{int(putBackWhy), at, on}},
		{emptyQueueSQL, nil}, {emptyHeldSQL, nil}, {landAllSQL, nil},
		{endNoticesSQL, nil}, {dropAlarmsSQL, nil}, {dropTroublesSQL, nil}, {undecidedSQL, nil}, {voidLeasesSQL, nil},
	} {
		n, err := q.exec(ctx, step.text, step.args...)
		if err != nil {
			return 0, fmt.Errorf("have what is owed wait: %w", err)
		}
		if step.text == waitSQL {
			waits = int(n)
		}
	}
	if err := flying.keepWordings(ctx, q); err != nil {
		return 0, fmt.Errorf("keep in which wordings requests were made: %w", err)
	}
	text, err := json.Marshal([2]int64{last.Generation + 1, at})
	if err != nil {
		return 0, err
	}
	_, err = q.exec(ctx, rememberSQL, putBackName, string(text))
	return waits, err
}

// keepWordings keeps with their outcomes in which wordings f were begun.
func (f flights) keepWordings(ctx context.Context, q querier) error {
	in := map[int][]int64{}
	for id, flight := range f.byID {
		in[flight.Revision] = append(in[flight.Revision], id)
	}
	for _, revision := range slices.Sorted(maps.Keys(in)) {
		slices.Sort(in[revision])
		if _, err := q.exec(ctx, flewSQL, list(in[revision]), revision); err != nil {
			return err
		}
	}
	return nil
}

func scanName(r row) (name string, err error) {
	err = r.Scan(&name)
	return name, err
}

// lastPutBack reads when it happened last.
func lastPutBack(ctx context.Context, q querier) (p stories.PutBack, err error) {
	text, err := recall(ctx, q, putBackName)
	if err != nil || text == "" {
		return p, err
	}
	var stored [2]int64
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return p, fmt.Errorf("read when the database was put back: %w", err)
	}
	return stories.PutBack{Generation: stored[0], At: moment(stored[1])}, nil
}

// Restored says that the database was put back, where nothing shows it: after the
// whole machine was, or the lock file with it. What is owed waits then, and
// Restored returns how much does. Where Open has found out already it is not put
// back once more.
func (s *Store) Restored(ctx context.Context) (waits int, err error) {
	if !s.cameBack {
		if _, _, err := s.comeHome(ctx, true); err != nil {
			return 0, err
		}
	}
	s.cameBack = false // what is said again is about another time
	p, err := s.PutBack(ctx)
	return p.Waiting, err
}
