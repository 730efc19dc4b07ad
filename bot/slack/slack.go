package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"storybot/bot"
	"storybot/bot/pictures"
	"storybot/stories"
)

// platformName is the platform part of destinations, lanes, users and keys.
const platformName = "slack"

// Config is what the platform needs to run. BotTokens and AppToken are
// secrets: do not print a Config.
type Config struct {
	BotTokens []string // one for each workspace, beginning with xoxb-
	AppToken  string   // of the app, beginning with xapp-, with connections:write
	APIURL    string   // the address every method's name is appended to; "" for Slack's own
	Specs     []bot.Spec
	Places    bot.Places
	Log       *slog.Logger
	Version   string
	Now       func() time.Time // the wall clock; time.Now by default
	// Started, if not nil, is called exactly once, when the first try to connect
	// has ended: with nil once a connection is up, or with a *bot.Refused when
	// Slack refuses the app token or every bot token. Any other failure is tried
	// again without a word here. It must not block.
	Started func(error)
}

// Platform is Slack: every workspace there is a token of.
type Platform struct {
	bot.Sender

	*web
	intake    *intake
	appToken  string
	directory *directory
	sockets   *sockets
	started   start
}

// web is what asking Slack takes.
type web struct {
	log        *slog.Logger
	api        *api
	workspaces *workspaces
	timing     timing
	now        func() time.Time
	places     bot.Places // may be nil
}

// timing is how long things take, so that tests need not wait.
type timing struct {
	connecting
	answering
}

// connecting is how long the connections and the tokens take.
type connecting struct {
	retryLeast time.Duration // between two tries to reach Slack
	retryMost  time.Duration
	// between two tries with a token that is refused
	refusedLeast, refusedMost time.Duration

	stagger time.Duration // between the first connections of the two sockets
	hello   time.Duration // for Slack's first word on a connection
	ping    time.Duration // between our pings
	silence time.Duration // without a word from Slack before a connection is given up
	healthy time.Duration // a connection that lasts this long was a good one
}

// answering is how long what people and posts wait for takes.
type answering struct {
	ackWait  time.Duration
	overtake time.Duration // by which a copy's acknowledgement comes after the first one's
	drain    time.Duration // for answers in the making when the platform stops
	lookUp   time.Duration // for asking Slack about a person or a channel
	command  time.Duration // for a command, before its answer
	learn    time.Duration // a post waits for its workspace to become known
	live     []time.Duration
	livePoll time.Duration
	soon     time.Duration // what ends well within it is not told apart from the answer
}

var defaultTiming = timing{connecting: connecting{
	retryLeast:   500 * time.Millisecond,
	retryMost:    time.Minute,
	refusedLeast: time.Minute,
	refusedMost:  30 * time.Minute,
	stagger:      10 * time.Second,
	hello:        10 * time.Second,
	ping:         10 * time.Second,
	silence:      30 * time.Second,
	healthy:      time.Minute,
}, answering: answering{
	ackWait:  ackWait,
	overtake: 600 * time.Millisecond,
	drain:    3 * time.Second,
	lookUp:   1500 * time.Millisecond,
	command:  30 * time.Second,
	learn:    3 * time.Second,
	live:     []time.Duration{2 * time.Second, 15 * time.Second, time.Minute},
	livePoll: time.Second,
	soon:     3 * time.Second,
}}

// New returns a platform that is not connected yet. Errors are for people and
// name the setting that is wrong.
func New(c Config) (*Platform, error) {
	base := c.APIURL
	if base == "" {
		base = officialAPI
	}
	if u, err := url.Parse(base); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("SLACK_API_URL is no web address. Example: https://slack.com/api/")
	}
	if len(c.BotTokens) == 0 || c.AppToken == "" {
		return nil, errors.New("SLACK_BOT_TOKEN (xoxb-…, under OAuth & Permissions) and SLACK_APP_TOKEN (xapp-…, under Basic Information, with the scope connections:write) go together; set both")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	transport := newTransport()
	w := &web{
		log:        c.Log.With("platform", platformName),
		api:        &api{base: strings.TrimSuffix(base, "/") + "/", http: transport, agent: strings.TrimSuffix("Storybot/"+c.Version, "/"), timeout: callTimeout, clock: clock{now: c.Now}},
		workspaces: newWorkspaces(c.BotTokens),
		timing:     defaultTiming,
		now:        c.Now,
		places:     c.Places,
	}
	known := newDirectory(w)
	push := &pusher{web: w, directory: known, authors: newCache[string](houseLife), pictures: pictures.NewGuard(c.Now)}
	p := &Platform{
		Sender:    push,
		web:       w,
		intake:    newIntake(w, &ear{w, known, vocabulary{c.Specs, linkOptions(c.Specs)}}),
		appToken:  c.AppToken,
		directory: known,
	}
	p.started.tell, p.started.tokens = c.Started, make([]tried, len(c.BotTokens))
	p.sockets = newSockets(p, transport)
	return p, nil
}

// newTransport keeps connections for the posts of several workspaces; answers
// to commands open their own when all are busy, so that they never wait.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		DisableCompression:    true, // unpacking a short answer costs more than its network
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   32,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// Name returns "slack".
func (p *Platform) Name() string { return platformName }

// Health describes the workspaces and the Socket Mode connections.
func (p *Platform) Health() []bot.Health {
	return append([]bot.Health{p.sockets.health()}, p.workspaces.health()...)
}

// Run connects and serves until ctx ends. A token that is refused ends nothing
// for good: a bot token stops its own workspace, the app token what people ask,
// and both are tried again at growing distances. It returns nil.
func (p *Platform) Run(ctx context.Context, h bot.Handler) error {
	work, release := context.WithCancel(context.WithoutCancel(ctx))
	defer release()
	var attending, draining sync.WaitGroup
	draining.Go(func() {
		<-ctx.Done()
		sleep(work, p.timing.drain)
		release()
	})
	p.intake.begun.Go(func() { p.intake.herald.follow(work) })
	for _, w := range p.workspaces.all {
		attending.Go(func() { p.attend(ctx, w) })
	}
	p.sockets.run(ctx, func(c *conn, e envelope) { p.intake.dispatch(work, ctx, h, c, e) })
	close(p.intake.herald.queue) // nothing arrives any more
	attending.Wait()
	p.intake.begun.Wait()
	release()
	draining.Wait()
	p.api.http.CloseIdleConnections()
	return nil
}

// laneOf is the rate domain of a workspace: Slack counts by method and
// workspace, and posts are made by one method.
func laneOf(team string) string { return platformName + ":" + team }

func destination(team, channel string) stories.Destination {
	return stories.Destination{Platform: platformName, Workspace: team, Channel: channel}
}

func userRef(team, user string) string { return fmt.Sprintf("%s:%s/%s", platformName, team, user) }

// jitter returns d and up to a quarter more.
func jitter(d time.Duration) time.Duration {
	return d + rand.N(d/4+1)
}

// sleep waits for d and says whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
