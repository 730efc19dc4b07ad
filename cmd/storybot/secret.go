package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"storybot/bot"
)

// secret is a setting that must not be shown: however it is printed, dots come
// out. The text is behind a pointer because fmt looks into the unexported
// fields of a struct, a config's, without asking their methods. The zero value
// is no secret.
type secret struct{ hidden *string }

const dots = "••••"

func newSecret(s string) secret {
	if s == "" {
		return secret{}
	}
	return secret{&s}
}

// reveal returns the text, "" for none.
func (s secret) reveal() string {
	if s.hidden == nil {
		return ""
	}
	return *s.hidden
}

// String returns dots.
func (s secret) String() string { return dots }

// GoString is String for %#v.
func (s secret) GoString() string { return dots }

// MarshalText is String for encoders, slog's among them.
func (s secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// hidden is everything no output may hold: the secret settings, and whatever
// was found in place of one. It is filled while the settings are read, so that
// it knows what was read even when that fails halfway. The zero value is ready.
type hidden struct {
	mu    sync.RWMutex
	forms [][]byte // longest first: a part must not break up its whole
	// parts are those of addresses that came by a file. They may be short and
	// usual words, and so are looked for only where addresses are told of.
	parts *regexp.Regexp
	known []string       // what parts finds
	looks *regexp.Regexp // of tokens; nil for nothing
}

// shortestMasked is the least length of a secret that is looked for: masking
// "a" would make a log unreadable and protect nothing.
const shortestMasked = 6

// maxParts bounds how many words of one value are hidden one by one.
const maxParts = 256

// add hides a value, the words of it that may be secrets by themselves, since
// errors quote words, and the password of a database's address.
func (h *hidden) add(value string) {
	h.addTexts(append(passwords(value), trimmed(value)))
	h.addWords(value)
}

// addWords hides those words of a text that may be secrets: what is long or has
// a digit in it.
func (h *hidden) addWords(text string) {
	var secrets []string
	for _, word := range strings.FieldsFunc(text, isSeparator) {
		if len(secrets) < maxParts && (len(word) >= longWord || strings.ContainsAny(word, "0123456789")) {
			secrets = append(secrets, word)
		}
	}
	h.addTexts(secrets)
}

func (h *hidden) addTexts(texts []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, text := range texts {
		if len(text) < shortestMasked {
			continue
		}
		quoted, _ := json.Marshal(text)
		for _, form := range []string{text, url.QueryEscape(text), url.PathEscape(text), string(quoted[1 : len(quoted)-1])} {
			if !slices.ContainsFunc(h.forms, func(known []byte) bool { return string(known) == form }) {
				h.forms = append(h.forms, []byte(form))
			}
		}
	}
	slices.SortStableFunc(h.forms, func(a, b []byte) int { return len(b) - len(a) })
}

// longWord is from when on a word without a digit is hidden: shorter ones are
// words of our own sentences.
const longWord = 12

func isSeparator(r rune) bool { return strings.ContainsRune(" \t\r\n,\"'`", r) }

// passwords finds the passwords in a database's address, as they stand there
// and as they are meant, also where the address cannot be read.
func passwords(address string) (found []string) {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		return nil
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		if _, password, ok := strings.Cut(rest[:at], ":"); ok {
			found = append(found, password)
		}
	}
	if _, query, ok := strings.Cut(rest, "?"); ok {
		for pair := range strings.SplitSeq(query, "&") {
			if name, v, _ := strings.Cut(pair, "="); strings.HasSuffix(name, "password") {
				found = append(found, v)
			}
		}
	}
	for _, raw := range found {
		if plain, err := url.PathUnescape(raw); err == nil {
			found = append(found, plain)
		}
	}
	return found
}

// know hides what is a token of a platform by its looks, wherever it was put.
func (h *hidden) know(kits []bot.Kit) {
	var forms []string
	for _, k := range kits {
		if k.TokenForm != "" {
			forms = append(forms, k.TokenForm)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.looks = nil; len(forms) > 0 {
		h.looks = regexp.MustCompile(strings.Join(forms, "|"))
	}
}

// mask returns text with dots where something hidden stood, or what looks like
// a token.
func (h *hidden) mask(text []byte) []byte {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, form := range h.forms {
		text = bytes.ReplaceAll(text, form, []byte(dots))
	}
	if h.looks == nil {
		return text
	}
	return h.looks.ReplaceAll(text, []byte(dots))
}

// writer returns a writer to w that masks. It is the last defence: nothing
// should let a secret come this far. Each Write must hold whole lines, as
// slog's handlers do.
func (h *hidden) writer(w io.Writer) io.Writer { return masker{h, w} }

type masker struct {
	hidden *hidden
	w      io.Writer
}

// Write reports len(p) when all of it was written in whatever form.
func (m masker) Write(p []byte) (int, error) {
	if _, err := m.w.Write(m.hidden.mask(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
