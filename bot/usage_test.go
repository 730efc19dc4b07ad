package bot

import "testing"

func TestUsage(t *testing.T) {
	levels := []Choice{{Value: "minor"}, {Value: "breaking"}}
	for _, c := range []struct {
		spec        Spec
		want, apart string
	}{
		{Spec{Name: "stories"}, "/stories", "/stories"},
		{Spec{Name: "update", Args: []Arg{{Name: "text", Free: true, Required: true}, {Name: "level", Choices: levels}, {Name: "story", Positional: true, Required: true}, {Name: "source"}}},
			"/update <story> [level:minor/breaking] [source:…] <text>", "/update text:… story:… [level:minor/breaking] [source:…]"},
		{Spec{Name: "desk here", Args: []Arg{{Name: "off", Positional: true, Choices: []Choice{{Value: "off"}}}}}, "/desk here [off]", "/desk here [off:off]"},
		{Spec{Name: "desk moderators", Args: []Arg{{Name: "user", Required: true}}}, "/desk moderators user:…", "/desk moderators user:…"},
		{Spec{Name: "why", Args: []Arg{{Name: "number", Positional: true}}}, "/why [number]", "/why [number:…]"},
		{Spec{Name: "story", Args: []Arg{{Name: "number", Positional: true}, {Name: "story", Positional: true, Insist: true}}}, "/story [number] [story]", "/story story:… [number:…]"},
	} {
		if got := c.spec.Usage(); got != c.want {
			t.Errorf("usage %q, want %q", got, c.want)
		}
		if got := c.spec.UsageApart(); got != c.apart {
			t.Errorf("usage apart %q, want %q", got, c.apart)
		}
	}
}
