package discordtest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed spec/openapi.json
var specFile []byte

// Op names an operation of the API as the official description does.
type Op string

// The operations the fake knows.
const (
	GetGateway          Op = "get_gateway"
	GetGatewayBot       Op = "get_bot_gateway"
	GetApplication      Op = "get_my_application"
	GetOAuthApplication Op = "get_my_oauth2_application"
	GetMe               Op = "get_my_user"
	ListGuilds          Op = "list_my_guilds"
	GetUser             Op = "get_user"
	CreateDM            Op = "create_dm"
	ListCommands        Op = "list_application_commands"
	SetCommands         Op = "bulk_set_application_commands"
	Callback            Op = "create_interaction_response"
	CreateFollowup      Op = "execute_webhook"
	GetOriginal         Op = "get_original_webhook_message"
	EditOriginal        Op = "update_original_webhook_message"
	DeleteOriginal      Op = "delete_original_webhook_message"
	GetFollowup         Op = "get_webhook_message"
	EditFollowup        Op = "update_webhook_message"
	DeleteFollowup      Op = "delete_webhook_message"
	GetChannel          Op = "get_channel"
	ListMessages        Op = "list_messages"
	CreateMessage       Op = "create_message"
	GetMessage          Op = "get_message"
	EditMessage         Op = "update_message"
	DeleteMessage       Op = "delete_message"
	CreateThread        Op = "create_thread_from_message"
	CreateForumPost     Op = "create_thread"
	ChangeThread        Op = "update_channel"
	PublishMessage      Op = "crosspost_message"
	ActiveThreads       Op = "get_active_guild_threads"
	ArchivedThreads     Op = "list_public_archived_threads"
	GetGuild            Op = "get_guild"
	ListRoles           Op = "list_guild_roles"
	ListChannels        Op = "list_guild_channels"
	GetMember           Op = "get_guild_member"
)

// operation is one method of one path.
type operation struct {
	op       Op
	method   string
	segments []string // "{channel_id}" is a parameter
	query    map[string]querySchema
	needsBot bool // a bot token is required, rather than a token in the path
	body     *jsonschema.Schema
}

type querySchema struct {
	Type    any // a string or a list of them
	Pattern string
	Minimum *int
	Maximum *int
}

// api is the compiled description.
type api struct{ operations []*operation }

// loadAPI compiles the description once for all servers of a test binary.
var loadAPI = sync.OnceValues(compileAPI)

type apiFile struct {
	Paths map[string]map[string]struct {
		OperationID string
		Parameters  []struct {
			Name, In string
			Schema   struct {
				querySchema
				Ref string `json:"$ref"`
			}
		}
		Security    []map[string][]string
		RequestBody *struct {
			Content map[string]struct{ Schema any }
		}
	}
	Components struct{ Schemas map[string]any }
}

func compileAPI() (*api, error) {
	var f apiFile
	if err := json.Unmarshal(specFile, &f); err != nil {
		return nil, fmt.Errorf("read spec/openapi.json: %w", err)
	}
	bodies := map[string]any{}
	for _, methods := range f.Paths {
		for _, o := range methods {
			if o.RequestBody != nil {
				bodies[o.OperationID] = o.RequestBody.Content["application/json"].Schema
			}
		}
	}
	compile, err := compiler(bodies, f.Components.Schemas)
	if err != nil {
		return nil, err
	}
	a := &api{}
	for path, methods := range f.Paths {
		for method, o := range methods {
			op := &operation{
				op:       Op(o.OperationID),
				method:   strings.ToUpper(method),
				segments: strings.Split(strings.TrimPrefix(path, "/"), "/"),
				query:    map[string]querySchema{},
				needsBot: true,
			}
			for _, p := range o.Parameters {
				if p.In == "query" {
					q := p.Schema.querySchema
					if strings.HasSuffix(p.Schema.Ref, "/SnowflakeType") {
						q.Pattern = "snowflake"
					}
					op.query[p.Name] = q
				}
			}
			for _, s := range o.Security {
				if len(s) == 0 {
					op.needsBot = false
				}
			}
			if o.RequestBody != nil {
				if op.body, err = compile(o.OperationID); err != nil {
					return nil, fmt.Errorf("compile the body of %s: %w", o.OperationID, err)
				}
			}
			a.operations = append(a.operations, op)
		}
	}
	return a, nil
}

// compiler returns a function that compiles the body schema of an operation.
func compiler(bodies map[string]any, schemas map[string]any) (func(string) (*jsonschema.Schema, error), error) {
	raw, err := json.Marshal(map[string]any{"bodies": bodies, "components": map[string]any{"schemas": schemas}})
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	closeObjects(doc)
	correct(doc)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	const url = "mem:///discord.json"
	if err := c.AddResource(url, doc); err != nil {
		return nil, err
	}
	return func(id string) (*jsonschema.Schema, error) { return c.Compile(url + "#/bodies/" + id) }, nil
}

// closeObjects makes every object of the description refuse unknown fields,
// which Discord ignores without a word.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, is := v["properties"].(map[string]any); is && v["type"] == "object" && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, e := range v {
			closeObjects(e)
		}
	case []any:
		for _, e := range v {
			closeObjects(e)
		}
	}
}

// correct puts right what the description says otherwise than the documentation
// and the servers: they take default_member_permissions as a decimal string only.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object
func correct(v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, e := range v {
			if name == "default_member_permissions" {
				v[name] = map[string]any{"type": []any{"string", "null"}, "pattern": "^(0|[1-9][0-9]{0,19})$"}
				continue
			}
			correct(e)
		}
	case []any:
		for _, e := range v {
			correct(e)
		}
	}
}

// find returns the operation of a method and a path below the version, with the
// values of its parameters in order. known says that the path exists at all.
func (a *api) find(method string, segments []string) (o *operation, params []string, known bool) {
	var best int
	for _, c := range a.operations {
		fixed, ok := c.matches(segments)
		if !ok {
			continue
		}
		known = true
		if c.method == method && (o == nil || fixed > best) {
			o, best = c, fixed
		}
	}
	if o == nil {
		return nil, nil, known
	}
	for i, s := range o.segments {
		if s[0] == '{' {
			params = append(params, segments[i])
		}
	}
	return o, params, true
}

// matches also counts the segments that are no parameters: "@me" is closer than
// "{user_id}".
func (o *operation) matches(segments []string) (fixed int, ok bool) {
	if len(o.segments) != len(segments) {
		return 0, false
	}
	for i, s := range o.segments {
		switch {
		case s == segments[i]:
			fixed++
		case s[0] != '{' || segments[i] == "":
			return 0, false
		}
	}
	return fixed, true
}

// param returns the value of a path parameter, "" when there is none of that
// name.
func (o *operation) param(params []string, name string) string {
	n := 0
	for _, s := range o.segments {
		if s[0] != '{' {
			continue
		}
		if s[1:len(s)-1] == name {
			return params[n]
		}
		n++
	}
	return ""
}
