package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"storybot/bot"
)

const (
	// renames is how often a thread takes another name within renamesPer, counted for each
	// thread (https://github.com/discordjs/discord.js/issues/6651). Discord's pages and headers
	// say nothing of it (https://github.com/discord/discord-api-docs/issues/1900).
	renames    = 2
	renamesPer = 10 * time.Minute
	// titledKept is of how many posts is remembered what they are called.
	titledKept = 4096
)

// titled remembers what posts of forums are called, so that an edit which leaves that costs
// no request, and when they were called something else. What it has forgotten is looked up.
type titled struct {
	mu    sync.Mutex
	posts map[string]title // by thread
}

type title struct {
	name    string
	known   bool
	changed []time.Time // within renamesPer, the oldest first
}

// get returns what a thread is called, as far as that is known.
func (t *titled) get(thread string) (name string, known bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	had := t.posts[thread]
	return had.name, had.known
}

// keep notes what a thread is called.
func (t *titled) keep(thread, name string) {
	t.note(thread, func(had *title) { had.name, had.known = name, true })
}

// hasRoom says whether a thread takes another name now.
func (t *titled) hasRoom(thread string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, at := range t.posts[thread].changed {
		if now.Sub(at) < renamesPer {
			n++
		}
	}
	return n < renames
}

// changes notes that a thread has been called something else, or may have been.
func (t *titled) changes(thread string, now time.Time) {
	t.note(thread, func(had *title) {
		had.known = false
		had.changed = append(had.changed[max(0, len(had.changed)-renames+1):len(had.changed):len(had.changed)], now)
	})
}

func (t *titled) note(thread string, change func(*title)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	had, there := t.posts[thread]
	if t.posts == nil || !there && len(t.posts) >= titledKept {
		t.posts = map[string]title{}
	}
	change(&had)
	t.posts[thread] = had
}

// retitle calls a post of a forum, whose first message was edited as done tells, what this
// one says. The verdict is done unless a fault has the edit made again. Where the post has had
// its two names the next edit sets the title: to wait for that would hold up corrections in
// the forum's other posts. What is refused is a matter of the forum's
// (https://discord.com/developers/docs/resources/channel#modify-channel).
func (p *Platform) retitle(ctx context.Context, o bot.Operation, at site, done bot.Verdict) bot.Verdict {
	forum := o.Delivery.Destination.Channel
	if done.Outcome != bot.Delivered || at.channel != at.message || at.channel == forum || o.Message.Thread == "" {
		return done
	}
	name := newOpening(o.Message.Thread).Name
	if had, known := p.posts.titled.get(at.channel); known && had == name {
		return done
	}
	requests := max(1, done.Requests)
	v, ok := p.setTitle(ctx, at.channel, name, &requests)
	switch {
	case ok:
		v = done
	case v.Limited == bot.ScopeChannel:
		done.Invalid = done.Invalid || v.Invalid
		v = done
	case v.Outcome == bot.Ambiguous || v.Outcome == bot.Transient:
		v.Outcome, v.Reason = bot.Transient, "may show an older title: it could not be set yet"
	case v.Outcome != bot.BadAccount:
		p.log.Info("a forum's post keeps its title", "channel", forum, "err", p.rest.redacted(v.Err))
		p.posts.titled.keep(at.channel, name)
		done.Invalid = done.Invalid || v.Invalid
		v = done
	}
	v.Requests = requests
	return v
}

// setTitle calls a thread name, where it is called something else and takes another, and
// counts the requests for it. ok is false when v says why it could not.
func (p *Platform) setTitle(ctx context.Context, thread, name string, requests *int) (v bot.Verdict, ok bool) {
	if _, known := p.posts.titled.get(thread); !known {
		var post struct {
			Name word `json:"name"`
		}
		*requests++
		if v, ok := p.ask(ctx, "look up a post's title", thread, "could not be asked for its title", &post); !ok {
			return v, false
		}
		p.posts.titled.keep(thread, string(post.Name))
	}
	if had, _ := p.posts.titled.get(thread); had == name {
		return v, true
	}
	if !p.posts.titled.hasRoom(thread, time.Now()) {
		return v, true
	}
	body, err := json.Marshal(struct {
		Name string `json:"name"`
	}{name})
	if err != nil {
		return unwritable(err), false
	}
	*requests++
	a, err := p.rest.do(ctx, p.rest.posts, request{what: "set a post's title", method: http.MethodPatch, path: "/channels/" + url.PathEscape(thread), body: body})
	switch {
	case err != nil:
		p.posts.titled.changes(thread, time.Now())
		return p.lostVerdict(a, err), false
	case a.status >= http.StatusInternalServerError:
		p.posts.titled.changes(thread, time.Now())
		return p.verdict(a), false
	case !a.ok():
		return p.verdict(a), false
	}
	p.posts.titled.changes(thread, time.Now())
	p.posts.titled.keep(thread, name)
	return v, true
}
