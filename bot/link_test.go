package bot

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHost(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.Example.org/a":     "example.org",
		"https://www.com/a":             "www.com",
		"http://news.example:8080/a":    "news.example:8080",
		"https://[2001:db8::1]:8443/":   "[2001:db8::1]:8443",
		"https://localhost/":            "localhost",
		"https://x><!channel>.e/":       "link",
		"https://x|y.example/":          "link",
		"https://exa\u202Emple.org/":    "link",
		"https://аррӏе.example/":        "link",
		"https://a%20b.example/":        "link",
		"https://a_b.example/":          "link",
		"https://example.org./":         "link",
		"https://example.org:0/":        "link",
		"https://[::1%25en0]/":          "link",
		"https://user@example.org/":     "link",
		"ftp://example.org/":            "link",
		"https:///path":                 "link",
		"https://:80/":                  "link",
		"mailto:a@b.example":            "link",
		"https://example.org:8080port/": "link",
		"":                              "link",
	} {
		if got := Host(in); got != want {
			t.Errorf("Host(%q) = %q, want %q", in, got, want)
		}
	}
}

var plainHostForm = regexp.MustCompile(`^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?$`)

func FuzzHost(f *testing.F) {
	for _, seed := range []string{"https://example.org", "https://x><!channel>.e/", "https://[::1%25a]/", "http://a:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		host := Host(address)
		if !plainHostForm.MatchString(host) {
			t.Errorf("Host(%q) = %q", address, host)
		}
		if l, ok := ParseLink(address); ok && (!l.TellsWhere(l.Host()) || !l.TellsWhere(l.String()) || !Shortens(l.String(), l.String())) {
			t.Errorf("%q is not told by itself", address)
		}
	})
}

func TestALabelTellsWhereItsLinkLeads(t *testing.T) {
	for address, labels := range map[string]map[string]bool{
		"https://evil.example/a": {
			"evil.example": true, "EVIL.example": true, "www.evil.example": true, "https://evil.example/a": true, "report (evil.example)": true, "evil.example/a": true,
			"see https://evil.example": true, "evil.example: the report": true, "U.S. news, 3.5 percent (evil.example)": true, "Read evil.example.": true, "“evil.example”": true,
			"https://evil.example/a…": true, "evil.example…": true,
			"bank.example/evil.example": false, "bank.example evil.example": false, "evil.example.bank.example": false, "notevil.example": false, "evil.example@bank.example": false,
			"bank․example evil.example": false, "bank。example evil.example": false, "evіl.example": false, "evil.example-bank.example": false, "report": false, "U.S. news": false, "": false, "evil": false,
			"bank/evil.example": false, "bank@evil.example": false, "ⓑevil.example": false, "evil.example:80": false, "evil.exam…": false, "evil.example/bank.example": false,
			"192.0.2.1 evil.example": false, "[::1] evil.example": false, "evil.example\u0338": false, "bank.xn--p1ai evil.example": false, "http://bank.example/evil.example": false,
		},
		"https://x.org:8443/a":        {"x.org:8443": true, "x.org:8443/a": true, "report (x.org:8443)": true, "x.org": false, "x.org:84": false},
		"https://192.0.2.7/a":         {"192.0.2.7": true, "see 192.0.2.7": true, "192.0.2.70": false, "192.0.2.8 192.0.2.7": false},
		"https://[2001:db8::1]:80/":   {"[2001:db8::1]:80": true, "see [2001:db8::1]:80": true, "[2001:db8::1]": false},
		"https://example.xn--p1ai/":   {"example.xn--p1ai": true, "пример.рф": false},
		"https://localhost/a":         {"localhost": true, "https://localhost": true, "see localhost": false},
		"https://report/":             {"the report": false},
		"https://www.com/a":           {"www.com": true, "com": false},
		"https://x.org/?u=good.org":   {"https://x.org/?u=good.org": true, "x.org/…good.org": false},
		"https://x.org.bank.example/": {"x.org…": false, "https://x.org": false, "x.org": false},
	} {
		l, ok := ParseLink(address)
		if !ok {
			t.Fatalf("%s is no link", address)
		}
		for label, want := range labels {
			if got := l.TellsWhere(label); got != want {
				t.Errorf("that %q tells where %s leads is %v, want %v", label, address, got, want)
			}
		}
	}
}

