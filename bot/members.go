package bot

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Members returns a JSON object with those members of the object body that are
// called one of names. It is for platforms: the answer to a post echoes the
// whole message, and decoding that for two ids would cost more than everything
// else about a post. Names are compared as they are, upper and lower case too.
//
// What is no whole object comes back as it is, for the decoder to refuse.
// Inside the objects and arrays that are left out, only strings and the number
// of brackets are looked at.
func Members(body []byte, names ...string) []byte {
	out := append(make([]byte, 0, 128), '{')
	s := scanner{body: body}
	whole := s.object(func(name, member []byte) {
		// An escaped name may be anything: the decoder sees what it is.
		if !slices.Contains(names, string(name)) && bytes.IndexByte(name, '\\') < 0 {
			return
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, member...)
	})
	if s.peek(); !whole || s.at < len(body) {
		return body
	}
	return append(out, '}')
}

// scanner goes through JSON. Its methods go past what they are named for, and
// report whether it stood there.
type scanner struct {
	body []byte
	at   int
}

// object tells its members to each.
func (s *scanner) object(each func(name, member []byte)) bool {
	if !s.token('{') {
		return false
	}
	if s.token('}') {
		return true
	}
	for {
		if s.peek() != '"' {
			return false
		}
		start := s.at
		if !s.text() {
			return false
		}
		name := s.body[start+1 : s.at-1]
		if !s.token(':') || !s.value() {
			return false
		}
		each(name, s.body[start:s.at])
		if !s.token(',') {
			return s.token('}')
		}
	}
}

func (s *scanner) token(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// peek goes past space and returns the next byte, 0 at the end.
func (s *scanner) peek() byte {
	for ; s.at < len(s.body); s.at++ {
		switch c := s.body[s.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) value() bool {
	switch s.peek() {
	case '{', '[':
		return s.nested()
	case '"':
		return s.text()
	}
	return s.word()
}

// nested is an object or an array, in whatever order its brackets are.
func (s *scanner) nested() bool {
	for depth := 0; s.at < len(s.body); {
		switch s.body[s.at] {
		case '"':
			if !s.text() {
				return false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if s.at++; depth == 0 {
			return true
		}
	}
	return false
}

// text is a string; the quote it begins with is known to be there.
func (s *scanner) text() bool {
	for i := s.at + 1; i < len(s.body); i++ {
		switch c := s.body[i]; {
		case c == '"':
			s.at = i + 1
			return true
		case c == '\\':
			n := escape(s.body[i:])
			if n == 0 {
				return false
			}
			i += n - 1
		case c < ' ':
			return false
		}
	}
	return false
}

// escape returns how long the escape is that b begins with, 0 when it is none.
func escape(b []byte) int {
	switch {
	case len(b) >= 2 && strings.IndexByte(`"\/bfnrt`, b[1]) >= 0:
		return 2
	case len(b) >= 6 && b[1] == 'u' && strings.Trim(string(b[2:6]), "0123456789abcdefABCDEF") == "":
		return 6
	}
	return 0
}

// word is true, false, null or a number.
func (s *scanner) word() bool {
	start := s.at
	for s.at < len(s.body) && s.body[s.at] > ' ' && s.body[s.at] != ',' && s.body[s.at] != '}' {
		s.at++
	}
	switch w := s.body[start:s.at]; string(w) {
	case "true", "false", "null", "0":
		return true
	default:
		return json.Valid(w)
	}
}
