package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"storybot/bot"
)

// Where things are on Slack's pages for developers, as the end of a sentence.
const (
	apps    = "https://api.slack.com/apps"
	botPage = "on the page OAuth & Permissions of your app at " + apps + " once it is installed"
	appPage = "on the page Basic Information of your app at " + apps + ", under App-Level Tokens, with the scope connections:write"
)

// The names of the settings.
const (
	botSetting = "SLACK_BOT_TOKEN"
	appSetting = "SLACK_APP_TOKEN"
	apiSetting = "SLACK_API_URL"
)

// How tokens begin (https://docs.slack.dev/authentication/tokens); a bot token that
// is rotated begins otherwise
// (https://docs.slack.dev/authentication/using-token-rotation).
const (
	botMark     = "xoxb-"
	rotatedMark = "xoxe.xoxb-"
	appMark     = "xapp-"
)

// webAPI is Slack's Web API as people write its address; what is asked of it is
// a method (https://docs.slack.dev/reference/methods).
var webAPI = bot.API{
	Official: strings.TrimSuffix(officialAPI, "/"),
	Ending:   "/",
	Asked:    regexp.MustCompile(`(?i)/api/+[a-z]+(\.[a-z]+)+$|/(api|apps|auth|bots|chat|conversations|files|oauth|reactions|team|users|views)(\.[a-z]+)+$`),
}

// Kit is what Slack brings to the program.
func Kit() bot.Kit {
	return bot.Kit{
		Refs:  Refs(),
		Marks: []string{"xox", appMark},
		// https://docs.slack.dev/authentication/tokens
		TokenForm: `(xoxe\.)?xox[a-z](-[\w%-]*\w|\.xox[a-z]-[\w%-]*\w)|xapp-[\w%-]*\w`,
		WhoseID:   "Slack in a person's profile (⋮, Copy member ID; the workspace's is in the address of Slack in a browser)",
		Settings: []bot.Setting{
			{
				Name:  botSetting,
				Token: true,
				Help:  "The bot token of the Slack app (xoxb-…): api.slack.com/apps, your app, OAuth & Permissions. One for each workspace, separated by commas or line by line. Needs SLACK_APP_TOKEN.",
				Found: "It is shown " + botPage,
				Read:  readBotTokens,
				Try:   tryBotTokens,
			},
			{
				Name:  appSetting,
				Token: true,
				Help:  "The app-level token of the same app (xapp-…) with the scope connections:write: Basic Information, App-Level Tokens.",
				Found: "Make one " + appPage,
				Read:  readAppToken,
				Try:   tryAppToken,
			},
			{
				Name:    apiSetting,
				Help:    "Where Slack's Web API is reached; for a proxy or a test server.",
				Example: officialAPI,
				Address: &webAPI,
			},
		},
		Open: func(p bot.Parts) (bot.Platform, error) {
			return New(Config{
				BotTokens: listed(p.Setting(botSetting)), AppToken: p.Setting(appSetting), APIURL: p.Setting(apiSetting),
				Specs: p.Specs, Places: p.Places, Log: p.Log, Version: p.Version, Now: p.Now, Started: p.Started,
			})
		},
		Begin:    before,
		End:      after,
		Check:    examine,
		Manifest: Manifest,
		Channel: func(typed string) string {
			if m := channelTyped.FindStringSubmatch(strings.TrimSpace(typed)); m != nil {
				return m[1]
			}
			return ""
		},
		ChannelExample: platformName + ":C024BE91L",
	}
}

// channelTyped is a channel's id, alone, behind the platform's name or a
// workspace's id, or in a link to it (https://docs.slack.dev/reference/objects/conversation-object).
var channelTyped = regexp.MustCompile(`^(?:https://[a-z0-9.-]+\.slack\.com/(?:archives|client/[A-Z0-9]+)/|slack:(?:[A-Z0-9]+/)?|<#)?([CG][A-Z0-9]{7,30})(?:/[a-z0-9]+/?|/|\|[^<>]*>|>)?(?:\?[^ ]*)?$`)

// listed are the tokens of a value that was read.
func listed(v string) []string {
	if v == "" {
		return nil
	}
	return strings.Split(v, ",")
}

// readBotTokens checks the tokens of a list, in which commas, spaces and lines
// separate them and lines that begin with # are notes.
func readBotTokens(v string) (string, error) {
	var tokens []string
	for line := range strings.Lines(v) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		tokens = append(tokens, strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\r' || r == '\n' })...)
	}
	for i, token := range tokens {
		switch {
		case strings.HasPrefix(token, appMark):
			return "", errors.New("this is an app-level token (xapp-…); it belongs in SLACK_APP_TOKEN. The bot token begins with xoxb- and is shown " + botPage)
		case !strings.HasPrefix(token, botMark) && !strings.HasPrefix(token, rotatedMark), !bot.IsToken(token):
			return "", fmt.Errorf("token %d is no bot token: it begins with xoxb- and has no spaces or quotes in it. It is shown %s", i+1, botPage)
		}
	}
	return strings.Join(tokens, ","), nil
}

