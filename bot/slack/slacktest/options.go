package slacktest

import (
	"net"
	"time"
)

// settings are what options change.
type settings struct {
	limits      Limits
	chances     []Chance
	seed        uint64
	ackWithin   time.Duration
	retryDelays []time.Duration
	raw         bool
	distributed bool
	dedupes     bool
	without     map[string]bool // scopes
	listener    net.Listener
}

// Option changes how a Server behaves.
type Option func(*settings)

// WithListener makes the server listen on l instead of a port of 127.0.0.1: for a
// network in memory, on which time can be made to stand still.
func WithListener(l net.Listener) Option { return func(s *settings) { s.listener = l } }

// WithLimits makes the server limit the rate of requests. Without it nothing is
// limited.
func WithLimits(l Limits) Option { return func(s *settings) { s.limits = l } }

// WithFaults makes requests go wrong at random. The same seed and the same
// order of requests give the same faults.
func WithFaults(seed uint64, chances ...Chance) Option {
	return func(s *settings) { s.seed, s.chances = seed, chances }
}

// WithAckWithin changes how long the server waits for the ack of an envelope.
// Slack waits 3 s, which is the default.
func WithAckWithin(d time.Duration) Option { return func(s *settings) { s.ackWithin = d } }

// WithRetryDelays changes when an event that was not acknowledged is sent
// again. Slack does so at once, after a minute and after five, which is the
// default (https://docs.slack.dev/apis/events-api#retries).
func WithRetryDelays(delays ...time.Duration) Option {
	return func(s *settings) { s.retryDelays = delays }
}

// WithoutScopes takes scopes away from every workspace's bot token: methods
// that need them answer missing_scope.
func WithoutScopes(scopes ...string) Option {
	return func(s *settings) {
		for _, scope := range scopes {
			s.without[scope] = true
		}
	}
}

// WithRawCommands is for an app whose commands are not set to escape channels,
// users and links: @name and #name arrive as typed.
func WithRawCommands() Option { return func(s *settings) { s.raw = true } }

// WithDistributedApp makes the app one that is sold outside of Slack's
// marketplace: conversations.history and .replies give one answer a minute of at
// most 15 messages
// (https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps).
func WithDistributedApp() Option { return func(s *settings) { s.distributed = true } }

// WithClientMessageIDs makes chat.postMessage recognise a client_msg_id that it
// has seen in the channel: the answer names the first message, marked
// is_duplicate. Slack does not document whether it does, so the default is that
// it ignores the argument.
func WithClientMessageIDs() Option { return func(s *settings) { s.dedupes = true } }
