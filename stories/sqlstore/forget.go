package sqlstore

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// rememberForgotten is for how long what was told of somebody before they were forgotten
// is kept out: longer than any platform, and this program, remembers a name.
const rememberForgotten = 7 * 24 * time.Hour

// person is where a table names one: Ref is a column of references, name that of the name
// beside it, "" for none.
type person struct{ table, ref, name string }

// recorded are the columns that the record needs somebody in. A test holds them against
// the tables there are.
var recorded = []person{
	{"updates", "author_ref", "author_name"},
	{"revisions", "author_ref", "author_name"},
	{"scheduled", "author_ref", "author_name"},
	{"scheduled", "ended_ref", "ended_name"},
	{"subscriptions", "by_ref", "by_name"},
	{"mutes", "by_ref", "by_name"},
	{"members", "added_by_ref", "added_by_name"},
	{"desk_log", "by_ref", "by_name"},
	{"desk_log", "whom_ref", "whom_name"},
	{"acts", "by_ref", ""},
}

// dropped are the columns whose rows go with the person.
var dropped = []person{
	{"members", "ref", "name"}, {"person_names", "ref", "name"}, {"place_names", "person", ""},
	{"seen", "reader", ""}, {"drafts", "by_ref", ""}, {"notes", "by_ref", ""}, {"allowances", "person", ""},
}

// told are the columns of JSON that may name people and channels.
var told = []struct{ table, key, column string }{{"acts", "key || ' ' || verb", "result"}, {"notices", "CAST(id AS TEXT)", "body"}, {"alarms", "CAST(id AS TEXT)", "body"}}

const (
	// directOfSQL are the destinations that are direct messages with the person ?1.
	directOfSQL = `
		SELECT t.id, t.platform, t.workspace, t.channel FROM place_names n
		JOIN destinations t ON t.platform = n.platform AND t.workspace = n.workspace AND t.channel = n.channel
		WHERE n.person = ?1 AND n.form = 'direct' ORDER BY t.id`
	followsOfSQL     = `SELECT count(*) FROM subscriptions WHERE destination_id among(?1)`
	lockAdminsSQL    = `SELECT ref FROM members WHERE role = 2 ORDER BY ref /*lock*/`
	lockScheduledSQL = `SELECT id FROM scheduled WHERE author_ref = ?1 OR ended_ref = ?1 ORDER BY id /*lock*/`
	lockDraftsOfSQL  = `SELECT id FROM drafts WHERE by_ref = ?1 ORDER BY id /*lock*/`
	lockWrittenSQL   = `SELECT id FROM updates WHERE author_ref = ?1 OR id IN (SELECT update_id FROM revisions WHERE author_ref = ?1) ORDER BY id /*lock*/`
	// lockNamingSQL locks the notices that are not done, or whose texts are like one of ?1:
	// who begins one shares it before its lane.
	lockNamingSQL     = `SELECT id FROM notices WHERE done = 0 OR EXISTS (SELECT 1 FROM numbered(?1) WHERE notices.body LIKE j.value ESCAPE '\') ORDER BY id /*lock*/`
	endDesksAtSQL     = `DELETE FROM desks WHERE destination_id = ?1`
	renamePlaceSQL    = `UPDATE destinations SET channel = ?2 WHERE id = ?1`
	renameLoggedSQL   = `UPDATE desk_log SET place = ?2 WHERE place = ?1`
	keepForgottenSQL  = `INSERT INTO forgotten (mark, at) VALUES (?1, ?2) ON CONFLICT (mark) DO UPDATE SET at = excluded.at`
	forgottenAmongSQL = `SELECT mark FROM forgotten WHERE mark IN (SELECT j.value FROM numbered(?1))`
)

