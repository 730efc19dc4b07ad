package command

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func commandNamed(t testing.TB, name string) *command {
	t.Helper()
	for _, c := range table(&families{}) {
		if c.Name == name {
			return &c
		}
	}
	t.Fatalf("no command %q", name)
	return nil
}

// readPlain reads a text as it stands.
func readPlain(c *command, text string) (values, error) {
	read, err := c.read(text)
	return read.typed, err
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		command, text string
		want          values
	}{
		{"story", "", values{}},
		{"story", "  sony-hack  ", values{"story": {"sony-hack"}}},
		{"story", "sony-hack 4", values{"story": {"sony-hack"}, "number": {"4"}}},
		{"story", "story:sony-hack", values{"story": {"sony-hack"}}},
		{"stories", "north  korea", values{"words": {"north  korea"}}},
		{"subscribe", "topic:security level:breaking", values{"target": {"topic:security"}, "level": {"breaking"}}},
		{"subscribe", "level:breaking sony-hack", values{"level": {"breaking"}, "target": {"sony-hack"}}},
		{"subscribe", "sony-hack Level:Breaking", values{"target": {"sony-hack"}, "level": {"Breaking"}}},
		{"update", "sony-hack Text here", values{"story": {"sony-hack"}, "text": {"Text here"}}},
		{"update", "sony-hack level:breaking source:https://a.example/x?y=z:1 at:15:04 Text", values{
			"story": {"sony-hack"}, "level": {"breaking"}, "source": {"https://a.example/x?y=z:1"}, "at": {"15:04"}, "text": {"Text"}}},
		{"update", "sony-hack source:https://a.example source:https://b.example Text", values{
			"story": {"sony-hack"}, "source": {"https://a.example", "https://b.example"}, "text": {"Text"}}},
		{"update", "sony-hack First line\n\n  second  line\t", values{"story": {"sony-hack"}, "text": {"First line\n\n  second  line\t"}}},
		{"update", "sony-hack\nlevel:minor\nText", values{"story": {"sony-hack"}, "level": {"minor"}, "text": {"Text"}}},
		{"update", "sony-hack Text level:breaking", values{"story": {"sony-hack"}, "text": {"Text level:breaking"}}},
		{"update", "sony-hack https://a.example says", values{"story": {"sony-hack"}, "text": {"https://a.example says"}}},
		{"update", "sony-hack UPDATE: they deny it", values{"story": {"sony-hack"}, "text": {"UPDATE: they deny it"}}},
		{"update", "sony-hack UN: they deny it", values{"story": {"sony-hack"}, "text": {"UN: they deny it"}}},
		{"update", "sony-hack Next: the trial", values{"story": {"sony-hack"}, "text": {"Next: the trial"}}},
		{"update", "sony-hack Story: the trial", values{"story": {"sony-hack"}, "text": {"Story: the trial"}}},
		{"update", "sony-hack text:level:breaking", values{"story": {"sony-hack"}, "text": {"level:breaking"}}},
		{"update", "story:sony-hack text: Text", values{"story": {"sony-hack"}, "text": {"Text"}}},
		{"update", `sony-hack at:"2014-12-20 15:04" Text`, values{"story": {"sony-hack"}, "at": {"2014-12-20 15:04"}, "text": {"Text"}}},
		{"update", "sony-hack at:“2014-12-20 15:04” Text", values{"story": {"sony-hack"}, "at": {"2014-12-20 15:04"}, "text": {"Text"}}},
		{"update", `sony-hack "They" deny it`, values{"story": {"sony-hack"}, "text": {`"They" deny it`}}},
		{"update", "sony-hack source:»x« Text", values{"story": {"sony-hack"}, "source": {"x"}, "text": {"Text"}}},
		{"desk track", `summary:"It is „new“ today" A headline`, values{"summary": {"It is „new“ today"}, "headline": {"A headline"}}},
		{"desk track", "summary:„Neu heute“ A headline", values{"summary": {"Neu heute"}, "headline": {"A headline"}}},
		{"desk track", "summary:«Nouveau ici» A headline", values{"summary": {"Nouveau ici"}, "headline": {"A headline"}}},
		{"desk track", "topics:security,film topics:asia A headline", values{"topics": {"security,film", "asia"}, "headline": {"A headline"}}},
		{"desk moderators", "add discord:80351110224678912", values{"action": {"add"}, "user": {"discord:80351110224678912"}}},
		{"desk moderators", "user:slack:T1/U2 action:remove", values{"action": {"remove"}, "user": {"slack:T1/U2"}}},
	} {
		got, err := readPlain(commandNamed(t, tt.command), tt.text)
		if err != nil {
			t.Errorf("%s %q: %v", tt.command, tt.text, err)
		} else if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s %q (-want +got):\n%s", tt.command, tt.text, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ command, text, want string }{
		{"update", "sony-hack level:breaking level:minor Text", "twice"},
		{"update", `sony-hack level:"" Text`, "no value"},
		{"update", `sony-hack at:"2014 Text`, "not closed"},
		{"story", "sony-hack 4 more", `"more"`},
		{"subscriptions", "a b", `"b"`},
		{"desk status", "now", `"now"`},
	} {
		_, err := readPlain(commandNamed(t, tt.command), tt.text)
		if wrong := (*misuse)(nil); !errors.As(err, &wrong) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %q: %v, want a misuse with %q", tt.command, tt.text, err, tt.want)
		}
	}
}

