package console

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"storybot/bot/platformtest"
)

// question is a field as it is asked for: its place, the number of fields, its label.
var question = regexp.MustCompile(`(?m)^(\d+) of (\d+): (.+)$`)

var option = regexp.MustCompile(`(?m)^\d+  (.+)$`)

// open gives a command that may be answered with a form.
func (s *seat) open(ctx context.Context, a platformtest.Ask) (platformtest.Shown, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if _, err := s.line(ctx, "/as "+a.User); err != nil {
		return platformtest.Shown{}, err
	}
	return s.shown(ctx, "/"+a.Name+" "+a.Text)
}

// shown types a line. Where that opens a form, all of it is looked through, it is left
// and the line typed again, so that it can be filled in from its beginning.
func (s *seat) shown(ctx context.Context, line string) (platformtest.Shown, error) {
	entry, err := s.line(ctx, line)
	if err != nil {
		return platformtest.Shown{}, err
	}
	if !question.MatchString(entry) {
		return s.answered(entry), nil
	}
	shape := &platformtest.Shape{}
	shape.Title, _, _ = strings.Cut(entry, "\n")
	for {
		asked := question.FindStringSubmatch(entry)
		if asked == nil {
			return platformtest.Shown{}, fmt.Errorf("no field is asked for in %q", entry)
		}
		field := platformtest.ShownField{Label: asked[3]}
		if _, holds, ok := strings.Cut(entry, "It holds: "); ok {
			field.Value = holds[:strings.LastIndex(holds, "\nAn empty line keeps that")]
		}
		for _, o := range option.FindAllStringSubmatch(entry, -1) {
			field.Options = append(field.Options, o[1])
		}
		shape.Fields = append(shape.Fields, field)
		if asked[1] == asked[2] {
			break
		}
		if entry, err = s.line(ctx, ""); err != nil {
			return platformtest.Shown{}, err
		}
	}
	if _, err := s.line(ctx, leaveForm); err != nil {
		return platformtest.Shown{}, err
	}
	if _, err := s.line(ctx, line); err != nil {
		return platformtest.Shown{}, err
	}
	shape.Submit = func(ctx context.Context, values map[string]string) (platformtest.Shown, error) {
		entry := ""
		for _, field := range shape.Fields {
			value, given := values[field.Label]
			if given && value == "" {
				value = clearField
			}
			var err error
			if entry, err = s.line(ctx, strings.ReplaceAll(value, "\n", "\\\n")); err != nil {
				return platformtest.Shown{}, err
			}
		}
		return s.answered(entry), nil
	}
	return platformtest.Shown{Form: shape}, nil
}

func (s *seat) answered(entry string) platformtest.Shown {
	return platformtest.Shown{Answer: platformtest.Answer{Text: entry, Private: !strings.HasPrefix(entry, "── ")}, Press: func(ctx context.Context, label string) (platformtest.Shown, error) {
		for _, b := range numbered.FindAllStringSubmatch(entry, -1) {
			if strings.TrimSpace(b[2]) == label {
				return s.shown(ctx, b[1])
			}
		}
		return platformtest.Shown{}, fmt.Errorf("no button %q in %q", label, entry)
	}}
}
