package discordtest

import (
	"encoding/json"
	"strconv"
)

// keptFields are the fields of a message that are stored, with what an answer
// shows when there is none; the last two are not shown.
var keptFields = [...]struct{ name, empty string }{
	{"content", `""`}, {"embeds", "[]"}, {"components", "[]"}, {"flags", "0"},
	{"message_reference", ""}, {"allowed_mentions", ""},
}

// body is what a message says: its fields as they came.
type body struct {
	values [len(keptFields)]json.RawMessage
}

// newBody keeps what is stored of the fields of a message.
func newBody(fields map[string]json.RawMessage) *body {
	b := &body{}
	for i, f := range keptFields {
		if raw := fields[f.name]; len(raw) > 0 && string(raw) != "null" {
			b.values[i] = raw
		}
	}
	return b
}

func (b *body) get(name string) json.RawMessage {
	for i, f := range keptFields {
		if f.name == name {
			return b.values[i]
		}
	}
	return nil
}

// fields returns what is there by name.
func (b *body) fields() map[string]json.RawMessage {
	m := map[string]json.RawMessage{}
	for i, f := range keptFields {
		if b.values[i] != nil {
			m[f.name] = b.values[i]
		}
	}
	return m
}

// merge returns b changed by an edit: what the edit leaves out stays, null
// clears.
func (b *body) merge(edit map[string]json.RawMessage) *body {
	fields := b.fields()
	for k, v := range edit {
		fields[k] = v
	}
	return newBody(fields)
}

func (b *body) flags() int {
	n, err := strconv.Atoi(string(b.get("flags")))
	if err != nil {
		return 0
	}
	return n
}

// appendJSON appends the fields that a message shows, up to its closing brace.
func (b *body) appendJSON(to []byte) []byte {
	for i, f := range keptFields {
		if f.empty == "" {
			continue
		}
		to = append(to, `,"`...)
		to = append(to, f.name...)
		to = append(to, `":`...)
		if raw := b.values[i]; raw != nil {
			to = append(to, raw...)
		} else {
			to = append(to, f.empty...)
		}
	}
	return append(to, `,"attachments":[],"mentions":[],"mention_roles":[],"mention_everyone":false,"pinned":false,"tts":false}`...)
}

// read returns what a body says.
func (b *body) read() (content, text string, components []component) {
	var embeds []embed
	decodeInto(b.get("content"), &content)
	decodeInto(b.get("embeds"), &embeds)
	decodeInto(b.get("components"), &components)
	return content, shownText(content, embeds, components), components
}
