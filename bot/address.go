package bot

import (
	"net/netip"
	"net/url"
	"strings"
)

// Distrust says why the address of a websocket that an API answered with is not
// connected to, as the end of "because it …"; "" when it is. What is sent there
// is as secret as what is sent to the API at base: an API that is asked over TLS
// is not followed out of it, nor to a machine that is neither at or below the
// API's own nor at or below one of hosts. One that is asked without, a test server or a proxy
// on this machine, is followed anywhere.
func Distrust(base, address string, hosts ...string) string {
	from, err := url.Parse(base)
	if err != nil {
		return "comes from an API whose own address cannot be read"
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return "cannot be read"
	case u.Scheme != "ws" && u.Scheme != "wss":
		return "does not begin with wss://"
	case u.User != nil:
		return "holds a name or a password"
	case from.Scheme != "https":
		return ""
	case u.Scheme != "wss":
		return "is not encrypted (ws:// instead of wss://)"
	}
	host, own := plainHost(u), plainHost(from)
	if atOrBelow(host, own) {
		return ""
	}
	for _, far := range hosts {
		if atOrBelow(host, far) {
			return ""
		}
	}
	return "leads to a machine that is neither the platform's nor the API's own"
}

// atOrBelow says whether host is parent or a name below it. Below an address
// made of numbers there is nothing, nor is there below the last part of a name.
func atOrBelow(host, parent string) bool {
	if host == parent {
		return true
	}
	_, numbers := netip.ParseAddr(parent)
	return numbers != nil && strings.Contains(parent, ".") && strings.HasSuffix(host, "."+parent)
}

// plainHost is the host of u without its port, as it is compared.
func plainHost(u *url.URL) string {
	return strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
}
