package console

import (
	"context"

	"storybot/stories"
)

// asker is who types: at one's own terminal one may do everything, everywhere.
type asker struct{ user stories.User }

func (a asker) Name(context.Context) string { return a.user.Name }
func (asker) Manages(context.Context) error { return nil }
func (asker) Posts(context.Context) error   { return nil }
