package discord

import (
	"strconv"
	"time"

	"storybot/bot"
	"storybot/stories"
)

const (
	cureInThread  = "Someone who manages the channel can give the bot Send Messages in Threads in the channel's permissions."
	cureNewThread = "Someone who manages the channel can give the bot Create Public Threads and Send Messages in Threads in the channel's permissions."
	curePublish   = "Someone who manages the channel can give the bot Send Messages in the channel's permissions."
	cureRefused   = "Someone who manages the channel can look at the bot's permissions there; the next correction is tried as usual."
	cureThreads   = "Someone who manages the channel can archive threads nobody needs any more."
	cureForum     = "Subscribe the channel again without a thread."

	// publishSpent is said of a channel that has had its publications of an hour: another
	// bot's and people's count too.
	publishSpent = "has had published all that Discord takes, ten messages an hour whoever publishes them"

	// editFades is how long an edit that is one too many of an old message is tried
	// again: what corrects it says so in a message of its own.
	editFades = 10 * time.Minute
	// publishFades is the same of a publication: news an hour old is none.
	publishFades = time.Minute
)

// ofTarget are the codes that say something of the message or the thread that
// is acted on, and nothing of the channel.
var ofTarget = map[string]reading{
	"10008":  {bot.MessageGone, "no longer has the message", ""},
	"50005":  {bot.MessageGone, "has a message of another author under this id", ""},
	"50021":  {bot.MessageGone, "has a message of Discord's own under this id", ""},
	archived: {bot.ThreadGone, "has the story's thread archived, and the bot may not open it", cureStoryThread},
	locked:   {bot.ThreadGone, "has the story's thread locked", cureStoryThread},
	// An archived thread is opened by what is said in it, and counts again.
	"160006": {bot.Unable, "has as many open threads as Discord allows", cureThreads},
	"160007": {bot.Unable, "has as many open threads as Discord allows", cureThreads},
}

// opReadings are the codes that mean something else for an operation than for a
// post (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json);
// ofTarget comes before readings, for all that acts on a message.
var opReadings = map[stories.Op]map[string]reading{
	stories.OpReply: {
		"10008":  readings[10008], // a repeat of a reply that was deleted since
		"50005":  readings[50005],
		archived: {bot.ThreadGone, "has the story's thread archived", cureStoryThread},
		"50013":  inThread,
	},
	stories.OpThread: {
		"160004": {bot.Delivered, "has the thread already", ""},
		"50013":  {bot.Unable, "does not let the bot open threads; posts in the channel itself go on", cureNewThread},
		"50024":  {bot.Unable, "takes no threads", cureForum},
		"160006": {bot.Unable, "has as many open threads as Discord allows; posts in the channel itself go on", cureThreads},
		"160007": {bot.Unable, "has as many open threads as Discord allows; posts in the channel itself go on", cureThreads},
	},
	stories.OpForum: {
		"50013":  {bot.Blocked, "does not let the bot open posts", cureAccess},
		"50024":  {bot.Blocked, "is no forum any more", cureForum},
		"40067":  {bot.Blocked, "is a forum that asks for a tag", "Someone who manages the forum can add a tag that anybody may give, or stop requiring tags."},
		"160006": {bot.Blocked, "has as many posts as Discord allows", cureThreads},
	},
	stories.OpPublish: {
		"40033": {bot.Delivered, "has the message published already", ""},
		"50013": {bot.Unable, "does not let the bot publish", curePublish},
		"50024": {bot.Unable, "is no announcement channel", ""},
		"50068": {bot.Unable, "has a message that cannot be published", ""},
	},
	stories.OpDelete: {
		"10008": {bot.Delivered, "no longer has the message", ""},
	},
}

// fading are the limits after which an operation is not worth doing any more.
var fading = map[stories.Op]map[string]time.Duration{
	stories.OpEdit: {"30046": editFades},
}

// inThread is a missing right to speak in threads: the channel above is open.
var inThread = reading{bot.Unable, "does not let the bot post in threads; posts in the channel itself go on", cureInThread}

// refusals say which operation was refused without a reason Storybot knows. Only
// what is posted to a channel shows that the channel is closed: anything else may
// be refused for the sake of one message or thread.
var refusals = map[stories.Op]reading{
	stories.OpReply:   {bot.Unable, "does not let the bot post in this thread; posts in the channel itself go on", cureInThread},
	stories.OpThread:  {bot.Unable, "does not let the bot open a thread on this message; posts in the channel itself go on", cureNewThread},
	stories.OpEdit:    {bot.Unable, "does not let the bot edit this message; it shows an older text", cureRefused},
	stories.OpPublish: {bot.Unable, "does not let the bot publish this message; it stands in the channel itself", curePublish},
	stories.OpDelete:  {bot.Unable, "does not let the bot delete this message; it still stands there", "A moderator of the server can delete it."},
}

// unnamed says that v is a refusal under a code that readings does not hold, read
// by its status alone.
func unnamed(v *bot.Verdict) bool {
	code, err := strconv.Atoi(v.Code)
	_, known := readings[code]
	return v.Outcome == bot.Blocked && (err != nil || !known)
}

// closed says that a code which an edit was answered with speaks of a thread that is the
// channel itself: it takes no posts either, and what is owed there waits until it does.
func closed(o bot.Operation, code string) bool {
	return o.Delivery.Op == stories.OpEdit && (code == archived || code == locked) && placeOf(o) == o.Delivery.Destination.Channel
}

// reread reads v, the answer to o taken as that to a post, as what it says of o.
func reread(o bot.Operation, v *bot.Verdict) {
	op := o.Delivery.Op
	r, other := opReadings[op][v.Code]
	if !other && op.Acts() && !closed(o, v.Code) {
		r, other = ofTarget[v.Code]
	}
	if !other && v.Code == "10003" && placeOf(o) != o.Delivery.Destination.Channel {
		r, other = reading{bot.ThreadGone, "has its thread deleted", ""}, true
	}
	if !other && v.Code == "50013" && op.Acts() && placeOf(o) != o.Delivery.Destination.Channel {
		r, other = inThread, true
	}
	if !other && unnamed(v) {
		r, other = refusals[op]
	}
	// Neither a limit, nor a fault of Discord's, nor a refusal of all we ask.
	if other && v.Limited == bot.ScopeNone && v.Outcome != bot.Ambiguous && v.Outcome != bot.BadAccount {
		v.Outcome, v.Reason, v.Cure = r.outcome, r.reason, r.cure
	}
	v.There = v.Code == archived || v.Code == locked
	if op.Repeatable() {
		switch v.Outcome {
		case bot.Delivered:
			v.MessageID = o.Target
			if op == stories.OpThread {
				v.MessageID = siteOf(o.Delivery.Destination, o.Target).message
			}
		case bot.Ambiguous:
			v.Outcome, v.Reason = bot.Transient, lost[op]
		}
	}
	if v.Outcome == bot.Transient {
		if v.Fades = fading[op][v.Code]; op == stories.OpPublish && v.Limited == bot.ScopeChannel {
			v.Fades, v.Reason, v.Cure = publishFades, bot.SpentWords(publishSpent, v.RetryAfter), ""
		}
	}
}

// lost says what an operation may have left undone whose answer was lost.
var lost = map[stories.Op]string{
	stories.OpEdit:    "may show an older text: Discord's answer to the edit was lost",
	stories.OpThread:  "may have no thread yet: Discord's answer was lost",
	stories.OpPublish: "may not be published yet: Discord's answer was lost",
	stories.OpDelete:  "may show a deleted message: Discord's answer was lost",
}
