package bot

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestMembers(t *testing.T) {
	for in, want := range map[string]string{
		`{"ok":true,"ts":"1.2","message":{"ts":"a\"}b","blocks":[{"x":[]}]},"channel":"C1"}`: `{"ts":"1.2","channel":"C1"}`,
		" { \"channel\" :\n\"a\\\\\" , \"n\" : [1, -2.5e3] , \"ts\":{\"a\": null} }\r\n":     "{\"channel\" :\n\"a\\\\\",\"ts\":{\"a\": null}}",
		`{"ts":"1","ts":"2"}`:          `{"ts":"1","ts":"2"}`, // the last holds, as the decoder has it
		`{"\u0074s":"1","\u0061":"2"}`: `{"\u0074s":"1","\u0061":"2"}`,
		`{"TS":"1"}`:                   `{}`,
		`{}`:                           `{}`,
	} {
		if got := Members([]byte(in), "ts", "channel"); string(got) != want {
			t.Errorf("Members(%s) = %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{
		`{"ts":"1","message":{"text":"cut`, `{"ts":"1","message":{"text":1}`, `{"ts":"1"`, `{"ts":"1",`, `{"ts":"1",}`, `{"ts":"1"}}`,
		`{"ts":"1"}{}`, `{"ts":"1","n":nul}`, `{"ts":"1","n":01}`, `{"ts":"1","n":"\x"}`, `{"ts":"1","n"}`,
		"{\"ts\":\"1\",\"n\":\"a\nb\"}", `{"ts":"1" "n":1}`, `{ts:"1"}`, `{"ts":}`, `[]`, `null`, `7`, ``, `<html>`, `}{`, `"`, `{`, `{"`,
		`{"ts":` + strings.Repeat("[", 1<<20),
	} {
		if got := Members([]byte(in), "ts", "channel"); string(got) != in {
			t.Errorf("Members(%.60s) = %s", in, got)
		}
	}
}

// shallow is body with null for what is nested in it, decoded; nil when that
// is no object.
func shallow(body []byte) (members map[string]any) {
	var out []byte
	depth, quoted := 0, false
	for i := 0; i < len(body); i++ {
		start := i
		switch c := body[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth == 2 {
				out = append(out, "null"...)
			}
			if depth > 1 {
				continue
			}
		case c == '}' || c == ']':
			if depth--; depth > 0 {
				continue
			}
		}
		if depth <= 1 {
			out = append(out, body[start:min(i+1, len(body))]...)
		}
	}
	if json.Unmarshal(out, &members) != nil {
		return nil
	}
	return members
}

// What encoding/json takes for an object is one, and what it reads of the
// members that are wanted is what it reads without the others. What it does not
// take for one, but for what is nested in it, is none.
func FuzzMembers(f *testing.F) {
	for _, s := range []string{
		`{"ok":true,"a":{"b":"\"}"}}`, `{"ok":true`, `{"a":"\\\""}`, `{"ok":true}}`, `{"a":[{"b":"`, `{"\u0061":1,"a":2,"A":3}`,
		"{\"a\":\"\x01\"}", "{\"\xff\":-0.1E+5}\t", `{"a":1,"b":[{},[],"",true,false,null,1e2]}`, `{"a":-}`, `{"a":"\ud800"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		kept := bytes.Clone(body)
		got := Members(body, "a", "ok")
		if !bytes.Equal(kept, body) {
			t.Fatal("the body was changed")
		}
		var whole, some map[string]any
		if json.Unmarshal(body, &whole) != nil || whole == nil {
			if !bytes.Equal(got, body) && shallow(body) == nil {
				t.Errorf("Members(%q) = %q of no object", body, got)
			}
			return
		}
		if err := json.Unmarshal(got, &some); err != nil {
			t.Fatalf("Members(%q) = %q: %v", body, got, err)
		}
		for _, name := range []string{"a", "ok"} {
			want, there := whole[name]
			if value, is := some[name]; is != there || !reflect.DeepEqual(value, want) {
				t.Errorf("Members(%q) = %q", body, got)
			}
		}
	})
}

func BenchmarkMembers(b *testing.B) {
	body := []byte(`{"type":0,"embeds":[{"type":"rich","title":"Rhine rises above nine metres","description":"**Update 4**\n\n` +
		strings.Repeat("The water rises. ", 50) + `","color":15158332}],"flags":0,"id":"1334567890123456789","channel_id":"1334567890123456780",` +
		`"author":{"id":"1334567890123456700","username":"storybot","avatar":null,"bot":true},"pinned":false,"tts":false}`)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		Members(body, "id", "channel_id")
	}
}
