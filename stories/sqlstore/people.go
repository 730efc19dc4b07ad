package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

const roleSQL = `SELECT role FROM members WHERE ref = ?1`

// RoleOf implements stories.RightsStore.
func (s *Store) RoleOf(ctx context.Context, ref string) (stories.Role, error) {
	role, err := roleOf(ctx, s.reader(), ref)
	return role, s.told(err)
}

func roleOf(ctx context.Context, q querier, ref string) (role stories.Role, err error) {
	err = one(ctx, q, roleSQL, []any{ref}, &role)
	if errors.Is(err, sql.ErrNoRows) {
		return stories.Reader, nil
	}
	return role, err
}

var membersSQL = `
	SELECT ref, called, role, added_by_ref, added_by_name, added_at
	FROM (SELECT m.*, ` + known("m.name", "m.ref") + ` AS called FROM members m) AS m ORDER BY role DESC, lower(called), ref`

// Members implements stories.RightsStore.
func (s *Store) Members(ctx context.Context) ([]stories.Member, error) {
	found, err := all(ctx, s.reader(), func(r row) (m stories.Member, err error) {
		var at int64
		err = r.Scan(&m.User.Ref, &m.User.Name, &m.Role, &m.AddedBy.Ref, &m.AddedBy.Name, &at)
		m.AddedAt = moment(at)
		return m, err
	}, membersSQL)
	return found, s.told(err)
}

const (
	setMemberSQL = `
		INSERT INTO members (ref, name, role, added_by_ref, added_by_name, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (ref) DO UPDATE SET role = excluded.role, name = excluded.name,
			added_by_ref = excluded.added_by_ref, added_by_name = excluded.added_by_name, added_at = excluded.added_at`
	dropMemberSQL = `DELETE FROM members WHERE ref = ?1`
)

// SetRole implements stories.DeskStore.
func (s *Store) SetRole(ctx context.Context, a stories.Act, u stories.User, role stories.Role) (changed bool, err error) {
	return act(ctx, s, a, "role", func(q querier) (done, changed bool, err error) {
		had, err := roleOf(ctx, q, u.Ref)
		if err != nil || had == role {
			return false, false, err
		}
		if role == stories.Reader {
			if _, err := q.exec(ctx, dropMemberSQL, u.Ref); err != nil {
				return false, false, err
			}
			return true, true, enterPerson(ctx, q, a, "removed", u, "is no "+had.String()+" any more")
		}
		if err := setMember(ctx, q, a, u, role); err != nil {
			return false, false, err
		}
		return true, true, enterPerson(ctx, q, a, "named", u, "is "+role.String())
	})
}

func setMember(ctx context.Context, q querier, a stories.Act, u stories.User, role stories.Role) error {
	_, err := q.exec(ctx, setMemberSQL, u.Ref, u.Name, role, a.By.Ref, a.By.Name, millis(a.At))
	return err
}

// nameOf is an expression: what the person in a column of refs is called by their
// platform, else what they were called when they last did something, else as a
// member, else ”.
func nameOf(ref string) string {
	return `coalesce(
		(SELECT c.name FROM person_names c WHERE c.ref = ` + ref + `),
		(SELECT k.by_name FROM desk_log k WHERE k.by_ref = ` + ref + ` AND k.by_name <> '' ORDER BY k.id DESC LIMIT 1),
		(SELECT o.name FROM members o WHERE o.ref = ` + ref + `), '')`
}

var nameOfSQL = `SELECT ` + nameOf("p.ref") + ` FROM (SELECT CAST(?1 AS TEXT) AS ref) AS p`

// NameOf implements stories.DeskStore.
func (s *Store) NameOf(ctx context.Context, ref string) (name string, err error) {
	err = one(ctx, s.reader(), nameOfSQL, []any{ref}, &name)
	return name, s.told(err)
}

var (
	logColumns = `SELECT l.id, l.at, l.by_ref, ` + known("l.by_name", "l.by_ref") + `, l.verb, coalesce(s.slug, g.slug, v.slug, ''), l.detail,
			l.place, l.whom_ref, ` + known("l.whom_name", "l.whom_ref") + `
		FROM desk_log l LEFT JOIN stories s ON s.id = l.story_id LEFT JOIN merged g ON g.id = l.story_id LEFT JOIN removed v ON v.id = l.story_id`
	logAllSQL   = logColumns + ` WHERE l.id < ?1 ORDER BY l.id DESC LIMIT ?2`
	logStorySQL = logColumns + ` WHERE l.story_id IN (SELECT CAST(?3 AS BIGINT) UNION ALL SELECT id FROM merged WHERE into_id = ?3) AND l.id < ?1 ORDER BY l.id DESC LIMIT ?2`
)

// known is the name in a column or, where there is none, the one known now.
func known(name, ref string) string {
	return `CASE WHEN ` + name + ` = '' AND ` + ref + ` <> '' THEN ` + nameOf(ref) + ` ELSE ` + name + ` END`
}

// Log implements stories.DeskStore.
func (s *Store) Log(ctx context.Context, storyID, before int64, limit int) (found []stories.LogEntry, err error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	if storyID == 0 {
		found, err = all(ctx, s.reader(), scanLog, logAllSQL, before, limit)
	} else {
		found, err = all(ctx, s.reader(), scanLog, logStorySQL, before, limit, storyID)
	}
	return found, s.told(err)
}

func scanLog(r row) (e stories.LogEntry, err error) {
	var at int64
	var place string
	err = r.Scan(&e.ID, &at, &e.By.Ref, &e.By.Name, &e.Verb, &e.Slug, &e.Detail, &place, &e.Whom.Ref, &e.Whom.Name)
	e.At = moment(at)
	if err == nil && place != "" {
		e.Place, err = stories.ParseDestination(place)
	}
	return e, err
}
