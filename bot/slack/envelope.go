package slack

import (
	"encoding/json"
	"strings"
)

// envelope is a frame of Socket Mode. All types below hold only what is read,
// so that whatever else Slack sends cannot make a frame unreadable.
// https://docs.slack.dev/apis/events-api/using-socket-mode
type envelope struct {
	ID           string          `json:"envelope_id"`
	Type         string          `json:"type"`
	Reason       string          `json:"reason"` // of a disconnect
	Answerable   bool            `json:"accepts_response_payload"`
	RetryAttempt int             `json:"retry_attempt"`
	Payload      json.RawMessage `json:"payload"`
}

// greeting is a hello. Open is how many connections the app has, this one included.
type greeting struct {
	Open int `json:"num_connections"`
}

// slashCommand is the payload of type slash_commands.
// https://docs.slack.dev/interactivity/implementing-slash-commands
type slashCommand struct {
	TeamID      string `json:"team_id"`
	ChannelID   string `json:"channel_id"`
	ChannelName string `json:"channel_name"`
	UserID      string `json:"user_id"`
	UserName    string `json:"user_name"`
	Command     string `json:"command"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	TriggerID   string `json:"trigger_id"`
}

// interaction is the payload of type interactive.
// https://docs.slack.dev/reference/interaction-payloads
type interaction struct {
	Type        string `json:"type"`
	CallbackID  string `json:"callback_id"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	MessageTS   string `json:"message_ts"`
	Team        *ref   `json:"team"`
	Channel     *ref   `json:"channel"`
	User        struct {
		ref
		Username string `json:"username"`
		TeamID   string `json:"team_id"`
	} `json:"user"`
	Container struct {
		ChannelID string `json:"channel_id"`
		ThreadTS  string `json:"thread_ts"`
		// IsEphemeral is that of a message only the asker sees. What is missing or
		// no boolean is not.
		IsEphemeral truth `json:"is_ephemeral"`
	} `json:"container"`
	Message *written `json:"message"`
	View    *view    `json:"view"`
	Actions []action `json:"actions"`
}

// action is something that was pressed or picked.
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
type action struct {
	ActionID string `json:"action_id"`
	URL      string `json:"url"`
	ActionTS scalar `json:"action_ts"`
	element
}

// written is a message that somebody wrote in a chat, with what is read of it.
// https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
type written struct {
	User        string          `json:"user"`
	Username    string          `json:"username"` // of a bot's
	Text        string          `json:"text"`
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"thread_ts"`
	Blocks      json.RawMessage `json:"blocks"`
	Attachments []struct {
		Text     string `json:"text"`
		Fallback string `json:"fallback"`
	} `json:"attachments"`
	Files []json.RawMessage `json:"files"`
	Bot   struct {
		Name string `json:"name"`
	} `json:"bot_profile"`
}

// view is what is read of a view.
// https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
type view struct {
	ID         string `json:"id"`
	Type       string `json:"type"`
	TeamID     string `json:"team_id"`
	Hash       string `json:"hash"`
	Metadata   string `json:"private_metadata"`
	CallbackID string `json:"callback_id"`
	State      struct {
		// Values are by block_id and action_id.
		Values map[string]map[string]json.RawMessage `json:"values"`
	} `json:"state"`
}

// ref is anything with an id, and perhaps a name.
type ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// eventCallback is the payload of type events_api.
// https://docs.slack.dev/apis/events-api
type eventCallback struct {
	TeamID         string `json:"team_id"`
	EventID        string `json:"event_id"`
	Authorizations []struct {
		TeamID string `json:"team_id"`
		UserID string `json:"user_id"`
		IsBot  bool   `json:"is_bot"`
	} `json:"authorizations"`
	Event json.RawMessage `json:"event"`
}

// event is the inner event, of any type.
type event struct {
	Type        string `json:"type"`
	Subtype     string `json:"subtype"`
	ChannelType string `json:"channel_type"`
	Channel     idOf   `json:"channel"`
	User        idOf   `json:"user"`
	maker
	Hidden     bool   `json:"hidden"`
	Edited     *edit  `json:"edited"`
	Text       string `json:"text"`
	TS         string `json:"ts"`
	ThreadTS   string `json:"thread_ts"`
	OldChannel string `json:"old_channel_id"`
	NewChannel string `json:"new_channel_id"`
	LeftTeam   string `json:"previously_connected_team_id"`
	Tokens     struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`
}

// maker is what marks a message that a program made; a person's has none of it.
// https://docs.slack.dev/reference/events/message/bot_message
type maker struct {
	BotID      scalar          `json:"bot_id"`
	AppID      scalar          `json:"app_id"`
	BotProfile json.RawMessage `json:"bot_profile"`
}

// program says whether a program made the message.
func (m maker) program() bool {
	return m.BotID != "" || m.AppID != "" || len(m.BotProfile) > 0 && string(m.BotProfile) != "null"
}

// edit says that a message was edited.
type edit struct {
	TS string `json:"ts"`
}

// idOf is an id that some events write as a string and others as an object.
type idOf string

// UnmarshalJSON reads "C1" and {"id":"C1"}; anything else is no id.
func (id *idOf) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*id = idOf(s)
		return nil
	}
	var o ref
	_ = json.Unmarshal(b, &o)
	*id = idOf(o.ID)
	return nil
}

// decode reads a payload field by field: one that has another type than
// expected stays empty and the rest is kept. It is false only for what is no
// JSON object.
func decode(payload json.RawMessage, into any) bool {
	err := json.Unmarshal(payload, into)
	if err == nil {
		return strings.HasPrefix(strings.TrimSpace(string(payload[:min(len(payload), 64)])), "{")
	}
	_, mistyped := err.(*json.UnmarshalTypeError)
	return mistyped && len(payload) > 0 && payload[0] == '{'
}

// truth is true where true stands, and false for whatever else does.
type truth bool

// UnmarshalJSON implements json.Unmarshaler. It never fails.
func (f *truth) UnmarshalJSON(raw []byte) error {
	*f = string(raw) == "true"
	return nil
}
