package main

import (
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// addAddress hides the parts of an address that came by a file, where errors
// and the log tell of addresses: hosts, user, database and path.
func (h *hidden) addAddress(address string) {
	parts := addressParts(address)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, part := range parts {
		if part != "" && !slices.Contains(h.known, part) {
			h.known = append(h.known, part)
		}
	}
	if len(h.known) == 0 {
		return
	}
	slices.SortStableFunc(h.known, func(a, b string) int { return len(b) - len(a) })
	var words []string
	for _, part := range h.known {
		words = append(words, edge(part[0])+regexp.QuoteMeta(part)+edge(part[len(part)-1]))
	}
	h.parts = regexp.MustCompile("(?i)" + strings.Join(words, "|"))
}

// edge keeps a part that ends in this byte from being found inside of words.
func edge(b byte) string {
	if b == '_' || '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z' {
		return `\b`
	}
	return ""
}

// addressParts takes an address apart: a database's, an API's, or HOST:PORT. It
// is nil for what is none. What cannot be read is taken apart as far as it goes.
func addressParts(address string) (parts []string) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return pathParts(path)
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		if host, _, err := net.SplitHostPort(address); err == nil {
			return []string{address, host}
		}
		return nil
	}
	if strings.Contains(scheme, "sqlite") {
		parts = append(parts, pathParts(rest)...)
	}
	rest, query, _ := strings.Cut(rest, "?")
	place, path, _ := strings.Cut(rest, "/")
	if at := strings.LastIndex(rest, "@"); at >= 0 { // a password may hold a /
		user, password, _ := strings.Cut(rest[:at], ":")
		parts = append(parts, user, password)
		place, path, _ = strings.Cut(rest[at+1:], "/")
	}
	for host := range strings.SplitSeq(place, ",") {
		parts = append(parts, host)
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		parts = append(parts, strings.Trim(host, "[]"))
	}
	parts = append(parts, path)
	for pair := range strings.SplitSeq(query, "&") {
		switch name, v, _ := strings.Cut(pair, "="); name {
		case "host", "hostaddr", "user", "password", "dbname", "database", "service", "servicefile", "passfile", "sslcert", "sslkey", "sslrootcert", "sslpassword", "application_name":
			parts = append(parts, v)
		}
	}
	for _, raw := range parts {
		if plain, err := url.PathUnescape(raw); err == nil {
			parts = append(parts, plain)
		}
	}
	return parts
}

// pathParts is a path as it is and as errors name it: where its links lead, and
// its folders.
func pathParts(path string) []string {
	parts := []string{path, filepath.Clean(path)}
	if name := filepath.Base(path); len(name) > 1 {
		parts = append(parts, name)
	}
	// An error names the first of the folders that is missing.
	for folder := filepath.Dir(path); len(folder) > 1 && folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		parts = append(parts, folder)
		if real, err := filepath.EvalSymlinks(folder); err == nil {
			parts = append(parts, real)
		}
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		parts = append(parts, real, filepath.Base(real))
	}
	return parts
}

// unaddressed is a text about an address without the parts that are hidden.
func (h *hidden) unaddressed(text string) string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.parts == nil {
		return text
	}
	return h.parts.ReplaceAllLiteralString(text, dots)
}

// addressKeys are what addresses are told of under in the log.
var addressKeys = []string{"err", "file", "address", "cure", "url"}

// unaddressedAttr is unaddressed for the log.
func (h *hidden) unaddressedAttr(_ []string, a slog.Attr) slog.Attr {
	if slices.Contains(addressKeys, a.Key) {
		if text := a.Value.Resolve().String(); h.unaddressed(text) != text {
			return slog.String(a.Key, h.unaddressed(text))
		}
	}
	return a
}
