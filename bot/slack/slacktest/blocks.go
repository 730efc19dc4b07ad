package slacktest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// The limits of Block Kit: https://docs.slack.dev/reference/block-kit/blocks and
// the pages below it.
const (
	maxBlocks     = 50  // of a message
	maxViewBlocks = 100 // of a modal or home tab
	maxID         = 255 // block_id, action_id, callback_id
	maxURL        = 3000
	maxAlt        = 2000
	// maxUnits is how long all texts of a message may be together before
	// msg_blocks_too_long: observed, not documented.
	maxUnits = 13200
)

// blockList judges the blocks of a message.
var blockList = all(list(0, maxBlocks, block), uniqueIDs)

// modal judges a view (https://docs.slack.dev/reference/views/modal-views).
var modal = all(object("type title blocks", fields{
	"type":             is("modal"),
	"title":            plain(24),
	"submit":           plain(24),
	"close":            plain(24),
	"blocks":           all(list(1, maxViewBlocks, block), uniqueIDs),
	"private_metadata": text(0, 3000),
	"callback_id":      text(0, maxID),
	"external_id":      text(0, maxID),
	"clear_on_close":   boolean,
	"notify_on_close":  boolean,
	"submit_disabled":  boolean,
}), inputsNeedSubmit)

// homeTab judges what is published to a home tab
// (https://docs.slack.dev/reference/views/home-tab-views).
var homeTab = object("type blocks", fields{
	"type":             is("home"),
	"blocks":           all(list(1, maxViewBlocks, block), uniqueIDs),
	"private_metadata": text(0, 3000),
	"callback_id":      text(0, maxID),
	"external_id":      text(0, maxID),
})

// block judges one block.
var block = variant(map[string]rule{
	"divider": object("", fields{"block_id": blockID}),
	"header":  object("text", fields{"block_id": blockID, "text": plain(150)}),
	"section": all(object("", fields{
		"block_id": blockID, "text": anyText(3000), "fields": list(1, 10, anyText(2000)), "accessory": accessory, "expand": boolean,
	}), saysSomething),
	"context": object("elements", fields{"block_id": blockID, "elements": list(1, 10, contextElement)}),
	"actions": all(object("elements", fields{"block_id": blockID, "elements": list(1, 25, interactive)}), uniqueActions),
	"image": all(object("alt_text", fields{
		"block_id": blockID, "alt_text": text(1, maxAlt), "image_url": all(text(1, maxURL), secure), "slack_file": anything, "title": plain(2000),
	}), imageSource),
	"input": object("label element", fields{
		"block_id": blockID, "label": plain(2000), "element": input, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean,
	}),
	"markdown":  object("text", fields{"block_id": blockID, "text": text(1, 12000)}),
	"rich_text": object("elements", fields{"block_id": blockID, "elements": list(1, 1000, richElement)}),
	"table": object("rows", fields{
		"block_id": blockID, "rows": list(1, 100, list(1, 20, tableCell)), "column_settings": list(0, 20, anything),
	}),
})

var (
	blockID  = text(1, maxID)
	actionID = text(1, maxID)
)

var imageElement = all(object("alt_text", fields{
	"alt_text": text(1, maxAlt), "image_url": all(text(1, maxURL), secure), "slack_file": anything,
}), imageSource)

var contextElement = variant(map[string]rule{"plain_text": plain(2000), "mrkdwn": mrkdwn(2000), "image": imageElement})

var confirm = object("title text confirm deny", fields{
	"title": plain(100), "text": anyText(300), "confirm": plain(30), "deny": plain(30), "style": is("primary", "danger"),
})

var option = object("text", fields{
	"text": anyText(75), "value": text(1, 150), "description": anyText(75), "url": text(1, maxURL),
})

var optionGroup = object("label options", fields{"label": plain(75), "options": list(1, 100, option)})

// element makes the rule of an interactive element: with action_id, and with
// the fields beside.
func element(required string, own fields) rule {
	f := fields{"action_id": actionID, "confirm": confirm, "focus_on_load": boolean, "placeholder": plain(150)}
	for name, r := range own {
		f[name] = r
	}
	return object(required, f)
}

// interactiveRules are the elements people press and choose from
// (https://docs.slack.dev/reference/block-kit/block-elements).
var interactiveRules = map[string]rule{
	"button": object("text", fields{
		"action_id": actionID, "text": plain(75), "value": text(1, 2000), "url": text(1, maxURL), "style": is("primary", "danger"),
		"confirm": confirm, "accessibility_label": text(1, 75),
	}),
	"overflow":             element("options", fields{"options": list(1, 5, option)}),
	"static_select":        element("", fields{"options": list(1, 100, option), "option_groups": list(1, 100, optionGroup), "initial_option": option}),
	"external_select":      element("", fields{"min_query_length": number(0, 1000), "initial_option": option}),
	"users_select":         element("", fields{"initial_user": text(1, 40)}),
	"channels_select":      element("", fields{"initial_channel": text(1, 40), "response_url_enabled": boolean}),
	"conversations_select": element("", fields{"initial_conversation": text(1, 40), "default_to_current_conversation": boolean, "response_url_enabled": boolean, "filter": anything}),
	"multi_static_select":  element("", fields{"options": list(1, 100, option), "option_groups": list(1, 100, optionGroup), "initial_options": list(1, 100, option), "max_selected_items": number(1, 100)}),
	"radio_buttons":        element("options", fields{"options": list(1, 10, option), "initial_option": option}),
	"checkboxes":           element("options", fields{"options": list(1, 10, option), "initial_options": list(1, 10, option)}),
	"datepicker":           element("", fields{"initial_date": text(10, 10)}),
	"timepicker":           element("", fields{"initial_time": text(5, 5), "timezone": text(1, 60)}),
	"datetimepicker":       element("", fields{"initial_date_time": number(1e9, 9999999999)}),
}

