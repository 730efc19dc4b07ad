package sqlstore

import (
	"context"
	"time"

	"storybot/stories"
)

// owedColumns are read by scanOwed, from rows d, their outcomes o where there are
// some, and destinations t; what stands in front of them tells under which
// publication and at which destination they wait. The last one says that a row tells of a
// revision beside a copy that is looked for since the database was put back: it stands
// behind that.
const owedColumns = `d.id >> 32, t.platform, t.workspace, t.channel,
	coalesce(o.attempt, 0), coalesce(o.first_attempt_at, 0), coalesce(o.last_attempt_at, 0), coalesce(o.unknowns, 0), coalesce(o.doubtful, 0), coalesce(o.missed, 0), coalesce(o.late, 0),
	t.forum, t.not_before, t.asked, CASE WHEN d.on_id > 0 AND EXISTS (SELECT 1 FROM outcomes c JOIN publications w ON w.id = (d.id >> 32)
		WHERE c.id = d.on_id AND c.doubtful = 3 AND c.state IN (0, 5) AND w.op = 0 AND w.notice_id IS NOT NULL) THEN 1 ELSE 0 END`

func (s *Store) scanOwed(r row) (o stories.Owed, err error) {
	var first, last, notBefore, asked int64
	var doubtful, behind, late, forum int
	err = r.Scan(&o.Delivery, &o.Publication, &o.Place, &o.Origin, &o.Destination.Platform, &o.Destination.Workspace, &o.Destination.Channel,
		&o.Attempt, &first, &last, &o.Unknowns, &doubtful, &o.Missed, &late, &forum, &notBefore, &asked, &behind)
	o.FirstAttemptAt, o.LastAttemptAt = moment(first), moment(last)
	o.Late, o.Forum = late > 0, forum > 0
	o.Doubtful, o.PutBack = doubtful > 0, doubtful >= putBackWaits || behind > 0
	// Never more is waited than was asked, however the clock was set since.
	o.Wait = max(0, min(time.Duration(notBefore-millis(s.now())), time.Duration(asked))) * time.Millisecond
	return o, err
}

const (
	// loadSQL reads what a publication owes, behind the delivery ?1 and before ?2, the
	// first of the next one; loadAgainSQL what one owes again, behind a place and a
	// delivery. No publication does both.
	loadSQL = `
		SELECT d.id, d.id >> 32, d.destination_id, ` + owedColumns + `
		FROM owed d LEFT JOIN outcomes o ON o.id = d.id JOIN destinations t ON t.id = d.destination_id
		WHERE d.id > ?1 AND d.id < ?2 AND NOT EXISTS (SELECT 1 FROM outcomes x WHERE x.id = d.id AND (x.state <> 0 OR x.again <> 0))
		ORDER BY d.id LIMIT ?3`
	againTables  = `queue q JOIN owed d ON d.id = q.delivery_id LEFT JOIN outcomes o ON o.id = d.id JOIN destinations t ON t.id = q.destination_id`
	loadAgainSQL = `
		SELECT d.id, q.publication_id, q.destination_id, ` + owedColumns + ` FROM ` + againTables + `
		WHERE q.publication_id = ?1 AND (q.destination_id, q.delivery_id) > (?2, ?3)
		ORDER BY q.destination_id, q.delivery_id LIMIT ?4`
	loadPlacesSQL = `
		SELECT d.id, p.id, d.destination_id, ` + owedColumns + `
		FROM publications p CROSS JOIN each(?2) CROSS JOIN owed d LEFT JOIN outcomes o ON o.id = d.id JOIN destinations t ON t.id = d.destination_id
		WHERE p.id among(?1) AND d.id = (p.id << 32) + CAST(j.value AS BIGINT) AND ` + waitsSQL + `
		UNION ALL
		SELECT d.id, q.publication_id, q.destination_id, ` + owedColumns + ` FROM publications p CROSS JOIN ` + againTables + `
		WHERE p.id among(?1) AND q.publication_id = p.id AND q.destination_id among(?3)`
	loadFlyingSQL = `
		SELECT d.id, f.publication_id, f.destination_id, ` + owedColumns + `
		FROM (SELECT CAST(j.value ->> 0 AS BIGINT) AS publication_id, CAST(j.value ->> 1 AS BIGINT) AS destination_id, CAST(j.value ->> 2 AS BIGINT) AS delivery_id FROM each(?1)) AS f
		JOIN owed d ON d.id = f.delivery_id LEFT JOIN outcomes o ON o.id = d.id JOIN destinations t ON t.id = f.destination_id
		WHERE coalesce(o.state, 0) = 0`
	publicationColumns = `p.id, p.seed, p.update_id, p.story_id, coalesce(u.number, 0), p.revision, p.op, p.urgency, p.created_at, coalesce(p.notice_id, 0)`
	publicationTables  = `publications p LEFT JOIN updates u ON u.id = p.update_id`
	originsSQL         = `SELECT ` + publicationColumns + ` FROM ` + publicationTables + ` WHERE p.id among(?1)`
	// The subquery is made a hash table once: PostgreSQL would search an array for
	// every row, and 20,000 open publications took a second.
	publicationsSQL = `
		SELECT ` + publicationColumns + ` FROM ` + publicationTables + `
		WHERE p.lane_id = (SELECT id FROM lanes WHERE name = ?1) AND p.queued > 0 AND p.id NOT IN (SELECT CAST(j.value AS BIGINT) FROM each(?2))
		ORDER BY p.urgency DESC, p.id LIMIT ?3`
)

