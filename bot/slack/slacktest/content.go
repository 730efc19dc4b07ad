package slacktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
)

// content is a list of blocks that has been judged.
type content struct {
	raw  json.RawMessage // as sent
	full json.RawMessage // as Slack keeps them: with an id for each block and action
	err  error           // why Slack refuses them
	// untidy is what Slack lets pass and the test should know of.
	untidy []string
	named  []string // whom they mention: see inBlocks
}

func (c *content) sent() json.RawMessage {
	if c == nil {
		return nil
	}
	return c.raw
}

// kept are the blocks as Slack shows them in answers and payloads.
func (c *content) kept() json.RawMessage {
	if c == nil {
		return json.RawMessage("[]")
	}
	return c.full
}

// contentCache remembers what was done to long values, because the posts of a
// push say the same in many channels.
type contentCache struct {
	decoded bounded[string]
	judged  bounded[*content]
}

// longValue is from which length on a value is worth remembering, in bytes.
const longValue = 64

// cacheSize is how many values are remembered.
const cacheSize = 1024

// bounded is a map that forgets everything when it is full.
type bounded[V any] struct {
	mu sync.Mutex
	m  map[string]V
}

func (b *bounded[V]) get(key string) (V, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	v, ok := b.m[key]
	return v, ok
}

func (b *bounded[V]) put(key string, v V) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.m == nil || len(b.m) >= cacheSize {
		b.m = make(map[string]V)
	}
	b.m[key] = v
}

// judge says what Slack makes of a list of blocks.
func (c *contentCache) judge(blocks string) *content {
	if v, ok := c.judged.get(blocks); ok {
		return v
	}
	v := judgeBlocks(blocks)
	c.judged.put(blocks, v)
	return v
}

func judgeBlocks(blocks string) *content {
	c := &content{raw: json.RawMessage(blocks)}
	var v any
	if err := json.Unmarshal(c.raw, &v); err != nil {
		c.err = refuse("invalid_blocks_format", err.Error())
		return c
	}
	if _, ok := v.([]any); !ok {
		c.err = refuse("invalid_blocks_format", "blocks must be an array")
		return c
	}
	var j judge
	blockList(&j, "/blocks", v)
	c.untidy = j.untidy
	switch {
	case len(j.problems) > 0:
		c.err = refuse("invalid_blocks", j.problems...)
	case j.units > maxUnits:
		c.err = refuse("msg_blocks_too_long", fmt.Sprintf("%d characters", j.units))
	default:
		c.named = inBlocks(v)
		nameParts(v)
		c.full, c.err = json.Marshal(v)
	}
	return c
}

// nameParts gives blocks and actions that have none an id, as Slack does.
func nameParts(v any) {
	blocks, _ := v.([]any)
	for i, b := range blocks {
		o, ok := b.(map[string]any)
		if !ok {
			continue
		}
		if o["block_id"] == nil {
			o["block_id"] = fmt.Sprintf("given%d", i)
		}
		n := 0
		walk(o, func(e map[string]any) bool {
			kind, _ := e["type"].(string)
			if (interactiveRules[kind] != nil || kind == "plain_text_input") && e["action_id"] == nil {
				e["action_id"] = fmt.Sprintf("given%d.%d", i, n)
				n++
			}
			return true
		})
	}
}

// said is what a request wants to say.
type said struct {
	text     string
	blocks   *content        // nil when it said nothing of blocks
	metadata json.RawMessage // nil when it said nothing of metadata
}

// readContent judges what a message is to say; most is how long its text may be.
// Rules broken are remembered under the name of the method. The caller holds mu.
func (s *Server) readContent(name string, args arguments, most int) (said, error) {
	c, err := s.judgeContent(args, most)
	if err != nil {
		s.violate(name, "%s", explain(err))
	}
	if c.blocks != nil {
		for _, u := range c.blocks.untidy {
			s.violate(name, "%s", u)
		}
		if err == nil && c.text == "" {
			s.violate(name, "blocks without a text: notifications and screen readers need one")
		}
	}
	if err == nil && c.blocks != nil {
		err = s.loads(c.blocks.raw)
	}
	var j judge
	escaped(&j, "/text", c.text)
	for _, u := range j.untidy {
		s.violate(name, "%s", u)
	}
	return c, err
}

func (s *Server) judgeContent(args arguments, most int) (said, error) {
	c := said{text: args["text"]}
	if blocks, given := args["blocks"]; given {
		c.blocks = s.content.judge(blocks)
		if c.blocks.err != nil {
			return c, c.blocks.err
		}
		if len(c.blocks.full) <= len("[]") {
			c.blocks = nil
		}
	}
	markdown := args["markdown_text"]
	switch {
	case markdown != "" && (c.text != "" || c.blocks != nil):
		return c, refuse("markdown_text_conflict")
	case units(c.text) > most, units(markdown) > 12000:
		return c, refuse("msg_too_long")
	case strings.TrimSpace(c.text) == "" && c.blocks == nil && markdown == "" && args["attachments"] == "":
		return c, refuse("no_text")
	}
	if c.text == "" {
		c.text = markdown
	}
	var err error
	c.metadata, err = judgeMetadata(args["metadata"])
	return c, err
}

// maxMetadata is how long metadata may be, in bytes: not documented, and far
// from what an id needs.
const maxMetadata = 8 << 10

// judgeMetadata checks metadata
// (https://docs.slack.dev/messaging/message-metadata).
func judgeMetadata(raw string) (json.RawMessage, error) {
	if raw == "" {
		return nil, nil
	}
	var v map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		return nil, refuse("invalid_metadata_format", err.Error())
	}
	if len(v) == 0 {
		return json.RawMessage("{}"), nil
	}
	kind, payload := v["event_type"], v["event_payload"]
	switch {
	case len(raw) > maxMetadata:
		return nil, refuse("metadata_too_large")
	case len(kind) < len(`"x"`) || kind[0] != '"' || len(kind) > maxID:
		return nil, refuse("invalid_metadata_schema", "event_type must be a string")
	case len(payload) == 0 || payload[0] != '{':
		return nil, refuse("invalid_metadata_schema", "event_payload must be an object")
	case len(v) > 2:
		return nil, refuse("invalid_metadata_schema", "no fields allowed but event_type and event_payload")
	}
	return json.RawMessage(raw), nil
}

// explain is an error with what Slack says about it.
func explain(err error) string {
	r, ok := err.(refusal)
	if !ok || len(r.messages) == 0 {
		return err.Error()
	}
	return r.word + ": " + strings.Join(r.messages, "; ")
}