// wordingsSQL counts what somebody wrote: an update's first wording is in revisions too
// once it was revised.
const wordingsSQL = `
	SELECT (SELECT count(*) FROM updates u WHERE u.author_ref = ?1 AND NOT EXISTS (SELECT 1 FROM revisions r WHERE r.update_id = u.id)) +
		(SELECT count(*) FROM revisions WHERE author_ref = ?1)`

// PlanForget implements stories.ForgetStore.
func (s *Store) PlanForget(ctx context.Context, ref string) (stories.Forgotten, error) {
	f, _, err := countForgotten(ctx, s.reader(), ref)
	return f, s.told(err)
}

// direct is a direct message with somebody.
type direct struct {
	id int64
	at stories.Destination
}

func scanDirect(r row) (d direct, err error) {
	err = r.Scan(&d.id, &d.at.Platform, &d.at.Workspace, &d.at.Channel)
	return d, err
}

// countForgotten tells what is kept of a person, and where they talk with the bot.
func countForgotten(ctx context.Context, q querier, ref string) (f stories.Forgotten, at []direct, err error) {
	if f.Role, err = roleOf(ctx, q, ref); err != nil {
		return f, nil, err
	}
	if at, err = all(ctx, q, scanDirect, directOfSQL, ref); err != nil {
		return f, nil, err
	}
	ids := make([]int64, len(at))
	for i, d := range at {
		ids[i] = d.id
	}
	f.Direct = len(at)
	if err := one(ctx, q, followsOfSQL, []any{list(ids)}, &f.Subscriptions); err != nil {
		return f, nil, err
	}
	if err := one(ctx, q, wordingsSQL, []any{ref}, &f.Wordings); err != nil {
		return f, nil, err
	}
	for _, c := range slices.Concat(dropped, recorded) {
		var n int
		if err := one(ctx, q, `SELECT count(*) FROM `+c.table+` WHERE `+c.ref+` = ?1`, []any{ref}, &n); err != nil {
			return f, nil, err
		}
		switch c.table {
		case "person_names", "place_names":
			f.Names += n
		case "seen":
			f.Marks += n
		case "drafts":
			f.Drafts += n
		case "notes", "allowances", "acts":
			f.Moments += n
		case "desk_log":
			f.Lines += n
		case "scheduled", "subscriptions", "mutes":
			f.Chosen += n
		case "members":
			if c.ref == "added_by_ref" {
				f.Chosen += n
			}
		}
	}
	return f, at, nil
}

// Forget implements stories.ForgetStore.
func (s *Store) Forget(ctx context.Context, a stories.Act, ref string, others bool) (stories.Forgotten, error) {
	return act(ctx, s, a, "forgot", func(q querier) (f stories.Forgotten, changed bool, err error) {
		if err := lockForget(ctx, q, ref); err != nil {
			return f, false, err
		}
		f, at, err := countForgotten(ctx, q, ref)
		if err != nil || !f.Any() {
			return f, false, err
		}
		if err := lastAdmin(ctx, q, ref, f.Role, others); err != nil {
			return f, false, err
		}
		former := stories.User{Ref: stories.FormerRef(strings.ToLower(rand.Text()[:16])), Name: stories.FormerName}
		moved, err := endDirect(ctx, q, at, former, a.At)
		if err != nil {
			return f, false, fmt.Errorf("end the direct messages of a person: %w", err)
		}
		if err := retell(ctx, q, ref, former, moved); err != nil {
			return f, false, fmt.Errorf("take a person out of what was told: %w", err)
		}
		if err := takeOut(ctx, q, ref, former); err != nil {
			return f, false, fmt.Errorf("take a person out of the record: %w", err)
		}
		if _, err := q.exec(ctx, keepForgottenSQL, s.markOf(ref), millis(a.At)); err != nil {
			return f, false, err
		}
		f.Changed = true
		return f, true, enterPerson(ctx, q, a, "forgot", former, "is forgotten")
	})
}

