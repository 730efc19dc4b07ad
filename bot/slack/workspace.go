package slack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"storybot/bot"
)

// workspace is one bot token and what auth.test said of it.
type workspace struct {
	place int // in the setting, from 0
	token string
	label string // for operators: "workspace T012AB (Acme)" once known, "bot token 1" before
	name  string // of the workspace, "" before Slack said it

	team, botUser, botID string
	claim                claim
	scopes               map[string]bool // nil when Slack did not say

	up    bool
	since time.Time
	// stopped is why nothing is done for it any more, for people; "" while it works.
	stopped string
	detail  string // what is being tried
}

// called is the token, for people.
func (w *workspace) called() string {
	if w.name == "" {
		return fmt.Sprintf("bot token %d", w.place+1)
	}
	return "bot token of " + w.name
}

// title is the workspace, for people.
func (w *workspace) title() string {
	if w.name == "" {
		return fmt.Sprintf("%s, bot token %d", Refs().Title, w.place+1)
	}
	return Refs().Title + " (" + w.name + ")"
}

// grants says whether the token has a scope; yes when that is not known.
func (w workspace) grants(scope string) bool { return w.scopes == nil || w.scopes[scope] }

// claim is what a token is used for.
type claim int

const (
	// own: for the workspace that Slack says it is of.
	own claim = iota
	// sole: it is the only token, of a server that cannot be asked whose it is:
	// it is used for whatever workspace is asked for.
	sole
	// unclaimed: Slack answered and left out whose it is. It is the only one, so
	// it is used for what is under way until Slack says so; no right rests on it.
	unclaimed
)

// lacks says whether the token is known not to have a scope. What Slack lists
// with a refusal is newer than what it listed before; where it never listed any,
// its refusal must name the scope.
func (w workspace) lacks(scope string, f *failure) bool {
	switch {
	case f.code != "missing_scope":
		return false
	case f.scopes != nil:
		return !f.scopes[scope]
	case w.scopes != nil:
		return !w.scopes[scope]
	}
	return slices.Contains(strings.Split(f.needed, ","), scope)
}

// serves says whether the token is used for a team.
func (w *workspace) serves(team string) bool { return w.claim != own || w.team != "" && w.team == team }

// workspaces are the installations of the app this process has tokens of.
type workspaces struct {
	mu      sync.Mutex
	all     []*workspace
	changed chan struct{} // closed and replaced when one becomes known or stops
}

func newWorkspaces(tokens []string) *workspaces {
	ws := &workspaces{changed: make(chan struct{})}
	for i, t := range tokens {
		ws.all = append(ws.all, &workspace{place: i, token: t, label: fmt.Sprintf("bot token %d", i+1), since: time.Now(), detail: "asking Slack which workspace the token is for"})
	}
	return ws
}

// set changes w under the lock and wakes those who wait.
func (ws *workspaces) set(w *workspace, change func(*workspace)) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	was := w.up
	change(w)
	if w.up != was {
		w.since = time.Now()
	}
	close(ws.changed)
	ws.changed = make(chan struct{})
}

// find returns a copy of the workspace of team. pending says that it may be
// the one of a token Slack has not told us about yet.
func (ws *workspaces) find(team string) (w workspace, ok, pending bool, changed <-chan struct{}) {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	for _, w := range ws.all {
		if w.serves(team) {
			return *w, true, false, ws.changed
		}
		pending = pending || w.team == "" && w.stopped == ""
	}
	return workspace{}, false, pending, ws.changed
}

