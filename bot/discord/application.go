package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"storybot/bot"
)

// application is what Discord says of the bot's application
// (https://discord.com/developers/docs/resources/application#application-object).
type application struct {
	ID        word                       `json:"id"`
	Name      word                       `json:"name"`
	Public    truth                      `json:"bot_public"`
	CodeGrant truth                      `json:"bot_require_code_grant"`
	Flags     number                     `json:"flags"`
	Endpoint  word                       `json:"interactions_endpoint_url"`
	Installs  map[string]json.RawMessage `json:"integration_types_config"`
}

// called is its name as it may be shown.
func (a application) called() string {
	name, _ := bot.Cut(bot.OneLine(string(a.Name)), 60)
	return name
}

// guildInstall is the key of an application that servers may take in
// (https://discord.com/developers/docs/resources/application#application-object-application-integration-types).
const guildInstall = "0"

// intentSwitches are the flags of the switches on the page Bot, each for an
// application of many servers and for one of few
// (https://discord.com/developers/docs/resources/application#application-object-application-flags).
var intentSwitches = []struct {
	flags int64
	name  string
}{
	{1<<12 | 1<<13, "Presence Intent"},
	{1<<14 | 1<<15, "Server Members Intent"},
	{1<<18 | 1<<19, "Message Content Intent"},
}

// findings are what is to be said of the application's switches.
func (a application) findings() (found []bot.Finding) {
	page := func(name string) string { return "on the page " + name + " of your application at " + portal }
	if a.Public {
		found = append(found, bot.Finding{About: "Public Bot", State: bot.Wanting,
			Said: "Public Bot is switched on: anybody can add the bot to a server of theirs and read every story there.",
			Cure: "Switch Public Bot off " + page("Bot") + ". Where Discord refuses that, choose None under Install Link on the page Installation first."})
	}
	if a.CodeGrant {
		found = append(found, bot.Finding{About: "Requires OAuth2 Code Grant", State: bot.Failing,
			Said: "Requires OAuth2 Code Grant is switched on: whoever opens the invitation gets an error.",
			Cure: "Switch it off " + page("Bot") + "."})
	}
	if a.Endpoint != "" {
		found = append(found, bot.Finding{About: "Interactions Endpoint URL", State: bot.Failing,
			Said: "An Interactions Endpoint URL is set: Discord sends all commands there, and none to the bot.",
			Cure: "Empty the field " + page("General Information") + "."})
	}
	if _, servers := a.Installs[guildInstall]; len(a.Installs) > 0 && !servers {
		found = append(found, bot.Finding{About: "Installation", State: bot.Failing,
			Said: "The application is for people only: no server can take the bot in.",
			Cure: "Tick Guild Install " + page("Installation") + "."})
	}
	var on []string
	for _, s := range intentSwitches {
		if int64(a.Flags)&s.flags != 0 {
			on = append(on, s.name)
		}
	}
	switch len(on) {
	case 0:
		found = append(found, bot.Finding{About: "intents", Said: "The bot asks for Guilds alone, for which no switch is needed, and none is on."})
	default:
		found = append(found, bot.Finding{About: "intents", State: bot.Noted,
			Said: "Switched on, and not used by the bot, which asks for Guilds alone: " + strings.Join(on, ", ") + ".",
			Cure: "Switch them off " + page("Bot") + "."})
	}
	return found
}

// application asks Discord whose token the client has. The error is for people:
// a *bot.Refused when the token is refused.
func (c *client) application(ctx context.Context) (app application, a answer, err error) {
	a, err = c.do(ctx, c.posts, request{what: "ask for the application", method: http.MethodGet, path: "/applications/@me"})
	if err = c.denied(a, err); err != nil {
		return app, a, err
	}
	if decode(a.body, &app) != nil || !isSnowflake(string(app.ID)) {
		return app, a, &setback{notDiscord, errors.New("an answer that names no application")}
	}
	return app, a, nil
}

// What people read of a request that led to nothing: sentences.
const (
	notDiscord = "What answers is not Discord. Look at DISCORD_API_URL, and at what stands between the bot and Discord."
	ownFault   = "Discord has a fault of its own. Try again in some minutes; https://discordstatus.com tells of outages."
)

// denied is why a request of ours was not carried out, for people; nil when it was.
func (c *client) denied(a answer, err error) error {
	if err != nil && a.status == 0 {
		return &setback{"Discord cannot be reached (" + bot.OneLine(err.Error()) + "). Look at this machine's network, DNS and proxy, and at DISCORD_API_URL.", err}
	}
	if a.ok() && err == nil {
		return nil
	}
	v := (&Platform{rest: c}).verdict(a)
	switch {
	case a.status == http.StatusUnauthorized, v.Reason == readings[40001].reason:
		return &bot.Refused{Cure: closeRules[closeBadToken].cure, Err: v.Err}
	case v.Reason == cloudflare.reason:
		return &setback{"Cloudflare, which stands before Discord, refuses this machine's requests. Leave the bot stopped for an hour.", v.Err}
	case a.status == http.StatusTooManyRequests:
		return &setback{fmt.Sprintf("Discord's rate limit holds this back. Try again in %v.", v.RetryAfter), v.Err}
	case a.status >= 500, a.ok():
		return &setback{ownFault, v.Err}
	case refusalOf(a.body).Message == "":
		return &setback{notDiscord, v.Err}
	}
	return &setback{"Discord refuses that (" + v.Err.Error() + ").", v.Err}
}

// saidOf is the sentence for people of what denied returned.
func saidOf(err error) string {
	if s, is := errors.AsType[*setback](err); is {
		return s.said
	}
	return err.Error()
}