func TestAHostIsShownOnce(t *testing.T) {
	for _, c := range [][3]string{
		{"https://www.x.org/a", "report", "report (x.org)"},
		{"https://www.x.org/a", " ", "x.org"},
		{"https://www.x.org/a", "\u200b", "x.org"},
		{"https://www.x.org/a", "www.x.org", "www.x.org"},
		{"https://x.org:8443/a", "x.org:8443", "x.org:8443"},
		{"https://x.org:8443/a", "x.org", "x.org (x.org:8443)"},
		{"https://[::1]/a", "[::1]", "[::1]"},
	} {
		l, _ := ParseLink(c[0])
		if label, rest := l.Label(c[1]); label+rest != c[2] {
			t.Errorf("%s called %q is %q, want %q", c[0], c[1], label+rest, c[2])
		}
	}
}

func TestShortens(t *testing.T) {
	for _, c := range []struct {
		label, address string
		want           bool
	}{
		{"", "https://x.org", true}, {" \u200b", "https://x.org", true},
		{"https://x.org/abc", "https://x.org/abc", true}, {"x.org/abc", "https://www.x.org/abc/", true}, {"www.x.org/abc/", "https://x.org/abc", true}, {"X.org", "http://x.org/abc", true},
		{"x.org/a", "https://x.org/abc", false}, {"x.org/a", "https://x.org/a/b", true}, {"x.org/a", "https://x.org/a?b", true}, {"x.org/a", "https://x.org/a#b", true}, {"x.or", "https://x.org/a", false},
		{"x.org/a…", "https://x.org/abc", true}, {"https://x.org/a...", "https://x.org/abc", true}, {"x.org/…/c", "https://x.org/a/b/c", true}, {"x.org/a …", "https://x.org/abc", true},
		{"…", "https://x.org/abc", false}, {"x.org/b…", "https://x.org/abc", false}, {"x.org/abc…bc", "https://x.org/abc", false}, {"read on…", "https://x.org/abc", false},
		{"bank.example", "https://x.org/bank.example", false}, {"https://bank.example", "https://x.org", false}, {"x.org", "https://x.org@evil.example/", false}, {"x.org", "https://x.org.evil.example/", false},
	} {
		if got := Shortens(c.label, c.address); got != c.want {
			t.Errorf("that %q shortens %s is %v", c.label, c.address, got)
		}
	}
}

// Whatever is added to it, a label tells nothing when it names another host, and
// what readers see of a link always holds its host.
func TestNoLabelHidesWhereALinkLeads(t *testing.T) {
	bits := rapid.SampledFrom([]string{"evil.example", "bank.example", "report", " ", "/", "@", ".", "-", ":", "80", "…", "(", ")", "[", "]", "https://", "www.", "é", "。", "ⓑ", "\u0338", "?", "#", "%", "\\", "\u202e"})
	label := rapid.OneOf(rapid.Map(rapid.SliceOfN(bits, 0, 8), func(s []string) string { return strings.Join(s, "") }), rapid.String())
	l, _ := ParseLink("https://evil.example/a")
	rapid.Check(t, func(t *rapid.T) {
		s := label.Draw(t, "label")
		if strings.Contains(s, "bank.example") && l.TellsWhere(s) {
			t.Fatalf("%q is taken to tell of evil.example", s)
		}
		if shown, rest := l.Label(s); !strings.Contains(strings.ToLower(shown+rest), "evil.example") {
			t.Fatalf("%q is shown as %q%q", s, shown, rest)
		}
	})
}
