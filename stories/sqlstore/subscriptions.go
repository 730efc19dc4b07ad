package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"storybot/stories"
)

const (
	subscriptionColumns = `b.id, t.platform, t.workspace, t.channel, b.kind, b.story_id, CASE WHEN b.kind = 'story' THEN coalesce(s.slug, '') ELSE b.topic END,
		b.level, b.mode, b.digest, b.quiet, b.tz, b.mention, b.mention_level, b.publish, b.state, b.by_ref, b.by_name, b.created_at, b.changed_at, t.state, t.reason, t.heals, t.since,
		coalesce(g.name, ''), coalesce(g.access, ''), t.forum`
	subscriptionTables = `subscriptions b JOIN destinations t ON t.id = b.destination_id LEFT JOIN stories s ON s.id = b.story_id AND b.story_id > 0
		LEFT JOIN place_names g ON b.mention <> '' AND g.platform = t.platform AND g.workspace = t.workspace AND g.channel = b.mention`
)

func scanSubscription(r row) (b stories.Subscription, err error) {
	var created, changed, since int64
	var heals, publish, forum int
	var access stories.Access
	err = r.Scan(&b.ID, &b.Destination.Platform, &b.Destination.Workspace, &b.Destination.Channel, &b.Target.Kind, &b.StoryID, &b.Target.Name,
		&b.Level, &b.Mode, &b.Digest, &b.Quiet, &b.Zone, &b.Mention, &b.MentionLevel, &publish, &b.State, &b.CreatedBy.Ref, &b.CreatedBy.Name, &created, &changed, &b.DestinationState, &b.Reason, &heals, &since, &b.Pings.Name, &access, &forum)
	b.Heals, b.Publish, b.Forum = heals > 0, publish > 0, forum > 0
	b.Pings.Name, b.Pings.Gone = groupName(b.Pings.Name), access == stories.GoneAccess
	b.CreatedAt, b.ChangedAt, b.BlockedSince = moment(created), moment(changed), moment(since)
	return b, err
}

const subscriptionsSQL = `
	SELECT ` + subscriptionColumns + ` FROM ` + subscriptionTables + `
	WHERE t.platform = ?1 AND t.workspace = ?2 AND t.channel = ?3
	ORDER BY CASE b.kind WHEN 'story' THEN 1 WHEN 'topic' THEN 2 ELSE 3 END, s.slug, b.topic`

// Subscriptions implements stories.FollowingStore.
func (s *Store) Subscriptions(ctx context.Context, d stories.Destination) ([]stories.Subscription, error) {
	found, err := all(ctx, s.reader(), scanSubscription, subscriptionsSQL, d.Platform, d.Workspace, d.Channel)
	if err == nil && len(found) > 0 {
		err = errors.Join(s.fillWaiting(ctx, d, found), s.fillClosed(ctx, d, found))
	}
	return found, s.told(err)
}

// key is what a subscription is found by beside its destination.
type key struct {
	kind, topic string
	story       int64
}

// keyOf looks a target's story up by its slug.
func keyOf(ctx context.Context, q querier, t stories.Target) (key, error) {
	switch t.Kind {
	case stories.TargetAll:
		return key{kind: "all"}, nil
	case stories.TargetTopic:
		return key{kind: "topic", topic: t.Name}, nil
	}
	story, err := theOne(ctx, q, scanStory, storyBySlugSQL, t.Name)
	return key{kind: "story", story: story.ID}, missing(err, "No story is called %q. /stories lists those there are.", t.Name)
}

const (
	subscriptionSQL = `
		SELECT ` + subscriptionColumns + ` FROM ` + subscriptionTables + `
		WHERE b.destination_id = ?1 AND b.kind = ?2 AND b.story_id = ?3 AND b.topic = ?4`
	insertSubscriptionSQL = `
		INSERT INTO subscriptions (destination_id, kind, story_id, topic, by_ref, by_name, created_at, state,
			level, mode, digest, quiet, tz, mention, mention_level, publish)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'active', ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) RETURNING id`
	setSubscriptionSQL = `
		UPDATE subscriptions SET changed_at = CASE WHEN state = ?2 AND level = ?3 THEN changed_at ELSE CAST(?11 AS BIGINT) END,
			state = ?2, level = ?3, mode = ?4, digest = ?5, quiet = ?6, tz = ?7, mention = ?8, mention_level = ?9, publish = ?10 WHERE id = ?1`
	unmuteSQL = `DELETE FROM mutes WHERE destination_id = ?1 AND story_id = ?2`
)

// optionArgs are the options in the order in which they are stored.
func optionArgs(o stories.Options) []any {
	o = o.Defaults()
	return []any{o.Level, string(o.Mode), string(o.Digest), string(o.Quiet), o.Zone, o.Mention, o.MentionLevel, bit(o.Publish)}
}

// setArgs are those of setSubscriptionSQL.
func setArgs(id int64, state stories.SubscriptionState, o stories.Options, at time.Time) []any {
	return append(append([]any{id, string(state)}, optionArgs(o)...), millis(at))
}

