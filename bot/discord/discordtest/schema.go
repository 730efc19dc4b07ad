package discordtest

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"sort"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	printing "golang.org/x/text/message"
)

// maxShapes bounds how many right bodies are remembered.
const maxShapes = 1 << 14

// validate checks a body against its schema.
func validate(schema *jsonschema.Schema, raw []byte) []problem {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return []problem{{"", err.Error()}}
	}
	err = schema.Validate(v)
	if err == nil {
		return nil
	}
	failed, is := err.(*jsonschema.ValidationError)
	if !is {
		return []problem{{"", err.Error()}}
	}
	printer := printing.NewPrinter(language.English)
	var problems []problem
	for _, leaf := range leaves(failed) {
		problems = append(problems, problem{strings.Join(leaf.InstanceLocation, "."), leaf.ErrorKind.LocalizedString(printer)})
	}
	sort.SliceStable(problems, func(i, j int) bool { return problems[i].where < problems[j].where })
	return problems
}

// leaves returns the failures that explain e. Of the branches of a choice only
// the one that was meant counts.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	causes := e.Causes
	switch e.ErrorKind.(type) {
	case *kind.OneOf, *kind.AnyOf:
		causes = causes[:1]
		for _, c := range e.Causes[1:] {
			if farOff(e, c) < farOff(e, causes[0]) {
				causes = []*jsonschema.ValidationError{c}
			}
		}
	}
	var all []*jsonschema.ValidationError
	for _, c := range causes {
		all = append(all, leaves(c)...)
	}
	return all
}

// farOff guesses how far branch is from what was meant: the wrong JSON type, or
// another "type" of component, is a branch that was not meant.
func farOff(choice, branch *jsonschema.ValidationError) int {
	found := leaves(branch)
	far := len(found)
	depth := len(choice.InstanceLocation)
	for _, l := range found {
		_, wrongType := l.ErrorKind.(*kind.Type)
		switch {
		case wrongType && len(l.InstanceLocation) == depth:
			far += 1000
		case len(l.InstanceLocation) == depth+1 && l.InstanceLocation[depth] == "type":
			far += 100
		}
	}
	return far
}

// checkNewMessage checks a message to be created, unless a body that differs
// in its nonce only was checked before. It reports whether it did all there is
// to do.
func (s *Server) checkNewMessage(r *request) bool {
	r.fields = decodeFields(r.raw)
	if r.fields == nil {
		return false
	}
	nonce := r.fields["nonce"]
	if len(nonce) > 1 && nonce[0] == '"' {
		if json.Unmarshal(nonce, &r.nonce) != nil || len(r.nonce) > maxNonce {
			return false
		}
	} else {
		r.nonce = string(nonce)
	}
	key := shapeOf(r.raw, nonce)
	s.mu.Lock()
	known := s.shapes[key]
	s.validated++
	skip := known == nil && s.limiter.fast && s.validated > fastChecks && s.validated%fastSample != 0
	s.mu.Unlock()
	switch {
	case known != nil:
		r.body = known
	case skip:
		r.body = newBody(r.fields)
	default:
		found := validate(r.operation.body, r.raw)
		if len(found) == 0 {
			found = messageProblems(r.op, "", r.fields)
		}
		r.problems = append(r.problems, found...)
		r.body = newBody(r.fields)
		if len(found) == 0 {
			s.mu.Lock()
			if len(s.shapes) < maxShapes {
				s.shapes[key] = r.body
			}
			s.mu.Unlock()
		}
	}
	return true
}

// With NoLimits the first fastChecks new bodies are checked and then one in
// fastSample: the fake is not to be the slowest part of a benchmark.
const (
	fastChecks = 200
	fastSample = 100
)

var shapeSeed = maphash.MakeSeed()

// shapeOf is a hash of a body without its nonce.
func shapeOf(raw, nonce []byte) uint64 {
	var h maphash.Hash
	h.SetSeed(shapeSeed)
	if i := bytes.LastIndex(raw, nonce); len(nonce) > 0 && i >= 0 {
		h.Write(raw[:i])
		h.WriteByte(0)
		h.Write(raw[i+len(nonce):])
	} else {
		h.Write(raw)
	}
	return h.Sum64()
}
