package command

import (
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// mentionOf is whom the typed value of mention: means, as it is stored: the reference of
// a role or a group that was picked or mentioned. CodeInvalid for anything else.
func mentionOf(_ context.Context, _ request, typed string) (string, error) {
	if platform, id, ok := strings.Cut(typed, ":"); ok && platform != "" && id != "" && !strings.ContainsAny(typed, " @") {
		return typed, nil
	}
	return "", stories.Errorf(stories.CodeInvalid, "%q is no role or group that can be pinged. Pick it, or mention it with its @.", clip(typed))
}

// mentionName is what those are called whom a subscription pings.
func mentionName(stories.Options) string { return bot.RoleKind.Unnamed() }
