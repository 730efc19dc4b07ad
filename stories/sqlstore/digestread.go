package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

const (
	// saidSQL are the updates that the digest ?1 shows, in its order, each with the wording
	// that it began with and, of what is told of revisions, the one before them.
	saidSQL = `
		SELECT ` + updateColumns + `, g.part, g.since, g.revision
		FROM gathered g JOIN updates u ON u.id = g.update_id WHERE g.notice_id = ?1 AND g.place > 0 ORDER BY g.part, g.place`
	// countedSQL counts by story what it does not show.
	countedSQL = `
		SELECT u.story_id, g.part, count(*) FROM gathered g JOIN updates u ON u.id = g.update_id
		WHERE g.notice_id = ?1 AND g.place = 0 GROUP BY u.story_id, g.part ORDER BY u.story_id, g.part`
	// inDigestSQL is the digest that the row ?1 was gathered in, and where it stands in it.
	inDigestSQL = `
		SELECT ` + noticeColumns + `, g.place FROM gathered g JOIN notices n ON n.id = g.notice_id
		WHERE g.delivery_id = ?1 AND g.part IN (0, 2) ORDER BY n.id DESC LIMIT 1`
)

// digestedUpdate is an update that a digest shows.
type digestedUpdate struct {
	stories.Update
	part, since, began int
}

// fillDigest adds to c what its digest says, with its updates as they read now. What was
// done to one before it was begun nobody there has seen.
func (s *Store) fillDigest(ctx context.Context, c *stories.Content) error {
	q := s.reader()
	shown, err := all(ctx, q, func(r row) (u digestedUpdate, err error) {
		u.Update, err = scanUpdate(also{r, []any{&u.part, &u.since, &u.began}})
		return u, err
	}, saidSQL, c.Notice.ID)
	if err != nil {
		return err
	}
	ids := make([]int64, len(shown))
	for i, u := range shown {
		ids[i] = u.StoryID
	}
	of := map[int64]stories.Story{}
	if _, err := all(ctx, q, func(r row) (none struct{}, err error) {
		story, err := scanStory(r)
		of[story.ID] = story
		return none, err
	}, storiesAmongSQL, list(ids)); err != nil {
		return err
	}
	d := &c.Digest
	for _, u := range shown {
		if u.part == partRetold {
			told, err := all(ctx, q, scanRevision, revisionsSQL, u.ID, u.since, u.began)
			if err != nil {
				return err
			}
			if len(told) > 0 {
				d.Retold = append(d.Retold, stories.Retold{Story: of[u.StoryID], Update: u.Worded(told[len(told)-1]), Told: told})
			}
			continue
		}
		if u.began > 0 {
			first, err := theOne(ctx, q, scanRevision, revisionSQL, u.ID, u.began)
			if err != nil {
				return err
			}
			u.Marks = u.Marks.After(first.Marks)
		}
		i := d.Of(of[u.StoryID])
		if u.part == partBreaking {
			d.Stories[i].Breaking = append(d.Stories[i].Breaking, u.Update)
		} else {
			d.Stories[i].Updates = append(d.Stories[i].Updates, u.Update)
		}
	}
	return s.countDigest(ctx, c.Notice.ID, d)
}

// countDigest adds what a digest does not show.
func (s *Store) countDigest(ctx context.Context, notice int64, d *stories.Digested) error {
	others := map[int64]bool{}
	_, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var story int64
		var part, n int
		err = r.Scan(&story, &part, &n)
		i := d.Find(story)
		switch {
		case part == partRetold:
			d.MoreRetold += n
		case i >= 0 && part == partBreaking:
			d.Stories[i].MoreBreaking += n
		case i >= 0:
			d.Stories[i].More += n
		case part == partUpdate:
			d.More += n
			others[story] = true
		}
		return none, err
	}, countedSQL, notice)
	d.MoreStories = len(others)
	return err
}

// fillGathered adds to those of some deliveries that were gathered in which digest they
// stand.
func (s *Store) fillGathered(ctx context.Context, found []stories.Delivery) error {
	for i, d := range found {
		if d.State != stories.Gathered {
			continue
		}
		in, err := s.inDigest(ctx, d.ID)
		if errors.Is(err, sql.ErrNoRows) { // it was forgotten meanwhile
			continue
		}
		if err != nil {
			return err
		}
		found[i].Digest = &in
	}
	return nil
}

func (s *Store) inDigest(ctx context.Context, delivery int64) (in stories.InDigest, err error) {
	var place int
	n, err := theOne(ctx, s.reader(), func(r row) (stories.Notice, error) { return scanNotice(r, &place) }, inDigestSQL, delivery)
	if err != nil {
		return in, err
	}
	flying, err := allFlights(ctx, s.reader())
	if err != nil {
		return in, err
	}
	in.Period, in.Shown = n.Body.Digest, place > 0
	in.Delivery, err = theOne(ctx, s.reader(), flying.scanDelivery, noticeDeliveriesSQL, n.ID, int(stories.OpPost))
	return in, err
}
