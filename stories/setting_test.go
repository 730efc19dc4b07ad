package stories_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/stories"
)

// changed reads changes as they stand in a table: "quiet=22:00-07:00 tz=Europe/Berlin".
func changed(s string) (changes stories.Changes) {
	for _, word := range strings.Fields(s) {
		name, value, _ := strings.Cut(word, "=")
		changes = append(changes, stories.Setting{Option: stories.Option(name), Value: value})
	}
	return changes
}

// told is what is not at its default, in the same writing.
func told(o stories.Options) string {
	var words []string
	for _, option := range stories.OptionNames() {
		if value := o.Value(option); value != "" {
			words = append(words, string(option)+"="+value)
		}
	}
	return strings.Join(words, " ")
}

func TestOptionsAreChangedOneAtATime(t *testing.T) {
	for _, c := range []struct{ before, changes, want, refused string }{
		{"", "", "", ""},
		{"", "level=breaking", "level=breaking", ""},
		{"level=breaking", "", "level=breaking", ""},
		{"level=breaking mode=card", "quiet=22:00-7:00", "level=breaking mode=card quiet=22:00-07:00", ""},
		{"level=breaking mode=card quiet=22:00-07:00", "mode=thread", "level=breaking mode=thread quiet=22:00-07:00", ""},
		{"level=breaking", "level=off", "", ""},
		{"level=breaking", "level=minor", "", ""},
		{"level=breaking", "level=", "", ""},
		{"mode=thread", "mode=channel", "", ""},
		{"mode=thread", "mode=OFF", "", ""},
		{"", "digest=daily@9:05", "digest=daily@09:05", ""},
		{"digest=hourly", "digest=weekdays@18:00 level=normal", "level=normal digest=weekdays@18:00", ""},
		{"publish=yes", "level=normal", "level=normal publish=yes", ""},
		{"publish=yes", "publish=off", "", ""},

		// A zone belongs to hours.
		{"", "tz=Europe/Berlin", "", "neither is given"},
		{"level=breaking", "tz=Europe/Berlin", "", "neither is given"},
		{"", "tz=Europe/Berlin quiet=22:00-07:00", "quiet=22:00-07:00 tz=Europe/Berlin", ""},
		{"digest=hourly", "tz=Europe/Berlin", "digest=hourly tz=Europe/Berlin", ""},
		{"quiet=22:00-07:00 tz=Europe/Berlin", "quiet=off", "tz=Europe/Berlin", ""},
		{"quiet=22:00-07:00 tz=Europe/Berlin; quiet=off", "quiet=21:00-06:00", "quiet=21:00-06:00 tz=Europe/Berlin", ""},
		{"digest=hourly tz=Europe/Berlin; digest=off", "quiet=21:00-06:00", "quiet=21:00-06:00 tz=Europe/Berlin", ""},
		{"digest=hourly tz=Europe/Berlin; digest=off", "tz=off", "", ""},
		{"digest=hourly tz=Europe/Berlin; digest=off", "tz=Asia/Tokyo", "", "neither is given"},
		{"quiet=22:00-07:00 tz=Europe/Berlin", "quiet=off tz=Asia/Tokyo", "", "neither is given"},
		{"quiet=22:00-07:00 tz=Europe/Berlin", "quiet=off digest=hourly", "digest=hourly tz=Europe/Berlin", ""},
		{"quiet=22:00-07:00 digest=hourly tz=Europe/Berlin", "quiet=off", "digest=hourly tz=Europe/Berlin", ""},
		{"quiet=22:00-07:00 tz=Europe/Berlin", "tz=off", "quiet=22:00-07:00", ""},
		{"", "tz=off", "", ""},

		// A level that pings belongs to somebody who is pinged.
		{"", "mention-level=normal", "", "nobody is pinged"},
		{"", "mention-level=breaking", "", "nobody is pinged"},
		{"", "mention=@news mention-level=normal", "mention=@news mention-level=normal", ""},
		{"mention=@news", "mention-level=minor", "mention=@news mention-level=minor", ""},
		{"mention=@news mention-level=normal", "mention=off", "mention-level=normal", ""},
		{"mention=@news mention-level=normal; mention=off", "mention=@desk", "mention=@desk mention-level=normal", ""},
		{"mention=@news mention-level=normal", "mention=@desk", "mention=@desk mention-level=normal", ""},

		// What cannot be.
		{"", "level=loud", "", "level:breaking, level:normal or level:minor"},
		{"", "mode=quietly", "", "channel, thread or card"},
		{"", "digest=weekly", "", "hourly, daily@09:00 or weekdays@09:00"},
		{"", "digest=daily@25:00", "", "hourly, daily@09:00 or weekdays@09:00"},
		{"", "quiet=22:00", "", "from when to when"},
		{"", "quiet=07:00-07:00", "", "would be never"},
		{"", "quiet=22:00-07:00 tz=Berlin", "", "Europe/Berlin"},
		{"", "publish=maybe", "", "yes or off"},
		{"", "loudness=7", "", "The options are level, mode"},
		{"", "level=breaking level=normal", "", "breaking and normal at once"},
		{"", "quiet=22:00-07:00 quiet=off", "", "22:00-07:00 and off at once"},
		{"", "level=breaking level=breaking", "level=breaking", ""},
	} {
		before := stories.Options{}
		for step := range strings.SplitSeq(c.before, ";") {
			var err error
			if before, err = before.With(changed(step)); err != nil {
				t.Fatalf("%s: %v", c.before, err)
			}
		}
		got, err := before.With(changed(c.changes))
		switch {
		case c.refused != "":
			if stories.CodeOf(err) != stories.CodeInvalid || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%q then %q: %v; want a refusal with %q", c.before, c.changes, err, c.refused)
			}
		case err != nil || told(got) != c.want:
			t.Errorf("%q then %q = %q, %v; want %q", c.before, c.changes, told(got), err, c.want)
		}
	}
}

