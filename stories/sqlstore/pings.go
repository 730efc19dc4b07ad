package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// Whom a message pings is decided when it is begun, by the subscription that decides
// about its story there then: copies of updates from its level on do, and what is told
// beside copies of their revisions; nothing else. It is kept until the message is forgotten.

const (
	// pingsAtAllSQL tells whether anybody is to be pinged, and whether anybody was: where
	// nobody is, it is all that a batch costs. The least is read from the index of those who
	// ping; asked whether there is one, PostgreSQL might believe that most do, and read all.
	pingsAtAllSQL = `
		SELECT CASE WHEN (SELECT min(b.destination_id) FROM subscriptions b WHERE b.mention <> '') IS NULL THEN 0 ELSE 1 END,
			CASE WHEN EXISTS (SELECT 1 FROM pinged) THEN 1 ELSE 0 END`
	forgetPingsSQL = `DELETE FROM pinged WHERE delivery_id among(?1)`
	// pingsOfSQL: an edit is of a message that another delivery made.
	pingsOfSQL = `
		SELECT d.id, g.mention, coalesce(n.name, '')
		FROM owed d JOIN publications p ON p.id = (d.id >> 32)
		JOIN pinged g ON g.delivery_id = CASE WHEN p.op = 1 THEN d.on_id ELSE d.id END
		JOIN destinations t ON t.id = d.destination_id
		LEFT JOIN place_names n ON n.platform = t.platform AND n.workspace = t.workspace AND n.channel = g.mention
		WHERE d.id among(?1) AND NOT (p.op = 1 AND g.refused = 1)`
	// unpingedSQL has the messages ?1 have pinged nobody: their platform took none of them
	// otherwise.
	unpingedSQL   = `UPDATE pinged SET refused = 1 WHERE delivery_id among(?1)`
	unpingedOfSQL = `
		SELECT g.delivery_id, coalesce(n.name, '') FROM pinged g JOIN owed d ON d.id = g.delivery_id JOIN destinations t ON t.id = d.destination_id
		LEFT JOIN place_names n ON n.platform = t.platform AND n.workspace = t.workspace AND n.channel = g.mention
		WHERE g.delivery_id among(?1) AND g.refused = 1`
)

// fixPingsSQL notes whom those of the deliveries ?1 ping that are to ping somebody, but
// for who is not there any more. In the thread of a card a breaking update pings nobody
// where the channel shows it too: there it does.
var fixPingsSQL = `
	INSERT INTO pinged (delivery_id, mention)
	SELECT d.id, b.mention
	FROM owed d JOIN publications p ON p.id = (d.id >> 32)
	LEFT JOIN notices n ON n.id = p.notice_id AND n.kind = 'revision'
	JOIN updates u ON u.id = CASE WHEN p.update_id > 0 THEN p.update_id ELSE n.update_id END
	JOIN stories s ON s.id = u.story_id
	JOIN destinations t ON t.id = d.destination_id
	JOIN subscriptions b ON b.id = (SELECT b.id FROM subscriptions b WHERE b.destination_id = d.destination_id AND ` + decidesSQL + `)
	WHERE d.id among(?1) AND p.op says() AND b.mention <> '' AND b.mention_level <= u.level AND b.state = 'active'
		AND EXISTS (SELECT 1 FROM subscriptions m WHERE m.destination_id = d.destination_id AND m.mention <> '')
		AND p.second = 0
		AND NOT EXISTS (SELECT 1 FROM place_names g
			WHERE g.platform = t.platform AND g.workspace = t.workspace AND g.channel = b.mention AND g.access = 'gone')`

// nameGroupSQL keeps what those are called who are written ?2 in the workspace of the
// destination ?1.
const nameGroupSQL = `
	INSERT INTO place_names (platform, workspace, channel, form, name, access, seen_at)
	SELECT t.platform, t.workspace, CAST(?2 AS TEXT), 'group', CAST(?3 AS TEXT), 'open', CAST(?4 AS BIGINT) FROM destinations t WHERE t.id = ?1
	ON CONFLICT (platform, workspace, channel) DO UPDATE
	SET form = excluded.form, name = excluded.name, access = excluded.access, seen_at = excluded.seen_at`

