package discord

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"storybot/bot"
)

// registrar sees to it that Discord knows the commands.
type registrar struct {
	p    *Platform
	apps chan string // the newest application id a READY named
}

func newRegistrar(p *Platform) *registrar { return &registrar{p, make(chan string, 1)} }

// announce tells the application whose commands are to be registered. It does
// not block, and only one goroutine calls it.
func (r *registrar) announce(app string) {
	select {
	case <-r.apps: // an older one nobody has looked at
	default:
	}
	r.apps <- app
}

// run registers the commands of each application that is announced, until ctx
// ends.
func (r *registrar) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case app := <-r.apps:
			r.register(ctx, app)
		}
	}
}

// register tells Discord the commands of application app where it knows others.
// It tries until it is sure that Discord knows them or ctx ends, after ever
// longer pauses, and at once when another READY tells the application anew.
func (r *registrar) register(ctx context.Context, app string) {
	p := r.p
	if len(p.commands) == 0 {
		return
	}
	told := ""
	for failures := 0; ; failures++ {
		n := r.try(ctx, app)
		if n == nil || ctx.Err() != nil {
			break
		}
		most := p.timing.refused[1]
		if n.token { // it is the token that is waited for
			most = p.timing.longest
		}
		wait := max(n.after, jittered(grown(p.timing.backoff, most, failures)))
		p.health.note(noteCommands, n.sentence())
		if said := n.sentence(); said != told {
			n.log(p.log, wait)
			told = said
		}
		p.log.Debug("the commands are not registered", "err", n.err, "next_try", wait)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case app = <-r.apps:
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

// unregistered is why it is not certain that the commands are registered.
type unregistered struct {
	said   string        // for people: a sentence without its end
	err    error         // the cause, for the log
	after  time.Duration // not to be tried again before
	token  bool          // before the token is taken again it is useless
	unsure bool          // the same commands were registered once; Discord does not say which it has now
}

// sentence is n for people.
func (n *unregistered) sentence() string {
	what := "The commands are not registered at Discord, so people may miss them or see old ones: "
	if n.unsure {
		what = "Discord does not say whether it still has the commands as they were registered last, so people may miss some: "
	}
	return what + n.said + ". The bot tries again by itself."
}

// log writes n; wait is the pause before the next try.
func (n *unregistered) log(log *slog.Logger, wait time.Duration) {
	if n.unsure {
		log.Warn("the registered commands cannot be listed", "err", n.err, "next_try", wait)
		return
	}
	log.Error("the commands cannot be registered", "err", n.err, "next_try", wait)
}

// try makes one try. Discord is asked for what it knows, because
// another process or a person may have changed it; it is sent only what differs.
// Where it cannot be asked, what was registered last is not sent again and again.
func (r *registrar) try(ctx context.Context, app string) *unregistered {
	p := r.p
	key, ours := "discord:commands:"+app, digest(canonical(p.commands))
	known := r.recall(ctx, key)
	path := "/applications/" + url.PathEscape(app) + "/commands"
	a, err := p.rest.do(ctx, p.rest.posts, request{what: "list the commands", method: http.MethodGet, path: path})
	list, read := listed(a)
	switch {
	case err == nil && read:
		theirs := digest(list)
		if theirs == ours || known == (registered{ours, theirs}) {
			r.remember(ctx, key, known, registered{ours, theirs})
			return nil
		}
	case err == nil && (a.status == http.StatusUnauthorized || a.status == http.StatusTooManyRequests):
		return r.refused(a)
	case known.Ours == ours:
		n := r.failed(a, err)
		n.unsure = true
		return n
	}
	raw, err := json.Marshal(p.commands)
	if err != nil {
		return &unregistered{said: "they cannot be written, which is a fault of the bot", err: err}
	}
	a, err = p.rest.do(ctx, p.rest.posts, request{what: "register commands", method: http.MethodPut, path: path, body: raw})
	if !a.ok() {
		return r.failed(a, err)
	}
	p.log.Info("the commands are registered", "commands", len(p.commands))
	list, _ = listed(a)
	r.remember(ctx, key, known, registered{ours, digest(list)})
	return nil
}

// failed reads what is no success.
func (r *registrar) failed(a answer, err error) *unregistered {
	if err != nil {
		return &unregistered{said: "Discord cannot be reached", err: err}
	}
	return r.refused(a)
}

// refused reads a refusal, or an answer that is not Discord's.
func (r *registrar) refused(a answer) *unregistered {
	v := r.p.verdict(a)
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

func (r *registrar) recall(ctx context.Context, key string) (known registered) {
	ctx, cancel := context.WithTimeout(ctx, memoryTime)
	defer cancel()
	kept, err := r.p.memory.Recall(ctx, key)
	if err != nil {
		r.p.log.Warn("the registered commands cannot be recalled", "err", err)
	}
	if json.Unmarshal([]byte(kept), &known) != nil {
		return registered{}
	}
	return known
}

func (r *registrar) remember(ctx context.Context, key string, known, now registered) {
	if known == now {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, memoryTime)
	defer cancel()
	kept, err := json.Marshal(now)
	if err = errors.Join(err, r.p.memory.Remember(ctx, key, string(kept))); err != nil {
		r.p.log.Warn("the registered commands cannot be remembered", "err", err)
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
