package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"storybot/stories"
)

// Which subscription of a channel decides about a story, as stories.Decides says it:
// asked of one channel by what it follows, and of all channels by what is followed.

// hasTopic says that a topic is a word among those of the story s.
func hasTopic(topic string) string {
	return `' ' || s.topics || ' ' LIKE '% ' || ` + topic + ` || ' %'`
}

var (
	// coversSQL says that a subscription b is to the story s, a topic of it or all.
	coversSQL = `(b.kind = 'all' OR b.kind = 'story' AND b.story_id = s.id OR b.kind = 'topic' AND ` + hasTopic("b.topic") + `)`
	// decidesSQL takes of those that cover a story, in one channel, the one that
	// decides.
	decidesSQL  = coversSQL + ` ORDER BY CASE b.kind WHEN 'story' THEN 1 WHEN 'topic' THEN 2 ELSE 3 END, b.created_at, b.id LIMIT 1`
	decisionSQL = `
		SELECT b.kind, CASE WHEN b.kind = 'story' THEN s.slug ELSE b.topic END, b.state,
			b.level, b.mode, b.digest, b.quiet, b.tz, b.mention, b.mention_level, b.publish, coalesce(g.name, ''), coalesce(g.access, ''),
			CASE WHEN EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = ?1 AND m.story_id = ?2) THEN 1 ELSE 0 END
		FROM subscriptions b JOIN stories s ON s.id = ?2 JOIN destinations t ON t.id = b.destination_id
			LEFT JOIN place_names g ON b.mention <> '' AND g.platform = t.platform AND g.workspace = t.workspace AND g.channel = b.mention
		WHERE b.destination_id = ?1 AND ` + decidesSQL
)

// decision is what decides about a story at p.
func decision(ctx context.Context, q querier, p place, storyID int64) (stories.Decision, error) {
	d, err := theOne(ctx, q, func(r row) (d stories.Decision, err error) {
		var muted, publish int
		var access stories.Access
		o := &d.Options
		err = r.Scan(&d.By.Kind, &d.By.Name, &d.State, &o.Level, &o.Mode, &o.Digest, &o.Quiet, &o.Zone, &o.Mention, &o.MentionLevel, &publish, &d.Pings.Name, &access, &muted)
		d.Muted, o.Publish, d.Level = muted != 0, publish != 0, o.Level
		d.Pings.Name, d.Pings.Gone = groupName(d.Pings.Name), access == stories.GoneAccess
		return d, err
	}, decisionSQL, p.id, storyID)
	if errors.Is(err, sql.ErrNoRows) {
		return stories.Decision{}, nil
	}
	return d, err
}

// Brings implements stories.FollowingStore.
func (s *Store) Brings(ctx context.Context, d stories.Destination, storyID int64) (stories.Decision, error) {
	p, err := findPlace(ctx, s.reader(), d)
	if errors.Is(err, sql.ErrNoRows) {
		return stories.Decision{}, nil
	}
	if err != nil {
		return stories.Decision{}, s.told(err)
	}
	found, err := decision(ctx, s.reader(), p, storyID)
	if err == nil {
		found.Past, err = deciderPast(ctx, s.reader(), d, p, storyID)
	}
	return found, s.told(err)
}

const (
	formerPlacesSQL = `SELECT platform, workspace, channel FROM destinations WHERE moved_to > 0 AND moved_to = ?1`
	// endedAtSQL finds by the log when something ended in a channel ?1 that covered the
	// story ?2, or may have: what is followed of topics is written down in words only.
	endedAtSQL = `
		SELECT coalesce(max(l.at), 0) FROM desk_log l
		WHERE l.place = ?1 AND l.place <> '' AND l.verb IN ('unsubscribed', 'unmuted') AND l.story_id IN (0, ?2)`
	// passedAtSQL finds when the story ?1 was last merged into, and when its topics, whose
	// line in the log is like ?2, were last others.
	passedAtSQL = `
		SELECT coalesce(max(CASE WHEN l.verb = 'merged' THEN l.at ELSE 0 END), 0), coalesce(max(CASE WHEN l.verb = 'edited' AND l.detail LIKE ?2 THEN l.at ELSE 0 END), 0)
		FROM desk_log l WHERE l.story_id = ?1 AND l.verb IN ('merged', 'edited')`
)

// deciderPast tells since when what decides about a story at p is what is known of it. The log
// remembers what there is no row of any more.
func deciderPast(ctx context.Context, q querier, d stories.Destination, p place, storyID int64) (stories.Past, error) {
	var merged, changed int64
	if err := one(ctx, q, passedAtSQL, []any{storyID, "%\n" + topicsLine + " %"}, &merged, &changed); err != nil {
		return stories.Past{}, err
	}
	places, err := all(ctx, q, func(r row) (was stories.Destination, err error) {
		err = r.Scan(&was.Platform, &was.Workspace, &was.Channel)
		return was, err
	}, formerPlacesSQL, p.id)
	if err != nil {
		return stories.Past{}, err
	}
	for _, at := range append(places, d) {
		var ended int64
		if err := one(ctx, q, endedAtSQL, []any{at.String(), storyID}, &ended); err != nil {
			return stories.Past{}, err
		}
		changed = max(changed, ended)
	}
	return stories.Past{Changed: moment(changed), Merged: moment(merged)}, nil
}

