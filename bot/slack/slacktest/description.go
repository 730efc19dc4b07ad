package slacktest

import (
	_ "embed"
	"encoding/json"
	"slices"
	"sync"
)

// described is an extract of Slack's description of its Web API, of 2021: the
// arguments of the methods that this package knows. See webapi.LICENSE.
//
//go:embed webapi.json
var described []byte

// method is what may be said to one method of the Web API.
type method struct {
	Verb       string   `json:"verb"`
	Consumes   []string `json:"consumes"`
	Parameters []param  `json:"parameters"`

	byName map[string]param
}

// param is one argument. Type is one of the description's string, boolean,
// number and integer, or one of ours: timestamp, and object for JSON.
type param struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Required bool   `json:"required"`
}

// later holds what Slack's pages (https://docs.slack.dev/reference/methods) say
// beyond the description of 2021: newer arguments, and those the description
// forgot to call required. client_msg_id is the one argument without a page:
// its errors and is_duplicate are documented, it is not.
var later = map[string][]param{
	"apps.connections.open": {},
	"bots.info":             {{"bot", "string", false}, {"team_id", "string", false}},
	"chat.delete":           {{"channel", "string", true}, {"ts", "timestamp", true}},
	"chat.postEphemeral":    {{"markdown_text", "string", false}},
	"chat.postMessage":      {{"metadata", "object", false}, {"markdown_text", "string", false}, {"client_msg_id", "string", false}},
	"chat.update":           {{"metadata", "object", false}, {"markdown_text", "string", false}, {"link_names", "boolean", false}, {"reply_broadcast", "boolean", false}, {"file_ids", "object", false}},
	"conversations.history": {{"channel", "string", true}, {"include_all_metadata", "boolean", false}},
	"conversations.info":    {{"channel", "string", true}},
	"conversations.join":    {{"channel", "string", true}},
	"conversations.open":    {{"prevent_creation", "boolean", false}},
	"conversations.replies": {{"channel", "string", true}, {"ts", "timestamp", true}, {"include_all_metadata", "boolean", false}},
	"usergroups.list":       {{"team_id", "string", false}},
	"users.conversations":   {{"team_id", "string", false}},
	"users.info":            {{"user", "string", true}},
	"views.open":            {{"interactivity_pointer", "string", false}},
}

// objects are the arguments that hold JSON: as text in a form, and as text or
// as they are in a JSON body.
var objects = []string{"attachments", "blocks", "metadata", "view"}

// timestamps are the arguments that hold a message's timestamp. The description
// calls some of them numbers, which would lose digits.
var timestamps = []string{"ts", "thread_ts", "message_ts", "latest", "oldest"}

// methods is the description with what came later, by name of the method.
var methods = sync.OnceValue(func() map[string]*method {
	all := map[string]*method{}
	if err := json.Unmarshal(described, &all); err != nil {
		panic("slacktest: webapi.json: " + err.Error())
	}
	// https://docs.slack.dev/reference/methods/apps.connections.open, which is
	// newer than the description.
	all["apps.connections.open"] = &method{Verb: "POST", Consumes: []string{formType, jsonType}}
	// https://docs.slack.dev/reference/methods/bots.info, which the extract lacks.
	all["bots.info"] = &method{Verb: "GET", Consumes: []string{formType}}
	// https://docs.slack.dev/reference/methods/views.publish, which the extract lacks.
	all["views.publish"] = &method{Verb: "POST", Consumes: []string{formType, jsonType},
		Parameters: []param{{"user_id", "string", true}, {"view", "object", true}, {"hash", "string", false}}}
	for name, m := range all {
		m.byName = map[string]param{}
		for _, p := range slices.Concat(m.Parameters, later[name]) {
			switch {
			case p.Name == "token":
				continue // arguments.go looks for it
			case slices.Contains(objects, p.Name):
				p.Type = "object"
			case slices.Contains(timestamps, p.Name):
				p.Type = "timestamp"
			}
			m.byName[p.Name] = p
		}
	}
	return all
})

// allows says whether a request may use an HTTP verb: the described one, or
// POST, which all methods take.
func (m *method) allows(verb string) bool { return verb == m.Verb || verb == "POST" }

// accepts says whether a body of a content type is understood.
func (m *method) accepts(contentType string) bool { return slices.Contains(m.Consumes, contentType) }

// appScopes are the scopes the app asks for, in the order Slack lists them.
var appScopes = []string{
	"app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "chat:write.public",
	"commands", "groups:history", "groups:read", "im:history", "im:write", "usergroups:read", "users:read",
}

// prefixes are what the scopes for a kind of channel begin with.
var prefixes = map[Kind]string{Public: "channels", Private: "groups", DM: "im", Group: "mpim"}

// needs are the scopes of the methods that need the same one for all channels.
var needs = map[string]string{
	"chat.delete":        "chat:write",
	"chat.postEphemeral": "chat:write",
	"chat.postMessage":   "chat:write",
	"chat.update":        "chat:write",
	"conversations.join": "channels:join",
	"conversations.open": "im:write",
	"bots.info":          "users:read",
	"users.info":         "users:read",
}

// need refuses when the workspace has not granted a scope.
func (c *call) need(scope string) error {
	if scope == "" || c.team.scopes[scope] {
		return nil
	}
	return refusal{word: "missing_scope", needed: scope, provided: c.team.granted}
}

// needFor refuses when the scope for a kind of channel is not granted: the scope
// of "history" in a private channel is groups:history.
func (c *call) needFor(kind Kind, what string) error {
	return c.need(prefixes[kind] + ":" + what)
}