func findSubscription(ctx context.Context, q querier, p place, k key) (stories.Subscription, error) {
	return theOne(ctx, q, scanSubscription, subscriptionSQL, p.id, k.kind, k.story, k.topic)
}

// catchUp is how many held deliveries go out when a block is lifted in passing:
// by a new subscription, or by a message that went through.
const catchUp = 5

// subscribed is what Subscribe returns, in a form that can be kept.
type subscribed struct {
	Subscription stories.Subscription
	stories.Made
}

// Subscribe implements stories.SubscriberStore.
func (s *Store) Subscribe(ctx context.Context, a stories.Act, sub stories.Subscription, lane string, changes ...stories.Setting) (stories.Subscription, stories.Made, error) {
	done, err := act(ctx, s, a, "subscribed", func(q querier) (done subscribed, changed bool, err error) {
		k, err := keyOf(ctx, q, sub.Target)
		if err != nil {
			return done, false, err
		}
		p, err := enterPlace(ctx, q, sub.Destination, lane, a.At)
		if err != nil {
			return done, false, err
		}
		if sub.Forum {
			if _, err := q.exec(ctx, isForumSQL, p.id); err != nil {
				return done, false, err
			}
		}
		// Nothing is merged from here on; while we waited the story may have been.
		if k, err = keyOf(ctx, q, sub.Target); err != nil {
			return done, false, err
		}
		changed = p.state != stories.Reachable
		if changed {
			if _, _, err := reopen(ctx, q, p, catchUp, a.At); err != nil {
				return done, false, err
			}
		}
		if k.story > 0 {
			n, err := q.exec(ctx, unmuteSQL, p.id, k.story)
			if err != nil {
				return done, false, err
			}
			if changed = changed || n > 0; n > 0 {
				if err := enterUnmuted(ctx, q, a, sub.Destination, k.story, sub.Target.Name); err != nil {
					return done, false, err
				}
			}
		}
		if err := nameGroups(ctx, q, p, changes, a.At); err != nil {
			return done, false, err
		}
		set := false
		if done.Made, set, err = s.keepSubscription(ctx, q, a, p, k, sub, changes); err != nil {
			return done, false, err
		}
		if set { // a new one decides now, where something else brought more
			if err := skipUnfollowed(ctx, q, p, a.At); err != nil {
				return done, false, err
			}
			if _, err := s.settle(ctx, q, []int64{p.id}, a.At); err != nil {
				return done, false, err
			}
		}
		if done.Subscription, err = findSubscription(ctx, q, p, k); err != nil {
			return done, false, err
		}
		if done.Created {
			made := stories.Change{Kind: stories.Subscribed, Target: done.Subscription.Target, StoryID: k.story, Level: done.Subscription.Level, Options: done.Subscription.Options, Pings: done.Subscription.Pings.Name}
			if done.Notice, done.Untold, err = tellChange(ctx, q, a, p, stories.FollowNotice, made); err != nil {
				return done, false, err
			}
			if err := beginHead(ctx, q, done.Notice, done.Subscription); err != nil {
				return done, false, err
			}
		}
		if !changed && !set {
			return done, false, nil
		}
		return done, true, enterPlaced(ctx, q, a, "subscribed", k.story, sub.Destination, "follows "+sub.Target.String()+" from "+done.Subscription.Level.String()+withOptions(done.Subscription.Options))
	})
	return done.Subscription, done.Made, err
}

// withOptions writes down what of options but the level is not at its default.
func withOptions(o stories.Options) string {
	var set []string
	for _, s := range o.Changes() {
		if s.Value != "" && s.Option != stories.OptionLevel && s.Option != stories.OptionMention { // whose writing nobody reads
			set = append(set, string(s.Option)+":"+s.Value)
		}
	}
	if len(set) == 0 {
		return ""
	}
	return " with " + strings.Join(set, " ")
}

const countSubscriptionsSQL = `SELECT count(*) FROM subscriptions WHERE destination_id = ?1`

// keepSubscription makes a subscription, or changes the options of the one there;
// set is false when they were so already. The place is locked, so that nobody
// else makes or changes one at the same time. CodeLimited, CodeInvalid.
func (s *Store) keepSubscription(ctx context.Context, q querier, a stories.Act, p place, k key, sub stories.Subscription, changes stories.Changes) (made stories.Made, set bool, err error) {
	had, err := findSubscription(ctx, q, p, k)
	if err == nil {
		made.Before, made.Pinged, made.Resumed = had.Options, had.Pings, had.State == stories.Paused
		switch a.Subscription {
		case 0, had.ID:
		case stories.NewOnly:
			made.Resumed = false
			return made, false, nil
		default:
			return made, false, errReplaced
		}
		options, err := had.With(changes)
		if err != nil || options == had.Options && had.State == stories.Active {
			return made, false, err
		}
		if _, err := q.exec(ctx, setSubscriptionSQL, setArgs(had.ID, stories.Active, options, a.At)...); err != nil {
			return made, false, err
		}
		return made, true, s.keepInstants(ctx, q, had.ID, had.Options, options, a.At)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return made, false, err
	}
	if a.Subscription > 0 {
		return made, false, errReplaced
	}
	options, err := sub.With(changes)
	if err != nil {
		return made, false, err
	}
	var follows int
	if err := one(ctx, q, countSubscriptionsSQL, []any{p.id}, &follows); err != nil {
		return made, false, err
	}
	if follows >= stories.MaxSubscriptions {
		return made, false, stories.Errorf(stories.CodeLimited,
			"%d stories and topics are followed here already, and more than that are not kept for one place. End one with /unsubscribe (/subscriptions lists them), or follow a topic instead of its stories.", follows)
	}
	args := []any{p.id, k.kind, k.story, k.topic, a.By.Ref, a.By.Name, millis(a.At)}
	var id int64
	if err := one(ctx, q, insertSubscriptionSQL, append(args, optionArgs(options)...), &id); err != nil {
		return made, false, err
	}
	return stories.Made{Created: true}, true, s.keepInstants(ctx, q, id, stories.Options{}, options, a.At)
}

