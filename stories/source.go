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
	return address{what: "source", begins: "https:// or http://", example: "source:https://example.org/report", of: "page", most: MaxSourceURL}.check(s)
}

// address is a kind of web address that moderators give.
type address struct {
	what    string // "source"
	begins  string // the schemes it may have
	example string
	of      string // what it is the address of
	most    int    // bytes
}

// refuse is a refusal of an address. It begins with what it is: "A source link".
func (a address) refuse(format string, args ...any) error {
	return Errorf(CodeInvalid, "A "+a.what+" link "+format, args...)
}

// check is what CheckSource says.
func (a address) check(s string) error {
	u, err := url.Parse(s)
	_, rest, whole := strings.Cut(s, "://")
	host := rest[:len(rest)-len(strings.TrimLeftFunc(rest, inAuthority))]
	switch {
	case !whole || !isWeb(s) || !strings.Contains(a.begins, strings.ToLower(s[:strings.Index(s, "://")])+"://"):
		return Errorf(CodeInvalid, "A %s is a whole link that begins with %s. Example: %s.", a.what, a.begins, a.example)
	case len(s) > a.most:
		return a.refuse("has at most %d characters; this one has %d. Use a shorter link to the same %s.", a.most, len(s), a.of)
	case strings.Contains(host, "@"):
		return a.refuse("may not hold a user name or a password. Remove the part before the @.")
	case strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII }):
		return a.refuse("is written in ASCII without spaces: percent-encode the rest, write the host in its xn-- form.")
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == unicode.MaxASCII }):
		return a.refuse("is one word of ASCII without spaces or line breaks. Copy it again from the browser's address bar.")
	}
	if err := a.checkHost(host); err != nil {
		return err
	}
	// What browsers encode in an address and chats take for the end of a link.
	if i := strings.IndexAny(s, "<>\"`\\"); i >= 0 {
		return a.refuse("cannot hold %c. Copy it again from the browser's address bar, which writes %%%02X instead.", s[i], s[i])
	}
	if err != nil || u.Host != host {
		return Errorf(CodeInvalid, "This %s link cannot be read: a %% in it must be followed by two digits of its code. Copy it again from the browser's address bar.", a.what)
	}
	return nil
}

// Host is the host that u leads to, in lower case, with its port when it names
// one. ok is false for what is no host as CheckSource knows them: nobody is led
// there.
func Host(u *url.URL) (host string, ok bool) {
	if (address{}).checkHost(u.Host) != nil {
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

// How long a host's name may be, and the part between two dots
// (https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4).
const (
	maxHost  = 253
	maxLabel = 63
)

// checkHost says whether host is a host with or without a port: what browsers
// and chats read alike. CodeInvalid.
func (a address) checkHost(host string) error {
	name, port, hasPort := host, "", false
	if end := strings.LastIndexByte(host, ']'); strings.HasPrefix(host, "[") && end > 0 {
		name, port = host[:end+1], host[end+1:]
		if hasPort = port != ""; hasPort && port[0] != ':' {
			return a.wrongHost(port[:1])
		}
		port = strings.TrimPrefix(port, ":")
		address, err := netip.ParseAddr(name[1:end])
		if err != nil || !address.Is6() || address.Zone() != "" {
			return Errorf(CodeInvalid, "A %s link's host in brackets is an IPv6 address, for example https://[2001:db8::1]/report. Use the %s's host name instead.", a.what, a.of)
		}
	} else {
		name, port, hasPort = strings.Cut(host, ":")
		if i := strings.IndexFunc(name, func(r rune) bool { return !isHostRune(r) }); i >= 0 {
			return a.wrongHost(name[i : i+1])
		}
		if len(name) > maxHost {
			return Errorf(CodeInvalid, "The host of a %s link has at most %d characters; this one has %d. Copy the link again from the browser's address bar.", a.what, maxHost, len(name))
		}
		for label := range strings.SplitSeq(name, ".") {
			if label == "" {
				return Errorf(CodeInvalid, "The host of a %s link is missing, or two dots stand together or at an end of it. Example: %s.", a.what, a.example)
			}
			if len(label) > maxLabel {
				return Errorf(CodeInvalid, "The host of a %s link has at most %d characters between two dots; this one has %d. Copy the link again from the browser's address bar.", a.what, maxLabel, len(label))
			}
		}
	}
	if n, err := strconv.ParseUint(port, 10, 16); hasPort && (err != nil || n == 0) {
		return Errorf(CodeInvalid, "The port of a %s link is a number from 1 to 65535, after the host and a colon. Remove it to use the usual one.", a.what)
	}
	return nil
}

func (a address) wrongHost(found string) error {
	return Errorf(CodeInvalid, "The host of a %s link has only letters, digits, hyphens and dots; this one has %q in it. Copy the link again from the browser's address bar; an international name is written in its xn-- form.", a.what, found)
}

func isHostRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.'
}
