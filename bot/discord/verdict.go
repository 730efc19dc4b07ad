package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"storybot/bot"
)

// reading is what one of Discord's error codes means for a post.
type reading struct {
	outcome bot.Outcome
	reason  string
	cure    string
}

const (
	cureAccess = "Someone who manages the channel can give the bot View Channel, Send Messages and Read Message History in the channel's permissions."
	// cureStoryThread is of the thread of a story, which may be its post in a forum.
	cureStoryThread = "A moderator of the server can unlock the thread."

	cureThread  = "A moderator of the server can unlock the thread, or subscribe another channel."
	cureChannel = "Subscribe a text channel instead."
	cureDM      = "The reader can allow direct messages in their privacy settings, then subscribe again."
	cureText    = "The desk can reword the update."
	cureToken   = "The operator of the bot can set a valid DISCORD_TOKEN and restart it."
)

// readings are the codes that are answered to a create, from
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
// What is not here is read from the HTTP status.
var readings = map[int]reading{
	10003: {bot.Gone, "was deleted", ""},
	10004: {bot.Gone, "is in a server that no longer exists for the bot", ""},
	50278: {bot.Gone, "the reader shares no server with the bot any more", ""},
	40007: {bot.Gone, "the reader is banned", ""},

	50001:  {bot.Blocked, "is not visible to the bot", cureAccess},
	50013:  {bot.Blocked, "does not let the bot post", cureAccess},
	50007:  {bot.Blocked, "the reader takes no direct messages from the bot", cureDM},
	50009:  {bot.Blocked, "asks for a verification the bot cannot pass", "A moderator of the server can lower the verification level of the channel for the bot."},
	160005: {bot.Blocked, "is a locked thread", cureThread},
	50083:  {bot.Blocked, "is an archived thread", cureThread},
	20009:  {bot.Blocked, "does not allow explicit content, which Discord takes this message for", "A moderator of the server can mark the channel as age-restricted, or subscribe another one."},

	50008:  {bot.Blocked, "is not a text channel", cureChannel},
	50024:  {bot.Blocked, "is a kind of channel that takes no such messages", cureChannel},
	40058:  {bot.Blocked, "is a forum, which takes threads only", "Subscribe a thread of the forum, or a text channel."},
	40067:  {bot.Blocked, "is a forum that asks for a tag", "Subscribe a thread of the forum, or a text channel."},
	220001: {bot.Blocked, "is a forum, which takes threads only", "Subscribe a thread of the forum, or a text channel."},

	// A repeat of a message that was deleted since: it had been delivered.
	10008: {bot.Delivered, "got the message, which was removed there afterwards", ""},
	40033: {bot.Delivered, "has got the message already", ""},
	40060: {bot.Delivered, "has got the message already", ""},
	50005: {bot.BadPayload, "holds a message of another author under this key", ""},

	50035:  {bot.BadPayload, "got a message Discord refuses as malformed", "This is a fault of the bot; its operator finds the details in the log."},
	50006:  {bot.BadPayload, "got a message Discord takes for empty", "This is a fault of the bot; its operator finds the details in the log."},
	50109:  {bot.BadPayload, "got a message Discord cannot read", "This is a fault of the bot; its operator finds the details in the log."},
	200000: {bot.BadPayload, "has a filter that refuses the message", cureText},
	200001: {bot.BadPayload, "has a filter that refuses the title", cureText},
	240000: {bot.BadPayload, "refuses a link Discord takes for harmful", cureText},
	160002: {bot.BadPayload, "got a reply to a message that cannot be replied to", ""},

	20016:  {bot.Transient, "is slowed down", ""},
	20022:  {bot.Transient, "takes only so many announcements an hour", ""},
	20028:  {bot.Transient, "takes only so many messages a minute", ""},
	20029:  {bot.Transient, "is in a server that takes only so many messages a minute", ""},
	30046:  {bot.Transient, "takes only so many edits of old messages", ""},
	40003:  {bot.Transient, "is one of too many direct messages opened at once", ""},
	40004:  {bot.Transient, "cannot be sent to while Discord has sending switched off", ""},
	40006:  {bot.Transient, "cannot be sent to while Discord has this switched off", ""},
	40062:  {bot.Transient, "is slowed down", ""},
	110000: {bot.Transient, "is not ready yet", ""},
	130000: {bot.Transient, "is on a part of Discord that is overloaded", ""},

	40001: {bot.BadAccount, "cannot be reached: Discord refuses the bot's token", cureToken},
	50014: {bot.BadAccount, "cannot be reached: Discord refuses the bot's token", cureToken},
	40002: {bot.BadAccount, "cannot be reached: Discord wants the bot's account verified", "The operator of the bot can verify the account at https://discord.com/developers/applications."},
	40333: cloudflare,
}

