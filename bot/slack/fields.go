package slack

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
)

// element is what something to fill in or to press holds: of its fields those
// are set that belong to its kind.
// https://docs.slack.dev/reference/block-kit/block-elements
type element struct {
	Type                 string          `json:"type"`
	Value                scalar          `json:"value"`
	SelectedOption       *option         `json:"selected_option"`
	SelectedOptions      []option        `json:"selected_options"`
	SelectedUser         string          `json:"selected_user"`
	SelectedUsers        []string        `json:"selected_users"`
	SelectedConversation string          `json:"selected_conversation"`
	SelectedChannel      string          `json:"selected_channel"`
	SelectedDate         string          `json:"selected_date"`
	SelectedTime         string          `json:"selected_time"`
	SelectedDateTime     scalar          `json:"selected_date_time"`
	RichText             json.RawMessage `json:"rich_text_value"`
	several
}

// several are the kinds of which several can be picked.
type several struct {
	SelectedConversations []string `json:"selected_conversations"`
	SelectedChannels      []string `json:"selected_channels"`
}

type option struct {
	Value scalar `json:"value"`
}

// picked is what a pressed or picked element stands for: its own value, or that
// of the entry that was picked.
func (e element) picked() string {
	switch {
	case e.SelectedOption != nil:
		return string(e.SelectedOption.Value)
	case len(e.SelectedOptions) > 0:
		return string(e.SelectedOptions[0].Value)
	}
	return string(e.Value)
}

// fields are the values of a view's fields, each by its block_id, which Slack
// wants to be another for each block. Blocks with several elements have one for
// each: block_id.action_id. What was left empty is among them, and empty.
func (v *view) fields(r *reader) map[string]string {
	fields := make(map[string]string)
	for _, block := range slices.Sorted(maps.Keys(v.State.Values)) {
		elements := v.State.Values[block]
		for _, action := range slices.Sorted(maps.Keys(elements)) {
			var e element
			if !decode(elements[action], &e) {
				continue
			}
			name := block
			if len(elements) > 1 {
				name += "." + action
			}
			fields[name] = r.value(e)
		}
	}
	return fields
}

// names are the block_ids of what a view asks for.
func (v *view) names() map[string]bool {
	names := make(map[string]bool)
	for block := range v.State.Values {
		names[block] = true
	}
	return names
}

// value is what somebody filled in. People and channels become mentions, several
// values are divided by commas, a time is RFC 3339.
func (r *reader) value(e element) string {
	var list []string
	for _, o := range e.SelectedOptions {
		list = append(list, bot.Unmark(string(o.Value)))
	}
	for _, user := range append(e.SelectedUsers, e.SelectedUser) {
		if user != "" {
			list = append(list, r.person(user, ""))
		}
	}
	for _, channel := range slices.Concat(e.SelectedConversations, e.SelectedChannels, []string{e.SelectedConversation, e.SelectedChannel}) {
		if channel != "" {
			list = append(list, r.channel(channel))
		}
	}
	switch {
	case list != nil:
		return strings.Join(list, ",")
	case e.SelectedOption != nil:
		return bot.Unmark(string(e.SelectedOption.Value))
	case e.SelectedDateTime != "":
		seconds, err := strconv.ParseInt(string(e.SelectedDateTime), 10, 64)
		if err != nil || seconds < 0 || seconds >= maxUnix {
			return ""
		}
		return time.Unix(seconds, 0).UTC().Format(time.RFC3339)
	case e.SelectedDate != "" || e.SelectedTime != "":
		return bot.Unmark(e.SelectedDate + e.SelectedTime)
	case len(e.RichText) > 0 && string(e.RichText) != "null":
		return r.blocks(json.RawMessage("[" + string(e.RichText) + "]"))
	}
	return emojify(bot.Unmark(string(e.Value))) // Slack escapes nothing here
}
