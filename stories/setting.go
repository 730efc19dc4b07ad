package stories

import (
	"cmp"
	"slices"
	"strings"
)

// Option is an option of a subscription by the name that people type.
type Option string

// The options. What they mean is said at the fields of Options.
const (
	OptionLevel        Option = "level"
	OptionMode         Option = "mode"
	OptionDigest       Option = "digest"
	OptionQuiet        Option = "quiet"
	OptionZone         Option = "tz"
	OptionMention      Option = "mention"
	OptionMentionLevel Option = "mention-level"
	OptionPublish      Option = "publish"
)

// Off is the value that takes an option away.
const Off = "off"

// maxMention is how long the writing of whom updates ping is at most, in bytes.
const maxMention = 200

// Setting is what one option is to be. Value is as people type it, "" or Off to take the
// option away; of OptionMention it is what is stored, for only the platform can read what
// people type.
type Setting struct {
	Option Option
	Value  string
	// Name is what those are called whom Value is of, with their sign; of OptionMention
	// only, "" where nobody knows.
	Name string
}

// off says that s takes its option away.
func (s Setting) off() bool {
	value := strings.TrimSpace(s.Value)
	return value == "" || strings.EqualFold(value, Off)
}

// Changes are what is to be otherwise about the options of a subscription. What they do
// not name stays as it is.
type Changes []Setting

// Check refuses what With would refuse of any options: an option that there is not, a
// value that it cannot have, and two for one. CodeInvalid.
func (c Changes) Check() error {
	_, _, err := Options{}.set(c)
	return err
}

// OptionNames are the options in the order in which people read them.
func OptionNames() []Option {
	var names []Option
	for _, row := range optionRows() {
		names = append(names, row.option)
	}
	return names
}

// optionRow is what is particular to an option.
type optionRow struct {
	option Option
	// set gives it a value as people type it, get returns what it has: "" for its default.
	set func(*Options, string) error
	get func(Options) string
	// needs are those of which one must be there for it to mean anything.
	needs []Option
	// lacks says so.
	lacks string
}

// optionRows is every option there is.
func optionRows() []optionRow {
	return []optionRow{
		{option: OptionLevel,
			set: func(o *Options, s string) (err error) { o.Level, err = read(s, ParseLevel); return err },
			get: func(o Options) string { return levelUnless(o.Level, Minor) }},
		{option: OptionMode,
			set: func(o *Options, s string) (err error) { o.Mode, err = read(s, ParseMode); return err },
			get: func(o Options) string {
				if o.Mode == ModeChannel {
					return ""
				}
				return string(o.Mode)
			}},
		{option: OptionQuiet,
			set: func(o *Options, s string) (err error) { o.Quiet, err = read(s, ParseQuiet); return err },
			get: func(o Options) string { return string(o.Quiet) }},
		{option: OptionDigest,
			set: func(o *Options, s string) (err error) { o.Digest, err = read(s, ParseDigest); return err },
			get: func(o Options) string { return string(o.Digest) }},
		{option: OptionZone, needs: []Option{OptionQuiet, OptionDigest},
			lacks: "tz: says where the hours of quiet: and digest: are, and neither is given here. Add one of them, such as quiet:22:00-07:00.",
			set:   func(o *Options, s string) (err error) { o.Zone, err = read(s, ParseZone); return err },
			get:   func(o Options) string { return o.Zone }},
		{option: OptionMention,
			set: func(o *Options, s string) (err error) { o.Mention, err = read(s, parseMention); return err },
			get: func(o Options) string { return o.Mention }},
		{option: OptionMentionLevel, needs: []Option{OptionMention},
			lacks: "mention-level: says from which level on somebody is pinged, and nobody is pinged here. Say with mention: who.",
			set:   func(o *Options, s string) (err error) { o.MentionLevel, err = read(s, ParseLevel); return err },
			get:   func(o Options) string { return levelUnless(o.MentionLevel, Breaking) }},
		{option: OptionPublish,
			set: func(o *Options, s string) (err error) { o.Publish, err = read(s, parseYes); return err },
			get: func(o Options) string {
				if o.Publish {
					return "yes"
				}
				return ""
			}},
	}
}

