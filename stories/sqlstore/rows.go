package sqlstore

import (
	"context"
	"slices"
	"strings"

	"storybot/stories"
)

// A delivery's number is made of its publication's and its destination's: so rows
// of a publication lie together, in the order of their destinations, the two find
// the row without an index, and what they would repeat is in nobody's row. A
// publication owes a destination one row.
//
// A row that was never tried has no outcome; it waits under its publication, as
// does one that is to be tried again. What is owed again waits in the table queue
// instead, under the publication that owes it again.
//
// SQL says it so:
//
//	p.id << 32                      the first number of a publication's rows
//	(p.id << 32) + t.id             the number of its row for a destination
//	d.id >> 32                      the publication that owed a row first
const placeBits = 32

// placeMask is in the SQL of an index too, as a number.
const placeMask = 1<<placeBits - 1

func deliveryID(publication, place int64) int64 { return publication<<placeBits | place&placeMask }

const (
	// waitsSQL says that a row with the outcome o, or with none, waits under its own
	// publication.
	waitsSQL = `(o.id IS NULL OR o.state = 0 AND o.again = 0)`
	// ofPublicationSQL are all rows d of a publication p, with what became of them.
	ofPublicationSQL = ` CROSS JOIN owed d LEFT JOIN outcomes o ON o.id = d.id `
	// inPublicationSQL keeps d to the numbers of p.
	inPublicationSQL = `d.id >= (p.id << 32) AND d.id < ((p.id + 1) << 32)`

	// inDoubtSQL says that a row with the outcome o, or with none, may have been sent by a
	// request that is not on its way any more, and will be looked for: at once, or when its
	// channel heals. What a person decides on is not looked for before.
	inDoubtSQL = `(coalesce(o.state, 0) = 0 AND coalesce(o.doubtful, 0) > 0 OR o.state = 5 AND o.doubtful IN (1, 3))`

	pastSQL    = `SELECT id, state, again FROM outcomes WHERE id among(?1)`
	pastRunSQL = `SELECT id, state, again FROM outcomes WHERE id BETWEEN ?1 AND ?2`
	// claimedSQL is pastSQL for who changes these rows: whoever did so before has ended.
	claimedSQL = pastSQL + ` ORDER BY id /*lock*/`
	// touchSQL gives rows an outcome that have none, so that it can be changed: they wait
	// under their publications, in the queue or for their time.
	touchSQL = `
		INSERT INTO outcomes (id, state)
		SELECT d.id, CASE WHEN p.waits = 1 THEN 8 ELSE 0 END FROM owed d JOIN publications p ON p.id = (d.id >> 32)
		WHERE d.id among(?1) AND NOT EXISTS (SELECT 1 FROM outcomes o WHERE o.id = d.id) ORDER BY d.id
		ON CONFLICT (id) DO NOTHING`
)

// maybeThere says that the message of the row d, with its outcome in o, may be in its
// channel although nobody knows: a request for it is on its way, as the parameter flying
// tells, or it is in doubt. Who changes what such a message says owes it that too, to be
// done once it is known.
func maybeThere(d, o, flying string) string {
	return `(` + strings.ReplaceAll(inDoubtSQL, "o.", o+".") + ` OR coalesce(` + o + `.state, 0) = 0 AND ` + d + `.id among(` + flying + `))`
}

// past is what is known of a row that was touched before.
type past struct {
	state stories.DeliveryState
	again bool
}

// waits says that a row waits under its own publication.
func (p past) waits() bool { return p.state == stories.Pending && !p.again }

// pastOf reads what became of rows before; most were never touched, and are not
// among what it returns.
func pastOf(ctx context.Context, q querier, ids []int64) (map[int64]past, error) {
	found := map[int64]past{}
	scan := func(r row) (none struct{}, err error) {
		var id int64
		var p past
		err = r.Scan(&id, &p.state, &p.again)
		found[id] = p
		return none, err
	}
	near, others := runs(ids, func(id int64) int64 { return id })
	for _, run := range near {
		if _, err := all(ctx, q, scan, pastRunSQL, run[0], run[len(run)-1]); err != nil {
			return nil, err
		}
	}
	if len(others) > 0 {
		if _, err := all(ctx, q, scan, pastSQL, list(others)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// claim gives rows an outcome each that have none, keeps others from changing them until
// the transaction ends, and returns what has become of them. Who holds the lane does not
// wait for who revises an update: of the two that end one row one finds it ended.
func claim(ctx context.Context, q querier, ids []int64) (map[int64]past, error) {
	found := map[int64]past{}
	if len(ids) == 0 {
		return found, nil
	}
	slices.Sort(ids)
	if err := touch(ctx, q, ids); err != nil {
		return nil, err
	}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var p past
		err = r.Scan(&id, &p.state, &p.again)
		found[id] = p
		return none, err
	}, claimedSQL, list(ids))
	return found, err
}

// touch gives rows an outcome each that have none.
func touch(ctx context.Context, q querier, ids []int64) error {
	_, err := q.exec(ctx, touchSQL, list(ids))
	return err
}
