package slack

import (
	"cmp"

	"storybot/bot"
)

// meaning is what one of Slack's error words says about a post.
type meaning struct {
	outcome bot.Outcome
	reason  string // as the end of "This channel …"
	cure    string
}

const (
	invite    = "Anyone in the channel can invite the bot by typing /invite @storybot; deliveries then go on by themselves."
	unarchive = "A member can unarchive the channel in Slack; deliveries then go on by themselves."
	askAdmin  = "An admin of the Slack workspace can allow the app to post there; deliveries then go on by themselves."
	reinstall = "An admin of the Slack workspace installs the app again; whoever runs Storybot puts the new token into SLACK_BOT_TOKEN and restarts it."
	ourFault  = "Whoever runs Storybot reports this: the message is not built as Slack wants it."
)

// healing are the cures that Slack tells us of, so that nobody need try again.
var healing = map[string]bool{invite: true, unarchive: true, askAdmin: true}

// meanings maps the errors of chat.postMessage
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors).
//
// Two are gentler than their names. channel_not_found is also the answer for a
// private channel the bot is not in, so a channel that was made private comes
// back with an invitation; an archived channel can be unarchived. Both wait.
// Only the event channel_deleted ends a destination, and errors that a
// destination cannot come back from.
var meanings = map[string]meaning{
	"channel_not_found": {bot.Blocked, "cannot be found in Slack: it was deleted, or it is private and the bot is not in it", invite},
	"not_in_channel":    {bot.Blocked, "does not have the bot as a member", invite},
	"is_archived":       {bot.Blocked, "is archived", unarchive},
	"is_inactive":       {bot.Blocked, "is archived", unarchive},
	"messages_tab_disabled": {bot.Blocked, "the app's Messages tab is switched off",
		"Whoever runs Storybot switches the Messages tab on under App Home in the app's settings."},

	"restricted_action":                        {bot.Blocked, "does not let the bot post: a setting of the workspace restricts it", askAdmin},
	"restricted_action_read_only_channel":      {bot.Blocked, "is read-only for the bot", askAdmin},
	"restricted_action_thread_only_channel":    {bot.Blocked, "takes messages in threads only", askAdmin},
	"restricted_action_non_threadable_channel": {bot.Blocked, "takes no messages in threads", askAdmin},
	"restricted_action_thread_locked":          {bot.Blocked, "has its thread locked", askAdmin},
	"no_permission":                            {bot.Blocked, "does not let the bot post", askAdmin},
	"cannot_reply_to_message":                  {bot.Blocked, "does not take replies to that message", askAdmin},
	"ekm_access_denied":                        {bot.Blocked, "is closed by the workspace's own encryption keys", askAdmin},
	"channel_is_limited_access":                {bot.Blocked, "has limited access", askAdmin},
	"posting_to_channel_denied":                {bot.Blocked, "does not let the bot post", askAdmin},
	"access_denied":                            {bot.Blocked, "does not let the bot post", askAdmin},
	"team_not_found":                           {bot.Gone, "belongs to a Slack workspace that no longer exists", ""},

	"account_inactive":          {bot.BadAccount, "cannot be reached: the app was removed from the workspace", reinstall},
	"token_revoked":             {bot.BadAccount, "cannot be reached: the bot token was revoked", reinstall},
	"token_expired":             {bot.BadAccount, "cannot be reached: the bot token has expired", "Whoever runs Storybot switches token rotation off in the app's settings and installs the app again."},
	"invalid_auth":              {bot.BadAccount, "cannot be reached: Slack refuses the bot token", reinstall},
	"not_authed":                {bot.BadAccount, "cannot be reached: the bot token is missing", reinstall},
	"not_allowed_token_type":    {bot.BadAccount, "cannot be reached: the token is not a bot token", "Whoever runs Storybot puts the token that begins with xoxb- into SLACK_BOT_TOKEN."},
	"app_access_restricted":     {bot.BadAccount, "cannot be reached: the workspace restricts the app", askAdmin},
	"team_access_not_granted":   {bot.BadAccount, "cannot be reached: the app has no access to the workspace", reinstall},
	"accesslimited":             {bot.BadAccount, "cannot be reached: the workspace lists the network addresses apps may use", "An admin of the Slack workspace adds the address of the machine Storybot runs on."},
	"enterprise_is_restricted":  {bot.BadAccount, "cannot be reached: the organisation restricts the app", askAdmin},
	"missing_scope":             {bot.BadAccount, "cannot be written to: the app lacks the scope chat:write", "Whoever runs Storybot adds the scope under OAuth & Permissions and installs the app again."},
	"two_factor_setup_required": {bot.BadAccount, "cannot be reached: the workspace wants two-factor authentication first", askAdmin},
	"unknown_method":            {bot.BadAccount, "cannot be written to: Slack does not offer the way Storybot posts", "Whoever runs Storybot looks at SLACK_API_URL, or installs a newer version of it."},
	"deprecated_endpoint":       {bot.BadAccount, "cannot be written to: Slack no longer offers the way Storybot posts", "Whoever runs Storybot installs a newer version of it."},
	"method_deprecated":         {bot.BadAccount, "cannot be written to: Slack no longer offers the way Storybot posts", "Whoever runs Storybot installs a newer version of it."},

	"invalid_blocks":                    {bot.BadPayload, "was sent a message whose layout Slack refuses", ourFault},
	"invalid_blocks_format":             {bot.BadPayload, "was sent a message whose layout Slack refuses", ourFault},
	"msg_blocks_too_long":               {bot.BadPayload, "was sent a message that is too long", ourFault},
	"msg_too_long":                      {bot.BadPayload, "was sent a message that is too long", ourFault},
	"no_text":                           {bot.BadPayload, "was sent a message without text", ourFault},
	"too_many_attachments":              {bot.BadPayload, "was sent a message with too many parts", ourFault},
	"attachment_payload_limit_exceeded": {bot.BadPayload, "was sent a message that is too large", ourFault},
	"invalid_metadata_format":           {bot.BadPayload, "was sent a message whose metadata Slack refuses", ourFault},
	"invalid_metadata_schema":           {bot.BadPayload, "was sent a message whose metadata Slack refuses", ourFault},
	"metadata_too_large":                {bot.BadPayload, "was sent a message whose metadata Slack refuses", ourFault},
	"metadata_must_be_sent_from_app":    {bot.BadPayload, "was sent a message whose metadata Slack refuses", ourFault},
	"markdown_text_conflict":            {bot.BadPayload, "was sent a message whose layout Slack refuses", ourFault},
	"invalid_arguments":                 {bot.BadPayload, "was sent a message Slack refuses", ourFault},
	"invalid_arg_name":                  {bot.BadPayload, "was sent a message Slack refuses", ourFault},
	"invalid_array_arg":                 {bot.BadPayload, "was sent a message Slack refuses", ourFault},
	"invalid_charset":                   {bot.BadPayload, "was sent a message Slack refuses", ourFault},
	"invalid_form_data":                 {bot.BadPayload, "was sent a message Slack refuses", ourFault},
	"invalid_post_type":                 {bot.BadPayload, "was sent a message Slack refuses", ourFault},
	"as_user_not_supported":             {bot.BadPayload, "was sent a message Slack refuses", ourFault},
	"too_many_contact_cards":            {bot.BadPayload, "was sent a message with too many parts", ourFault},
	"missing_post_type":                 {bot.BadPayload, "was sent a message Slack refuses", ourFault},

	// The descriptions of these say that the request was not carried out.
	"ratelimited":            {bot.Transient, "is told to wait by Slack", ""},
	"rate_limited":           {bot.Transient, "is told to wait by Slack", ""},
	"message_limit_exceeded": {bot.Transient, "is told to wait by Slack", ""},
	"request_timeout":        {bot.Transient, "could not be reached: Slack got only a part of the request", ""},
	"team_added_to_org":      {bot.Transient, "is being moved into an organisation by Slack", ""},
	"org_login_required":     {bot.Transient, "is being moved into an organisation by Slack", ""},

	// "It's possible some aspect of the operation succeeded before the error
	// was raised", say Slack's pages of fatal_error.
	// service_unavailable is described as "temporarily unavailable", which does
	// not say that nothing was done.
	"service_unavailable": {bot.Ambiguous, "may have been written to: Slack is out of service", ""},
	"internal_error":      {bot.Ambiguous, "may have been written to: Slack had a fault of its own", ""},
	"fatal_error":         {bot.Ambiguous, "may have been written to: Slack had a fault of its own", ""},
}

