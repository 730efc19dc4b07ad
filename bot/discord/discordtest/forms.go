package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// formData fills the inputs of a form as Discord's client would: what is not given
// keeps what the form says, and what the client would not send is refused. A form
// without labels is made of rows. A menu's values are written with spaces between
// them.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-modal-submit-data-structure
func formData(modal json.RawMessage, values map[string]string) (map[string]any, error) {
	var form struct {
		CustomID   string `json:"custom_id"`
		Components []component
	}
	if len(modal) == 0 {
		return nil, fmt.Errorf("the answer is no form")
	}
	if err := json.Unmarshal(modal, &form); err != nil {
		return nil, fmt.Errorf("read the form: %w", err)
	}
	f := filling{values: values, left: len(values), users: map[string]any{}}
	parts := []any{}
	for _, p := range form.Components {
		part := map[string]any{"type": p.Type, "id": len(parts) + 1}
		if p.Component != nil {
			part["component"] = f.fill(*p.Component)
		} else {
			var inputs []any
			for _, in := range p.Components {
				inputs = append(inputs, f.fill(in))
			}
			part["components"] = inputs
		}
		parts = append(parts, part)
	}
	switch {
	case f.wrong != nil:
		return nil, f.wrong
	case f.left > 0:
		return nil, fmt.Errorf("the form lacks some of %v", values)
	}
	data := map[string]any{"custom_id": form.CustomID, "components": parts}
	if len(f.users) > 0 {
		data["resolved"] = map[string]any{"users": f.users}
	}
	return data, nil
}

// filling is a form that is being filled in.
type filling struct {
	values map[string]string
	left   int // of them that found no input yet
	users  map[string]any
	wrong  error // what the client would not let through
}

// fill fills in one input.
func (f *filling) fill(in component) map[string]any {
	v, given := f.values[in.CustomID]
	if given {
		f.left--
	} else {
		v = in.Value
	}
	required := in.Required == nil || *in.Required
	filled := map[string]any{"type": in.Type, "custom_id": in.CustomID, "value": v}
	if in.Type == typeSelect || in.Type >= typeUserSelect && in.Type <= typeChannelSelect {
		delete(filled, "value")
		picked := append([]string{}, strings.Fields(v)...)
		if in.Type == typeSelect {
			picked = f.pick(in, v, given)
		}
		if required && len(picked) == 0 {
			f.refuse("the menu %q must be filled in", in.CustomID)
		}
		filled["values"] = picked
		for _, id := range picked {
			if in.Type == typeUserSelect {
				f.users[id] = userJSON(id, "user-"+id)
			}
		}
		return filled
	}
	switch {
	case required && v == "":
		f.refuse("the input %q must be filled in", in.CustomID)
	case in.MaxLength != nil && length(v) > *in.MaxLength:
		f.refuse("the input %q takes %d characters, not %d", in.CustomID, *in.MaxLength, length(v))
	case in.Style == styleShort && strings.ContainsAny(v, "\n\r"):
		f.refuse("the input %q is one line", in.CustomID)
	}
	return filled
}

// pick picks options of a menu by their values, which may hold spaces where one is
// picked.
func (f *filling) pick(in component, v string, given bool) []string {
	picked := []string{}
	for _, o := range in.Options {
		if o.Default && !given || given && (o.Value == v || slices.Contains(strings.Fields(v), o.Value)) {
			picked = append(picked, o.Value)
		}
	}
	if given && v != "" && len(in.Options) > 0 && len(picked) == 0 {
		f.refuse("the menu %q has no option %q", in.CustomID, v)
	}
	if len(in.Options) == 0 { // a form of a test's own
		picked = append(picked, strings.Fields(v)...)
	}
	return picked
}

func (f *filling) refuse(format string, args ...any) {
	if f.wrong == nil {
		f.wrong = fmt.Errorf(format, args...)
	}
}
