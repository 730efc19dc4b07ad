package bot

import (
	"strings"
	"testing"
)

func TestWhereAnAPIIsFollowed(t *testing.T) {
	const official = "https://far.example/api/"
	for _, c := range []struct {
		base, address string
		want          string
	}{
		{official, "wss://gateway.far.example/link/?ticket=x", ""},
		{official, "wss://far.example/link", ""},
		{official, "wss://WSS.Far.example:443/link", ""},
		{official, "ws://gateway.far.example/link", "not encrypted"},
		{official, "wss://evil.example/link", "neither the platform's"},
		{official, "wss://notfar.example/link", "neither the platform's"},
		{official, "wss://far.example.evil.example/link", "neither the platform's"},
		{official, "wss://far.example@evil.example/link", "a name or a password"},
		{official, "https://far.example/link", "wss://"},
		{official, "wss://", "cannot be read"},
		{official, "", "cannot be read"},
		{official, "wss://[::1", "cannot be read"},
		{"https://proxy.example/api/", "wss://proxy.example:8443/link", ""},
		{"https://proxy.example/api/", "wss://gateway.far.example/link", ""},
		{"https://proxy.example/api/", "wss://other.example/link", "neither the platform's"},
		{"https://gov.example/api/", "wss://wss-primary.gov.example/link", ""},
		{"https://gov.example/api/", "wss://a.b.GOV.example.:443/link", ""},
		{"https://GOV.example./api/", "wss://wss-primary.gov.example/link", ""},
		{"https://gov.example/api/", "ws://wss-primary.gov.example/link", "not encrypted"},
		{"https://gov.example/api/", "wss://notgov.example/link", "neither the platform's"},
		{"https://gov.example/api/", "wss://example/link", "neither the platform's"},
		{"https://api.gov.example/api/", "wss://gov.example/link", "neither the platform's"},
		{"https://api.gov.example/api/", "wss://wss.gov.example/link", "neither the platform's"},
		{"https://gov.example/api/", "wss://gov.example.evil.example/link", "neither the platform's"},
		{"https://proxy/api/", "wss://proxy/link", ""},
		{"https://proxy/api/", "wss://evil.proxy/link", "neither the platform's"},
		{"https://10.0.0.1/api/", "wss://10.0.0.1:9/link", ""},
		{"https://10.0.0.1/api/", "wss://evil.10.0.0.1/link", "neither the platform's"},
		{"https://[::1]/api/", "wss://[::1]:9/link", ""},
		{"https://proxy.example/api/", "ws://proxy.example/link", "not encrypted"},
		{"http://127.0.0.1:8082/api/", "ws://127.0.0.1:9/link", ""},
		{"http://127.0.0.1:8082/api/", "wss://gateway.far.example/link", ""},
		{"http://127.0.0.1:8082/api/", "http://127.0.0.1/link", "wss://"},
	} {
		if why := Distrust(c.base, c.address, "far.example"); !strings.Contains(why, c.want) || (why == "") != (c.want == "") {
			t.Errorf("%s under %s: %q, want %q", c.address, c.base, why, c.want)
		}
	}
}
