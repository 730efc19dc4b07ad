package main

import (
	"context"
	"crypto/rand"
	"log/slog"

	"storybot/stories"
)

// claimCode is a code in the form ABCD-EFGH-JKLM. Guessing it would take about
// 10^18 commands.
func claimCode() string {
	text := rand.Text()
	return text[0:4] + "-" + text[4:8] + "-" + text[8:12]
}

// offerClaim returns a code that makes the first admin, and logs it; "" when
// there is an admin. The code lives as long as this process, and the service
// refuses it once it has been used.
func offerClaim(ctx context.Context, desk *stories.Service, log *slog.Logger) (string, error) {
	if has, err := desk.HasAdmin(ctx); err != nil || has {
		return "", err
	}
	code := claimCode()
	log.Warn("nobody is an admin yet; whoever sends this command to the bot becomes the first: /desk claim "+code, "setting", "STORYBOT_ADMINS names admins instead")
	return code, nil
}
