package slack

import (
	"time"

	"storybot/bot"
)

// What Slack accepts in a message. Lengths are counted in UTF-16 units, which
// are never fewer than the characters Slack counts.
const (
	// https://docs.slack.dev/reference/block-kit/blocks
	maxBlocks = 50
	// https://docs.slack.dev/reference/block-kit/blocks/header-block
	maxHeader = 150
	// https://docs.slack.dev/reference/block-kit/composition-objects/text-object
	maxTextObject = 3000
	// https://docs.slack.dev/reference/block-kit/blocks/context-block
	maxContextElements = 10
	// A context block's texts are kept to what the strictest text of Slack's
	// takes, a section's field.
	maxSmall = 2000
	// https://docs.slack.dev/reference/block-kit/blocks/actions-block
	maxActions = 25
	// https://docs.slack.dev/reference/block-kit/block-elements/button-element
	maxButtonLabel = 75
	maxButtonValue = 2000
	maxURL         = 3000
	maxActionID    = 255
	// All text of a message's blocks together. Slack answers
	// msg_blocks_too_long from about 13,200 characters on, which is not
	// documented: https://github.com/slackapi/bolt-js/issues/2509
	maxMessage = 12000
	// The top-level text: notifications and screen readers read it. 4,000
	// characters are advised (https://docs.slack.dev/reference/methods/chat.postMessage);
	// a notification shows far fewer.
	maxFallback = 1000
)

// What Slack allows of connections and answers.
const (
	// https://docs.slack.dev/interactivity/implementing-slash-commands and
	// https://docs.slack.dev/apis/events-api/using-socket-mode: an envelope is
	// acknowledged within 3 s. A command that is not answered after ackWait is
	// acknowledged without its answer.
	ackWait = 2 * time.Second
	// An acknowledgement may carry an answer of at most 20 KB; Slack drops
	// larger ones silently.
	maxAck = 20*1024 - 1
	// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
	responseUses = 5
	responseLife = 30 * time.Minute
	// An envelope is never near this large; a slash command's text may be 100 KB.
	maxEnvelope = 4 << 20
)

// perChannel is the least time between two posts to a channel: Slack allows
// one a second (https://docs.slack.dev/apis/web-api/rate-limits), the rest is
// for the way there being faster the second time.
const perChannel = 1050 * time.Millisecond

// inFlight is how many posts of a workspace may be on their way at once, and
// so the most a kill leaves to be settled. Four make thousands of posts a
// second where nothing limits them; the others are for channels that hang, of
// which a dozen may then stand without holding up the rest. More would only draw
// more refusals at once where a workspace's budget is not known yet.
const inFlight = 12

// tier3 is how many requests a workspace may make in a minute to a method of
// that tier (https://docs.slack.dev/apis/web-api/rate-limits). What changes
// messages may be a thousand at once and keeps an even pace, since Slack says only
// that "bursts" are tolerated; looks are few.
var (
	tier3     = bot.Budget{Requests: 50, Per: time.Minute}
	evenTier3 = bot.Budget{Requests: 50, Per: time.Minute, Even: true}
)
