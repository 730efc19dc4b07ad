// Package discord connects the bot to Discord.
//
// What comes in: gateway.go keeps one websocket connected (address.go asks
// where to, conn.go is one connection, budget.go counts how often a new session
// may begin, timing.go says how long it waits for what), account.go sees to a
// token that is refused, health.go tells people of all that; events.go hands on
// what arrives (life.go is how long that goes on): observer.go reads what it
// means for places, news.go tells of it, and world.go keeps which servers the bot
// is in.
// interaction.go turns an interaction into a bot.Command: place.go tells where it
// came from, input.go, form.go and menu.go what was asked (modal.go opens a form), markup.go what was
// meant by it, names.go how those are called whom it mentions (resolved.go is
// what Discord tells of them), and asker.go who may what. answer.go sees to it
// that every interaction is answered in time.
// What goes out: render.go and markdown.go make an embed of a bot.Message,
// picture.go draws its picture, encode.go keeps its bytes, send.go posts it, verdict.go says what the answer
// means, outage.go when not to believe it, and settle.go with history.go finds
// out what became of a post whose answer was lost.
// register.go makes Discord's commands of the table and registration.go tells
// Discord; rest.go is the HTTP under all of it.
//
// The library discordgo is used for Discord's words: embeds, buttons,
// permissions, intents, option and channel types. Its Session is not used. A
// missing HELLO, or op 7 or 11 as the first packet, leaves a Session locked for
// ever with a goroutine nobody can end; a lost connection is closed with code
// 1000, which throws the session away and spends one of the 1,000 IDENTIFYs a
// day; resume_gateway_url is not known to it and a fatal close code is only
// visible through a package-wide log hook. The connection here is smaller than
// the guard a Session would need.
package discord

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"storybot/bot"
	"storybot/bot/pictures"
)

const (
	platformName = "discord"
	laneName     = "discord" // the token is one rate domain

	// official is the base of Discord's API
	// (https://discord.com/developers/docs/reference#base-url).
	official = "https://discord.com/api"
	// apiVersion is the version of the HTTP API and of the gateway.
	apiVersion = "9"
)

// Memory keeps small settings over restarts. Recall of an unknown key returns
// "" and no error.
type Memory interface {
	Recall(ctx context.Context, key string) (string, error)
	Remember(ctx context.Context, key, value string) error
}

// Config is what a Platform needs.
type Config struct {
	// Token is the bot's token, without "Bot ".
	Token string
	// APIURL is the base of the HTTP API without the version, for a proxy or a
	// test server: "http://127.0.0.1:8081/api". "" is the official one. The
	// gateway's address is what GET /gateway/bot there answers.
	APIURL string
	// Specs is the table of commands to register.
	Specs  []bot.Spec
	Menus  []bot.MenuSpec // of which those in the menu of a message are registered
	Places bot.Places
	Memory Memory
	Log    *slog.Logger
	// Version of the program, for the User-Agent.
	Version string
	// Started, if not nil, is called exactly once, when the first try to connect
	// has ended: with nil once the gateway is READY, or with a *bot.Refused when
	// Discord refuses the credentials or what the bot asks for. Any other failure
	// is tried again without a word here. It must not block.
	Started func(error)
	// Now is the wall clock; time.Now by default.
	Now func() time.Time
}

// Platform is the bot on Discord. Only one process may Run with one token at a
// time; Send, Settle and Pace work without Run.
type Platform struct {
	drawing
	rest     *client
	log      *slog.Logger
	memory   Memory
	places   bot.Places
	commands []command
	links    map[string]bool // the options that take links
	menus    menus
	health   health
	timing   timing
	now      func() time.Time
	userID   atomic.Pointer[string] // the bot's own, once known
	outages  outages
	posts    posts
	started  func(error) // Config's, at most once
}

var _ bot.Platform = (*Platform)(nil)

// New checks the settings; it does not connect.
func New(c Config) (*Platform, error) {
	if c.Places == nil || c.Memory == nil || c.Log == nil {
		return nil, errors.New("discord: Config needs Places, Memory and Log")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	rest, err := newClient(c)
	if err != nil {
		return nil, err
	}
	commands, err := define(c.Specs, c.Menus)
	if err != nil {
		return nil, err
	}
	p := &Platform{
		rest:     rest,
		log:      c.Log.With("platform", platformName),
		memory:   c.Memory,
		places:   c.Places,
		commands: commands,
		links:    linkOptions(c.Specs),
		menus:    menusOf(c.Specs, c.Menus),
		timing:   usualTiming(),
		now:      c.Now,
		drawing:  drawing{pictures: pictures.NewGuard(c.Now)},
		started:  once(c.Started),
	}
	p.health.set(false, "Not connected yet.")
	return p, nil
}

// Name returns "discord".
func (p *Platform) Name() string { return platformName }

// Exclusive returns the name of the lease Run needs: Discord ends one of two
// sessions that answer the same interactions twice.
func (p *Platform) Exclusive() string { return "discord gateway" }

// Health describes the gateway connection.
func (p *Platform) Health() []bot.Health { return []bot.Health{p.health.now()} }

// Pace returns Discord's published limits: 50 requests a second for one bot
// (https://discord.com/developers/docs/topics/rate-limits#global-rate-limit),
// and a stop well before the 10,000 invalid requests in ten minutes that end in
// a ban (https://discord.com/developers/docs/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).
//
// A channel takes ten publications an hour, of which Discord's pages say nothing
// (https://github.com/discordjs/discord.js/issues/4956).
func (p *Platform) Pace(string) bot.Pace {
	return bot.Pace{PerSecond: 50, InFlight: 32, InvalidPer10Min: 2000,
		PerDestination: map[bot.Method]bot.Budget{bot.Publishes: {Requests: 10, Per: time.Hour, Spent: publishSpent}}}
}

// once is f for its first call only; f may be nil.
func once(f func(error)) func(error) {
	var done sync.Once
	return func(err error) {
		if f != nil {
			done.Do(func() { f(err) })
		}
	}
}

// Run keeps the gateway connected and answers interactions through h until ctx
// ends, then returns nil. Answers under way get some seconds to finish. What
// Discord refuses is tried again every few minutes, and Health says what to
// mend.
func (p *Platform) Run(ctx context.Context, h bot.Handler) error {
	s := newServing(p, h)
	defer s.wait()
	s.life.tasks.Go(func() { guard(p.log, "registration", func() { s.registrar.run(ctx) }) })
	s.life.tasks.Go(func() { guard(p.log, "the token", func() { tokenWatch{p}.run(ctx) }) })
	g := &gateway{p: p, dispatch: func(e event) { s.dispatch(ctx, e) }}
	g.run(ctx)
	return nil
}