// await is find, which waits a little for tokens that are still being asked about.
func (ws *workspaces) await(ctx context.Context, team string, limit time.Duration) (w workspace, ok, pending bool) {
	w, ok, pending, changed := ws.find(team)
	if ok || !pending {
		return w, ok, pending
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer aside(ctx)()
	for !ok && pending {
		select {
		case <-changed:
		case <-ctx.Done():
			return w, false, true
		}
		w, ok, pending, changed = ws.find(team)
	}
	return w, ok, pending
}

// stop ends what is done for a team, for a reason people read.
func (ws *workspaces) stop(team, reason string) (stopped bool) {
	ws.mu.Lock()
	i := slices.IndexFunc(ws.all, func(w *workspace) bool { return w.serves(team) && w.stopped == "" })
	ws.mu.Unlock()
	if i < 0 {
		return false
	}
	ws.set(ws.all[i], func(w *workspace) { w.up, w.stopped = false, reason })
	return true
}

// health returns a line for each workspace.
func (ws *workspaces) health() []bot.Health {
	ws.mu.Lock()
	defer ws.mu.Unlock()
	var out []bot.Health
	for _, w := range ws.all {
		h := bot.Health{ID: fmt.Sprintf("slack token %d", w.place+1), Connection: "slack " + w.label, Title: w.title(), Up: w.up, Since: w.since, Detail: w.detail}
		if w.stopped != "" {
			h.Detail = w.stopped
		}
		out = append(out, h)
	}
	return out
}

// identity is auth.test's answer.
type identity struct {
	status
	Team   string `json:"team"`
	TeamID string `json:"team_id"`
	UserID string `json:"user_id"`
	BotID  string `json:"bot_id"`
}

// attend learns whose token w is, and again whenever its workspace is stopped:
// an app that was removed may be installed again. It returns when ctx ends.
func (p *Platform) attend(ctx context.Context, w *workspace) {
	for p.learn(ctx, w) && p.workspaces.awaitStop(ctx, w) && sleep(ctx, p.timing.refusedLeast) {
	}
}

// learn asks Slack whose token w is until it says so. A token that is refused
// is asked about ever more rarely: Slack may have refused it by mistake. It is
// false when ctx ended first.
func (p *Platform) learn(ctx context.Context, w *workspace) bool {
	wait, refusedWait, told := p.timing.retryLeast, p.timing.refusedLeast, ""
	for {
		var id identity
		header, f := p.api.call(ctx, post("auth.test", w.token, url.Values{}), &id)
		switch {
		case ctx.Err() != nil:
			return false
		case f == nil && id.TeamID != "":
			p.known(ctx, w, id, header, own)
			p.started.botTried(w.place, nil)
			return true
		case p.onlyToken() && f != nil && f.absent():
			p.known(ctx, w, identity{}, header, sole)
			p.started.botTried(w.place, nil)
			return true
		case f == nil:
			if p.onlyToken() {
				p.known(ctx, w, id, header, unclaimed)
			}
			f = &failure{method: "auth.test", err: errors.New("no team_id in the answer")}
		}
		if reason := refusedToken(f.code); reason != "" && !f.passing() {
			cure := fmt.Sprintf("Slack refuses the %s: it %s (%s). Put a valid one into SLACK_BOT_TOKEN and restart.", w.called(), reason, f.code)
			p.workspaces.set(w, func(w *workspace) { w.up, w.stopped = false, cure+" "+takenAgain })
			if told != f.code {
				p.log.Error("slack bot token refused", "token", w.label, "code", f.code, "cure", cure)
				told = f.code
			}
			p.started.botTried(w.place, &bot.Refused{Cure: cure, Err: f})
			if !sleep(ctx, jitter(refusedWait)) {
				return false
			}
			refusedWait = min(2*refusedWait, p.timing.refusedMost)
			continue
		}
		p.started.botTried(w.place, nil)
		pause := max(jitter(wait), f.retryAfter)
		p.log.Warn("slack workspace not reached", "token", w.label, "err", f, "retry_in", pause)
		p.workspaces.set(w, func(w *workspace) {
			w.detail = fmt.Sprintf("Slack could not be asked for the workspace (%v); tried again every minute at the latest", f)
		})
		if !sleep(ctx, pause) {
			return false
		}
		wait = min(2*wait, p.timing.retryMost)
	}
}

// onlyToken says that there is no doubt which token a workspace needs.
func (p *Platform) onlyToken() bool { return len(p.workspaces.all) == 1 }

// awaitStop returns when w is stopped, or false when ctx ends first.
func (ws *workspaces) awaitStop(ctx context.Context, w *workspace) bool {
	for {
		ws.mu.Lock()
		stopped, changed := w.stopped != "", ws.changed
		ws.mu.Unlock()
		if stopped {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// known notes what auth.test said of w, and that its workspace is open again
// when it had been stopped.
func (p *Platform) known(ctx context.Context, w *workspace, id identity, header http.Header, c claim) {
	scopes := scopesOf(header)
	detail := ""
	if missing := missingScopes(scopes); len(missing) > 0 {
		detail = "missing scopes " + strings.Join(missing, ", ") + ": add them under OAuth & Permissions and install the app again"
		p.log.Warn("slack scopes missing", "team", id.TeamID, "scopes", missing)
	}
	reopened := false
	p.workspaces.set(w, func(w *workspace) {
		reopened, w.stopped = w.stopped != "", ""
		w.team, w.botUser, w.botID, w.scopes, w.claim = id.TeamID, id.UserID, id.BotID, scopes, c
		w.label = strings.TrimSpace("workspace " + id.TeamID)
		if w.name = bot.OneLine(id.Team); w.name != "" {
			w.label += " (" + w.name + ")"
		}
		w.up, w.detail = true, detail
	})
	p.tellWorkspace(id.TeamID, id.Team)
	p.log.Info("slack workspace known", "team", id.TeamID, "name", id.Team)
	if reopened && p.places != nil && id.TeamID != "" {
		p.places.Healed(ctx, destination(id.TeamID, ""))
	}
}

// scopesOf is the scopes that an answer of Slack's says the token has; nil when
// it does not say.
// https://docs.slack.dev/authentication/installing-with-oauth#inspecting-scopes
func scopesOf(header http.Header) map[string]bool {
	list := header.Get("X-OAuth-Scopes")
	if list == "" {
		return nil
	}
	scopes := make(map[string]bool)
	for s := range strings.SplitSeq(list, ",") {
		scopes[strings.TrimSpace(s)] = true
	}
	return scopes
}

// missingScopes lists what the manifest asks for and the token lacks.
func missingScopes(granted map[string]bool) []string {
	if granted == nil {
		return nil
	}
	var missing []string
	for _, s := range slices.Sorted(maps.Keys(scopeReasons)) {
		if !granted[s] {
			missing = append(missing, s)
		}
	}
	return missing
}

// refusedToken says what is wrong with a token Slack answers code to, as the
// end of "it …"; "" for codes that are not about the token.
// https://docs.slack.dev/reference/methods/auth.test
func refusedToken(code string) string {
	switch code {
	case "invalid_auth", "not_authed":
		return "is not a valid token"
	case "account_inactive", "token_revoked":
		return "was revoked, or the app was uninstalled"
	case "token_expired":
		return "has expired: switch token rotation off in the app's settings"
	case "not_allowed_token_type":
		return "is a token of another kind: bot tokens begin with xoxb-"
	case "app_access_restricted", "team_access_not_granted", "enterprise_is_restricted":
		return "may not be used there: an admin of the workspace restricts the app"
	case "accesslimited", "access_denied":
		return "may not be used from this network address: an admin of the workspace lists the addresses allowed"
	}
	return ""
}
