package discord

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"storybot/bot"
)

const (
	// maxTags is how many tags a post takes
	// (https://discord.com/developers/docs/resources/channel#start-thread-in-forum-or-media-channel).
	maxTags = 5
	// requireTag is set in the flags of a forum whose posts need a tag
	// (https://discord.com/developers/docs/resources/channel#channel-object-channel-flags).
	requireTag = 1 << 4
	// forumKept is for how long a forum's tags are taken for what they were, of so many
	// forums. Whoever changes them finds posts that are tagged as before for so long at most.
	forumKept  = 5 * time.Minute
	forumsKept = 4096
)

// tag is one of a forum's
// (https://discord.com/developers/docs/resources/channel#forum-tag-object).
type tag struct {
	ID        word  `json:"id"`
	Name      word  `json:"name"`
	Moderated truth `json:"moderated"` // only moderators of the forum may give it
}

// among says that the tag is called one of some words.
func (t tag) among(words []string) bool {
	return t.ID != "" && slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(string(t.Name), w) })
}

// forum is what is known of a forum.
type forum struct {
	Tags  []tag  `json:"available_tags"`
	Flags number `json:"flags"`
	at    time.Time
	asked bool // Discord was asked just now
}

// requires says that a post needs a tag.
func (f forum) requires() bool { return int64(f.Flags)&requireTag != 0 }

// choose finds the ids of the tags for a post that is about some words. Where a post needs
// a tag and no word is one of the forum's, it is one that says nothing of a state if there
// is such a one, and else that of the first state: a post without any would be refused.
func (f forum) choose(words []string) (ids []string) {
	for _, t := range f.Tags {
		if t.among(words) && len(ids) < maxTags {
			ids = append(ids, string(t.ID))
		}
	}
	if len(ids) > 0 || !f.requires() {
		return ids
	}
	states := bot.StateTags()
	for _, fits := range []func(tag) bool{
		func(t tag) bool { return !t.among(states) && !bool(t.Moderated) },
		func(t tag) bool { return t.among(states[:1]) },
		func(tag) bool { return true },
	} {
		if i := slices.IndexFunc(f.Tags, func(t tag) bool { return t.ID != "" && fits(t) }); i >= 0 {
			return []string{string(f.Tags[i].ID)}
		}
	}
	return nil
}

// forums remembers the tags of forums for a while.
type forums struct {
	mu    sync.Mutex
	known map[string]forum // by id
}

func (k *forums) get(id string, now time.Time) (f forum, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok = k.known[id]
	return f, ok && now.Sub(f.at) < forumKept && !now.Before(f.at)
}

func (k *forums) keep(id string, f forum) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known) >= forumsKept {
		k.known = map[string]forum{}
	}
	k.known[id] = f
}

func (k *forums) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.known, id)
}

// forum is what is known of a forum, for which Discord is asked where that is too long ago.
// ok is false when v says why it cannot be asked.
func (p *Platform) forum(ctx context.Context, id string) (f forum, v bot.Verdict, ok bool) {
	if f, ok := p.posts.forums.get(id, p.now()); ok {
		return f, v, true
	}
	if v, ok := p.askTags(ctx, "look up a forum's tags", id, &f); !ok {
		return f, v, false
	}
	f.at = p.now()
	p.posts.forums.keep(id, f)
	f.asked = true
	return f, v, true
}

// retagged reads v, the answer to what gave a post tags of f. What was refused for tags that
// are not the forum's any more is worth another try, with those it has now.
func (p *Platform) retagged(id string, f forum, v *bot.Verdict) {
	if v.Code != "40067" && v.Code != "10087" {
		return
	}
	p.posts.forums.forget(id)
	if !f.asked {
		v.Outcome, v.Reason, v.Cure = bot.Transient, "has other tags now", ""
	}
}
