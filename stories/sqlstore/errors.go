package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"storybot/stories"
)

// told makes of a database's error what Store promises: *stories.Error with
// CodeUnavailable when the database cannot be used now; others as they are.
func (s *Store) told(err error) error {
	var known *stories.Error
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, stories.ErrLeaseLost),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	if sentence := s.refusal(err); sentence != "" {
		return &stories.Error{Code: stories.CodeUnavailable, Message: sentence, Err: err}
	}
	return err
}

// missing makes of "no rows" a CodeNotFound with this sentence.
func missing(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		return stories.Errorf(stories.CodeNotFound, format, args...)
	}
	return err
}

// change runs fn in one transaction.
func (s *Store) change(ctx context.Context, fn func(q querier) error) error {
	return s.told(s.write(ctx, fn))
}
