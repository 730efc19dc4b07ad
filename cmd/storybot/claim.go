package main

import (
	"context"
	"log/slog"

	"storybot/stories"
)

// offerClaim logs the code that makes the first admin, the same from every
// process of the installation, unless there is an admin. The service refuses it
// once it has been used. It returns the code, "" for none.
func offerClaim(ctx context.Context, desk *stories.Service, log *slog.Logger) (code string, err error) {
	code, err = desk.Rights.ClaimCode(ctx)
	if err != nil || code == "" {
		return "", err
	}
	level := slog.LevelWarn
	if !log.Enabled(ctx, level) {
		level = slog.LevelError // answers say that it is in the log
	}
	log.Log(ctx, level, "nobody is an admin yet; whoever sends this command to the bot becomes the first: /desk claim "+code, "setting", "STORYBOT_ADMINS names admins instead")
	return code, nil
}

// isClaim says whether somebody typed the code that makes the first admin, with
// whatever around it.
func isClaim(typed, code string) bool {
	return stories.HoldsClaimCode(typed, code)
}
