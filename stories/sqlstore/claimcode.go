package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

const (
	// lockClaimsSQL makes those who claim the bot, or ask for its code, wait for
	// each other: a row of its own.
	lockClaimsSQL = `INSERT INTO settings (name, value) VALUES ('claimed', '') ON CONFLICT (name) DO UPDATE SET value = settings.value`
	adminsSQL     = `SELECT count(*) FROM members WHERE role = ?1`
	codeName      = "claim code"
	keepCodeSQL   = `INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING`
	dropCodeSQL   = `DELETE FROM settings WHERE name = ?1`
)

// hasAdmin says whether anybody is an admin, and until the transaction ends
// nobody becomes one by a claim.
func hasAdmin(ctx context.Context, q querier) (bool, error) {
	if _, err := q.exec(ctx, lockClaimsSQL); err != nil {
		return false, err
	}
	var admins int
	err := one(ctx, q, adminsSQL, []any{stories.Admin}, &admins)
	return admins > 0, err
}

// ClaimCode implements stories.RightsStore.
func (s *Store) ClaimCode(ctx context.Context, fresh string) (code string, err error) {
	err = s.change(ctx, func(q querier) error {
		code = ""
		if has, err := hasAdmin(ctx, q); err != nil || has {
			return err
		}
		if _, err := q.exec(ctx, keepCodeSQL, codeName, fresh); err != nil {
			return err
		}
		return one(ctx, q, recallSQL, []any{codeName}, &code)
	})
	if err != nil {
		return "", err
	}
	return code, nil
}

// ClaimAdmin implements stories.RightsStore.
func (s *Store) ClaimAdmin(ctx context.Context, a stories.Act, code string) error {
	_, err := act(ctx, s, a, "claimed", func(q querier) (done, changed bool, err error) {
		switch has, err := hasAdmin(ctx, q); {
		case err != nil:
			return false, false, err
		case has:
			return false, false, stories.Errorf(stories.CodeExists, "This bot has an admin already.")
		}
		kept := ""
		if err := one(ctx, q, recallSQL, []any{codeName}, &kept); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return false, false, err
		}
		if !stories.SameClaimCode(code, kept) {
			return false, false, stories.Errorf(stories.CodeForbidden, "That is not the code.")
		}
		if _, err := q.exec(ctx, dropCodeSQL, codeName); err != nil {
			return false, false, err
		}
		if err := setMember(ctx, q, a, a.By, stories.Admin); err != nil {
			return false, false, err
		}
		return true, true, enterPerson(ctx, q, a, "claimed", a.By, "is admin")
	})
	return err
}