// cloudflare is what stands before Discord, refusing us as a whole.
var cloudflare = reading{
	bot.BadAccount,
	"cannot be reached: Cloudflare, which stands before Discord, refuses this machine's requests",
	"The operator of the bot should leave it stopped for an hour, and look in the log for what it had repeated.",
}

// refusal is the body of an answer that is no success.
type refusal struct {
	Code       number          `json:"code"`
	Message    string          `json:"message"`
	RetryAfter number          `json:"retry_after"`
	Global     truth           `json:"global"`
	Errors     json.RawMessage `json:"errors"`
}

// refusalOf reads a body. One that was cut short, or is none of Discord's, says
// nothing.
func refusalOf(body []byte) (r refusal) {
	if decode(body, &r) != nil {
		return refusal{}
	}
	return r
}

// verdict reads an answer that is no success.
func (p *Platform) verdict(a answer) bot.Verdict {
	r := refusalOf(a.body)
	v := bot.Verdict{Err: p.refusalError(a, r)}
	if r.Code != 0 {
		v.Code = fmt.Sprint(int(r.Code))
	} else {
		v.Code = fmt.Sprint("http_", a.status)
	}
	found, known := readings[int(r.Code)]
	switch {
	case a.status >= 500:
		found = reading{bot.Ambiguous, "may have got the message: Discord had a fault while it was posted", ""}
	case isPage(a) && (a.status == http.StatusTooManyRequests || a.status == http.StatusForbidden):
		found, v.Code = cloudflare, "cloudflare"
	case a.status == http.StatusUnauthorized:
		found = readings[40001]
	case a.status == http.StatusTooManyRequests:
		if !known || found.outcome != bot.Transient && found.outcome != bot.BadAccount {
			found = reading{bot.Transient, "is at Discord's rate limit", ""}
		}
	case !known:
		found = byStatus(a.status)
	}
	v.Outcome, v.Reason, v.Cure = found.outcome, found.reason, found.cure
	if a.status == http.StatusTooManyRequests {
		v.Limited, v.RetryAfter, v.Shared = limitOf(a.header, r)
		if v.Outcome == bot.BadAccount {
			v.Limited = bot.ScopeLane
		}
	}
	v.Invalid = !v.Shared && (a.status == http.StatusUnauthorized || a.status == http.StatusForbidden || a.status == http.StatusTooManyRequests)
	return v
}

// isPage says whether a is Cloudflare's: a page for browsers, or a line such as
// "error code: 1015", which Discord itself never answers. Whatever else is no
// JSON, such as the plain text of a proxy, is read by its status and headers.
func isPage(a answer) bool {
	body := strings.ToLower(string(bytes.TrimSpace(a.body[:min(len(a.body), 512)])))
	if strings.HasPrefix(body, "<") || strings.HasPrefix(body, "error code:") {
		return true
	}
	html := strings.HasPrefix(strings.ToLower(a.header.Get("Content-Type")), "text/html")
	return html && body != "" && !strings.HasPrefix(body, "{")
}

// byStatus reads an answer whose code says nothing.
func byStatus(status int) reading {
	switch status {
	case http.StatusForbidden:
		return reading{bot.Blocked, "does not let the bot post", cureAccess}
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return reading{bot.BadPayload, "got a message Discord refuses", "This is a fault of the bot; its operator finds the details in the log."}
	case http.StatusRequestTimeout:
		return reading{bot.Ambiguous, "may have got the message: Discord gave up while reading it", ""}
	}
	return reading{bot.Transient, "could not be reached: the answer was not Discord's", "The operator of the bot should check DISCORD_API_URL and what stands between the bot and Discord."}
}

// limitOf reads a 429: what is limited and for how long. Discord's header and
// body disagree at times; the longer one is right
// (https://discord.com/developers/docs/topics/rate-limits#exceeding-a-rate-limit).
func limitOf(h http.Header, r refusal) (scope bot.Scope, wait time.Duration, shared bool) {
	wait = max(seconds(h, "Retry-After"), duration(float64(r.RetryAfter)))
	if wait == 0 {
		wait = max(seconds(h, "X-Ratelimit-Reset-After"), time.Second)
	}
	said := strings.ToLower(h.Get("X-Ratelimit-Scope"))
	scope = bot.ScopeChannel
	if bool(r.Global) || said == "global" || strings.EqualFold(h.Get("X-Ratelimit-Global"), "true") {
		scope = bot.ScopeLane
	}
	return scope, wait, said == "shared"
}

// refusalError is the cause for the log.
func (p *Platform) refusalError(a answer, r refusal) error {
	text := r.Message
	if len(r.Errors) > 0 {
		text += " " + string(r.Errors)
	}
	text, _ = bot.Cut(bot.OneLine(p.rest.redact(text)), 500)
	return fmt.Errorf("status %d, code %d: %s", a.status, int(r.Code), text)
}
