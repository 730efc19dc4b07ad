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
	"time"

	"storybot/bot"
)

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
	for p.learn(ctx, w) && p.learnGroups(ctx, w) && p.workspaces.awaitStop(ctx, w) && sleep(ctx, p.timing.refusedLeast) {
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
		p.log.Warn("slack workspace not reached", "token", w.label, "err", f, "next_try", pause)
		p.workspaces.set(w, func(w *workspace) {
			w.detail = fmt.Sprintf("Slack could not be asked for the workspace (%v); tried again in %v", f, pause.Round(time.Second))
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