// TestParseRoundTrip writes an update's arguments as one would and reads the
// same ones back.
func TestParseRoundTrip(t *testing.T) {
	c := commandNamed(t, "update")
	word := rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,10}[a-z0-9]`)
	of := map[string]*rapid.Generator[string]{
		"level":  rapid.SampledFrom([]string{"breaking", "normal", "minor"}),
		"source": rapid.StringMatching(`https://[a-z]{1,8}\.example/[a-zA-Z0-9/=.?,()_-]{0,10}[a-z0-9]`),
		"at":     rapid.StringMatching(`20[0-9][0-9]-[01][0-9]-[0-3][0-9]([ T][012][0-9]:[0-5][0-9])?`),
		"again":  rapid.Just("yes"),
	}
	rapid.Check(t, func(t *rapid.T) {
		want := values{"story": {word.Draw(t, "story")}}
		line := want.get("story")
		for _, name := range rapid.Permutation([]string{"level", "source", "at", "source", "again"}).Draw(t, "order")[:rapid.IntRange(0, 5).Draw(t, "options")] {
			v := of[name].Draw(t, name)
			want[name] = append(want[name], v)
			quotes := rapid.SampledFrom([][2]string{{"", ""}, {`"`, `"`}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"'", "'"}, {"「", "」"}}).Draw(t, "quotes")
			line += rapid.SampledFrom([]string{" ", "  ", "\n", "\t ", "\u00A0", "\u3000"}).Draw(t, "gap") + name + ":" + quotes[0] + v + quotes[1]
		}
		if text := rapid.String().Draw(t, "text"); strings.TrimFunc(text, unicode.IsSpace) != "" {
			want["text"] = []string{strings.TrimLeftFunc(text, unicode.IsSpace)}
			line += " text:" + text
		}
		got, err := readPlain(c, line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", line, diff)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "sony-hack", "sony-hack level:breaking Text\n more ", `a at:"x`, "a source:https://b.example c", "a “:” b", "\x00:", "a text: b", "a at:“x”y", "a —level:breaking b", "a b level:minor,source:https://c.example", "a source:[b](https://c.example),<https://d.example|e> f", "a s;s;s;s", "a topics:b, c, d e", "́:x"} {
		f.Add(seed)
	}
	commands := table(&families{})
	f.Fuzz(func(t *testing.T, text string) {
		for i := range commands {
			c := &commands[i]
			given, err := readPlain(c, text)
			if err != nil {
				if wrong := (*misuse)(nil); !errors.As(err, &wrong) || wrong.message == "" {
					t.Errorf("%s %q: error %v", c.Name, text, err)
				}
				continue
			}
			for name, all := range given {
				if len(all) > 1 && !c.isList(name) {
					t.Errorf("%s %q: %s has %d values", c.Name, text, name, len(all))
				}
				for _, v := range all {
					if name == "target" {
						continue // may be quoted behind topic:
					}
					if v == "" || !strings.Contains(text, v) {
						t.Errorf("%s %q: %s is %q, which is not in the text", c.Name, text, name, v)
					}
				}
			}
			if free, ok := c.free(); ok && !strings.HasSuffix(text, given.get(free.Name)) {
				t.Errorf("%s %q: the free text %q is no suffix", c.Name, text, given.get(free.Name))
			}
		}
	})
}