// target is what subscriptions may be to. earlier are those of the same story that
// somebody follows and that go before it, or may: of topics the oldest does.
type target struct {
	kind    stories.TargetKind
	story   int64
	topic   string
	earlier []target
}

const isFollowedSQL = `SELECT CASE WHEN EXISTS (SELECT 1 FROM subscriptions b WHERE b.kind = ?1 AND b.story_id = ?2 AND b.topic = ?3) THEN 1 ELSE 0 END`

// followed returns what is followed of a story, in the order in which subscriptions
// decide. What nobody follows costs nothing then.
func followed(ctx context.Context, q querier, storyID int64, topics []string) (found []target, err error) {
	targets := []target{{kind: stories.TargetStory, story: storyID}}
	for _, topic := range topics {
		targets = append(targets, target{kind: stories.TargetTopic, topic: topic})
	}
	for _, t := range append(targets, target{kind: stories.TargetAll}) {
		var is bool
		if err := one(ctx, q, isFollowedSQL, []any{string(t.kind), t.story, t.topic}, &is); err != nil {
			return nil, err
		}
		if is {
			found = append(found, t)
		}
	}
	for i, t := range found {
		for _, other := range found {
			if other.kind != stories.TargetAll && (other.kind != t.kind || other.topic != t.topic) && (other.kind == stories.TargetStory || t.kind != stories.TargetStory) {
				found[i].earlier = append(found[i].earlier, other)
			}
		}
	}
	return found, nil
}

// statement is a text with its parameters.
type statement struct {
	text strings.Builder
	args []any
}

func (s *statement) write(format string, parts ...any) { fmt.Fprintf(&s.text, format, parts...) }

// arg adds a parameter and returns its name.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return fmt.Sprintf("?%d", len(s.args))
}

// deciding says that a subscription b is to t, and that none to the story itself or to
// an older topic goes before it in its channel. The kind of b is written out, and those
// before it are sought among what its channel follows alone: PostgreSQL might take what
// much was subscribed to lately for nothing, and read it anew for each channel.
func (s *statement) deciding(t target) error {
	s.write(`b.kind = '%s' AND b.story_id = %s AND b.topic = %s`, t.kind, s.arg(t.story), s.arg(t.topic))
	var topics []string
	for _, e := range t.earlier {
		if e.kind == stories.TargetStory {
			s.write(` AND NOT EXISTS (SELECT 1 FROM subscriptions o WHERE o.destination_id = b.destination_id AND o.kind/*aside*/ = 'story' AND o.story_id = %s)`, s.arg(e.story))
		} else {
			topics = append(topics, e.topic)
		}
	}
	if len(topics) == 0 {
		return nil
	}
	s.write(` AND NOT EXISTS (SELECT 1 FROM subscriptions o WHERE o.destination_id = b.destination_id AND o.kind/*aside*/ = 'topic' AND o.story_id = 0 AND o.topic `)
	if len(topics) == 1 {
		s.write(`= %s`, s.arg(topics[0]))
	} else {
		text, err := json.Marshal(topics)
		if err != nil {
			return err
		}
		s.write(`IN (SELECT j.value FROM numbered(%s))`, s.arg(string(text)))
	}
	if t.kind == stories.TargetTopic {
		s.write(` AND (o.created_at, o.id) < (b.created_at, b.id)`)
	}
	s.write(`)`)
	return nil
}

// stopped says that the story was stopped in the channel of the subscription b.
func (s *statement) stopped(storyID int64) string {
	return fmt.Sprintf(`EXISTS (SELECT 1 FROM mutes m WHERE m.destination_id = b.destination_id AND m.story_id = %s)`, s.arg(storyID))
}

// spared counts who follows the story of an update that nobody gets, and why not.
func spared(ctx context.Context, q querier, u stories.Update) (n stories.Spared, err error) {
	story, err := theOne(ctx, q, scanStory, storyByIDSQL, u.StoryID)
	if err != nil {
		return n, err
	}
	targets, err := followed(ctx, q, story.ID, story.Topics)
	if err != nil {
		return n, err
	}
	for _, t := range targets {
		s, err := t.counted(story.ID)
		if err != nil {
			return n, err
		}
		if _, err := all(ctx, q, func(r row) (none struct{}, err error) { return none, addSpared(&n, r, u.Level) }, s.text.String(), s.args...); err != nil {
			return n, err
		}
	}
	return n, nil
}

// counted is the statement that counts those for whom a subscription to t decides.
func (t target) counted(storyID int64) (s statement, err error) {
	s.write(`SELECT b.level, b.state, CASE WHEN %s THEN 1 ELSE 0 END, count(*) FROM subscriptions b WHERE `, s.stopped(storyID))
	err = s.deciding(t)
	s.write(` GROUP BY 1, 2, 3`)
	return s, err
}

func addSpared(n *stories.Spared, r row, level stories.Level) error {
	var d stories.Decision
	var muted, count int
	if err := r.Scan(&d.Level, &d.State, &muted, &count); err != nil {
		return err
	}
	switch {
	case muted != 0:
		n.Stopped += count
	case d.State != stories.Active:
		n.Paused += count
	case d.Level <= level: // followed since
	case d.Level == stories.Breaking:
		n.Breaking += count
	default:
		n.Normal += count
	}
	return nil
}