// aSetting draws an option with a value it can have or, here and there, none.
func aSetting(t *rapid.T) stories.Setting {
	values := map[stories.Option][]string{
		stories.OptionLevel: {"breaking", "normal", "minor"}, stories.OptionMode: {"channel", "thread", "card"},
		stories.OptionDigest: {"hourly", "daily@09:00", "weekdays@18:30"}, stories.OptionQuiet: {"22:00-07:00", "00:00-06:00"},
		stories.OptionZone: {"Europe/Berlin", "America/New_York"}, stories.OptionMention: {"p:1", "p:2"},
		stories.OptionMentionLevel: {"breaking", "normal", "minor"}, stories.OptionPublish: {"yes"},
	}
	option := rapid.SampledFrom(stories.OptionNames()).Draw(t, "option")
	return stories.Setting{Option: option, Value: rapid.SampledFrom(append(values[option], stories.Off)).Draw(t, "value")}
}

// Whatever is changed, in whatever order, nothing else is; and what was changed twice is
// as after once.
func TestAChangeOfOptionsChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := stories.Options{}.Defaults()
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			s := aSetting(t)
			next, err := o.With(stories.Changes{s})
			if err != nil {
				if needs := s.Option == stories.OptionZone && o.Quiet == "" && o.Digest == "" || s.Option == stories.OptionMentionLevel && o.Mention == ""; !needs {
					t.Fatalf("%v of %q: %v", s, told(o), err)
				}
				continue
			}
			for _, option := range next.Unlike(o) {
				if option != s.Option {
					t.Fatalf("%v of %q makes %q", s, told(o), told(next))
				}
			}
			if again, err := next.With(stories.Changes{s}); err == nil && again != next {
				t.Fatalf("%v twice: %q, then %q", s, told(next), told(again))
			}
			want := next
			if next.Quiet == "" && next.Digest == "" {
				want.Zone = ""
			}
			if next.Mention == "" {
				want.MentionLevel = stories.Breaking
			}
			if whole, err := (stories.Options{}).With(next.Changes()); err != nil || whole != want {
				t.Fatalf("all of %q make %q, %v", told(next), told(whole), err)
			}
			o = next
		}
	})
}
