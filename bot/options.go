package bot

import (
	"slices"
	"strings"

	"storybot/stories"
)

// OptionsWords says how what a subscription brings arrives, in one line: from which
// level on, and every option that is not at its default. whom is what those are called
// whom it pings.
func OptionsWords(o stories.Options, whom string) string {
	words := []string{LevelWords(o.Level)}
	for _, option := range stories.OptionNames() {
		switch {
		case option == stories.OptionLevel, option == stories.OptionZone, option == stories.OptionMentionLevel, o.Value(option) == "":
		case option == stories.OptionDigest && o.Quiet != "": // which said the zone
			words = append(words, digestWords(o.Digest))
		default:
			words = append(words, OptionWords(option, o, whom))
		}
	}
	return strings.Join(words, ", ")
}

// OptionWords says how an option is set, also where it is at its default.
func OptionWords(option stories.Option, o stories.Options, whom string) string {
	switch option {
	case stories.OptionLevel:
		return LevelWords(o.Level)
	case stories.OptionMode:
		return modeWords(o.Mode)
	case stories.OptionDigest:
		return digestWords(o.Digest) + inZone(o, o.Digest != "")
	case stories.OptionQuiet:
		if o.Quiet == "" {
			return "no quiet hours"
		}
		from, to, _ := strings.Cut(string(o.Quiet), "-")
		return "quiet from " + from + " to " + to + inZone(o, true)
	case stories.OptionZone:
		if o.Zone == "" {
			return "hours in the newsroom's time zone"
		}
		return "hours in " + o.Zone
	case stories.OptionMention, stories.OptionMentionLevel:
		if o.Mention == "" {
			return "nobody is pinged"
		}
		return "pings " + whom + " at " + pingsAt(o)
	}
	if o.Publish {
		return "breaking updates passed on to the channels that follow this one"
	}
	return "nothing passed on to other channels"
}

// inZone names the zone of hours, where they have one of their own.
func inZone(o stories.Options, hours bool) string {
	if !hours || o.Zone == "" {
		return ""
	}
	return " (" + o.Zone + ")"
}

func modeWords(m stories.Mode) string {
	switch m {
	case stories.ModeThread:
		return "in the story's thread"
	case stories.ModeCard:
		return "as one live card"
	}
	return "a message for each update"
}

func digestWords(d stories.Digest) string {
	period, hour, _ := strings.Cut(string(d), "@")
	switch period {
	case "":
		return "no digest"
	case "hourly":
		return "as one digest every hour"
	case "weekdays":
		return "as one digest at " + hour + " on weekdays"
	}
	return "as one digest at " + hour + " every day"
}

// pingsAt says at which updates people are pinged: what a card or a digest shows pings
// nobody, however low the level is.
func pingsAt(o stories.Options) string {
	switch levels := pingLevels(o.MentionLevel); {
	case levels == pingLevels(stories.Breaking):
		return levels
	case o.Digest != "":
		return "breaking updates (a digest pings nobody)"
	case o.Mode == stories.ModeCard:
		return "breaking updates (a card pings nobody)"
	default:
		return levels
	}
}

func pingLevels(l stories.Level) string {
	switch l {
	case stories.Minor:
		return "every update"
	case stories.Normal:
		return "normal and breaking updates"
	}
	return "breaking updates"
}

// saysZone says that every option which has hours now is among unlike, and so says in
// which zone they are.
func saysZone(now stories.Options, unlike []stories.Option) bool {
	return !slices.ContainsFunc([]stories.Option{stories.OptionQuiet, stories.OptionDigest}, func(hours stories.Option) bool {
		return now.Value(hours) != "" && !slices.Contains(unlike, hours)
	})
}

// ChangedWords says what became of the options of a subscription, each as it is now and
// as it was: "" where nothing is otherwise. whom and was are what those are called whom
// it pings and pinged.
func ChangedWords(now, before stories.Options, whom, was string) string {
	unlike := now.Unlike(before)
	var words []string
	pings := false
	for _, option := range unlike {
		if option == stories.OptionMention || option == stories.OptionMentionLevel {
			if pings { // one sentence says both
				continue
			}
			pings = true
		}
		if option == stories.OptionZone && saysZone(now, unlike) {
			continue
		}
		words = append(words, OptionWords(option, now, whom)+" now, "+OptionWords(option, before, was)+" before")
	}
	if !pings && len(unlike) > 0 && now.Mention != "" && pingsAt(now) != pingsAt(before) { // a card or a digest came or went
		words = append(words, OptionWords(stories.OptionMention, now, whom)+" now, "+OptionWords(stories.OptionMention, before, was)+" before")
	}
	return strings.Join(words, "; ")
}