// nameGroups keeps what those are called whom changes have pinged, so that an answer names
// them before their platform tells it.
func nameGroups(ctx context.Context, q querier, p place, changes stories.Changes, at time.Time) error {
	for _, c := range changes {
		if name := strings.TrimPrefix(c.Name, "@"); c.Option == stories.OptionMention && name != "" {
			if _, err := q.exec(ctx, nameGroupSQL, p.id, clean(c.Value), clean(name), millis(at)); err != nil {
				return err
			}
		}
	}
	return nil
}

// groupName is a kept name with its sign.
func groupName(kept string) string {
	if kept == "" {
		return ""
	}
	return "@" + kept
}

// fixPings decides whom the messages ping that x begins, and returns that. What may have
// been sent before pings whom it pinged then.
func fixPings(ctx context.Context, q querier, x stories.Exchange, begun *stories.Begun) (map[int64]stories.Ping, error) {
	if len(x.Begin) == 0 {
		return nil, nil
	}
	var mentions, pinged bool
	if err := one(ctx, q, pingsAtAllSQL, nil, &mentions, &pinged); err != nil || !mentions && !pinged {
		return nil, err
	}
	rows := deliveriesOf(stillBegun(x, begun))
	fresh := slices.DeleteFunc(slices.Clone(rows), func(id int64) bool { return slices.Contains(x.Doubted, id) })
	if pinged { // what was begun before and did not leave is decided anew
		if _, err := q.exec(ctx, forgetPingsSQL, list(fresh)); err != nil {
			return nil, err
		}
	}
	if mentions {
		if _, err := q.exec(ctx, fixPingsSQL, list(fresh)); err != nil {
			return nil, fmt.Errorf("keep whom messages ping: %w", err)
		}
	}
	return pingsAmong(ctx, q, rows)
}

// pingsOf tells whom some deliveries ping, those that ping anybody.
func pingsOf(ctx context.Context, q querier, ids []int64) (map[int64]stories.Ping, error) {
	var mentions, pinged bool
	if err := one(ctx, q, pingsAtAllSQL, nil, &mentions, &pinged); err != nil || !pinged {
		return nil, err
	}
	return pingsAmong(ctx, q, ids)
}

func pingsAmong(ctx context.Context, q querier, ids []int64) (map[int64]stories.Ping, error) {
	pings := map[int64]stories.Ping{}
	_, err := all(ctx, q, func(r row) (none struct{}, err error) {
		var id int64
		var p stories.Ping
		err = r.Scan(&id, &p.Mention, &p.Name)
		p.Name = groupName(p.Name)
		pings[id] = p
		return none, err
	}, pingsOfSQL, list(ids))
	return pings, err
}

// unping keeps which of what results say was sent pings nobody after all.
func unping(ctx context.Context, q querier, results []stories.Result) error {
	var ids []int64
	for _, r := range results {
		if r.Unpinged && r.State == stories.Sent {
			ids = append(ids, r.Delivery)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := q.exec(ctx, unpingedSQL, list(ids))
	return err
}

// fillUnpinged adds to deliveries whose ping was refused whom they were to ping.
func (s *Store) fillUnpinged(ctx context.Context, found []stories.Delivery) error {
	if len(found) == 0 {
		return nil
	}
	at := make(map[int64]int, len(found))
	ids := make([]int64, len(found))
	for i, d := range found {
		at[d.ID], ids[i] = i, d.ID
	}
	_, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var id int64
		var name string
		err = r.Scan(&id, &name)
		found[at[id]].Unpinged = &stories.Ping{Name: groupName(name)}
		return none, err
	}, unpingedOfSQL, list(ids))
	return err
}
