package discordtest

import (
	"bytes"
	"encoding/json"
)

// decodeFields returns the fields of a JSON object that is known to be valid;
// nil for all that is no object. It is on the path of every message, and an
// order faster than decoding into a map.
func decodeFields(raw []byte) map[string]json.RawMessage {
	raw = bytes.TrimSpace(raw)
	if len(raw) < 2 || raw[0] != '{' {
		return nil
	}
	fields := make(map[string]json.RawMessage, 8)
	rest := raw[1:]
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n,")
		if len(rest) == 0 || rest[0] != '"' {
			return fields
		}
		n := valueLength(rest)
		key := fieldName(rest[:n])
		rest = bytes.TrimLeft(rest[n:], " \t\r\n:")
		n = valueLength(rest)
		fields[key] = json.RawMessage(rest[:n:n])
		rest = rest[n:]
	}
}

func fieldName(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var key string
	decodeInto(quoted, &key)
	return key
}

// valueLength returns the length of the JSON value that raw begins with.
func valueLength(raw []byte) int {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				if depth < 0 {
					return i // the end of what holds a bare value
				}
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(raw)
}

// field returns a field of a JSON object.
func field(raw []byte, name string) json.RawMessage { return decodeFields(raw)[name] }

// decodeInto decodes a field that was checked when it came.
func decodeInto(raw json.RawMessage, into any) {
	if len(raw) == 0 {
		return
	}
	if err := json.Unmarshal(raw, into); err != nil {
		panic("discordtest: a stored field: " + err.Error())
	}
}