func scanPublication(r row) (p stories.Publication, err error) {
	var created int64
	err = r.Scan(&p.ID, &p.Seed, &p.UpdateID, &p.StoryID, &p.Number, &p.Revision, &p.Op, &p.Level, &created, &p.NoticeID)
	p.CreatedAt = moment(created)
	return p, err
}

// Publications returns publications of a lane that have something in the queue,
// the most urgent first, then in their order: at most limit, and none of those
// known.
func (s *Store) Publications(ctx context.Context, lane string, known []int64, limit int) ([]stories.Publication, error) {
	if err := s.watchHome(ctx); err != nil {
		return nil, err
	}
	found, err := all(ctx, s.reader(), scanPublication, publicationsSQL, lane, list(known), limit)
	if err == nil {
		err = s.tellMerged(ctx, found)
	}
	return found, s.told(err)
}

const mergedOfSQL = `SELECT into_id, id FROM merged WHERE into_id among(?1)`

// tellMerged adds what was merged into the stories of publications.
func (s *Store) tellMerged(ctx context.Context, found []stories.Publication) error {
	var into []int64
	for _, p := range found {
		if p.StoryID != 0 {
			into = append(into, p.StoryID)
		}
	}
	if len(into) == 0 {
		return nil
	}
	_, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var at, id int64
		err = r.Scan(&at, &id)
		for i := range found {
			if found[i].StoryID == at {
				found[i].Merged = append(found[i].Merged, id)
			}
		}
		return none, err
	}, mergedOfSQL, list(into))
	return err
}

// Load returns what a publication has in the queue behind the row after, by
// destination, at most limit rows.
func (s *Store) Load(ctx context.Context, publication int64, after stories.Ref, limit int) (stories.Loaded, error) {
	if err := s.watchHome(ctx); err != nil {
		return stories.Loaded{}, err
	}
	found, err := s.loaded(ctx, s.reader(), loadSQL, deliveryID(publication, after.Place), deliveryID(publication+1, 0), limit)
	if err == nil && len(found.Rows) == 0 {
		found, err = s.loaded(ctx, s.reader(), loadAgainSQL, publication, after.Place, after.Delivery, limit)
	}
	return found, s.told(err)
}

// LoadPlaces returns what some publications have in the queue for some
// destinations.
func (s *Store) LoadPlaces(ctx context.Context, publications, places []int64) (stories.Loaded, error) {
	if err := s.watchHome(ctx); err != nil {
		return stories.Loaded{}, err
	}
	found, err := s.loaded(ctx, s.reader(), loadPlacesSQL, list(publications), list(places), list(places))
	return found, s.told(err)
}

// loaded reads rows and the publications they come from.
func (s *Store) loaded(ctx context.Context, q querier, text string, args ...any) (l stories.Loaded, err error) {
	if l.Rows, err = all(ctx, q, s.scanOwed, text, args...); err != nil || len(l.Rows) == 0 {
		return l, err
	}
	l.Origins = map[int64]stories.Publication{}
	var ids []int64
	for _, r := range l.Rows {
		if _, seen := l.Origins[r.Origin]; !seen {
			l.Origins[r.Origin] = stories.Publication{}
			ids = append(ids, r.Origin)
		}
	}
	origins, err := all(ctx, q, scanPublication, originsSQL, list(ids))
	for _, p := range origins {
		l.Origins[p.ID] = p
	}
	return l, err
}
