package slack

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"storybot/bot"
)

// checker checks one configuration.
type checker struct {
	bot.Trial
	*web
}

// installed is a bot token that Slack takes.
type installed struct {
	identity
	token  string
	called string
	app    string // the app's id, "" where Slack does not say
}

// examine looks whether what is configured works. A connection of Socket Mode is
// opened only where no bot runs: Slack gives each command to one of them.
func examine(ctx context.Context, t bot.Trial) {
	c := &checker{t, asking(t.Parts)}
	defer c.api.http.CloseIdleConnections()
	var known []installed
	for i, token := range listed(t.Setting(botSetting)) {
		if in, ok := c.workspace(ctx, i, token); ok {
			known = append(known, in)
		}
	}
	c.twice(known)
	c.apps(known)
	c.socket(ctx)
	c.Report(bot.Clocks(Refs().Title, time.Duration(c.api.clock.ahead.Load())))
	if t.Post != "" {
		c.post(ctx, known)
	}
}

func (c *checker) fine(about, said string) { c.Report(bot.Finding{About: about, Said: said}) }

// workspace asks whose a bot token is and what it may.
func (c *checker) workspace(ctx context.Context, place int, token string) (in installed, ok bool) {
	in.token = token
	header, f := c.api.call(ctx, post("auth.test", token, url.Values{}), &in.identity)
	in.called = called(place, in.identity)
	if f != nil {
		c.Report(bot.Told(in.called, denied(in.called, f).Error()))
		return in, false
	}
	c.fine(in.called, fmt.Sprintf("Slack takes the token: it is of the workspace %q.", bot.OneLine(in.Team)))
	if strings.HasPrefix(token, rotatedMark) {
		c.Report(bot.Finding{About: in.called, State: bot.Wanting, Said: "Token rotation is switched on: the token expires within twelve hours.",
			Cure: "Make an app without it, from the manifest that storybot manifest prints: the switch cannot be taken back (" + apps + ", OAuth & Permissions)."})
	}
	c.scopes(in.called, scopesOf(header))
	in.app = c.appOf(ctx, in)
	return in, true
}

// vital are the scopes without which there is no bot.
var vital = []string{"commands", "chat:write"}

// scopes holds what a token may against what the manifest asks for.
func (c *checker) scopes(of string, granted map[string]bool) {
	about := "scopes of the " + of
	missing := missingScopes(granted)
	switch {
	case granted == nil:
		c.Report(bot.Finding{About: about, State: bot.Noted, Said: "Slack does not say which scopes the token has."})
		return
	case len(missing) == 0:
		c.fine(about, fmt.Sprintf("It has all %d that the manifest asks for.", len(scopeReasons)))
		return
	}
	f := bot.Finding{About: about, State: bot.Wanting}
	var lost []string
	for _, scope := range missing {
		lost = append(lost, scope+" ("+scopeReasons[scope]+")")
		for _, v := range vital {
			if scope == v {
				f.State = bot.Failing
			}
		}
	}
	f.Said = "It lacks " + strings.Join(lost, ", ") + "."
	f.Cure = "Paste what storybot manifest prints under App Manifest of your app at " + apps + ", save, and press Reinstall to Workspace: scopes take effect only then."
	c.Report(f)
}

// twice finds two tokens of one workspace.
func (c *checker) twice(known []installed) {
	seen := map[string]string{}
	for _, in := range known {
		if first, again := seen[in.TeamID]; again && in.TeamID != "" {
			c.Report(bot.Finding{About: in.called, State: bot.Wanting, Said: "It is of the same workspace as the " + first + ".",
				Cure: "Leave one of them out of SLACK_BOT_TOKEN."})
		}
		seen[in.TeamID] = in.called
	}
}

// appOf asks for the app of a bot token, "" where Slack does not say.
func (c *checker) appOf(ctx context.Context, in installed) string {
	var about struct {
		status
		Bot struct {
			AppID scalar `json:"app_id"`
		} `json:"bot"`
	}
	// https://docs.slack.dev/reference/methods/bots.info
	if _, f := c.api.call(ctx, post("bots.info", in.token, url.Values{"bot": {in.BotID}}), &about); f != nil {
		return ""
	}
	return string(about.Bot.AppID)
}

// apps finds tokens of different apps: commands would go to one, and another
// would answer. An app token has the app's id in it.
func (c *checker) apps(known []installed) {
	parts := strings.Split(c.Setting(appSetting), "-")
	if len(parts) < 5 || !strings.HasPrefix(parts[2], "A") {
		return
	}
	for _, in := range known {
		if in.app != "" && in.app != parts[2] {
			c.Report(bot.Finding{About: "app token", State: bot.Failing,
				Said: "The app token is of another app than the " + in.called + ": commands would come from one app, and the other would answer.",
				Cure: "Take both from one app at " + apps + ": SLACK_APP_TOKEN from Basic Information, SLACK_BOT_TOKEN from OAuth & Permissions."})
		}
	}
}

// announced is how long an announced end may take to arrive behind the greeting.
const announced = 3 * time.Second

