package bot

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"storybot/stories"
)

// Link is a web address that readers may be led to.
type Link struct {
	url  *url.URL
	host string
}

// ParseLink reads an address that nobody vouches for. It is false for whatever
// is not http or https, has no host as stories.Host knows them, holds a name or
// a password, white space or a control character: such an address is shown as
// text, never as a link.
func ParseLink(raw string) (l Link, ok bool) {
	if strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return Link{}, false
	}
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https" {
		return Link{}, false
	}
	host, ok := stories.Host(u)
	return Link{u, host}, ok
}

// Host is what the link at address is called: Link.Host of it, or "link" for
// what is none.
func Host(address string) string {
	l, ok := ParseLink(address)
	if !ok {
		return "link"
	}
	return l.Host()
}

// Host is what a link is called: the host it leads to, with its port when it
// names one, in lower case and without "www.".
func (l Link) Host() string { return bareHost(l.host) }

// String is the whole address as it is to be asked for. Each platform still
// escapes in it what would end a link there.
func (l Link) String() string { return l.url.String() }

// Label is what readers see of a link whose writer called it label, and what
// has to stand behind that so that it tells where the link leads: "" or the
// host in brackets. A blank label is the host.
func (l Link) Label(label string) (shown, rest string) {
	switch {
	case OneLine(label) == "":
		return l.Host(), ""
	case l.TellsWhere(label):
		return label, ""
	}
	return label, " (" + l.Host() + ")"
}

// TellsWhere says whether a label tells where the link leads: it is the
// beginning of its address with the whole host, or names the host and nothing
// else that looks like one. In doubt it does not.
func (l Link) TellsWhere(label string) bool {
	if head, tail, ok := shortened(label, l.String()); ok && tail == "" && beginsWithHost(head, l.Host()) {
		return true
	}
	// A host without a dot is a word like any other.
	if !strings.ContainsAny(l.Host(), ".:") {
		return false
	}
	found := false
	for _, at := range hostWord.FindAllStringIndex(label, -1) {
		word := strings.Trim(label[at[0]:at[1]], "-_"+dots)
		switch {
		case bareHost(word) == l.Host():
			if !apart(label[:at[0]], label[at[1]:]) {
				return false
			}
			found = true
		case looksLikeHost(word):
			return false
		}
	}
	return found
}

// Shortens says whether a label tells nothing that the address does not: it is
// blank, the address, its host, its beginning up to a part of it, or what is
// left when an ellipsis stands for its end or its middle.
func Shortens(label, address string) bool {
	if OneLine(label) == "" {
		return true
	}
	_, _, ok := shortened(label, address)
	return ok
}

// shortened is what of an address stands before and behind the ellipsis of a
// label that is a short form of it, without its scheme and "www.".
func shortened(label, address string) (head, tail string, ok bool) {
	whole, short := bareAddress(address), bareAddress(label)
	if short == "" {
		return "", "", false
	}
	if rest, begins := strings.CutPrefix(whole, short); begins && (rest == "" || strings.ContainsRune("/?#", rune(rest[0]))) {
		return short, "", true
	}
	head, tail, cut := strings.Cut(strings.ReplaceAll(short, "...", "…"), "…")
	head, tail = strings.TrimSpace(head), strings.TrimSpace(tail)
	ok = cut && head != "" && len(head)+len(tail) <= len(whole) && strings.HasPrefix(whole, head) && strings.HasSuffix(whole, tail)
	return head, tail, ok
}

// bareAddress is an address without what people leave out of it.
func bareAddress(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	for _, scheme := range []string{"https://", "http://"} {
		s = strings.TrimPrefix(s, scheme)
	}
	return strings.TrimSuffix(strings.TrimPrefix(s, "www."), "/")
}

// bareHost leaves the host www.com as it is.
func bareHost(host string) string {
	host = strings.ToLower(host)
	if rest := strings.TrimPrefix(host, "www."); strings.Contains(rest, ".") {
		return rest
	}
	return host
}

// beginsWithHost says whether a bare address begins with all of host.
func beginsWithHost(address, host string) bool {
	rest, ok := strings.CutPrefix(address, host)
	return ok && (rest == "" || strings.ContainsRune("/?#", rune(rest[0])))
}

// dots are the characters that readers take for the dot of a host.
const dots = ".․。．｡"

// hostWord is a word that could be a host, with its port: letters of every
// script, for readers do not tell them apart, or an IPv6 address.
var hostWord = regexp.MustCompile(`\[[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\](?::\d+)?|[\p{L}\p{N}\p{M}_@` + dots + `-]+(?::\d+)?`)

// nameForm is a name with a top-level domain, or four numbers.
var nameForm = regexp.MustCompile(`[\p{L}\p{N}\p{M}][` + dots + `](?:\p{L}[\p{L}\p{M}]|(?i:xn--))|^\d+(?:[` + dots + `]\d+){3}`)

// looksLikeHost says whether readers could take a word for a host.
func looksLikeHost(word string) bool {
	return word[:min(1, len(word))] == "[" || nameForm.MatchString(word)
}

// apart says whether a word stands by itself between before and after, so that
// nobody reads it as a part of something longer.
func apart(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	begins := before == "" || unicode.IsSpace(last) || strings.HasSuffix(before, "://") || strings.ContainsRune("([{<\"'«»„“”‘’‹›,;:—–|", last)
	ends := after == "" || unicode.IsSpace(next) || strings.ContainsRune(")]}>\"'«»„“”‘’‹›,;:!?…—–|/#", next)
	return begins && ends
}