// read reads a value that takes its option away where it is "".
func read[T any](s string, parse func(string) (T, error)) (value T, err error) {
	if s == "" {
		return value, nil
	}
	return parse(s)
}

func levelUnless(l, usual Level) string {
	if l == usual || l == 0 {
		return ""
	}
	return l.String()
}

func parseYes(s string) (bool, error) {
	if strings.EqualFold(s, "yes") {
		return true, nil
	}
	return false, Errorf(CodeInvalid, "publish: is yes or off.")
}

// parseMention refuses what no platform writes.
func parseMention(s string) (string, error) {
	if len(s) > maxMention || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }) {
		return "", Errorf(CodeInvalid, "mention: is a role or a group, picked or typed with its @.")
	}
	return s, nil
}

// With is o with what changes name, and the rest as it was: what an option was needed for
// that is taken away is kept and means nothing until that is back, as tz: without quiet:
// and digest:. CodeInvalid for an option that there is not, a value that it cannot have, two
// values for one, and an option that is named while what it needs is missing.
func (o Options) With(changes Changes) (Options, error) {
	o, named, err := o.set(changes)
	if err != nil {
		return Options{}, err
	}
	for _, row := range optionRows() {
		if named[row.option] != "" && !row.means(o) {
			return Options{}, Errorf(CodeInvalid, "%s", row.lacks)
		}
	}
	return o.Defaults(), nil
}

// set is o with the values of changes; named are those, "" for what is taken away.
func (o Options) set(changes Changes) (set Options, named map[Option]string, err error) {
	named = map[Option]string{}
	rows := optionRows()
	for _, s := range changes {
		i := slices.IndexFunc(rows, func(r optionRow) bool { return r.option == s.Option })
		if i < 0 {
			return o, nil, Errorf(CodeInvalid, "%q is no option of a subscription. The options are %s.", s.Option, joinOptions(OptionNames()))
		}
		value := strings.TrimSpace(s.Value)
		if s.off() {
			value = ""
		}
		if earlier, twice := named[s.Option]; twice && earlier != value {
			return o, nil, Errorf(CodeInvalid, "%s: is to be %s and %s at once. Say it once.", s.Option, cmp.Or(earlier, Off), cmp.Or(value, Off))
		}
		named[s.Option] = value
		if err := rows[i].set(&o, value); err != nil {
			return o, nil, err
		}
	}
	return o.Defaults(), named, nil
}

// has says that an option is not at its default.
func (o Options) has(option Option) bool { return o.Value(option) != "" }

// Value is what an option has, as people type it: "" for its default.
func (o Options) Value(option Option) string {
	o = o.Defaults()
	for _, row := range optionRows() {
		if row.option == option {
			return row.get(o)
		}
	}
	return ""
}

// means says that what the option needs is there.
func (r optionRow) means(o Options) bool {
	return len(r.needs) == 0 || slices.ContainsFunc(r.needs, o.has)
}

// Changes are those that make of any other options what is as o, but for what means
// nothing in o: see With.
func (o Options) Changes() Changes {
	var all Changes
	for _, row := range optionRows() {
		set := Setting{Option: row.option}
		if row.means(o) {
			set.Value = o.Value(row.option)
		}
		all = append(all, set)
	}
	return all
}

// Unlike are the options that differ between o and other.
func (o Options) Unlike(other Options) []Option {
	return slices.DeleteFunc(OptionNames(), func(option Option) bool { return o.Value(option) == other.Value(option) })
}

func joinOptions(options []Option) string {
	names := make([]string, len(options))
	for i, option := range options {
		names[i] = string(option)
	}
	return strings.Join(names, ", ")
}
