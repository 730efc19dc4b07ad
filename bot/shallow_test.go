package bot

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

func TestShallow(t *testing.T) {
	for in, want := range map[string]string{
		`{"ok":true,"ts":"1.2","message":{"text":"a\"}b","blocks":[{"x":[]}]},"channel":"C1"}`: `{"ok":true,"ts":"1.2","message":null,"channel":"C1"}`,
		` { "ok" : false , "error" : "a\\" , "n" : [1, 2] } `:                                  ` { "ok" : false , "error" : "a\\" , "n" : null } `,
		`{"ok":true,"message":{"text":"cut`:                                                    `{"ok":true,"message":{"text":"cut`,
		`{"ok":true,"message":{"text":1}`:                                                      `{"ok":true,"message":{"text":1}`,
		`{}`:                                                                                   `{}`, `[]`: `[]`, ``: ``, `<html>`: `<html>`, `}{`: `}{`, `"`: `"`,
	} {
		if got := Shallow([]byte(in)); string(got) != want {
			t.Errorf("Shallow(%s) = %s, want %s", in, got, want)
		}
	}
}

// A whole object stays one, with its plain fields; what is none does not
// become one.
func FuzzShallow(f *testing.F) {
	for _, s := range []string{`{"ok":true,"a":{"b":"\"}"}}`, `{"ok":true`, `{"a":"\\\""}`, `{"ok":true}}`, `{"a":[{"b":"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var whole, less map[string]any
		kept := bytes.Clone(body)
		wasWhole := json.Unmarshal(body, &whole) == nil
		isWhole := json.Unmarshal(Shallow(body), &less) == nil
		if !bytes.Equal(kept, body) {
			t.Fatal("the body was changed")
		}
		if !wasWhole {
			return // inside what is dropped anything may stand
		}
		for k, v := range whole {
			switch v.(type) {
			case map[string]any, []any:
				whole[k] = nil
			}
		}
		if !isWhole || !reflect.DeepEqual(whole, less) {
			t.Errorf("Shallow(%s) = %s", body, Shallow(body))
		}
	})
}