// lockForget locks what names somebody and what others change or begin beside us, in the
// order in which they do.
func lockForget(ctx context.Context, q querier, ref string) error {
	if _, err := all(ctx, q, scanID, lockScheduledSQL, ref); err != nil {
		return err
	}
	if _, err := all(ctx, q, scanName, lockDraftsOfSQL, ref); err != nil {
		return err
	}
	if err := lockPlanning(ctx, q); err != nil {
		return err
	}
	if _, err := all(ctx, q, scanID, lockWrittenSQL, ref); err != nil {
		return err
	}
	named, err := namedIn(ctx, q, ref)
	if err != nil {
		return err
	}
	patterns, err := json.Marshal(named)
	if err != nil {
		return err
	}
	if _, err := all(ctx, q, scanID, lockNamingSQL, string(patterns)); err != nil {
		return err
	}
	return lockLanes(ctx, q)
}

// namedIn are patterns of what names somebody, or a direct message with them, in JSON.
func namedIn(ctx context.Context, q querier, ref string) (patterns []string, err error) {
	at, err := all(ctx, q, scanDirect, directOfSQL, ref)
	if err != nil {
		return nil, err
	}
	words := []string{ref}
	for _, d := range at {
		words = append(words, d.at.Channel)
	}
	for _, word := range words {
		pattern, err := quotedIn(word)
		if err != nil {
			return nil, err
		}
		patterns = append(patterns, pattern)
	}
	return patterns, nil
}

// lastAdmin refuses to forget the only one who can name others. CodeInvalid.
func lastAdmin(ctx context.Context, q querier, ref string, role stories.Role, others bool) error {
	if role != stories.Admin || others {
		return nil
	}
	admins, err := all(ctx, q, scanName, lockAdminsSQL)
	if err == nil && !slices.ContainsFunc(admins, func(other string) bool { return other != ref }) {
		err = stories.Errorf(stories.CodeInvalid, "This is the last admin, without whom nobody could name moderators; nothing was changed. Name another one first, in STORYBOT_ADMINS.")
	}
	return err
}

// endDirect ends direct messages and gives them addresses that tell nothing; moved are
// those by the old ones.
func endDirect(ctx context.Context, q querier, at []direct, former stories.User, now time.Time) (moved map[stories.Destination]string, err error) {
	moved = map[stories.Destination]string{}
	for i, d := range at {
		p, err := findPlace(ctx, q, d.at)
		if err != nil {
			return nil, err
		}
		if err := end(ctx, q, p, "whom it was for was forgotten", now); err != nil {
			return nil, err
		}
		if _, err := q.exec(ctx, endDesksAtSQL, d.id); err != nil {
			return nil, err
		}
		moved[d.at] = fmt.Sprintf("%s-%d", strings.ReplaceAll(former.Ref, ":", "-"), i+1)
		if _, err := q.exec(ctx, renamePlaceSQL, d.id, moved[d.at]); err != nil {
			return nil, err
		}
		to := d.at
		to.Channel = moved[d.at]
		if _, err := q.exec(ctx, renameLoggedSQL, d.at.String(), to.String()); err != nil {
			return nil, err
		}
	}
	return moved, nil
}

// takeOut removes the rows that go with a person, and puts former in their place in those
// that stay.
func takeOut(ctx context.Context, q querier, ref string, former stories.User) error {
	for _, c := range dropped {
		if _, err := q.exec(ctx, `DELETE FROM `+c.table+` WHERE `+c.ref+` = ?1`, ref); err != nil {
			return err
		}
	}
	for _, c := range recorded {
		text, args := `UPDATE `+c.table+` SET `+c.ref+` = ?2 WHERE `+c.ref+` = ?1`, []any{ref, former.Ref}
		if c.name != "" {
			text, args = `UPDATE `+c.table+` SET `+c.ref+` = ?2, `+c.name+` = ?3 WHERE `+c.ref+` = ?1`, append(args, former.Name)
		}
		if _, err := q.exec(ctx, text, args...); err != nil {
			return err
		}
	}
	return nil
}
