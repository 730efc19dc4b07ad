package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"storybot/bot"
)

// checker checks one configuration.
type checker struct {
	bot.Trial
	p *Platform // not connected, for what it knows of answers
}

// examine looks whether what is configured works. Of the gateway it hears the
// greeting only: a session of its own would be one of the 1,000 a day, and
// would be told the commands meant for the bot.
func examine(ctx context.Context, t bot.Trial) {
	rest, err := newClient(configOf(t.Parts))
	if err != nil {
		t.Report(bot.Finding{About: "settings", State: bot.Failing, Said: bot.AsSentence(err.Error())})
		return
	}
	defer rest.close()
	c := &checker{Trial: t, p: &Platform{rest: rest, log: t.Log, memory: t.Memory, timing: usualTiming(), now: t.Now}}
	app, _, err := rest.application(ctx)
	if err != nil {
		c.failed("token", err)
		return
	}
	c.fine("token", fmt.Sprintf("Discord takes the token: it is of the application %q.", app.called()))
	for _, f := range app.findings() {
		c.Report(f)
	}
	c.servers(ctx, app)
	c.commands(ctx, app)
	c.gateway(ctx)
	c.Report(bot.Clocks(Refs().Title, c.p.rest.ahead()))
	if t.Post != "" {
		c.post(ctx)
	}
}

func (c *checker) fine(about, said string) { c.Report(bot.Finding{About: about, Said: said}) }

// failed reports what denied says of a request.
func (c *checker) failed(about string, err error) {
	c.Report(bot.Told(about, saidOf(err)))
}

// ask makes a request whose answer is read into into.
func (c *checker) ask(ctx context.Context, r request, into any) error {
	a, err := c.p.rest.do(ctx, c.p.rest.posts, r)
	if err := c.p.rest.denied(a, err); err != nil {
		return err
	}
	if into != nil && decode(a.body, into) != nil {
		return &setback{notDiscord, errors.New("an answer that cannot be read")}
	}
	return nil
}

// maxServers is how many servers one question tells of
// (https://discord.com/developers/docs/resources/user#get-current-user-guilds).
const maxServers = 200

// servers looks at what the bot may do in each of its servers. What its
// channels say otherwise shows in a post.
func (c *checker) servers(ctx context.Context, app application) {
	var servers []struct {
		Name        word `json:"name"`
		Permissions word `json:"permissions"`
	}
	query := url.Values{"limit": {fmt.Sprint(maxServers)}}
	if err := c.ask(ctx, request{what: "list the servers", method: http.MethodGet, path: "/users/@me/guilds", query: query}, &servers); err != nil {
		c.failed("servers", err)
		return
	}
	if len(servers) == 0 {
		c.Report(bot.Finding{About: "servers", State: bot.Wanting, Said: "The bot is in no server.",
			Cure: "Open this address and choose one: " + invitation(string(app.ID))})
		return
	}
	lacking := 0
	for _, s := range servers {
		bits, known := allowed(s.Permissions)
		missing := lacks(bits, false)
		if bits&sendInThreads.bit == 0 {
			missing = append(missing, "Send Messages in Threads")
		}
		if !known || len(missing) == 0 {
			continue
		}
		lacking++
		name, _ := bot.Cut(bot.OneLine(string(s.Name)), 60)
		c.Report(bot.Finding{About: "permissions", State: bot.Wanting,
			Said: fmt.Sprintf("In the server %q the bot lacks %s.", name, strings.Join(missing, ", ")),
			Cure: "Somebody with Manage Roles allows it there: Server Settings, Roles, the bot's role, Permissions. Or open the invitation again: " + invitation(string(app.ID))})
	}
	if lacking == 0 {
		many := fmt.Sprintf("the %d servers it is in", len(servers))
		switch len(servers) {
		case 1:
			many = "the server it is in"
		case maxServers:
			many = fmt.Sprintf("each of the first %d servers it is in", maxServers)
		}
		c.fine("permissions", "The bot has what it needs in "+many+".")
	}
}

// commands holds the commands Discord knows against those of this program.
func (c *checker) commands(ctx context.Context, app application) {
	const about = "commands"
	ours, err := define(c.Specs, c.Menus)
	if err != nil {
		c.Report(bot.Finding{About: about, State: bot.Failing, Said: bot.AsSentence(err.Error())})
		return
	}
	var list []command
	if err := c.ask(ctx, request{what: "list the commands", method: http.MethodGet, path: "/applications/" + url.PathEscape(string(app.ID)) + "/commands"}, &list); err != nil {
		c.failed(about, err)
		return
	}
	theirs := canonical(list)
	known := (&registrar{p: c.p}).recall(ctx, "discord:commands:"+string(app.ID))
	ours = canonical(ours)
	switch {
	case len(theirs) == 0:
		c.Report(bot.Finding{About: about, State: bot.Noted, Said: "None are registered yet; the bot registers them when it starts."})
	case digest(theirs) == digest(ours), known == (registered{digest(ours), digest(theirs)}):
		c.fine(about, fmt.Sprintf("Discord has the %d commands of this version.", len(ours)))
	default:
		c.Report(bot.Finding{About: about, State: bot.Wanting, Said: "Discord has other commands than this version: " + differing(ours, theirs) + ".",
			Cure: "The bot registers its own within seconds of its start. Start this version; if it runs, restart it and look in its log for \"the commands cannot be registered\"."})
	}
}

