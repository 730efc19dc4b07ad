package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"storybot/stories"
)

// setting is one thing an operator can choose. The table of them is read by
// loadConfig and written by storybot env; the README's table is checked
// against it.
type setting struct {
	name string
	// help says in whole sentences what it is for; def and example are values.
	help    string
	def     string
	example string
	// set checks a value, def when none was given, and keeps it. Its errors
	// never quote a secret.
	set func(c *config, value string) error
}

var settings = []setting{
	{
		name: "DISCORD_TOKEN",
		help: "The bot's token on Discord: Developer Portal, your application, Bot, Reset Token. Without it Storybot does not connect to Discord.",
		set:  setDiscordToken,
	},
	{
		name:    "DISCORD_API_URL",
		help:    "Where Discord's API is reached, up to the part before /v9; for a proxy or a test server.",
		example: "https://discord.com/api",
		set: func(c *config, v string) (err error) {
			c.discordAPIURL, err = apiURL(v, "")
			return err
		},
	},
	{
		name: "SLACK_BOT_TOKEN",
		help: "The bot token of the Slack app (xoxb-…): api.slack.com/apps, your app, OAuth & Permissions. One for each workspace, separated by commas. Needs SLACK_APP_TOKEN.",
		set:  setSlackBots,
	},
	{
		name: "SLACK_APP_TOKEN",
		help: "The app-level token of the same app (xapp-…) with the scope connections:write: Basic Information, App-Level Tokens.",
		set:  setSlackApp,
	},
	{
		name:    "SLACK_API_URL",
		help:    "Where Slack's Web API is reached; for a proxy or a test server.",
		example: "https://slack.com/api/",
		set: func(c *config, v string) (err error) {
			c.slackAPIURL, err = apiURL(v, "/")
			return err
		},
	},
	{
		name:    "STORYBOT_ADMINS",
		help:    "Who may name moderators, separated by commas: discord:USERID or slack:TEAMID/USERID. Without any, the log shows a code at start, and whoever sends it with /desk claim is the first admin.",
		example: "discord:80351110224678912,slack:T012AB3CD/U024BE7LH",
		set:     setAdmins,
	},
	{
		name:    "DATABASE_URL",
		help:    "Where stories and deliveries are kept: sqlite:FILE, or postgres://USER:PASSWORD@HOST/NAME when several replicas share the work.",
		def:     "sqlite:storybot.db",
		example: "postgres://storybot@localhost/storybot",
		set:     setDatabase,
	},
	{
		name:    "HTTP_ADDR",
		help:    "The address that serves /healthz, /readyz and /metrics. Nothing is served when it is empty.",
		example: "127.0.0.1:8080",
		set:     setHTTPAddr,
	},
	{
		name: "LOG_LEVEL",
		help: "The least urgent messages the log shows: debug, info, warn or error. A console chat at a terminal begins at warn unless this is set.",
		def:  "info",
		set: func(c *config, v string) error {
			if err := c.logLevel.UnmarshalText([]byte(v)); err != nil || strings.ContainsAny(v, "+-") {
				return fmt.Errorf("%q is no level. Use debug, info, warn or error", v)
			}
			return nil
		},
	},
	{
		name: "LOG_FORMAT",
		help: "How the log is written to standard error: text or json.",
		def:  "text",
		set: func(c *config, v string) error {
			if v != "text" && v != "json" {
				return fmt.Errorf("%q is no format. Use text or json", v)
			}
			c.logFormat = v
			return nil
		},
	},
}

func setDiscordToken(c *config, v string) error {
	v = strings.TrimSpace(strings.TrimPrefix(v, "Bot "))
	switch {
	case strings.HasPrefix(v, "xoxb-") || strings.HasPrefix(v, "xapp-"):
		return errors.New("this is a token of Slack. Discord's is shown in the Developer Portal under Bot")
	case !isToken(v):
		return errors.New("a token has no spaces, quotes or line breaks in it. Copy it again from the Developer Portal")
	}
	c.discordToken = newSecret(v)
	return nil
}

func setSlackBots(c *config, v string) error {
	for i, token := range list(v) {
		switch {
		case strings.HasPrefix(token, "xapp-"):
			return errors.New("this is an app-level token (xapp-…); it belongs in SLACK_APP_TOKEN. The bot token begins with xoxb-")
		case !strings.HasPrefix(token, "xoxb-") && !strings.HasPrefix(token, "xoxe.xoxb-"), !isToken(token):
			return fmt.Errorf("token %d is no bot token: it begins with xoxb- and has no spaces in it. It is shown under OAuth & Permissions", i+1)
		}
		c.slackBots = append(c.slackBots, newSecret(token))
	}
	return nil
}

func setSlackApp(c *config, v string) error {
	switch {
	case strings.HasPrefix(v, "xoxb-"):
		return errors.New("this is a bot token (xoxb-…); it belongs in SLACK_BOT_TOKEN. The app-level token begins with xapp-")
	case v != "" && !strings.HasPrefix(v, "xapp-") || !isToken(v):
		return errors.New("this is no app-level token: it begins with xapp- and has no spaces in it. It is made under Basic Information, App-Level Tokens")
	}
	c.slackApp = newSecret(v)
	return nil
}

// isToken says whether v could be sent in a header: printable ASCII in one
// piece.
func isToken(v string) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r >= unicode.MaxASCII || r == '"' || r == '\'' })
}

func setAdmins(c *config, v string) error {
	for _, ref := range list(v) {
		if err := stories.CheckUserRef(ref); err != nil {
			return err
		}
		if platform, _, _ := strings.Cut(ref, ":"); !isPlatform(platform) {
			return fmt.Errorf("%q names nobody: a person is discord:USERID, slack:TEAMID/USERID or console:NAME", ref)
		}
		c.admins = append(c.admins, ref)
	}
	return nil
}

func setDatabase(c *config, v string) error {
	scheme, rest, ok := strings.Cut(v, ":")
	switch {
	case ok && scheme == "sqlite" && strings.TrimLeft(rest, "/") != "":
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		if u, err := url.Parse(v); err != nil || u.Opaque != "" {
			return errors.New("this postgres:// address cannot be read. It is postgres://USER:PASSWORD@HOST:PORT/NAME, with special characters of the password percent-encoded")
		}
	default:
		return errors.New("a database is sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME. Example: sqlite:storybot.db")
	}
	c.databaseURL = newSecret(v)
	return nil
}

// databasePassword finds the password in a database's address, "" for none.
func databasePassword(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}

func setHTTPAddr(c *config, v string) error {
	if v == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(v)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%q is no address to listen on. It is HOST:PORT or :PORT. Example: 127.0.0.1:8080", v)
	}
	c.httpAddr = v
	return nil
}

// apiURL checks the base address of an API and ends it in end.
func apiURL(v, end string) (string, error) {
	if v == "" {
		return "", nil
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("this is no base address of an API. It begins with https:// or http://, names a host and has no ? or # in it")
	}
	return strings.TrimRight(v, "/") + end, nil
}

// list splits a value at its commas and leaves out what is empty.
func list(v string) (items []string) {
	for item := range strings.SplitSeq(v, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// levelWhenTalking is the log's level while somebody chats at this terminal
// and has not chosen another.
const levelWhenTalking = slog.LevelWarn
