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

const (
	// maxTags is how many tags a post takes
	// (https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel).
	maxTags = 5
	// taggedKept is of how many posts is remembered which tags they were given.
	taggedKept = 4096
)

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

// tag is one of a forum's
// (https://discord.com/developers/docs/resources/channel#forum-tag-object).
type tag struct {
	ID   word `json:"id"`
	Name word `json:"name"`
}

// among says that the tag is called one of some words.
func (t tag) among(words []string) bool {
	return t.ID != "" && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(string(t.Name), w) })
}

// tags finds the ids of a forum's tags by their names; a name the forum does not
// know is left out. ok is false when v says why the forum cannot be asked.
func (p *Platform) tags(ctx context.Context, forum string, names []string) (ids []string, v bot.Verdict, ok bool) {
	if len(names) == 0 {
		return nil, v, true
	}
	var c struct {
		Tags []tag `json:"available_tags"`
	}
	if v, ok := p.askTags(ctx, "look up a forum's tags", forum, &c); !ok {
		return nil, v, false
	}
	for _, t := range c.Tags {
		if t.among(names) && len(ids) < maxTags {
			ids = append(ids, string(t.ID))
		}
	}
	return ids, v, true
}

// askTags reads a forum or a post of one. ok is false when v says why it cannot be asked;
// nothing was changed then.
func (p *Platform) askTags(ctx context.Context, what, channel string, into any) (v bot.Verdict, ok bool) {
	a, err := p.rest.do(ctx, p.rest.posts, request{what: what, method: http.MethodGet, path: "/channels/" + url.PathEscape(channel)})
	switch {
	case err != nil:
		return bot.Verdict{Outcome: bot.Transient, Code: "no_answer", Reason: "could not be asked for its tags", Err: err}, false
	case !a.ok():
		if v = p.verdict(a); v.Outcome == bot.Ambiguous {
			v.Outcome = bot.Transient
		}
		return v, false
	}
	if err := decode(a.body, into); err != nil {
		return bot.Verdict{Outcome: bot.Transient, Code: "unreadable_answer", Reason: "could not be asked for its tags", Err: p.rest.redacted(err)}, false
	}
	return v, true
}

// retag gives a post of a forum, whose first message was edited, the tags that this one
// has now. Those that people gave it stay. ok is false when v says why the edit is to be
// made again: what is refused is a matter of the forum's, and the message is as it should
// be (https://discord.com/developers/docs/resources/channel#modify-channel).
func (p *Platform) retag(ctx context.Context, o bot.Operation, at site) (v bot.Verdict, ok bool) {
	forum, words := o.Delivery.Destination.Channel, o.Message.Tags
	if at.channel != at.message || at.channel == forum || len(words) == 0 || p.tagged.is(at.channel, words) {
		return v, true
	}
	var post struct {
		Applied []word `json:"applied_tags"`
	}
	var of struct {
		Tags []tag `json:"available_tags"`
	}
	for _, ask := range []struct {
		what, channel string
		into          any
	}{{"look up a post's tags", at.channel, &post}, {"look up a forum's tags", forum, &of}} {
		if v, ok := p.askTags(ctx, ask.what, ask.channel, ask.into); !ok {
			return v, v.Outcome != bot.Transient && v.Outcome != bot.BadAccount
		}
	}
	next := []string{}
	for _, id := range post.Applied {
		if !slices.ContainsFunc(of.Tags, func(t tag) bool { return t.ID == id && t.among(bot.StateTags()) && !t.among(words) }) {
			next = append(next, string(id))
		}
	}
	for _, t := range of.Tags {
		if t.among(words) && !slices.Contains(next, string(t.ID)) && len(next) < maxTags {
			next = append(next, string(t.ID))
		}
	}
	if slices.EqualFunc(next, post.Applied, func(a string, b word) bool { return a == string(b) }) {
		p.tagged.keep(at.channel, words)
		return v, true
	}
	body, err := json.Marshal(struct {
		Tags []string `json:"applied_tags"`
	}{next})
	if err != nil {
		return unwritable(err), false
	}
	a, err := p.rest.do(ctx, p.rest.posts, request{what: "set a post's tags", method: http.MethodPatch, path: "/channels/" + url.PathEscape(at.channel), body: body})
	switch {
	case err != nil:
		v = p.lostVerdict(a, err)
	case !a.ok():
		v = p.verdict(a)
	}
	if err == nil && a.ok() {
		p.tagged.keep(at.channel, words)
		return v, true
	}
	switch v.Outcome {
	case bot.Ambiguous, bot.Transient:
		v.Outcome, v.Reason = bot.Transient, "may show an older tag: it could not be set"
		return v, false
	case bot.BadAccount:
		return v, false
	}
	p.log.Info("a forum's post keeps its tags", "channel", forum, "err", p.rest.redacted(v.Err))
	p.tagged.keep(at.channel, words)
	return v, true
}
