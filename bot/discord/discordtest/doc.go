// Package discordtest is a strict fake of Discord for tests: the HTTP API, the
// gateway and the people, in one process, on 127.0.0.1.
//
//	srv := discordtest.Start(t)
//	srv.AddChannel("81384788765712384", "155101607195836416")
//	// run the bot with DISCORD_API_URL=srv.URL() and DISCORD_TOKEN=discordtest.Token
//	srv.WaitReady(ctx)
//	answer, err := srv.Command(ctx, discordtest.Interaction{Channel: "155101607195836416", Name: "story",
//		Options: map[string]string{"slug": "sony-hack"}})
//
// Strict means that every request is checked against Discord's own API
// description (spec/openapi.json) and against the rules that stand only in its
// prose. What Discord would silently ignore, such as an unknown field, is
// refused too. A refusal is answered as Discord answers (400, code 50035), is
// listed by Violations and fails the test when it ends, unless ExpectViolation
// announced it.
//
// Where to read: server.go starts it and decides what a request gets; spec.go,
// request.go and schema.go check requests, rules.go, components.go and
// commandrules.go hold the rules in prose; channels.go, messages.go and body.go
// are what is stored, settings.go what an operator can have set wrongly, handlers.go what the API does with it, view.go what a test
// sees of it; limits.go keeps the rate limits, faults.go and wire.go spoil
// answers on request; gateway.go, conn.go, session.go, identify.go and
// gatewayfaults.go are the websocket; people.go, options.go, forms.go and callback.go the
// people who type commands and press buttons; wait.go lets a test wait for all
// of it without sleeping.
//
// Sources: https://docs.discord.com/developers (the API's documentation) and
// https://github.com/discord/discord-api-spec (the description).
package discordtest
