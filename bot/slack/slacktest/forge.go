package slacktest

import "context"

// PressForged does what Press does after forge has changed what block_actions
// says of the pressed element: what an older version of the bot wrote, or what
// nobody did.
func (s *Server) PressForged(ctx context.Context, m Message, name, user string, forge func(action map[string]any)) (*Answer, error) {
	return s.press(ctx, m, name, user, forge)
}
