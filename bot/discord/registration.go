package discord

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"storybot/bot"
)

// keepRegistered sees to it that Discord knows the commands of each application
// that arrives, until ctx ends.
func (p *Platform) keepRegistered(ctx context.Context, apps <-chan string) {
	for {
		select {
		case <-ctx.Done():
			return
		case app := <-apps:
			p.register(ctx, app, apps)
		}
	}
}

// register tells Discord the commands of application app where it knows others.
// It tries until it succeeds or ctx ends, after ever longer pauses, and at once
// when another READY tells the application anew.
func (p *Platform) register(ctx context.Context, app string, anew <-chan string) {
	if len(p.commands) == 0 {
		return
	}
	told := ""
	for failures := 0; ; failures++ {
		n := p.tryRegister(ctx, app)
		if n == nil || ctx.Err() != nil {
			break
		}
		most := p.timing.refused[1]
		if n.token { // it is the token that is waited for
			most = p.timing.longest
		}
		wait := max(n.after, jittered(grown(p.timing.backoff, most, failures)))
		p.health.note(noteCommands, "The commands are not registered at Discord, so people may miss them or see old ones: "+n.said+". The bot tries again by itself.")
		if n.said != told {
			p.log.Error("the commands cannot be registered", "err", n.err, "next_try", wait)
			told = n.said
		}
		p.log.Debug("the commands are not registered", "err", n.err, "next_try", wait)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case app = <-anew:
		case <-timer.C:
		}
		timer.Stop()
		if n.token && !p.rest.account.await(ctx) {
			break
		}
	}
	if ctx.Err() == nil {
		p.health.note(noteCommands, "")
	}
}

// unregistered is why the commands are not registered.
type unregistered struct {
	said  string        // for people: a sentence without its end
	err   error         // the cause, for the log
	after time.Duration // not to be tried again before
	token bool          // before the token is taken again it is useless
}

// tryRegister makes one try. Discord is asked for what it knows, because
// another process or a person may have changed it; it is sent only what differs.
// Where it cannot be asked, what was registered last is believed.
func (p *Platform) tryRegister(ctx context.Context, app string) *unregistered {
	key, ours := "discord:commands:"+app, digest(canonical(p.commands))
	known := p.recallRegistered(ctx, key)
	path := "/applications/" + url.PathEscape(app) + "/commands"
	a, err := p.rest.do(ctx, p.rest.posts, request{what: "list the commands", method: http.MethodGet, path: path})
	list, read := listed(a)
	switch {
	case err == nil && read:
		theirs := digest(list)
		if theirs == ours || known == (registered{ours, theirs}) {
			p.keepRegistration(ctx, key, known, registered{ours, theirs})
			return nil
		}
	case err == nil && (a.status == http.StatusUnauthorized || a.status == http.StatusTooManyRequests):
		return p.unregistered(a)
	case known.Ours == ours:
		p.log.Debug("the commands cannot be listed; they are taken for those sent last", "err", err, "status", a.status)
		return nil
	}
	raw, err := json.Marshal(p.commands)
	if err != nil {
		return &unregistered{said: "they cannot be written, which is a fault of the bot", err: err}
	}
	a, err = p.rest.do(ctx, p.rest.posts, request{what: "register commands", method: http.MethodPut, path: path, body: raw})
	if err != nil && !a.ok() {
		return &unregistered{said: "Discord cannot be reached", err: err}
	}
	if !a.ok() {
		return p.unregistered(a)
	}
	p.log.Info("the commands are registered", "commands", len(p.commands))
	list, _ = listed(a)
	p.keepRegistration(ctx, key, known, registered{ours, digest(list)})
	return nil
}

// unregistered reads a refusal.
func (p *Platform) unregistered(a answer) *unregistered {
	v := p.verdict(a)
	n := &unregistered{err: v.Err, after: v.RetryAfter}
	switch {
	case a.status == http.StatusUnauthorized:
		n.said, n.token = "it refuses the bot's token", true
	case v.Reason == cloudflare.reason:
		n.said = "Cloudflare, which stands before it, refuses this machine's requests"
	case a.status == http.StatusTooManyRequests:
		n.said = "its rate limit holds them back"
	case v.Outcome == bot.Ambiguous:
		n.said = "it has a fault of its own"
	case a.status == http.StatusForbidden:
		n.said = "it does not let this bot register them. Whoever runs the bot should check that DISCORD_TOKEN belongs to the application"
	case v.Outcome == bot.BadPayload:
		n.said = "it refuses them as they are written, which is a fault of the bot; its operator finds the details in the log"
	default:
		n.said = "its answer was not Discord's own. Whoever runs the bot should check DISCORD_API_URL and what stands between the bot and Discord"
	}
	return n
}

// registered says which commands were sent, and what Discord made of them: it may
// write some of their fields otherwise than they were sent.
type registered struct {
	Ours   string `json:"ours"`
	Theirs string `json:"theirs"`
}

func (p *Platform) recallRegistered(ctx context.Context, key string) (r registered) {
	ctx, cancel := context.WithTimeout(ctx, memoryTime)
	defer cancel()
	kept, err := p.memory.Recall(ctx, key)
	if err != nil {
		p.log.Warn("the registered commands cannot be recalled", "err", err)
	}
	if json.Unmarshal([]byte(kept), &r) != nil {
		return registered{}
	}
	return r
}

func (p *Platform) keepRegistration(ctx context.Context, key string, known, now registered) {
	if known == now {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, memoryTime)
	defer cancel()
	kept, err := json.Marshal(now)
	if err = errors.Join(err, p.memory.Remember(ctx, key, string(kept))); err != nil {
		p.log.Warn("the registered commands cannot be remembered", "err", err)
	}
}

// listed reads a list of commands from an answer.
func listed(a answer) (list []command, ok bool) {
	if !a.ok() || decode(a.body, &list) != nil {
		return nil, false
	}
	return canonical(list), true
}

// canonical is list in one order, with what Discord fills in or leaves out
// (https://discord.com/developers/docs/interactions/application-commands#application-command-object).
func canonical(list []command) []command {
	list = slices.Clone(list)
	for i := range list {
		c := &list[i]
		c.Type = max(c.Type, 1)
		c.Contexts, c.IntegrationTypes = slices.Sorted(slices.Values(c.Contexts)), slices.Sorted(slices.Values(c.IntegrationTypes))
	}
	slices.SortFunc(list, func(a, b command) int { return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name)) })
	return list
}

// digest is a hash of what is said of commands.
func digest(list []command) string {
	raw, err := json.Marshal(list)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
