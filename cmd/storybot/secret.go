package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/url"
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

// given says that there is something to hide.
func (s secret) given() bool { return s.hidden != nil }

// String returns dots.
func (s secret) String() string { return dots }

// GoString is String for %#v.
func (s secret) GoString() string { return dots }

// MarshalText is String for encoders, slog's among them.
func (s secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// masker writes to w what is written to it, with dots where a secret stood. It
// is the last defence of the log: nothing should let a secret come this far.
// Each Write must hold whole lines, as slog's handlers do.
type masker struct {
	w       io.Writer
	secrets [][]byte
}

// shortestMasked is the least length of a secret that is looked for: masking
// "a" would make a log unreadable and protect nothing.
const shortestMasked = 6

func newMasker(w io.Writer, secrets []secret) *masker {
	m := &masker{w: w}
	for _, s := range secrets {
		if len(s.reveal()) < shortestMasked {
			continue
		}
		quoted, _ := json.Marshal(s.reveal())
		for _, form := range []string{s.reveal(), url.QueryEscape(s.reveal()), url.PathEscape(s.reveal()), string(quoted[1 : len(quoted)-1])} {
			m.secrets = append(m.secrets, []byte(form))
		}
	}
	return m
}

// Write reports len(p) when all of it was written in whatever form.
func (m *masker) Write(p []byte) (int, error) {
	masked := p
	for _, s := range m.secrets {
		masked = bytes.ReplaceAll(masked, s, []byte(dots))
	}
	if _, err := m.w.Write(masked); err != nil {
		return 0, err
	}
	return len(p), nil
}
