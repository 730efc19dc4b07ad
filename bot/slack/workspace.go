package slack

import (
	"context"
	"fmt"
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
		if w.team != "" {
			h.Lane = laneOf(w.team)
		}
		out = append(out, h)
	}
	return out
}
