package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"storybot/bot"
)

// taggedKept is of how many posts is remembered which tags they were given.
const taggedKept = 4096

// tagged remembers with which words posts of forums were tagged, so that an edit which
// changes none costs one request. What it has forgotten is looked up.
type tagged struct {
	mu    sync.Mutex
	words map[string]string // by thread
}

func (t *tagged) is(thread string, words []string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	had, known := t.words[thread]
	return known && had == strings.Join(words, "\n")
}

func (t *tagged) keep(thread string, words []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.words == nil || len(t.words) >= taggedKept {
		t.words = map[string]string{}
	}
	t.words[thread] = strings.Join(words, "\n")
}

// askTags is ask for the tags of a forum or a post of one.
func (p *Platform) askTags(ctx context.Context, what, channel string, into any) (v bot.Verdict, ok bool) {
	return p.ask(ctx, what, channel, "could not be asked for its tags", into)
}

// ask reads a forum or a post of one. ok is false when v says why it cannot be asked, with
// reason where nobody knows; nothing was changed then.
func (p *Platform) ask(ctx context.Context, what, channel, reason string, into any) (v bot.Verdict, ok bool) {
	a, err := p.rest.do(ctx, p.rest.posts, request{what: what, method: http.MethodGet, path: "/channels/" + url.PathEscape(channel)})
	switch {
	case err != nil:
		return bot.Verdict{Outcome: bot.Transient, Code: "no_answer", Reason: reason, Err: err}, false
	case !a.ok():
		if v = p.verdict(a); v.Outcome == bot.Ambiguous { // nothing was posted by it
			v.Outcome, v.Reason = bot.Transient, reason
		}
		return v, false
	}
	if err := decode(a.body, into); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Code: "unreadable_answer", Reason: reason, Err: p.rest.redacted(err)}, false
	}
	return v, true
}

// posts is what is remembered of forums and of what stands in them.
type posts struct {
	forums forums
	tagged tagged
	titled titled
}

// retag gives a post of a forum, whose first message was edited as done tells, the tags
// that this one has now. Those that people gave it stay. The verdict is done, unless the
// edit is to be made again: what is refused is a matter of the forum's, and the message is
// as it should be. It counts what was asked for it
// (https://discord.com/developers/docs/resources/channel#modify-channel).
func (p *Platform) retag(ctx context.Context, o bot.Operation, at site, done bot.Verdict) bot.Verdict {
	forum, words := o.Delivery.Destination.Channel, o.Message.Tags
	if at.channel != at.message || at.channel == forum || len(words) == 0 || p.posts.tagged.is(at.channel, words) {
		return done
	}
	requests := max(1, done.Requests)
	v, ok := p.setTags(ctx, at.channel, forum, words, &requests)
	switch {
	case ok:
		v = done
	case v.Outcome == bot.Ambiguous || v.Outcome == bot.Transient:
		v.Outcome, v.Reason = bot.Transient, "may show an older tag: it could not be set"
	case v.Outcome != bot.BadAccount:
		p.log.Info("a forum's post keeps its tags", "channel", forum, "err", p.rest.redacted(v.Err))
		p.posts.tagged.keep(at.channel, words)
		done.Invalid = done.Invalid || v.Invalid
		v = done
	}
	v.Requests = requests
	return v
}

// setTags gives a post the tags of its forum that some words name, in the place of those
// that states had, and counts the requests for it. ok is false when v says why it could not.
func (p *Platform) setTags(ctx context.Context, thread, id string, words []string, requests *int) (v bot.Verdict, ok bool) {
	of, v, ok := p.forum(ctx, id)
	if of.asked || !ok {
		*requests++
	}
	if !ok {
		return v, false
	}
	if len(of.Tags) == 0 {
		p.posts.tagged.keep(thread, words)
		return v, true
	}
	var post struct {
		Name    word   `json:"name"`
		Applied []word `json:"applied_tags"`
	}
	*requests++
	if v, ok := p.askTags(ctx, "look up a post's tags", thread, &post); !ok {
		return v, false
	}
	p.posts.titled.keep(thread, string(post.Name)) // which is not asked for once more
	next := of.instead(post.Applied, words)
	if slices.EqualFunc(next, post.Applied, func(a string, b word) bool { return a == string(b) }) {
		p.posts.tagged.keep(thread, words)
		return v, true
	}
	body, err := json.Marshal(struct {
		Tags []string `json:"applied_tags"`
	}{next})
	if err != nil {
		return unwritable(err), false
	}
	*requests++
	a, err := p.rest.do(ctx, p.rest.posts, request{what: "set a post's tags", method: http.MethodPatch, path: "/channels/" + url.PathEscape(thread), body: body})
	switch {
	case err != nil:
		return p.lostVerdict(a, err), false
	case !a.ok():
		v = p.verdict(a)
		p.retagged(id, of, &v)
		return v, false
	}
	p.posts.tagged.keep(thread, words)
	return v, true
}

// instead are the tags of a post that has some of the forum's, once it is about words: of
// those that states have only theirs. A post that needs a tag keeps one.
func (f forum) instead(applied []word, words []string) []string {
	next := []string{}
	for _, id := range applied {
		if !slices.ContainsFunc(f.Tags, func(t tag) bool { return t.ID == id && t.among(bot.StateTags()) && !t.among(words) }) {
			next = append(next, string(id))
		}
	}
	for _, t := range f.Tags {
		if t.among(words) && !slices.Contains(next, string(t.ID)) && len(next) < maxTags {
			next = append(next, string(t.ID))
		}
	}
	if len(next) == 0 && f.requires() {
		return f.choose(words)
	}
	return next
}
