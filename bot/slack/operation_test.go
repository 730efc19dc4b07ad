package slack

import (
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// letters are the outcomes as the table below writes them.
var letters = map[byte]bot.Outcome{
	'D': bot.Delivered, 'G': bot.Gone, 'B': bot.Blocked, 'P': bot.BadPayload, 'A': bot.BadAccount, 'T': bot.Transient,
	'?': bot.Ambiguous, 'M': bot.MessageGone, 'H': bot.ThreadGone, 'U': bot.Unable,
}

// Every word of Slack's pages, by what it means for a post, a reply, one that is
// broadcast, an edit and a deletion
// (https://docs.slack.dev/reference/methods/chat.postMessage#errors,
// https://docs.slack.dev/reference/methods/chat.update#errors,
// https://docs.slack.dev/reference/methods/chat.delete#errors).
var operationVerdicts = map[string]string{
	`channel_not_found not_in_channel is_archived is_inactive messages_tab_disabled restricted_action
	 restricted_action_read_only_channel restricted_action_thread_only_channel no_permission ekm_access_denied
	 channel_is_limited_access posting_to_channel_denied access_denied`: "B B B B B",
	`restricted_action_non_threadable_channel restricted_action_thread_locked cannot_reply_to_message`: "B H H H H",
	"thread_not_found":                       "? H H H H",
	"message_not_found":                      "? H H M D",
	"cant_update_message":                    "? ? ? M U",
	"edit_window_closed":                     "? ? ? M U",
	"block_mismatch":                         "? ? ? P U",
	"update_failed streaming_state_conflict": "? ? ? T U",
	"external_channel_migrating":             "? ? ? T T",
	"cant_delete_message":                    "? ? ? U M",
	"compliance_exports_prevent_deletion":    "? ? ? U U",
	"team_not_found":                         "G G G G G",
	`account_inactive token_revoked invalid_auth not_authed app_access_restricted team_access_not_granted accesslimited
	 enterprise_is_restricted missing_scope token_expired not_allowed_token_type two_factor_setup_required unknown_method
	 deprecated_endpoint method_deprecated`: "A A A A A",
	`invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text too_many_attachments
	 attachment_payload_limit_exceeded invalid_metadata_format invalid_metadata_schema metadata_too_large
	 metadata_must_be_sent_from_app markdown_text_conflict invalid_arguments invalid_arg_name invalid_array_arg invalid_charset
	 invalid_form_data invalid_post_type as_user_not_supported too_many_contact_cards missing_post_type`: "P P P P P",
	"ratelimited rate_limited message_limit_exceeded request_timeout team_added_to_org org_login_required": "T T T T T",
	"internal_error fatal_error service_unavailable":                                                       "? ? ? T T",
	"a_word_of_next_year": "? ? ? U U",
}

// tableOps are those of the table's columns.
var tableOps = []stories.Op{stories.OpPost, stories.OpReply, stories.OpBroadcast, stories.OpEdit, stories.OpDelete}

func TestEveryWordForEveryOperation(t *testing.T) {
	for words, row := range operationVerdicts {
		for word := range strings.FieldsSeq(words) {
			for i, want := range strings.Fields(row) {
				v := opVerdict(tableOps[i], &failure{method: "chat.x", reach: answered, status: 200, code: word})
				if v.Outcome != letters[want[0]] || v.Code != word || v.Reason == "" {
					t.Errorf("%s of %v: %+v, want %v", word, tableOps[i], v, letters[want[0]])
				}
			}
		}
	}
}

// A refusal in a word nobody knows closes no channel, under whatever status; one
// that Slack did answer is no lost answer, of which a few would stop the lane.
func TestUnknownWordsForEveryOperation(t *testing.T) {
	for _, status := range []int{200, 400, 401, 403, 404, 429, 500, 503} {
		for _, op := range tableOps {
			f := &failure{method: "chat.x", reach: answered, status: status, code: "a_word_of_next_year", limited: status == 429, retryAfter: time.Second}
			v := opVerdict(op, f)
			want := bot.Ambiguous
			switch {
			case f.limited || op.Repeatable() && status >= 500:
				want = bot.Transient
			case op.Repeatable():
				want = bot.Unable
			}
			if v.Outcome != want || v.Reason == "" {
				t.Errorf("%d of %v: %+v, want %v", status, op, v, want)
			}
			if told := strings.Contains(v.Reason, "a_word_of_next_year"); told != (status < 500 && !f.limited) {
				t.Errorf("%d of %v: %s", status, op, v.Reason)
			}
			if v := opVerdict(op, &failure{method: "chat.x", reach: answered, status: status, limited: f.limited}); v.Outcome != bot.Ambiguous && v.Outcome != bot.Transient {
				t.Errorf("%d without a word of %v: %+v", status, op, v)
			}
		}
	}
}

// Every word that has a meaning has its place in the table.
func TestTheTableHoldsEveryWord(t *testing.T) {
	var all []string
	for words := range operationVerdicts {
		all = append(all, strings.Fields(words)...)
	}
	check := func(known map[string]meaning) {
		for word := range known {
			if !slices.Contains(all, word) {
				t.Errorf("%s is not in the table", word)
			}
		}
	}
	check(meanings)
	check(threadMeanings)
	for _, known := range opMeanings {
		check(known)
	}
}

// A word in a fault of Slack's, or of what stands before it, says nothing.
func TestWordsOfFaults(t *testing.T) {
	for word := range opMeanings[stories.OpEdit] {
		for _, op := range tableOps {
			want := bot.Ambiguous
			if op.Repeatable() {
				want = bot.Transient
			}
			if v := opVerdict(op, &failure{reach: answered, status: 503, code: word}); v.Outcome != want {
				t.Errorf("%s of %v: %+v, want %v", word, op, v, want)
			}
		}
	}
}
