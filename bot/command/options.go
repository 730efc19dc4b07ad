package command

import (
	"context"
	"strings"

	"storybot/bot"
	"storybot/stories"
)

// subscribeName is the command that has a channel follow something.
const subscribeName = "subscribe"

// clearArg takes options away, by their names.
const clearArg = "clear"

// offChoice takes the option away that it is chosen for.
var offChoice = bot.Choice{Value: stories.Off, Label: stories.Off}

// maxClear is how long a list of all options is at most, and more.
const maxClear = 200

// optionArgs are the options of a subscription, in the order in which people read them.
func optionArgs() []bot.Arg {
	modes := []bot.Choice{{Value: "channel", Label: "channel"}, {Value: "thread", Label: "thread"}, {Value: "card", Label: "card"}, offChoice}
	return []bot.Arg{
		{Name: string(stories.OptionLevel), Summary: "The least urgent level to post here; everything when left out", Choices: append(levels[:len(levels):len(levels)], offChoice)},
		{Name: string(stories.OptionMode), Summary: "A message for each update, the story's thread, or one live card", Choices: modes},
		{Name: string(stories.OptionDigest), Summary: "Collect what is not breaking: hourly, daily@09:00, weekdays@09:00, or off", Completes: true, MaxLength: 40},
		{Name: string(stories.OptionQuiet), Summary: "Hours in which what is not breaking waits, such as 22:00-07:00, or off", Completes: true, MaxLength: 40},
		{Name: string(stories.OptionZone), Summary: "The time zone of these hours, such as Europe/Berlin; else the newsroom's", Completes: true, MaxLength: 60},
		{Name: string(stories.OptionMention), Summary: "Whom urgent updates ping", Role: true, MaxLength: 200},
		{Name: string(stories.OptionMentionLevel), Summary: "The least urgent level that pings them; breaking when left out", Choices: append(levels[:len(levels):len(levels)], offChoice)},
		{Name: string(stories.OptionPublish), Summary: "Pass breaking updates on from an announcement channel to those that follow it", Choices: []bot.Choice{{Value: "yes", Label: "yes"}, offChoice}},
		{Name: clearArg, Summary: "Options to take away, with commas between them: quiet, digest", Kind: bot.KindTopics, Completes: true, MaxLength: maxClear},
	}
}

// changes are what a request names of the options of a subscription. CodeInvalid for a
// value that cannot be, and what mentionOf refuses.
func (m *joining) changes(ctx context.Context, r request) (stories.Changes, error) {
	var changes stories.Changes
	for _, option := range stories.OptionNames() {
		value := r.get(string(option))
		if value == "" {
			continue
		}
		if option == stories.OptionMention && !strings.EqualFold(value, stories.Off) {
			whom, err := mentionOf(ctx, r, value)
			if err != nil {
				return nil, err
			}
			changes = append(changes, whom)
			continue
		}
		changes = append(changes, stories.Setting{Option: option, Value: value})
	}
	for _, list := range r.values[clearArg] {
		for _, name := range strings.FieldsFunc(list, func(c rune) bool { return strings.ContainsRune(",;，、", c) || c == ' ' }) {
			option, err := m.toClear(r, name)
			if err != nil {
				return nil, err
			}
			changes = append(changes, stories.Setting{Option: option})
		}
	}
	return changes, changes.Check()
}

// toClear is the option whose name was typed behind clear:. CodeInvalid.
func (m *joining) toClear(r request, typed string) (stories.Option, error) {
	name := strings.ToLower(strings.Trim(typed, wraps+".:;,"))
	var names []string
	for _, option := range stories.OptionNames() {
		if r.command != nil && r.command.arg(string(option)) == nil {
			continue
		}
		if string(option) == name {
			return option, nil
		}
		names = append(names, string(option))
	}
	return "", stories.Errorf(stories.CodeInvalid, "%q is no option that clear: could take away. Those are %s.", clip(typed), listed(names))
}

// completeOption suggests values of an option that has no few choices.
func completeOption(name, typed string) []bot.Choice {
	switch stories.Option(name) {
	case stories.OptionDigest:
		return suggested(typed, func(s string) (string, error) { d, err := stories.ParseDigest(s); return string(d), err },
			"hourly", "daily@09:00", "weekdays@09:00", "daily@18:00", "weekdays@18:00", stories.Off)
	case stories.OptionQuiet:
		return suggested(typed, func(s string) (string, error) { q, err := stories.ParseQuiet(s); return string(q), err },
			"22:00-07:00", "20:00-08:00", "18:00-09:00", "00:00-06:00", stories.Off)
	case stories.OptionZone:
		var choices []bot.Choice
		for _, name := range zonesLike(typed) {
			choices = append(choices, bot.Choice{Value: name, Label: name})
		}
		return choices[:min(len(choices), maxChoices)]
	}
	if name == clearArg {
		return completeClear(typed)
	}
	return nil
}

// suggested are values that begin with what is typed, and that itself where it is one.
func suggested(typed string, parse func(string) (string, error), values ...string) []bot.Choice {
	var choices []bot.Choice
	for _, v := range values {
		choices = append(choices, bot.Choice{Value: v, Label: v})
	}
	typed = strings.TrimSpace(typed)
	found := beginning(choices, typed)
	if len(found) == 0 {
		if own, err := parse(typed); err == nil {
			found = []bot.Choice{{Value: own, Label: own}}
		}
	}
	return found[:min(len(found), maxChoices)]
}

// completeClear suggests the next of the options to take away.
func completeClear(typed string) []bot.Choice {
	begun, last := "", typed
	if i := strings.LastIndexAny(typed, ", "); i >= 0 {
		begun, last = strings.TrimRight(typed[:i], ", ")+",", typed[i+1:]
	}
	var choices []bot.Choice
	for _, a := range optionArgs() {
		if a.Name == clearArg || strings.Contains(","+begun, ","+a.Name+",") || !strings.HasPrefix(a.Name, strings.ToLower(last)) {
			continue
		}
		value := strings.TrimPrefix(begun+a.Name, ",")
		choices = append(choices, bot.Choice{Value: value, Label: value})
	}
	return choices
}

// optionsWords says how what a subscription brings arrives.
func optionsWords(sub stories.Subscription) string {
	return bot.OptionsWords(sub.Options, groupWords(sub.Pings))
}

// changedWords says which options of a subscription are otherwise than before.
func changedWords(sub stories.Subscription, made stories.Made) string {
	return bot.ChangedWords(sub.Options, made.Before, groupWords(sub.Pings), groupWords(made.Pinged))
}
