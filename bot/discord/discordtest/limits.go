package discordtest

import (
	"fmt"
	"hash/fnv"
	"math"
	"net/http"
	"time"
)

// Limits are the rate limits the server keeps.
type Limits struct {
	// Global is how many requests may be made in any one second; callbacks and
	// other requests with an interaction's token do not count. 0 for no limit.
	Global int
	// Create, Edit and Read are per channel: posting, editing and deleting, and
	// everything that reads.
	Create, Edit, Read Budget
	// Publish is per channel, and OldEdits what edits of messages older than an hour
	// have in a channel beside Edit.
	Publish, OldEdits Budget
	// Rename is what each thread or channel has of other names.
	Rename Budget
	// Invalid is how many answers with 401, 403 or 429 within ten minutes bring
	// Cloudflare's ban. 0 for never.
	Invalid int
}

// Budget allows Limit requests in a window of length Per that begins with the
// first of them. The zero value allows all.
type Budget struct {
	Limit int
	Per   time.Duration
}

// DocumentedLimits are the limits that Discord documents, and for channels
// those that its headers say and people have met
// (https://github.com/discordjs/discord.js/issues/4956,
// https://github.com/discordjs/discord.js/issues/6651,
// https://github.com/discord/discord-api-docs/discussions/4413).
// https://docs.discord.com/developers/topics/rate-limits
func DocumentedLimits() Limits {
	five := Budget{5, 5 * time.Second}
	return Limits{Global: 50, Create: five, Edit: five, Read: Budget{10, 5 * time.Second}, Publish: Budget{10, time.Hour}, OldEdits: Budget{3, 20 * time.Second}, Rename: Budget{2, 10 * time.Minute}, Invalid: 10000}
}

// WithLimits makes the server keep rate limits. Without this option it keeps
// none.
func WithLimits(l Limits) Option {
	return func(s *Server) { s.limiter.limits = l }
}

// NoLimits makes the server as fast as it can be, for benchmarks: no limits, and
// after some hundred messages only a sample of new bodies is checked.
func NoLimits() Option {
	return func(s *Server) { s.limiter.limits, s.limiter.fast = Limits{}, true }
}

// invalidWindow is what Cloudflare's ban looks at.
const invalidWindow = 10 * time.Minute

type limiter struct {
	limits  Limits
	fast    bool
	recent  []time.Time // when the last requests that count globally were admitted: a ring
	next    int
	buckets map[bucketKey]*window
	refused []time.Time // when invalid requests were answered
}

type bucketKey struct{ op, channel string }

type window struct {
	left int
	ends time.Time
}

// bucketState is what the X-RateLimit headers say.
type bucketState struct {
	limit, left int
	ends        time.Time
	after       time.Duration
	hash        string
}

// budget returns the budget that r draws on and the name of its bucket.
func (l *limiter) budget(r *request) (Budget, string) {
	switch r.op {
	case PublishMessage:
		return l.limits.Publish, "publish"
	case CreateMessage, CreateThread, CreateForumPost:
		return l.limits.Create, "create"
	case EditMessage, DeleteMessage:
		return l.limits.Edit, "edit"
	case GetChannel, ListMessages, GetMessage, ArchivedThreads:
		return l.limits.Read, "read"
	}
	if r.op == ChangeThread && r.fields["name"] != nil {
		return l.limits.Rename, "rename"
	}
	return Budget{}, ""
}

// admit lets r pass or answers it with 429.
func (l *limiter) admit(r *request, now time.Time) (reply, bool) {
	if wait := l.globalWait(r, now); wait > 0 {
		return globalLimit(wait), true
	}
	b, name := l.budget(r)
	if b.Limit > 0 {
		w := l.window(bucketKey{name, r.id("channel_id")}, b, now)
		if w.left == 0 {
			rep := limited("user", w.ends.Sub(now))
			rep.bucket = l.state(r, now)
			return rep, true
		}
		w.left--
	}
	l.admitGlobal(r, now)
	return reply{}, false
}

// window returns a bucket's window now.
func (l *limiter) window(key bucketKey, b Budget, now time.Time) *window {
	if l.buckets == nil {
		l.buckets = map[bucketKey]*window{}
	}
	w := l.buckets[key]
	if w == nil || !now.Before(w.ends) {
		w = &window{left: b.Limit, ends: now.Add(b.Per)}
		l.buckets[key] = w
	}
	return w
}

func (l *limiter) globalWait(r *request, now time.Time) time.Duration {
	if l.limits.Global == 0 || !r.needsBot || len(l.recent) < l.limits.Global {
		return 0
	}
	return time.Second - now.Sub(l.recent[l.next])
}

func (l *limiter) admitGlobal(r *request, now time.Time) {
	switch {
	case l.limits.Global == 0 || !r.needsBot:
	case len(l.recent) < l.limits.Global:
		l.recent = append(l.recent, now)
	default:
		l.recent[l.next] = now
		l.next = (l.next + 1) % len(l.recent)
	}
}

func (l *limiter) state(r *request, now time.Time) *bucketState {
	b, name := l.budget(r)
	if b.Limit == 0 {
		return nil
	}
	w := l.buckets[bucketKey{name, r.id("channel_id")}]
	h := fnv.New64a()
	h.Write([]byte(name))
	return &bucketState{limit: b.Limit, left: w.left, ends: w.ends, after: w.ends.Sub(now), hash: fmt.Sprintf("%016x", h.Sum64())}
}

func (l *limiter) invalid(now time.Time) {
	if l.limits.Invalid > 0 {
		l.refused = append(l.refused, now)
	}
}

func (l *limiter) banned(now time.Time) bool {
	for len(l.refused) > 0 && now.Sub(l.refused[0]) > invalidWindow {
		l.refused = l.refused[1:]
	}
	return l.limits.Invalid > 0 && len(l.refused) >= l.limits.Invalid
}

// limited is a 429 of a bucket, with scope "user" or "shared".
func limited(scope string, wait time.Duration) reply {
	rep := ok(map[string]any{"message": "You are being rate limited.", "retry_after": round(wait), "global": false})
	rep.status, rep.shared = http.StatusTooManyRequests, scope == "shared"
	rep.header = map[string]string{"Retry-After": wholeSeconds(wait), "X-RateLimit-Scope": scope}
	return rep
}

// globalLimit is a global 429 as documented: without X-RateLimit-Reset-After.
func globalLimit(wait time.Duration) reply {
	rep := ok(map[string]any{"message": "You are being rate limited.", "retry_after": round(wait), "global": true})
	rep.status = http.StatusTooManyRequests
	rep.header = map[string]string{"Retry-After": wholeSeconds(wait), "X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
	return rep
}

// cloudflareBan is what an address gets that made too many invalid requests: a
// page, and no Via header.
func cloudflareBan() reply {
	return reply{
		status: http.StatusTooManyRequests, html: true,
		header: map[string]string{"Retry-After": "3600", "Server": "cloudflare"},
		body:   []byte("<!DOCTYPE html><html><head><title>Access denied | discord.com used Cloudflare to restrict access</title></head><body>Error 1015: You are being rate limited</body></html>"),
	}
}

func wholeSeconds(d time.Duration) string { return fmt.Sprint(int(math.Ceil(d.Seconds()))) }

// round keeps milliseconds, as Discord does.
func round(d time.Duration) float64 { return math.Ceil(d.Seconds()*1000) / 1000 }
