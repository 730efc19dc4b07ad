package stories

import "context"

// Require refuses u whose role is less than needed, before anything they asked
// for is looked at. Whatever changes something checks again. CodeForbidden.
func (s *Service) Require(ctx context.Context, u User, needed Role) error {
	return s.require(ctx, u, needed)
}
