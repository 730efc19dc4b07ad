package main

import (
	"log/slog"
	"strings"

	"storybot/bot"
)

// setting is one thing an operator can choose. The table of them is read by
// loadConfig and written by storybot env; the README's table is checked
// against it.
type setting struct {
	name   string
	token  bool // what a platform knows the bot by
	secret bool // what is given must not be shown
	// help says in whole sentences what it is for; def and example are values.
	help    string
	def     string
	example string
	// set checks a value, def when none was given, and keeps it. Its errors
	// never quote a secret.
	set func(c *config, v string) error
}

// The setting of the database, and the file it names by default.
const (
	databaseSetting = "DATABASE_URL"
	defaultFile     = "storybot.db"
)

var settings = []setting{
	{
		name:   "DISCORD_TOKEN",
		token:  true,
		secret: true,
		help:   "The bot's token on Discord: Developer Portal, your application, Bot, Reset Token. Without it Storybot does not connect to Discord.",
		set:    setDiscordToken,
	},
	{
		name:    "DISCORD_API_URL",
		help:    "Where Discord's API is reached, for a proxy or a test server. A version at the end, such as /v9, is left out.",
		example: "https://discord.com/api",
		set: func(c *config, v string) (err error) {
			c.discordAPIURL, err = apiURL(v, discordAPI)
			return err
		},
	},
	{
		name:   "SLACK_BOT_TOKEN",
		token:  true,
		secret: true,
		help:   "The bot token of the Slack app (xoxb-…): api.slack.com/apps, your app, OAuth & Permissions. One for each workspace, separated by commas. Needs SLACK_APP_TOKEN.",
		set:    setSlackBots,
	},
	{
		name:   "SLACK_APP_TOKEN",
		token:  true,
		secret: true,
		help:   "The app-level token of the same app (xapp-…) with the scope connections:write: Basic Information, App-Level Tokens.",
		set:    setSlackApp,
	},
	{
		name:    "SLACK_API_URL",
		help:    "Where Slack's Web API is reached; for a proxy or a test server.",
		example: "https://slack.com/api/",
		set: func(c *config, v string) (err error) {
			c.slackAPIURL, err = apiURL(v, slackAPI)
			return err
		},
	},
	{
		name:    "STORYBOT_ADMINS",
		help:    "Who may name moderators, separated by commas: discord:USERID or slack:TEAMID/USERID. As long as nobody is an admin, the log shows a code at start, and whoever sends it with /desk claim is the first.",
		example: "discord:80351110224678912,slack:T012AB3CD/U024BE7LH",
		set:     setAdmins,
	},
	{
		name:    databaseSetting,
		secret:  true,
		help:    "Where stories and deliveries are kept: sqlite:FILE, or postgres://USER:PASSWORD@HOST/NAME when several replicas share the work. Tried out without a token, Storybot keeps to a file of its own, storybot-demo.db, unless this is set.",
		def:     "sqlite:" + defaultFile,
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
				return quoted{[]string{v}, "is no level. Use debug, info, warn or error"}
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
				return quoted{[]string{v}, "is no format. Use text or json"}
			}
			c.logFormat = v
			return nil
		},
	},
}

// setAdmins checks everybody by the form of their platform, so that a newsroom
// learns at start that an admin it counts on can never be one.
func setAdmins(c *config, v string) error {
	var nobody []string
	for _, ref := range list(v) {
		if bot.CheckPerson(people(), ref) != nil {
			nobody = append(nobody, ref)
		}
	}
	c.admins = list(v)
	if len(nobody) == 0 {
		return nil
	}
	verb := "names"
	if len(nobody) > 1 {
		verb = "name"
	}
	return quoted{nobody, verb + " nobody. " + howPeopleAreWritten()}
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