// mostOpen is how many connections Slack lets an app have; what is beyond it ends.
// https://docs.slack.dev/apis/events-api/using-socket-mode#using-multiple-connections
const mostOpen = 10

// socket asks for a connection and, where no bot runs, opens it.
func (c *checker) socket(ctx context.Context) {
	const about = "app token"
	if !c.Alone {
		var o opened
		if _, f := c.api.call(ctx, post("apps.connections.open", c.Setting(appSetting), url.Values{}), &o); f != nil {
			c.Report(bot.Told(about, denied(about, f).Error()))
			return
		}
		c.fine(about, "Slack takes the token.")
		c.Report(bot.Finding{About: "Socket Mode", State: bot.Noted,
			Said: "Not tried: a bot may be connected, and Slack would give this connection some of its commands.",
			Cure: "To try it, stop the bot and run doctor with --connect."})
		return
	}
	p := &Platform{web: c.web, appToken: c.Setting(appSetting)}
	conn, f := newSockets(p, c.api.http).connect(ctx, func(*conn, envelope) {})
	if f != nil {
		if f.method == "websocket" {
			c.fine(about, "Slack takes the token.")
			c.Report(bot.Finding{About: "Socket Mode", State: bot.Failing, Said: "Slack gives an address to connect to, but no connection comes about (" + bot.OneLine(f.Error()) + ").",
				Cure: "Let this machine connect to wss-primary.slack.com on port 443 by websocket, through a proxy too; HTTPS_PROXY names one."})
			return
		}
		c.Report(bot.Told(about, denied(about, f).Error()))
		return
	}
	defer conn.close()
	c.fine(about, "Slack takes the token.")
	if open := conn.open.Load(); open > 1 && open <= mostOpen { // what comes meanwhile may be somebody's command
		c.fine("Socket Mode", "Slack greets the bot. Another connection is open, so a bot runs, and this one was closed at once.")
		return
	}
	timer := time.NewTimer(announced)
	defer timer.Stop()
	select {
	case <-conn.leaving:
	case <-conn.ended:
	case <-timer.C:
		c.fine("Socket Mode", "Slack greets the bot.")
		return
	}
	select { // it may have said why, and ended meanwhile
	case <-conn.leaving:
		why, _ := conn.wait(ctx)
		c.Report(bot.Finding{About: "Socket Mode", State: bot.Failing, Said: "Slack ends the connection at once (" + why + ").", Cure: bot.AsSentence(ending(why))})
	default:
		c.Report(bot.Finding{About: "Socket Mode", State: bot.Failing, Said: "The connection ends at once.",
			Cure: "Look at what stands between this machine and Slack: a proxy must let websockets through."})
	}
}

// ending is what to do about a reason for which Slack ends a connection.
func ending(why string) string {
	if cure, found := strings.CutPrefix(explain(why), why+": "); found {
		return cure + " (" + apps + ", Socket Mode)"
	}
	return "try again: Slack ends connections now and then"
}

// What is posted to find out whether posting works.
const (
	trialText   = "Storybot checks whether it can post here. This message goes away at once."
	trialEdited = "Storybot checks whether it can edit here. This message goes away at once."
)

// post posts a message, edits and deletes it, with the token that finds the
// channel.
func (c *checker) post(ctx context.Context, known []installed) {
	const about = "post"
	if len(known) == 0 {
		c.Report(bot.Finding{About: about, State: bot.Noted, Said: "Not tried: Slack takes no bot token."})
		return
	}
	var made posted
	var last *failure
	for _, in := range known {
		made = posted{}
		form := url.Values{"channel": {c.Post}, "text": {trialText}, "unfurl_links": {"false"}, "unfurl_media": {"false"}}
		_, last = c.api.call(ctx, post("chat.postMessage", in.token, form), &made)
		if last != nil && last.code == "channel_not_found" {
			continue // perhaps it is another workspace's
		}
		if last == nil {
			c.change(ctx, in, made)
			return
		}
		break
	}
	c.unposted("posted", last, "")
}

// change edits and deletes what was posted.
func (c *checker) change(ctx context.Context, in installed, made posted) {
	const still = " The message is still there: delete it by hand."
	at := url.Values{"channel": {string(made.Channel)}, "ts": {string(made.TS)}}
	edit := url.Values{"text": {trialEdited}, "channel": at["channel"], "ts": at["ts"]}
	var s struct{ status }
	if _, f := c.api.call(ctx, post("chat.update", in.token, edit), &s); f != nil {
		c.unposted("edited", f, still)
		return
	}
	if _, f := c.api.call(ctx, post("chat.delete", in.token, at), &s); f != nil {
		c.unposted("deleted", f, still)
		return
	}
	c.fine("post", "A message was posted there, edited and deleted.")
}

// unposted reports what could not be done with a message.
func (c *checker) unposted(done string, f *failure, more string) {
	v := verdictOf(f)
	cure := v.Cure
	if f.code == "missing_scope" {
		cure = whatItMeans(f)
	}
	c.Report(bot.Finding{About: "post", State: bot.Failing, Said: "A message could not be " + done + ": the channel " + v.Reason + ".", Cure: strings.TrimSpace(cure + more)})
}