const dropSubscriptionSQL = `DELETE FROM subscriptions WHERE id = ?1`

// Unsubscribe implements stories.SubscriberStore.
func (s *Store) Unsubscribe(ctx context.Context, a stories.Act, d stories.Destination, t stories.Target) (stories.Left, error) {
	return act(ctx, s, a, "unsubscribed", func(q querier) (left stories.Left, changed bool, err error) {
		p, sub, err := lockSubscription(ctx, q, a, d, t)
		if err != nil {
			return left, false, err
		}
		left.Subscription = sub
		if err := dropKeptBack(ctx, q, p, sub, a.At); err != nil {
			return left, false, err
		}
		if _, err := q.exec(ctx, dropSubscriptionSQL, sub.ID); err != nil {
			return left, false, err
		}
		if err := s.skipEnded(ctx, q, p, sub, a.At); err != nil {
			return left, false, err
		}
		if left.By, err = decision(ctx, q, p, sub.StoryID); err != nil {
			return left, false, err
		}
		gone := stories.Change{Kind: stories.Unsubscribed, Target: sub.Target, StoryID: sub.StoryID}.Comes(left.By)
		if _, left.Untold, err = tellChange(ctx, q, a, p, stories.StopNotice, gone); err != nil {
			return left, false, err
		}
		return left, true, enterPlaced(ctx, q, a, "unsubscribed", sub.StoryID, d, "does not follow "+sub.Target.String()+" any more")
	})
}

var errReplaced = stories.Errorf(stories.CodeReplaced, "This subscription has ended already; nothing was changed. /subscriptions lists what is followed here.")

const subscriptionByIDSQL = `SELECT ` + subscriptionColumns + ` FROM ` + subscriptionTables + ` WHERE b.id = ?1 AND b.destination_id = ?2`

// lockSubscription finds the subscription that a means, or the one to t, and locks its
// destination. CodeNotFound, CodeReplaced.
func lockSubscription(ctx context.Context, q querier, a stories.Act, d stories.Destination, t stories.Target) (p place, sub stories.Subscription, err error) {
	if a.Subscription > 0 {
		if p, err = lockPlace(ctx, q, d); err == nil {
			sub, err = theOne(ctx, q, scanSubscription, subscriptionByIDSQL, a.Subscription, p.id)
		}
		if errors.Is(err, sql.ErrNoRows) {
			err = errReplaced
		}
		return p, sub, err
	}
	k, err := keyOf(ctx, q, t)
	if err != nil {
		return p, sub, err
	}
	if p, err = lockPlace(ctx, q, d); err == nil {
		k, err = keyOf(ctx, q, t) // nothing is merged from here on
	}
	if err == nil {
		sub, err = findSubscription(ctx, q, p, k)
	}
	return p, sub, missing(err, "This channel does not follow %s. /subscriptions lists what it follows.", t)
}

// SetSubscriptionState implements stories.SubscriberStore.
func (s *Store) SetSubscriptionState(ctx context.Context, a stories.Act, d stories.Destination, t stories.Target, state stories.SubscriptionState) (stories.Subscription, error) {
	verb, detail := "resumed", "is served again: "
	if state == stories.Paused {
		verb, detail = "paused", "is paused: "
	}
	return act(ctx, s, a, verb, func(q querier) (sub stories.Subscription, changed bool, err error) {
		p, sub, err := lockSubscription(ctx, q, a, d, t)
		if err != nil || sub.State == state {
			return sub, false, err
		}
		sub.State = state
		if _, err := q.exec(ctx, setSubscriptionSQL, setArgs(sub.ID, state, sub.Options, a.At)...); err != nil {
			return sub, false, err
		}
		if state == stories.Paused {
			if err := skipUnfollowed(ctx, q, p, a.At); err != nil {
				return sub, false, err
			}
		}
		if _, err := s.settle(ctx, q, []int64{p.id}, a.At); err != nil {
			return sub, false, err
		}
		return sub, true, enterPlaced(ctx, q, a, verb, sub.StoryID, d, detail+sub.Target.String())
	})
}
