package discordtest

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzDecodeFields: the fast way finds what encoding/json finds.
func FuzzDecodeFields(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[1]`, `"x"`, ` { "a" : 1 , "b":[{"c":"}"}], "d\n":"\"\\" } `, `{"a":{"b":{}},"a":2}`, `{"n":-1.5e3,"t":true,"z":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		var want map[string]json.RawMessage
		if json.Unmarshal(raw, &want) != nil {
			want = nil
		}
		if got := decodeFields(raw); !reflect.DeepEqual(got, want) {
			t.Errorf("decodeFields(%s) = %s, want %s", raw, got, want)
		}
	})
}