// called is a command as people see it: what they type, or what a menu offers.
func (c command) called() string {
	name := bot.OneLine(c.Name)
	if c.Type == discordgo.ChatApplicationCommand {
		return "/" + name
	}
	return fmt.Sprintf("%q in the menu", name)
}

// differing names the commands in which two lists differ.
func differing(ours, theirs []command) string {
	kinds := []struct {
		what  string
		names []string
	}{{what: "missing "}, {what: "too many "}, {what: "different "}}
	like := func(list []command, one command) int {
		return slices.IndexFunc(list, func(c command) bool { return c.called() == one.called() })
	}
	for _, c := range ours {
		switch i := like(theirs, c); {
		case i < 0:
			kinds[0].names = append(kinds[0].names, c.called())
		case digest([]command{c}) != digest(theirs[i:i+1]):
			kinds[2].names = append(kinds[2].names, c.called())
		}
	}
	for _, c := range theirs {
		if like(ours, c) < 0 {
			kinds[1].names = append(kinds[1].names, c.called())
		}
	}
	var said []string
	for _, k := range kinds {
		if len(k.names) > 0 {
			said = append(said, k.what+strings.Join(k.names, ", "))
		}
	}
	return strings.Join(said, "; ")
}

// fewSessions is when the sessions of a day run out: a bot that runs well begins
// a handful.
const fewSessions = 50

// gateway asks where it is, connects, and hears the greeting.
func (c *checker) gateway(ctx context.Context) {
	const about = "gateway"
	var d struct {
		URL   string `json:"url"`
		Limit struct {
			Total     number  `json:"total"`
			Remaining *number `json:"remaining"`
		} `json:"session_start_limit"`
	}
	if err := c.ask(ctx, request{what: "ask for the gateway", method: http.MethodGet, path: "/gateway/bot"}, &d); err != nil {
		c.failed(about, err)
		return
	}
	if d.URL == "" {
		c.Report(bot.Told(about, notDiscord))
		return
	}
	if err := c.p.rest.trusts(d.URL); err != nil {
		c.Report(bot.Told(about, bot.AsSentence(err.said)))
		return
	}
	g := &gateway{p: c.p}
	conn, err := g.dial(ctx, d.URL)
	if err == nil {
		_, err = conn.hello()
		conn.close()
	}
	if err != nil {
		c.Report(bot.Finding{About: about, State: bot.Failing, Said: "The HTTP API answers, but the gateway does not: " + bot.OneLine(err.Error()) + ".",
			Cure: "Let this machine connect to gateway.discord.gg on port 443 by websocket, through a proxy too; HTTPS_PROXY names one."})
		return
	}
	if left := d.Limit.Remaining; left != nil && *left < fewSessions {
		c.Report(bot.Finding{About: about, State: bot.Wanting, Said: fmt.Sprintf("Discord lets the bot begin only %.0f of %.0f sessions more today.", *left, d.Limit.Total),
			Cure: "Find out what starts the bot again and again, and leave it stopped until tomorrow when they run out."})
		return
	}
	c.fine(about, "The gateway greets the bot.")
}

// What is posted to find out whether posting works.
const (
	trialText   = "Storybot checks whether it can post here. This message goes away at once."
	trialEdited = "Storybot checks whether it can edit here. This message goes away at once."
)

// post posts a message, edits and deletes it.
func (c *checker) post(ctx context.Context) {
	const about = "post"
	path := "/channels/" + url.PathEscape(c.Post) + "/messages"
	var made struct {
		ID word `json:"id"`
	}
	for _, step := range []struct {
		done, method, text string
	}{{"posted", http.MethodPost, trialText}, {"edited", http.MethodPatch, trialEdited}, {"deleted", http.MethodDelete, ""}} {
		r := request{what: "check a post", method: step.method, path: path}
		if step.text != "" {
			r.body, _ = json.Marshal(map[string]any{"content": step.text, "allowed_mentions": map[string]any{"parse": []string{}}})
		}
		a, err := c.p.rest.do(ctx, c.p.rest.posts, r)
		if a.ok() && err == nil && step.method == http.MethodPost {
			if decode(a.body, &made) != nil || made.ID == "" {
				c.Report(bot.Told(about, notDiscord))
				return
			}
			path += "/" + url.PathEscape(string(made.ID))
		}
		if a.ok() && err == nil {
			continue
		}
		v := c.p.verdict(a)
		if err != nil {
			v = c.p.lostVerdict(a, err)
		}
		f := bot.Finding{About: about, State: bot.Failing, Said: "A message could not be " + step.done + ": the channel " + v.Reason + ".", Cure: v.Cure}
		if made.ID != "" {
			f.Cure = strings.TrimSpace(f.Cure + " The message is still there: delete it by hand.")
		}
		c.Report(f)
		return
	}
	c.fine(about, "A message was posted there, edited and deleted.")
}
