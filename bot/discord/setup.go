package discord

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"storybot/bot"
)

// Where things are on Discord's pages for developers, as the end of a sentence.
const (
	portal  = "https://discord.com/developers/applications"
	botPage = "on the page Bot of your application at " + portal
)

// The names of the settings.
const (
	tokenSetting = "DISCORD_TOKEN"
	apiSetting   = "DISCORD_API_URL"
)

// webAPI is Discord's API as people write its address. Its pages have the
// version at the end (https://discord.com/developers/docs/reference#api-versioning);
// what is asked of it is below a version, or one of the resources of its
// reference below /api, and what is asked at the start also alone, as a proxy has it
// (https://discord.com/developers/docs/reference, in the list of pages).
var webAPI = bot.API{
	Official: official,
	Version:  regexp.MustCompile(`(?i)/+v[0-9]+$`),
	Asked: regexp.MustCompile(`(?i)/api/+v[0-9]+/` +
		`|/(api|v[0-9]+)/+(applications|channels|gateway|guilds|interactions|invites|oauth2|skus|soundboard-default-sounds|stage-instances|sticker-packs|stickers|users|voice|webhooks)(/|$)` +
		`|/gateway/+bot$|/users/+@me(/|$)`),
}

// Kit is what Discord brings to the program.
func Kit() bot.Kit {
	return bot.Kit{
		Refs: Refs(),
		// https://discord.com/developers/docs/reference#authentication: it begins with the
		// bot's id in base64.
		TokenForm: `[\w-]{17,}\.[\w-]{5,8}\.[\w-]{20,}`,
		WhoseID:   "Discord shows ids in Developer Mode (right click, Copy User ID)",
		Settings: []bot.Setting{
			{
				Name:  tokenSetting,
				Token: true,
				Help:  "The bot's token on Discord: Developer Portal, your application, Bot, Reset Token. Without it Storybot does not connect to Discord.",
				Found: "It is shown " + botPage,
				Read:  readToken,
				Try:   tryToken,
			},
			{
				Name:    apiSetting,
				Help:    "Where Discord's API is reached, for a proxy or a test server. A version at the end, such as /v9, is left out.",
				Example: official,
				Address: &webAPI,
			},
		},
		Open: func(p bot.Parts) (bot.Platform, error) {
			c := configOf(p)
			c.Specs, c.Menus, c.Places, c.Memory, c.Log, c.Started = p.Specs, p.Menus, p.Places, p.Memory, p.Log, p.Started
			return New(c)
		},
		Begin: func(bot.Parts) (string, error) { return before, nil },
		End:   after,
		Check: examine,
		Channel: func(typed string) string {
			if m := channelTyped.FindStringSubmatch(strings.TrimSpace(typed)); m != nil {
				return m[1]
			}
			return ""
		},
		ChannelExample: platformName + ":1162089394283487254",
	}
}

// channelTyped is a channel's id, alone, behind the platform's name or a server's
// id, or in a link to it or to a message in it
// (https://discord.com/developers/docs/reference#message-formatting-formats).
var channelTyped = regexp.MustCompile(`^(?:https://(?:[a-z]+\.)?discord(?:app)?\.com/channels/[0-9]+/|discord:(?:[0-9]+/)?|<#)?([1-9][0-9]{16,19})(?:/[0-9]+/?|/|>)?$`)

// configOf is what the HTTP API is asked with.
func configOf(p bot.Parts) Config {
	return Config{Token: p.Setting(tokenSetting), APIURL: p.Setting(apiSetting), Now: p.Now, Version: p.Version}
}

// readToken checks the form of a token.
func readToken(v string) (string, error) {
	if word, rest, _ := strings.Cut(v, " "); strings.EqualFold(word, "Bot") {
		v = strings.TrimSpace(rest) // as it stands in the header of a request
		if v == "" {
			return "", errors.New("only the word Bot is set. The token itself is shown " + botPage)
		}
	}
	if !bot.IsToken(v) {
		return "", errors.New("a token has no spaces, quotes or line breaks in it. Copy it again " + botPage)
	}
	return v, nil
}

// before is what to do before there is a token.
const before = `1. Open ` + portal + `, press New Application and name it.
2. On the page Bot press Reset Token and copy the token. Switch Public Bot off there
   (on the page Installation choose None under Install Link first), so that nobody
   else adds the bot to a server; leave the Privileged Gateway Intents off.`

// ownApplication is the one whose token there is.
func ownApplication(ctx context.Context, p bot.Parts) (app application, err error) {
	rest, err := newClient(configOf(p))
	if err != nil {
		return app, err
	}
	defer rest.close()
	app, _, err = rest.application(ctx)
	return app, err
}

// tryToken asks Discord whose token it is.
func tryToken(ctx context.Context, p bot.Parts) (string, error) {
	app, err := ownApplication(ctx, p)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Discord takes the token: it is of the application %q.", app.called()), nil
}

// after is what is left to do once Discord takes the token.
func after(ctx context.Context, p bot.Parts) (string, error) {
	app, err := ownApplication(ctx, p)
	if err != nil {
		return "", err
	}
	lines := []string{
		"Invite the bot: open this address and choose a server. It asks for exactly what the",
		"bot needs: " + strings.Join(neededNames(), ", ") + ".",
		"",
		"  " + invitation(string(app.ID)),
		"",
	}
	for _, f := range app.findings() {
		if f.Cure != "" {
			lines = append(lines, f.Said+" "+f.Cure, "")
		}
	}
	return strings.Join(lines, "\n"), nil
}

// neededNames are the permissions of the invitation, as Discord calls them.
func neededNames() []string {
	var names []string
	for _, n := range needed {
		names = append(names, n.name)
	}
	return append(names, "Send Messages in Threads")
}
