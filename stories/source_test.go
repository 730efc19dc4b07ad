package stories

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestSourcesAreWholeHarmlessLinks(t *testing.T) {
	for link, want := range map[string]string{
		"https://example.org/a?b=c#d":          "",
		"http://example.org":                   "",
		"HTTPS://EXAMPLE.ORG/":                 "",
		"https://example.org:8443/a":           "",
		"https://xn--exmple-cua.org/":          "",
		"https://r3---sn-4g5e.example.org":     "",
		"https://192.0.2.1/a":                  "",
		"https://[2001:db8::1]:8443/a":         "",
		"https://example.org/a@b|c:d,(e)'f'":   "",
		"https://example.org/?q=%3Cb%3E":       "",
		"example.org":                          "begins with https",
		"ftp://example.org":                    "begins with https",
		"javascript:alert(1)":                  "begins with https",
		"javascript://example.org/%0Aalert(1)": "begins with https",
		"slack://open":                         "begins with https",
		" https://example.org":                 "begins with https",
		"https:example.org":                    "begins with https",
		"https:///example.org":                 "host of a source link is missing",
		"https://":                             "host of a source link is missing",
		"https://?x":                           "host of a source link is missing",
		"https://.example.org":                 "two dots",
		"https://example..org":                 "two dots",
		"https://example.org./":                "two dots",
		"https://bank.example@evil.test/":      "user name",
		"https://user:secret@evil.test/":       "user name",
		"https://@evil.test/":                  "user name",
		"https://exämple.org":                  "xn--",
		"https://пример.рф/":                   "xn--",
		"https://example。org":                  "xn--",
		"https://example.org/ä":                "ASCII",
		"https://example.org/a b":              "without spaces",
		"https://exam ple.org/":                "without spaces",
		"https://example.org/a\nb":             "without spaces",
		"https://example.org/\x00":             "without spaces",
		"https://example.org\x7f":              "without spaces",
		"https://x><!channel>.e/":              `has ">" in it`,
		"https://x|y.e/":                       `has "|" in it`,
		"https://x`y`.e/":                      "has \"`\" in it",
		"https://x'y.e/":                       `has "'" in it`,
		`https://x"y.e/`:                       `has "\"" in it`,
		`https://good.example\.evil.test/`:     `has "\\" in it`,
		`https://good.example\@evil.test/`:     "user name",
		"https://x*y.e/":                       `has "*" in it`,
		"https://x_y_.e/":                      `has "_" in it`,
		"https://x(y).e/":                      `has "(" in it`,
		"https://x,y.e/":                       `has "," in it`,
		"https://x;y.e/":                       `has ";" in it`,
		"https://x!y.e/":                       `has "!" in it`,
		"https://ex%61mple.org/":               `has "%" in it`,
		"https://%65xample.org/":               `has "%" in it`,
		"https://example%2eorg/":               `has "%" in it`,
		"https://example.org:8443x/":           "port",
		"https://example.org:/":                "port",
		"https://example.org:0/":               "port",
		"https://example.org:99999/":           "port",
		"https://a:b:80/":                      "port",
		"https://[::1/":                        `has "[" in it`,
		"https://[fe80::1%25eth0]/":            "IPv6",
		"https://[evil.test]/":                 "IPv6",
		"https://[192.0.2.1]/":                 "IPv6",
		"https://[::1]x/":                      `has "x" in it`,
		"https://example.org/<!channel>":       "cannot hold <",
		"https://example.org/?a=`b`":           "%60",
		"https://example.org/#\">":             "cannot hold \"",
		`https://example.org/a\b`:              `cannot hold \`,
		"https://example.org/%zz":              "two digits",
		"https://example.org/" + strings.Repeat("a", MaxSourceURL): "at most 512",
	} {
		checkRefusal(t, link, CheckSource(link), want)
	}
}

// harmless is what a host is made of, and nothing else.
var harmless = regexp.MustCompile(`^(?:[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

func FuzzSourceHosts(f *testing.F) {
	for _, seed := range []string{
		"https://example.org/a?b#c", "https://x><!channel>.e/", "https://a@b", `https://a\b`, "http://[::1]:80/", "https://a%2fb/", "https://a:80:90/",
		"https://例え.jp", "HTTP://A.B/|", "https://a.b?c@d", "https://a.b#@d", "https:///a", "https://a\tb", "https://[::1%25a]/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, link string) {
		if CheckSource(link) != nil {
			return
		}
		// As the standard library reads it, and as a chat does that looks for
		// the next slash.
		u, err := url.Parse(link)
		if err != nil {
			t.Fatalf("%q: %v", link, err)
		}
		_, rest, _ := strings.Cut(link, "://")
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			rest = rest[:i]
		}
		for _, host := range []string{u.Host, rest} {
			if !harmless.MatchString(host) {
				t.Errorf("%q has the host %q", link, host)
			}
		}
		if u.User != nil || strings.ContainsAny(link, "<>\"`\\ \t\r\n\x00") {
			t.Errorf("%q was let through", link)
		}
	})
}
