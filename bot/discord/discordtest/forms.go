package discordtest

import (
	"encoding/json"
	"fmt"
	"strings"
)

// formData fills the inputs of a form. A form without labels is made of rows. A
// menu's values are written with spaces between them.
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
	left := len(values)
	users := map[string]any{}
	fill := func(in component) map[string]any {
		v, given := values[in.CustomID]
		if given {
			left--
		}
		filled := map[string]any{"type": in.Type, "custom_id": in.CustomID, "value": v}
		if in.Type == typeSelect || in.Type >= typeUserSelect && in.Type <= typeChannelSelect {
			delete(filled, "value")
			filled["values"] = append([]string{}, strings.Fields(v)...)
		}
		if in.Type == typeUserSelect {
			for _, id := range strings.Fields(v) {
				users[id] = userJSON(id, "user-"+id)
			}
		}
		return filled
	}
	parts := []any{}
	for _, p := range form.Components {
		part := map[string]any{"type": p.Type, "id": len(parts) + 1}
		if p.Component != nil {
			part["component"] = fill(*p.Component)
		} else {
			var inputs []any
			for _, in := range p.Components {
				inputs = append(inputs, fill(in))
			}
			part["components"] = inputs
		}
		parts = append(parts, part)
	}
	if left > 0 {
		return nil, fmt.Errorf("the form lacks some of %v", values)
	}
	data := map[string]any{"custom_id": form.CustomID, "components": parts}
	if len(users) > 0 {
		data["resolved"] = map[string]any{"users": users}
	}
	return data, nil
}