// readAppToken checks the form of the app-level token.
func readAppToken(v string) (string, error) {
	if strings.HasPrefix(v, botMark) {
		return "", errors.New("this is a bot token (xoxb-…); it belongs in SLACK_BOT_TOKEN. The app-level token begins with xapp- and is made " + appPage)
	}
	if v != "" && !strings.HasPrefix(v, appMark) || !bot.IsToken(v) {
		return "", errors.New("this is no app-level token: it begins with xapp- and has no spaces or quotes in it. It is made " + appPage)
	}
	return v, nil
}

// before is what to do before there are tokens.
func before(p bot.Parts) (string, error) {
	m, err := Manifest(p.Specs, p.Menus)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(m)) + `

1. Open ` + apps + `, press Create New App, choose From a manifest and
   your workspace, and paste the manifest above (storybot manifest prints it alone).
2. On the page Install App press Install to Workspace, then copy the Bot User OAuth
   Token (xoxb-…), which is shown on the page OAuth & Permissions too.
3. On the page Basic Information, under App-Level Tokens, press Generate Token and
   Scopes, add the scope connections:write, and copy the token (xapp-…).`, nil
}

// asking is what asks Slack with some settings.
func asking(p bot.Parts) *web {
	base := p.Setting(apiSetting)
	if base == "" {
		base = officialAPI
	}
	return &web{
		log:    p.Log,
		api:    &api{base: strings.TrimSuffix(base, "/") + "/", http: newTransport(), agent: strings.TrimSuffix("Storybot/"+p.Version, "/"), timeout: callTimeout, clock: clock{now: p.Now}},
		timing: defaultTiming,
		now:    p.Now,
	}
}

// tryBotTokens asks Slack whose the bot tokens are.
func tryBotTokens(ctx context.Context, p bot.Parts) (string, error) {
	w := asking(p)
	defer w.api.http.CloseIdleConnections()
	var names []string
	for i, token := range listed(p.Setting(botSetting)) {
		var id identity
		header, f := w.api.call(ctx, post("auth.test", token, url.Values{}), &id)
		if f != nil {
			return "", denied(called(i, id), f)
		}
		name := fmt.Sprintf("%q", bot.OneLine(id.Team))
		if missing := missingScopes(scopesOf(header)); len(missing) > 0 {
			name += " (without the scopes " + strings.Join(missing, ", ") + ": paste the manifest under App Manifest and press Reinstall to Workspace)"
		}
		names = append(names, name)
	}
	return "Slack takes it: it is of the workspace " + strings.Join(names, ", ") + ".", nil
}

// tryAppToken asks Slack for the address of a connection, and opens none.
func tryAppToken(ctx context.Context, p bot.Parts) (string, error) {
	w := asking(p)
	defer w.api.http.CloseIdleConnections()
	var o opened
	if _, f := w.api.call(ctx, post("apps.connections.open", p.Setting(appSetting), url.Values{}), &o); f != nil {
		return "", denied("app token", f)
	}
	return "Slack takes it, and lets the bot connect.", nil
}

// after is what is left to do once Slack takes the tokens.
func after(context.Context, bot.Parts) (string, error) {
	return "Into private channels the bot must be invited: /invite @storybot there.", nil
}

// called is how a bot token is told of.
func called(place int, id identity) string {
	return (&workspace{place: place, name: bot.OneLine(id.Team)}).called()
}

// denied is why Slack did not do what it was asked with a token, for people; a
// *bot.Refused when the token is refused.
func denied(token string, f *failure) error {
	if f.method == "apps.connections.open" {
		if reason := refusedAppToken(f); reason != "" {
			return &bot.Refused{Cure: reason, Err: f}
		}
	}
	if reason := refusedToken(f.code); reason != "" && !f.passing() {
		return &bot.Refused{Cure: fmt.Sprintf("Slack refuses the %s: it %s (%s). Put a valid one into SLACK_BOT_TOKEN and restart.", token, reason, f.code), Err: f}
	}
	return &unheard{f}
}

// unheard is a request that led to nothing, for people; the cause is for the log.
type unheard struct{ f *failure }

// Error is a sentence that says what to do.
func (u *unheard) Error() string {
	f := u.f
	switch {
	case f.limited:
		return fmt.Sprintf("Slack's rate limit holds this back. Try again in %v.", round(f.retryAfter))
	case f.code != "":
		return "Slack refuses that with the word " + f.code + ". " + whatItMeans(f)
	case f.status >= 500:
		return "Slack has a fault of its own. Try again in some minutes; https://slack-status.com tells of outages."
	case f.reach != answered:
		return "Slack cannot be reached (" + bot.OneLine(f.Error()) + "). Look at this machine's network, DNS and proxy, and at SLACK_API_URL."
	}
	return "What answers is not Slack. Look at SLACK_API_URL, and at what stands between the bot and Slack."
}

// Unwrap returns the cause.
func (u *unheard) Unwrap() error { return u.f }

// whatItMeans is what can be done about a word of Slack's.
func whatItMeans(f *failure) string {
	if f.code == "missing_scope" && f.needed != "" {
		return "Add the scope " + f.needed + " under OAuth & Permissions and press Reinstall to Workspace."
	}
	if m, known := meanings[f.code]; known && m.cure != "" {
		return m.cure
	}
	return "Look it up at https://docs.slack.dev/reference/methods/" + f.method + "."
}
