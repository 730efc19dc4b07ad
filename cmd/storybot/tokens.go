package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Where tokens are found, as the end of a sentence.
const (
	discordPage  = "on the page Bot of your application at https://discord.com/developers/applications"
	slackBotPage = "on the page OAuth & Permissions of your app at https://api.slack.com/apps once it is installed"
	slackAppPage = "on the page Basic Information of your app at https://api.slack.com/apps, under App-Level Tokens, with the scope connections:write"
)

func setDiscordToken(c *config, v string) error {
	if word, rest, _ := strings.Cut(v, " "); strings.EqualFold(word, "Bot") {
		v = strings.TrimSpace(rest) // as it stands in the header of a request
		if v == "" {
			return errors.New("only the word Bot is set. The token itself is shown " + discordPage)
		}
	}
	switch {
	case isSlackToken(v):
		return errors.New("this is a token of Slack. Discord's is shown " + discordPage)
	case !isToken(v):
		return errors.New("a token has no spaces, quotes or line breaks in it. Copy it again " + discordPage)
	}
	c.discordToken = newSecret(v)
	return nil
}

func setSlackBots(c *config, v string) error {
	for i, token := range list(v) {
		switch {
		case strings.HasPrefix(token, "xapp-"):
			return errors.New("this is an app-level token (xapp-…); it belongs in SLACK_APP_TOKEN. The bot token begins with xoxb- and is shown " + slackBotPage)
		case !strings.HasPrefix(token, "xoxb-") && !strings.HasPrefix(token, "xoxe.xoxb-"), !isToken(token):
			return fmt.Errorf("token %d is no bot token: it begins with xoxb- and has no spaces or quotes in it. It is shown %s", i+1, slackBotPage)
		}
		c.slackBots = append(c.slackBots, newSecret(token))
	}
	return nil
}

func setSlackApp(c *config, v string) error {
	switch {
	case strings.HasPrefix(v, "xoxb-"):
		return errors.New("this is a bot token (xoxb-…); it belongs in SLACK_BOT_TOKEN. The app-level token begins with xapp- and is made " + slackAppPage)
	case v != "" && !strings.HasPrefix(v, "xapp-") || !isToken(v):
		return errors.New("this is no app-level token: it begins with xapp- and has no spaces or quotes in it. It is made " + slackAppPage)
	}
	c.slackApp = newSecret(v)
	return nil
}

func isSlackToken(v string) bool {
	return strings.HasPrefix(v, "xox") || strings.HasPrefix(v, "xapp-")
}

// isToken says whether v could be sent in a header: printable ASCII in one
// piece, and no assignment that was copied whole.
func isToken(v string) bool {
	return !strings.Contains(v, "TOKEN=") &&
		!strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r >= unicode.MaxASCII || r == '"' || r == '\'' || r == '`' })
}
