package slacktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// inputs are the input blocks of a view by block_id.
func inputs(blocks json.RawMessage) map[string]map[string]any {
	var list []map[string]any
	_ = json.Unmarshal(blocks, &list)
	found := map[string]map[string]any{}
	for _, b := range list {
		if b["type"] == "input" {
			id, _ := b["block_id"].(string)
			found[id] = b
		}
	}
	return found
}

// fillIn makes the state of a view from what a person fills in. It refuses what
// Slack's client would: an empty input that is not optional, an option that is
// not there, an input that does not exist.
func fillIn(blocks json.RawMessage, values map[string]string) (reply, error) {
	state, used := reply{}, map[string]bool{}
	for id, b := range inputs(blocks) {
		element, _ := b["element"].(map[string]any)
		action, _ := element["action_id"].(string)
		name := label(map[string]any{"text": b["label"]})
		given, ok := values[id]
		if ok {
			used[id] = true
		} else if given, ok = values[name]; ok {
			used[name] = true
		}
		v, filled, err := fillElement(element, given, ok)
		if err != nil {
			return nil, fmt.Errorf("slacktest: input %q: %w", name, err)
		}
		if optional, _ := b["optional"].(bool); !filled && !optional {
			return nil, fmt.Errorf("slacktest: input %q must be filled in", name)
		}
		state[id] = reply{action: v}
	}
	for name := range values {
		if !used[name] {
			return nil, fmt.Errorf("slacktest: the view has no input %q", name)
		}
	}
	return state, nil
}

// fillElement is the state of one element; given says whether value is to
// replace what it holds.
func fillElement(element map[string]any, value string, given bool) (state reply, filled bool, err error) {
	kind, _ := element["type"].(string)
	state = reply{"type": kind}
	single := func(field, initial string) (reply, bool, error) {
		state[field] = nil
		if v, ok := element[initial].(string); ok && !given {
			value = v
		}
		if value != "" {
			state[field] = value
		}
		return state, value != "", nil
	}
	switch kind {
	case "plain_text_input":
		if most, ok := element["max_length"].(float64); ok && units(value) > int(most) {
			return nil, false, errors.New("the text is too long")
		}
		return single("value", "initial_value")
	case "users_select":
		return single("selected_user", "initial_user")
	case "channels_select":
		return single("selected_channel", "initial_channel")
	case "conversations_select":
		return single("selected_conversation", "initial_conversation")
	case "static_select", "radio_buttons", "external_select":
		option, _ := element["initial_option"].(map[string]any)
		if given && kind == "external_select" {
			option = map[string]any{"text": reply{"type": "plain_text", "text": value, "emoji": true}, "value": value}
		} else if given {
			if option = findOption(element, value); option == nil {
				return nil, false, fmt.Errorf("no option %q", value)
			}
		}
		state["selected_option"] = option
		return state, option != nil, nil
	case "checkboxes", "multi_static_select":
		picked, _ := element["initial_options"].([]any)
		if given {
			picked = nil
			if option := findOption(element, value); option != nil {
				picked = []any{option}
			}
		}
		state["selected_options"] = slices.Concat([]any{}, picked)
		return state, len(picked) > 0, nil
	}
	return nil, false, fmt.Errorf("people cannot fill in a %s here", kind)
}
