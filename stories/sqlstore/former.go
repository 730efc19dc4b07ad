package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

// How what a merged story was called, and its numbers, still answer.

const (
	slugOfSQL   = `SELECT k.story_id, k.of_id, coalesce(g.slug, '') FROM slugs k LEFT JOIN merged g ON g.id = k.of_id WHERE k.slug = ?1`
	formerlySQL = `SELECT ` + updateColumns + ` FROM merged g JOIN updates u ON u.story_id = g.into_id AND u.number = g.shift + ?2 WHERE g.id = ?1 AND ?2 BETWEEN 1 AND g.updates`
	// formerNumberSQL is the first of them: numbers only grow.
	formerNumberSQL = `
		SELECT g.slug, u.number - g.shift FROM updates u JOIN merged g ON g.into_id = u.story_id
		WHERE u.id = ?1 AND u.number - g.shift BETWEEN 1 AND g.updates ORDER BY 2, g.id LIMIT 1`
)

// slugOwner is whose a slug is, and whose it was.
type slugOwner struct {
	story, of int64
	was       string // what of was called, "" where that is the story itself
}

func (s *Store) ownerOf(ctx context.Context, slug string) (o slugOwner, err error) {
	err = one(ctx, s.reader(), slugOfSQL, []any{slug}, &o.story, &o.of, &o.was)
	return o, err
}

// UpdateBySlug implements stories.ArchiveStore.
func (s *Store) UpdateBySlug(ctx context.Context, slug string, number int) (u stories.Update, was stories.Former, err error) {
	o, err := s.ownerOf(ctx, slug)
	if err != nil {
		return u, was, s.told(missing(err, "No story is called %q. /stories lists those there are.", slug))
	}
	if o.of != o.story {
		u, err = theOne(ctx, s.reader(), scanUpdate, formerlySQL, o.of, number)
		if !errors.Is(err, sql.ErrNoRows) {
			return u, stories.Former{Slug: o.was, Number: number}, s.told(err)
		}
	}
	u, err = s.UpdateByNumber(ctx, o.story, number)
	return u, was, err
}

// Formerly implements stories.MergeStore.
func (s *Store) Formerly(ctx context.Context, slug string) (was stories.Former, ok bool, err error) {
	o, err := s.ownerOf(ctx, slug)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return was, false, s.told(err)
	}
	return stories.Former{Slug: o.was}, o.of != o.story, nil
}

// FormerNumber implements stories.MergeStore.
func (s *Store) FormerNumber(ctx context.Context, updateID int64) (was stories.Former, ok bool, err error) {
	err = one(ctx, s.reader(), formerNumberSQL, []any{updateID}, &was.Slug, &was.Number)
	if errors.Is(err, sql.ErrNoRows) {
		return was, false, nil
	}
	return was, err == nil, s.told(err)
}

const (
	// unseenIs says that the reader ?1 was not shown an update u of the story ?2: neither
	// in it nor in one that was merged into it, by the number it had there.
	unseenIs = `u.number > coalesce((SELECT f.number FROM seen f WHERE f.reader = ?1 AND f.story_id = ?2), 0)
		AND NOT EXISTS (SELECT 1 FROM merged g JOIN seen f ON f.reader = ?1 AND f.story_id = g.id
			WHERE g.into_id = ?2 AND u.number > g.shift AND u.number <= g.shift + g.updates AND u.number <= g.shift + f.number)`
	countUnseenSQL = `SELECT count(*) FROM updates u WHERE u.story_id = ?2 AND ` + unseenIs
	unseenSQL      = `
		SELECT u.number FROM (SELECT id, story_id, number, place FROM updates WHERE story_id = ?2 ORDER BY place DESC LIMIT ?3) AS u
		WHERE ` + unseenIs + ` ORDER BY u.place DESC`
	lookedSQL = `SELECT count(*) FROM seen f WHERE f.reader = ?1 AND (f.story_id = ?2 OR f.story_id IN (SELECT id FROM merged WHERE into_id = ?2))`
)

// Unseen implements stories.ArchiveStore.
func (s *Store) Unseen(ctx context.Context, reader string, storyID int64, newest int) (count int, numbers []int, looked bool, err error) {
	var looks int
	if err := one(ctx, s.reader(), lookedSQL, []any{reader, storyID}, &looks); err != nil {
		return 0, nil, false, s.told(err)
	}
	if err := one(ctx, s.reader(), countUnseenSQL, []any{reader, storyID}, &count); err != nil {
		return 0, nil, false, s.told(err)
	}
	numbers, err = all(ctx, s.reader(), func(r row) (n int, err error) { return n, r.Scan(&n) }, unseenSQL, reader, storyID, newest)
	return count, numbers, looks > 0, s.told(err)
}
