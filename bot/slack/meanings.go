package slack

import (
	"storybot/bot"
	"storybot/stories"
)

// Cures of what is refused for one message or thread. They promise nothing of deliveries:
// what waits for the channel is not held up by it, and what was refused is not done again.
const (
	lift          = "An admin of the Slack workspace can lift that restriction."
	tooLateToEdit = "The workspace sets for how long messages may be edited; copies that are older stay as they are."
	neverDeleted  = "The message stays; an admin of the Slack workspace sees to that setting."
)

// threadMeanings are the words that mean something else for what acts on a message
// than for a post: they speak of the thread, and say nothing of the channel
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
var threadMeanings = map[string]meaning{
	"thread_not_found":                         {bot.ThreadGone, "no longer has the thread", ""},
	"message_not_found":                        {bot.ThreadGone, "no longer has the message the thread is on", ""},
	"cannot_reply_to_message":                  {bot.ThreadGone, "does not take replies to that message", ""},
	"restricted_action_thread_locked":          {bot.ThreadGone, "has the story's thread locked", lift},
	"restricted_action_non_threadable_channel": {bot.ThreadGone, "takes no messages in threads", lift},
}

// opMeanings are the words that mean something else for an operation than for a
// post, by the pages of its method
// (https://docs.slack.dev/reference/methods/chat.update#errors,
// https://docs.slack.dev/reference/methods/chat.delete#errors).
var opMeanings = map[stories.Op]map[string]meaning{
	stories.OpEdit: {
		"message_not_found":          {bot.MessageGone, "no longer has the message", ""},
		"cant_update_message":        {bot.MessageGone, "has a message under this id that the bot may not edit", ""},
		"edit_window_closed":         {bot.MessageGone, "lets messages be edited for some time only, which is over", tooLateToEdit},
		"block_mismatch":             {bot.BadPayload, "has a message whose layout cannot be replaced", ourFault},
		"update_failed":              {bot.Transient, "could not be edited by Slack", ""},
		"external_channel_migrating": {bot.Transient, "is being moved by Slack", ""},
		"streaming_state_conflict":   {bot.Transient, "is still written to by another request", ""},
	},
	stories.OpDelete: {
		"message_not_found":                   {bot.Delivered, "no longer has the message", ""},
		"cant_delete_message":                 {bot.MessageGone, "has a message under this id that the bot may not delete", ""},
		"compliance_exports_prevent_deletion": {bot.Unable, "keeps all messages: a setting of the workspace forbids to delete any", neverDeleted},
		"external_channel_migrating":          {bot.Transient, "is being moved by Slack", ""},
	},
}

// closed are the words that speak of a message or thread that is there.
var closed = map[string]bool{"cannot_reply_to_message": true, "restricted_action_thread_locked": true, "restricted_action_non_threadable_channel": true,
	"cant_update_message": true, "edit_window_closed": true, "cant_delete_message": true}

// lost says what an operation may have left undone whose answer was lost.
var lost = map[stories.Op]string{
	stories.OpEdit:   "may show an older text: Slack's answer to the edit was lost",
	stories.OpDelete: "may show a deleted message: Slack's answer was lost",
}

// refused is what a refusal in a word nobody knows means for what acts on a message
// and may be done again: it says nothing of the channel.
var refused = map[stories.Op]meaning{
	stories.OpEdit:   {bot.Unable, "shows an older text: Slack refuses to edit the message", "Whoever runs Storybot finds the details in the log."},
	stories.OpDelete: {bot.Unable, "still shows the message: Slack refuses to delete it", "An admin of the Slack workspace can delete it."},
}

// opVerdict reads the failure of an operation.
func opVerdict(op stories.Op, f *failure) bot.Verdict {
	v := verdictOf(f)
	m, known := opMeanings[op][f.code]
	if !known && op.Acts() { // a message in a thread is not changed where nothing is said
		m, known = threadMeanings[f.code]
	}
	if known && !f.passing() {
		v.Outcome, v.Reason, v.Cure, v.Heals = m.outcome, m.reason, m.cure, healing[m.cure]
	}
	v.There = closed[f.code]
	if v.Outcome == bot.Ambiguous && op.Repeatable() {
		v.Outcome, v.Reason = bot.Transient, lost[op]
		if _, word := meanings[f.code]; !known && !word && !f.passing() {
			// Slack did answer: taken for silence, a few of these would stop the lane.
			m := refused[op]
			v.Outcome, v.Reason, v.Cure = m.outcome, m.reason+" for a reason Storybot does not know ("+f.code+")", m.cure
		}
	}
	return v
}
