package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decode reads JSON field by field: one of another type than expected stays
// empty and the rest is kept. It fails for what is no JSON, or is as a whole
// something else than into.
func decode(raw []byte, into any) error {
	err := json.Unmarshal(raw, into)
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) && mistyped.Field != "" {
		return nil
	}
	return err
}

// number is a number, written as one or as a string; 0 when it is neither.
type number float64

// UnmarshalJSON never fails.
func (n *number) UnmarshalJSON(raw []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		f = 0
	}
	*n = number(f)
	return nil
}

// kind is a small whole number that says what something is, written as a number
// or as a string. The zero kind was not given; what is illegible is given, and
// is no kind.
type kind struct {
	n            int
	given, legal bool
}

// UnmarshalJSON never fails. null is not given.
func (k *kind) UnmarshalJSON(raw []byte) error {
	*k = kind{given: string(raw) != "null"}
	f, err := strconv.ParseFloat(strings.Trim(string(raw), `"`), 64)
	if err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<31 {
		k.n, k.legal = int(f), true
	}
	return nil
}

// is says whether k is legible and n.
func (k kind) is(n int) bool { return k.legal && k.n == n }

// word is a string, or a number as it is written; "" when it is neither.
type word string

// UnmarshalJSON never fails. Most words need no decoding.
func (w *word) UnmarshalJSON(raw []byte) error {
	if raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 && utf8.Valid(raw) {
		*w = word(raw[1 : len(raw)-1])
		return nil
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		var n json.Number
		_ = json.Unmarshal(raw, &n)
		s = n.String()
	}
	*w = word(s)
	return nil
}

// truth is true for whatever is not false, null, 0 or empty: where it keeps
// something from being believed, a word more is not to be overlooked.
type truth bool

// UnmarshalJSON never fails.
func (f *truth) UnmarshalJSON(raw []byte) error {
	switch strings.ToLower(strings.Trim(string(raw), `"`)) {
	case "false", "null", "0", "":
		*f = false
	default:
		*f = true
	}
	return nil
}