var interactive = variant(interactiveRules)

var accessory = variant(with(interactiveRules, "image", imageElement))

var input = all(variant(with(interactiveRules, "plain_text_input", element("", fields{
	"initial_value": text(0, 3000), "multiline": boolean, "min_length": number(0, 3000), "max_length": number(1, 3000), "dispatch_action_config": anything,
}))), holdsWhatItMay)

// holdsWhatItMay asks that an input begins with what a person could have put in.
func holdsWhatItMay(j *judge, at string, v any) {
	o, _ := v.(map[string]any)
	initial, _ := o["initial_value"].(string)
	if most, ok := o["max_length"].(float64); ok && units(initial) > int(most) {
		j.refuse(at+"/initial_value", "must be less than %d characters", int(most)+1)
	}
	if many, _ := o["multiline"].(bool); !many && strings.ContainsAny(initial, "\n\r") {
		j.untidy = append(j.untidy, at+"/initial_value: several lines in an input of one")
	}
	picked, _ := o["initial_option"].(map[string]any)
	options, given := o["options"].([]any)
	if picked != nil && given && !slices.ContainsFunc(options, func(p any) bool { return reflect.DeepEqual(p, any(picked)) }) {
		j.refuse(at+"/initial_option", "must be one of the options")
	}
}

func with(rules map[string]rule, name string, r rule) map[string]rule {
	more := map[string]rule{name: r}
	for n, r := range rules {
		more[n] = r
	}
	return more
}

var richStyle = object("", fields{"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean, "underline": boolean})

// richRun judges what stands in a line of rich text
// (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block).
var richRun = variant(map[string]rule{
	"text":      all(object("text", fields{"text": text(1, 12000), "style": richStyle}), counted),
	"link":      object("url", fields{"url": text(1, maxURL), "text": text(1, 3000), "unsafe": boolean, "style": richStyle}),
	"emoji":     object("name", fields{"name": text(1, 100), "unicode": text(1, 100), "style": richStyle}),
	"date":      object("timestamp format", fields{"timestamp": number(0, 1e12), "format": text(1, 200), "url": text(1, maxURL), "fallback": text(1, 300), "style": richStyle}),
	"user":      object("user_id", fields{"user_id": text(1, 40), "style": richStyle}),
	"channel":   object("channel_id", fields{"channel_id": text(1, 40), "style": richStyle}),
	"usergroup": object("usergroup_id", fields{"usergroup_id": text(1, 40), "style": richStyle}),
	"broadcast": object("range", fields{"range": is("here", "channel", "everyone"), "style": richStyle}),
})

var richSection = object("elements", fields{"elements": list(0, 1000, richRun), "border": number(0, 1)})

var richElement = variant(map[string]rule{
	"rich_text_section":      richSection,
	"rich_text_quote":        richSection,
	"rich_text_preformatted": richSection,
	"rich_text_list": object("style elements", fields{
		"style": is("bullet", "ordered"), "elements": list(1, 1000, richSection), "indent": number(0, 8), "offset": number(0, 10000), "border": number(0, 1),
	}),
})

var tableCell = variant(map[string]rule{
	"raw_text":  object("text", fields{"text": text(1, 3000)}),
	"rich_text": object("elements", fields{"elements": list(1, 1000, richElement)}),
})

// saysSomething asks a section for text or fields.
func saysSomething(j *judge, at string, v any) {
	if o, _ := v.(map[string]any); o["text"] == nil && o["fields"] == nil {
		j.refuse(at, "missing required field: text or fields")
	}
}

// imageSource asks an image for exactly one source.
func imageSource(j *judge, at string, v any) {
	if o, _ := v.(map[string]any); (o["image_url"] == nil) == (o["slack_file"] == nil) {
		j.refuse(at, "must have either image_url or slack_file")
	}
}

// inputsNeedSubmit asks a modal with inputs for a submit button.
func inputsNeedSubmit(j *judge, at string, v any) {
	o, _ := v.(map[string]any)
	blocks, _ := o["blocks"].([]any)
	for _, b := range blocks {
		if b, _ := b.(map[string]any); b["type"] == "input" && o["submit"] == nil {
			j.refuse(at, "missing required field: submit")
			return
		}
	}
}

// uniqueIDs asks blocks for different block_ids.
func uniqueIDs(j *judge, at string, v any) { unique(j, at, v, "block_id") }

// uniqueActions asks the elements of a block for different action_ids.
func uniqueActions(j *judge, at string, v any) {
	o, _ := v.(map[string]any)
	unique(j, at+"/elements", o["elements"], "action_id")
}

func unique(j *judge, at string, v any, key string) {
	seen := map[any]bool{}
	elements, _ := v.([]any)
	for i, e := range elements {
		o, _ := e.(map[string]any)
		id, ok := o[key].(string)
		if ok && seen[id] {
			j.refuse(fmt.Sprintf("%s/%d/%s", at, i, key), "%s must be unique: %q", key, id)
		}
		seen[id] = true
	}
}
