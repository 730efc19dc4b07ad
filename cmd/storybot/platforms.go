package main

import (
	"log/slog"
	"strings"

	"storybot/bot"
	"storybot/bot/command"
	"storybot/bot/console"
	"storybot/bot/discord"
	"storybot/bot/slack"
)

// parts is what a platform may be made of.
type parts struct {
	config *config
	specs  []bot.Spec
	places bot.Places
	memory discord.Memory
	log    *slog.Logger
	// started is told how the first try to connect ended.
	started func(error)
}

// platforms is every chat platform there is: a new one is a folder under bot/,
// its settings, and a line here. open is asked only where the platform is
// configured. The console is not among them; it belongs to this process's terminal.
func platforms() []chatPlatform {
	return []chatPlatform{
		{"discord", func(c *config) bool { return c.discordToken.given() }, openDiscord},
		{"slack", func(c *config) bool { return len(c.slackBots) > 0 }, openSlack},
	}
}

type chatPlatform struct {
	name       string
	configured func(*config) bool // a token of it is set
	open       func(parts) (bot.Platform, error)
}

func openDiscord(p parts) (bot.Platform, error) {
	return discord.New(discord.Config{
		Token:   p.config.discordToken.reveal(),
		Started: p.started,
		APIURL:  p.config.discordAPIURL,
		Specs:   p.specs,
		Menus:   command.Menus(),
		Places:  p.places,
		Memory:  p.memory,
		Log:     p.log,
		Now:     wallClock,
		Version: version(),
	})
}

func openSlack(p parts) (bot.Platform, error) {
	var tokens []string
	for _, token := range p.config.slackBots {
		tokens = append(tokens, token.reveal())
	}
	return slack.New(slack.Config{
		BotTokens: tokens,
		Started:   p.started,
		AppToken:  p.config.slackApp.reveal(),
		APIURL:    p.config.slackAPIURL,
		Specs:     p.specs,
		Places:    p.places,
		Log:       p.log,
		Now:       wallClock,
		Version:   version(),
	})
}

// people is how each platform writes the people it knows.
func people() []bot.Refs {
	return []bot.Refs{discord.Refs(), slack.Refs(), console.Refs()}
}

// howPeopleAreWritten is for people who wrote one wrongly.
func howPeopleAreWritten() string {
	var examples []string
	for _, p := range people() {
		examples = append(examples, p.Example)
	}
	return "A person is written " + strings.Join(examples, " or ") + ". " +
		"Discord shows ids in Developer Mode (right click, Copy User ID), Slack in a person's profile (⋮, Copy member ID; the workspace's is in the address of Slack in a browser)"
}
