package slack

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Every error Slack documents for a post, by what it means for the delivery.
func TestVerdicts(t *testing.T) {
	for outcome, words := range map[bot.Outcome]string{
		bot.Gone: "team_not_found",
		bot.Blocked: `channel_not_found not_in_channel is_archived is_inactive messages_tab_disabled restricted_action
			restricted_action_read_only_channel restricted_action_thread_only_channel restricted_action_non_threadable_channel
			restricted_action_thread_locked no_permission cannot_reply_to_message ekm_access_denied channel_is_limited_access
			posting_to_channel_denied`,
		bot.BadAccount: `account_inactive token_revoked invalid_auth not_authed app_access_restricted team_access_not_granted
			accesslimited enterprise_is_restricted missing_scope token_expired not_allowed_token_type`,
		bot.BadPayload: `invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text too_many_attachments
			attachment_payload_limit_exceeded invalid_metadata_format invalid_metadata_schema metadata_too_large
			metadata_must_be_sent_from_app markdown_text_conflict invalid_arguments`,
		bot.Transient: `message_limit_exceeded request_timeout team_added_to_org org_login_required`,
		bot.Ambiguous: "internal_error fatal_error service_unavailable a_word_of_next_year",
	} {
		for word := range strings.FieldsSeq(words) {
			v := verdictOf(&failure{method: "chat.postMessage", reach: answered, status: 200, code: word})
			if v.Outcome != outcome || v.Code != word || v.Reason == "" || v.Limited != bot.ScopeNone {
				t.Errorf("%s: %+v, want %v", word, v, outcome)
			}
			if mended := []bot.Outcome{bot.Blocked, bot.BadAccount, bot.BadPayload}; slices.Contains(mended, outcome) && !strings.HasSuffix(v.Cure, ".") {
				t.Errorf("%s: cure %q is no sentence", word, v.Cure)
			}
			if says := strings.HasSuffix(v.Cure, "deliveries then go on by themselves."); says != v.Heals {
				t.Errorf("%s: heals = %v, and the cure says %q", word, v.Heals, v.Cure)
			}
		}
	}
}

func TestVerdictsWithoutAWord(t *testing.T) {
	for name, c := range map[string]struct {
		f    failure
		want bot.Verdict
	}{
		"limit":            {failure{reach: answered, status: 429, limited: true, retryAfter: 7 * time.Second}, bot.Verdict{Outcome: bot.Transient, Code: "ratelimited", Limited: bot.ScopeLane, RetryAfter: 7 * time.Second}},
		"limit in 200":     {failure{reach: answered, status: 200, code: "ratelimited", limited: true, retryAfter: time.Second}, bot.Verdict{Outcome: bot.Transient, Code: "ratelimited", Limited: bot.ScopeLane, RetryAfter: time.Second}},
		"no connection":    {failure{reach: unsent, err: errors.New("refused")}, bot.Verdict{Outcome: bot.Transient, Code: "unreachable"}},
		"reset":            {failure{reach: unknown, err: errors.New("reset")}, bot.Verdict{Outcome: bot.Ambiguous, Code: "no_answer"}},
		"502":              {failure{reach: answered, status: 502}, bot.Verdict{Outcome: bot.Ambiguous, Code: "no_answer"}},
		"302":              {failure{reach: answered, status: 302}, bot.Verdict{Outcome: bot.Ambiguous, Code: "no_answer"}},
		"200 of HTML":      {failure{reach: answered, status: 200}, bot.Verdict{Outcome: bot.Ambiguous, Code: "no_answer"}},
		"502 in JSON":      {failure{reach: answered, status: 502, code: "bad_gateway"}, bot.Verdict{Outcome: bot.Ambiguous, Code: "bad_gateway"}},
		"a refusal of 500": {failure{reach: answered, status: 500, code: "is_archived"}, bot.Verdict{Outcome: bot.Ambiguous, Code: "is_archived"}},
		"limit of 503":     {failure{reach: answered, status: 503, code: "ratelimited", limited: true, retryAfter: time.Second}, bot.Verdict{Outcome: bot.Transient, Code: "ratelimited", Limited: bot.ScopeLane, RetryAfter: time.Second}},
		"proxy's 407":      {failure{reach: answered, status: 407}, bot.Verdict{Outcome: bot.Transient, Code: "http_4xx"}},
	} {
		v := verdictOf(&c.f)
		if v.Outcome != c.want.Outcome || v.Code != c.want.Code || v.Limited != c.want.Limited || v.RetryAfter != c.want.RetryAfter {
			t.Errorf("%s: %+v, want %+v", name, v, c.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"30": 30 * time.Second, "0": retryDefault, "": retryDefault, "-1": retryDefault, "soon": retryDefault, "NaN": retryDefault,
		"7200": time.Hour, "1e300": time.Hour, "0.5": 500 * time.Millisecond, " 3 ": 3 * time.Second,
	} {
		if got := retryAfter(http.Header{"Retry-After": {value}}); got != want {
			t.Errorf("Retry-After %q: %v, want %v", value, got, want)
		}
	}
}

// What Slack refuses for one message or thread says nothing of the channel: its cure does
// not promise that deliveries go on, and is not that an app may post.
func TestVerdictsOfOneMessageDoNotCureTheChannel(t *testing.T) {
	check := func(op stories.Op, known map[string]meaning) {
		for word := range known {
			v := opVerdict(op, &failure{method: "chat.x", reach: answered, status: 200, code: word})
			if v.Heals || strings.Contains(v.Cure, "deliveries then go on") || strings.Contains(v.Cure, "allow the app to post") {
				t.Errorf("%s of %v: heals %v, cure %q", word, op, v.Heals, v.Cure)
			}
		}
	}
	for op, known := range opMeanings {
		check(op, known)
	}
	for _, op := range tableOps {
		if op.Acts() {
			check(op, threadMeanings)
		}
	}
	for word, c := range map[string]struct {
		op   stories.Op
		cure string
	}{
		"edit_window_closed":                  {stories.OpEdit, "The workspace sets for how long messages may be edited; copies that are older stay as they are."},
		"compliance_exports_prevent_deletion": {stories.OpDelete, "The message stays; an admin of the Slack workspace sees to that setting."},
		"restricted_action_thread_locked":     {stories.OpReply, "An admin of the Slack workspace can lift that restriction."},
		"restricted_action":                   {stories.OpEdit, askAdmin}, // this one is the channel's
	} {
		if v := opVerdict(c.op, &failure{method: "chat.x", reach: answered, status: 200, code: word}); v.Cure != c.cure {
			t.Errorf("%s: cure %q, want %q", word, v.Cure, c.cure)
		}
	}
}
