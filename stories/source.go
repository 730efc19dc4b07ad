package stories

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// CheckSource says whether s can be a source link: a whole http or https
// address whose host is a name of ASCII letters, digits, hyphens and dots or an
// IPv6 address in brackets, whose port is a number, and which holds no user
// name and nothing that could end a link in a chat's markup. Error: CodeInvalid.
func CheckSource(s string) error {
	u, err := url.Parse(s)
	_, rest, whole := strings.Cut(s, "://")
	host := rest[:len(rest)-len(strings.TrimLeftFunc(rest, inAuthority))]
	switch {
	case !whole || !isWeb(s):
		return Errorf(CodeInvalid, "A source is a whole link that begins with https:// or http://. Example: source:https://example.org/report.")
	case len(s) > MaxSourceURL:
		return Errorf(CodeInvalid, "A source link has at most %d characters; this one has %d. Use a shorter link to the same page.", MaxSourceURL, len(s))
	case strings.Contains(host, "@"):
		return Errorf(CodeInvalid, "A source link may not hold a user name or a password. Remove the part before the @.")
	case strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }):
		return Errorf(CodeInvalid, "A source link is written in ASCII without spaces: percent-encode the rest, write the host in its xn-- form.")
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == unicode.MaxASCII }):
		return Errorf(CodeInvalid, "A source link is one word of ASCII without spaces or line breaks. Copy it again from the browser's address bar.")
	}
	if err := checkHost(host); err != nil {
		return err
	}
	// What browsers encode in an address and chats take for the end of a link.
	if i := strings.IndexAny(s, "<>\"`\\"); i >= 0 {
		return Errorf(CodeInvalid, "A source link cannot hold %c. Copy it again from the browser's address bar, which writes %%%02X instead.", s[i], s[i])
	}
	if err != nil || u.Host != host {
		return Errorf(CodeInvalid, "This source link cannot be read: a %% in it must be followed by two digits of its code. Copy it again from the browser's address bar.")
	}
	return nil
}

// Host is the host that u leads to, in lower case, with its port when it names
// one. ok is false for what is no host as CheckSource knows them: nobody is led
// there.
func Host(u *url.URL) (host string, ok bool) {
	if checkHost(u.Host) != nil {
		return "", false
	}
	return strings.ToLower(u.Host), true
}

// isWeb says whether s begins as an address of the web, in any case.
func isWeb(s string) bool {
	scheme, _, _ := strings.Cut(s, "://")
	return strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")
}

// inAuthority says whether r belongs to an address's host, however wrong: all
// up to where its path, query or fragment begins.
func inAuthority(r rune) bool { return !strings.ContainsRune("/?#", r) }

// checkHost says whether host is a host with or without a port: what browsers
// and chats read alike. CodeInvalid.
func checkHost(host string) error {
	name, port, hasPort := host, "", false
	if end := strings.LastIndexByte(host, ']'); strings.HasPrefix(host, "[") && end > 0 {
		name, port = host[:end+1], host[end+1:]
		if hasPort = port != ""; hasPort && port[0] != ':' {
			return wrongHost(port[:1])
		}
		port = strings.TrimPrefix(port, ":")
		address, err := netip.ParseAddr(name[1:end])
		if err != nil || !address.Is6() || address.Zone() != "" {
			return Errorf(CodeInvalid, "A source link's host in brackets is an IPv6 address, for example https://[2001:db8::1]/report. Use the page's host name instead.")
		}
	} else {
		name, port, hasPort = strings.Cut(host, ":")
		if i := strings.IndexFunc(name, func(r rune) bool { return !isHostRune(r) }); i >= 0 {
			return wrongHost(name[i : i+1])
		}
		for label := range strings.SplitSeq(name, ".") {
			if label == "" {
				return Errorf(CodeInvalid, "The host of a source link is missing, or two dots stand together or at an end of it. Example: source:https://example.org/report.")
			}
		}
	}
	if n, err := strconv.ParseUint(port, 10, 16); hasPort && (err != nil || n == 0) {
		return Errorf(CodeInvalid, "The port of a source link is a number from 1 to 65535, after the host and a colon. Remove it to use the usual one.")
	}
	return nil
}

func wrongHost(found string) error {
	return Errorf(CodeInvalid, "The host of a source link has only letters, digits, hyphens and dots; this one has %q in it. Copy the link again from the browser's address bar; an international name is written in its xn-- form.", found)
}

func isHostRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.'
}
