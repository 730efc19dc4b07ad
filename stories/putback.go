package stories

import (
	"context"
	"time"
)

// PutBack says what a copy of the database that was put back has left undecided:
// deliveries that were owed when the copy was made, and may have been made since.
type PutBack struct {
	// Generation counts how often a copy was put back; 0 for never.
	Generation int64
	At         time.Time // when that was noticed
	Waiting    int       // deliveries that wait for a person to decide
	Channels   int       // to which those go
	Settling   int       // deliveries being looked for in their channels
}

// PutBackStore decides about what a database put back holds. While it waits,
// nothing of it is sent, and nothing published since is held up.
type PutBackStore interface {
	// PutBack tells what waits.
	PutBack(ctx context.Context) (PutBack, error)
	// WaitingAt counts the updates that wait for d: held because d is blocked, and undecided,
	// which waits for a person since the database was put back.
	WaitingAt(ctx context.Context, d Destination) (held, undecided int, err error)
	// SettlePutBack has everything that waits looked for in its channel: what is
	// there counts as sent, what is not there is sent, and where nobody can say it
	// waits again. It returns how much that is. CodeExists when the database has
	// been put back again since generation.
	SettlePutBack(ctx context.Context, act Act, generation int64) (n int, err error)
	// ReleasePutBack owes everything that waits as if it had never been tried: it
	// may arrive twice. CodeExists as for SettlePutBack.
	ReleasePutBack(ctx context.Context, act Act, generation int64) (n int, err error)
}

// PutBacks decides about what a database put back holds.
type PutBacks struct {
	base
	rights *Rights
	store  PutBackStore
}

// PutBack tells what a database put back holds. By moderators. CodeForbidden.
func (s *PutBacks) PutBack(ctx context.Context, by User) (PutBack, error) {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return PutBack{}, err
	}
	return s.store.PutBack(ctx)
}

// WaitingAt counts what waits for d, see PutBackStore. Anybody there may know.
func (s *PutBacks) WaitingAt(ctx context.Context, d Destination) (held, undecided int, err error) {
	return s.store.WaitingAt(ctx, d)
}

// SettlePutBack looks for what waits in its channels, see PutBackStore. By
// moderators. CodeForbidden, CodeExists.
func (s *PutBacks) SettlePutBack(ctx context.Context, act Act, generation int64) (n int, err error) {
	return s.decidePutBack(ctx, act, generation, s.store.SettlePutBack)
}

// ReleasePutBack sends what waits, see PutBackStore. By moderators.
// CodeForbidden, CodeExists.
func (s *PutBacks) ReleasePutBack(ctx context.Context, act Act, generation int64) (n int, err error) {
	return s.decidePutBack(ctx, act, generation, s.store.ReleasePutBack)
}

func (s *PutBacks) decidePutBack(ctx context.Context, act Act, generation int64, decide func(context.Context, Act, int64) (int, error)) (int, error) {
	if err := s.rights.Require(ctx, act.By, Moderator); err != nil {
		return 0, err
	}
	n, err := decide(ctx, s.stamp(act), generation)
	if err == nil {
		s.planned()
	}
	return n, err
}