// verdictOf reads the failure of a post.
//
// A limit is taken as the workspace's: Slack does not say which one was met,
// and one channel's is kept by Pace, so that what remains is the other.
func verdictOf(f *failure) bot.Verdict {
	v := bot.Verdict{Code: f.code, Err: f}
	switch m, known := meanings[f.code]; {
	case f.limited:
		v.Code, v.Reason = "ratelimited", meanings["ratelimited"].reason
		v.Limited, v.RetryAfter = bot.ScopeLane, f.retryAfter
	case f.status >= 500:
		// Whatever word it holds: the post may have been made before.
		v.Outcome, v.Code, v.Reason = bot.Ambiguous, cmp.Or(f.code, "no_answer"), "may have been written to: Slack, or a proxy before it, failed"
	case known:
		v.Outcome, v.Reason, v.Cure, v.Heals = m.outcome, m.reason, m.cure, healing[m.cure]
		if f.code == "missing_scope" && f.needed != "" {
			v.Reason = "cannot be written to: the app lacks the scope " + f.needed
		}
	case f.code != "":
		// In words we do not know: looking is safer than believing that it was
		// not posted.
		v.Outcome, v.Reason = bot.Ambiguous, "is refused by Slack for a reason Storybot does not know ("+f.code+")"
	case f.reach == unsent:
		v.Code, v.Reason = "unreachable", "cannot be reached: there is no connection to Slack"
	case f.reach == answered && f.status/100 == 4:
		v.Code, v.Reason = "http_4xx", "cannot be reached: something between Storybot and Slack refuses the request"
	default:
		v.Outcome, v.Code, v.Reason = bot.Ambiguous, "no_answer", "may have been written to: Slack's answer was lost"
	}
	return v
}
