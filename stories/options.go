package stories

import (
	"fmt"
	"strings"
	"time"
)

// Options are how that arrives which a subscription brings. The zero value of each but
// Level is its default.
type Options struct {
	Level  Level // the least level that comes through
	Mode   Mode
	Digest Digest
	Quiet  Quiet
	Zone   string // IANA name, for Digest and Quiet; "" for the newsroom's
	// Mention is whom updates from MentionLevel on ping, in the platform's own writing
	// of a role or a group; "" for nobody.
	Mention      string
	MentionLevel Level // 0 for Breaking
	// Publish passes breaking updates on to the channels that follow this one.
	Publish bool
}

// Defaults are the options with what stands for a zero value.
func (o Options) Defaults() Options {
	if o.Level == 0 {
		o.Level = Minor
	}
	if o.Mode == "" {
		o.Mode = ModeChannel
	}
	if o.MentionLevel == 0 {
		o.MentionLevel = Breaking
	}
	return o
}

// Mode is the shape in which updates arrive. The names are stored.
type Mode string

// The modes. Breaking updates are messages in the channel in each of them.
const (
	ModeChannel Mode = "channel" // a message for every update
	ModeThread  Mode = "thread"  // in the thread of the story's card
	ModeCard    Mode = "card"    // one live card of the story, edited in place
)

// ParseMode reads a mode. CodeInvalid.
func ParseMode(s string) (Mode, error) {
	switch m := Mode(strings.ToLower(strings.TrimSpace(s))); m {
	case ModeChannel, ModeThread, ModeCard:
		return m, nil
	}
	return "", Errorf(CodeInvalid, "mode: is channel, thread or card.")
}

// Digest says when what is not breaking is collected: "" for never, else hourly,
// daily@09:00 or weekdays@09:00, at that hour in the zone of the options.
type Digest string

// ParseDigest reads a digest's period and writes its hour with two figures.
// CodeInvalid.
func ParseDigest(s string) (Digest, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if s == "hourly" {
		return Digest(s), nil
	}
	period, hour, _ := strings.Cut(s, "@")
	at, err := parseHour(hour)
	if err != nil || period != "daily" && period != "weekdays" {
		return "", Errorf(CodeInvalid, "digest: is hourly, daily@09:00 or weekdays@09:00, with the hour you want.")
	}
	return Digest(period + "@" + at), nil
}

// Quiet are the hours in which what is not breaking waits, "" for none: 22:00-07:00 is
// from ten in the evening to seven in the morning, in the zone of the options.
type Quiet string

// ParseQuiet reads quiet hours and writes them with two figures. CodeInvalid.
func ParseQuiet(s string) (Quiet, error) {
	from, to, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(s), "–", "-"), "-")
	begin, err := parseHour(from)
	end, err2 := parseHour(to)
	if err != nil || err2 != nil {
		return "", Errorf(CodeInvalid, "quiet: is from when to when, such as quiet:22:00-07:00.")
	}
	if begin == end {
		return "", Errorf(CodeInvalid, "quiet: begins and ends at %s, which would be never. Take it away with quiet:off, or /unsubscribe.", begin)
	}
	return Quiet(begin + "-" + end), nil
}

// parseHour reads 9:00 or 09:00 and writes the latter.
func parseHour(s string) (string, error) {
	var hour, minute int
	if n, err := fmt.Sscanf(strings.TrimSpace(s)+"|", "%d:%02d|", &hour, &minute); err != nil || n != 2 || hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return "", Errorf(CodeInvalid, "An hour is written as 09:00.")
	}
	return fmt.Sprintf("%02d:%02d", hour, minute), nil
}

// ParseZone reads the name of a time zone. CodeInvalid.
func ParseZone(s string) (string, error) {
	s = strings.TrimSpace(s)
	if zone, err := time.LoadLocation(s); err == nil && s != "" && s != "Local" {
		return zone.String(), nil
	}
	return "", Errorf(CodeInvalid, "tz: is the name of a time zone, such as Europe/Berlin or America/New_York.")
}
