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

// optionOf finds an option by its value, or by its label.
func optionOf(menu map[string]any, name string) map[string]any {
	options, _ := menu["options"].([]any)
	for _, o := range options {
		if o, _ := o.(map[string]any); o["value"] == name {
			return o
		}
	}
	return findOption(menu, name)
}

// typedIn is what a person has put into the inputs of a view, by their block_ids.
func typedIn(state reply) map[string]string {
	typed := map[string]string{}
	for block, elements := range state {
		elements, _ := elements.(reply)
		for _, v := range elements {
			v, _ := v.(reply)
			typed[block], _ = v["value"].(string)
			if picked, _ := v["selected_option"].(map[string]any); picked != nil {
				typed[block], _ = picked["value"].(string)
			}
		}
	}
	return typed
}

// carryOver keeps what a person put into a view that another takes the place of: an
// input with the same block_id and action_id holds it still, whatever the app says
// that it is to begin with (https://docs.slack.dev/surfaces/modals#updating_views).
// The caller holds mu.
func carryOver(from, to *View) {
	if from == nil || from.state == nil {
		return
	}
	var blocks []map[string]any
	_ = json.Unmarshal(to.Blocks, &blocks)
	for _, b := range blocks {
		id, _ := b["block_id"].(string)
		element, _ := b["element"].(map[string]any)
		elements, _ := from.state[id].(reply)
		action, _ := element["action_id"].(string)
		held, is := elements[action].(reply)
		switch {
		case !is:
		case element["type"] == "plain_text_input":
			element["initial_value"] = held["value"]
		case element["type"] == "static_select":
			element["initial_option"] = held["selected_option"]
		}
	}
	if raw, err := json.Marshal(blocks); err == nil && len(blocks) > 0 {
		to.Blocks = raw
	}
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
			if option = optionOf(element, value); option == nil {
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
