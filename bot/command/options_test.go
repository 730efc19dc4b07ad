package command

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// optionSamples are values of the options, with and without what takes them away.
var optionSamples = map[string][]string{
	"level": {"breaking", "normal", "minor", "off"}, "mode": {"channel", "thread", "card", "off"}, "digest": {"hourly", "daily@09:00", "weekdays@7:30", "off"},
	"quiet": {"22:00-07:00", "0:00-06:30", "off"}, "tz": {"Europe/Berlin", "America/Argentina/Buenos_Aires", "off"}, "mention-level": {"normal", "off"},
	"clear": {"quiet", "quiet,tz", "digest,mode,level"},
}

// subscribing is the command's entry.
func subscribing() *command {
	commands := table(&families{})
	return &commands[slices.IndexFunc(commands, func(c command) bool { return c.Name == subscribeName })]
}

// Options are read in any order, in any quotes, with a comma between them or white space,
// whatever colons their values hold; and typed options read the same.
func TestOptionsAreReadInAnyOrder(t *testing.T) {
	entry := subscribing()
	rapid.Check(t, func(t *rapid.T) {
		var names []string
		for name := range optionSamples {
			names = append(names, name)
		}
		slices.Sort(names)
		names = rapid.Permutation(names).Draw(t, "order")[:rapid.IntRange(0, len(names)).Draw(t, "how many")]
		line, want := "sony-hack", values{targetArg.Name: {"sony-hack"}}
		apart := values{targetArg.Name: {"sony-hack"}}
		// Somebody's keyboard writes one kind: where several are mixed it is asked which closes.
		kind := rapid.SampledFrom([]string{"\"\"", "“”", "„“", "''", "‘’", "«»"}).Draw(t, "kind of quotes")
		for _, name := range names {
			value := rapid.SampledFrom(optionSamples[name]).Draw(t, name)
			quote := rapid.SampledFrom([]string{"", kind}).Draw(t, "quotes")
			written := value
			if marks := []rune(quote); len(marks) > 0 {
				written = string(marks[0]) + value + string(marks[1])
			}
			key := rapid.SampledFrom([]string{name, strings.ToUpper(name)}).Draw(t, "key")
			line += rapid.SampledFrom([]string{" ", "  ", "\n", "\u00a0"}).Draw(t, "space") + key + ":" + written
			want[name], apart[name] = []string{value}, []string{value}
		}
		read, err := entry.read(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for name := range want {
			if got := strings.Join(read.typed[name], ","); got != want.get(name) {
				t.Fatalf("%q: %s is %q, not %q", line, name, got, want.get(name))
			}
		}
		chosen := entry.within(apart)
		for name := range want {
			if got := strings.Join(chosen.typed[name], ","); got != want.get(name) {
				t.Fatalf("%v: %s is %q, not %q", apart, name, got, want.get(name))
			}
		}
	})
}

// FuzzSubscribe holds that whatever is typed behind /subscribe is answered in words, and
// that what is refused changes nothing.
func FuzzSubscribe(f *testing.F) {
	for _, s := range []string{"sony-hack quiet:22:00-07:00 tz:Europe/Berlin", "sony-hack clear:quiet,", "sony-hack quiet:“22:00 – 07:00”", "all mention:@here mention-level:", "topic:a level:off level:breaking", "sony-hack tz:Local digest:@", "sony-hack digest:daily@", "sony-hack clear:clear"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		n := openTracked(t)
		before := n.following("general")
		reply := n.ask("ria", "general", "/subscribe "+line)
		if bot.PlainText(reply.Message) == "" {
			t.Errorf("%q is not answered", line)
		}
		if after := n.following("general"); reply.Failed && after != before {
			t.Errorf("%q is refused and makes %q of %q: %s", line, after, before, transcript(reply))
		}
	})
}

// Where a channel follows several things, the answer and /why say that one decides alone,
// its options included.
func TestWhichOptionsDecide(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe all quiet:20:00-08:00"))
	n.must(n.ask("ria", "general", "/subscribe topic:security digest:daily@09:00"))
	r := n.ask("ria", "general", "/subscribe sony-hack level:breaking")
	has(t, "the story beside a topic and all", r, "breaking updates only", "no more of it", "what is asked for the story itself counts")
	r = n.ask("ria", "general", "/subscribe sony-hack level:off mode:thread")
	has(t, "the story with other options", r, "For it the options of topic:security and all do not apply: those of the story itself do.")
	n.must(n.ask("ria", "general", "/subscribe sony-hack clear:mode level:breaking"))
	r = n.ask("ria", "general", "/subscribe topic:security mode:card")
	has(t, "a topic beside its story", r, "as one live card now", "What was asked for sony-hack stays as it is.")
	r = n.ask("ria", "general", "/why sony-hack")
	has(t, "/why", r, "What brings the story here now: sony-hack (breaking updates only, active).", "That decides alone, not topic:security and all.")
	n.must(n.ask("ria", "general", "/unsubscribe sony-hack"))
	r = n.ask("ria", "general", "/why sony-hack")
	has(t, "/why of the topic", r, "topic:security (every update, as one live card, as one digest at 09:00 every day, active)", "not all")
	n.must(n.ask("ria", "general", "/unsubscribe topic:security"))
	r = n.ask("ria", "general", "/why sony-hack")
	has(t, "/why of all", r, "all (every update, quiet from 20:00 to 08:00, active)")
}

// What is completed while an option is typed.
func TestOptionsAreCompleted(t *testing.T) {
	n := openTracked(t)
	for _, c := range []struct{ arg, typed, want string }{
		{"digest", "", "hourly"}, {"digest", "week", "weekdays@09:00"}, {"digest", "daily@7:15", "daily@07:15"},
		{"quiet", "", "22:00-07:00"}, {"quiet", "23:00-6:00", "23:00-06:00"}, {"quiet", "o", "off"},
		{"tz", "", "Europe/Berlin"}, {"tz", "new y", "America/New_York"}, {"tz", "berl", "Europe/Berlin"}, {"tz", "asia/to", "Asia/Tokyo"},
		{"clear", "", "level"}, {"clear", "qui", "quiet"}, {"clear", "quiet,ment", "quiet,mention"}, {"clear", "quiet, t", "quiet,tz"},
	} {
		got := n.Complete(t.Context(), "subscribe", c.arg, c.typed)
		if len(got) == 0 || len(got) > maxChoices || got[0].Value != c.want {
			t.Errorf("%s:%s suggests %v, not %s first", c.arg, c.typed, got, c.want)
		}
	}
	if got := n.Complete(t.Context(), "subscribe", "tz", "nowhere"); len(got) != 0 {
		t.Errorf("a zone of nowhere: %v", got)
	}
	for name := range strings.Lines(zoneNames) {
		if _, err := stories.ParseZone(strings.TrimSpace(name)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A time zone is known in whatever letters it is typed, and a city alone is answered with
// its zone; a list of options may hold spaces.
func TestZonesAndListsAsPeopleTypeThem(t *testing.T) {
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		for _, typed := range []string{strings.ToLower(name), strings.ToUpper(name), strings.ReplaceAll(name, "_", " ")} {
			if got := zoneNamed(typed); got != name {
				t.Errorf("%s is %s, want %s", typed, got, name)
			}
		}
	}
	n := openTracked(t)
	for _, s := range []struct{ say, want string }{
		{"/subscribe sony-hack quiet:22:00-07:00 tz:utc", "(UTC)"},
		{"/subscribe sony-hack tz:europe/berlin", "hours in Europe/Berlin now, hours in UTC before"},
		{"/subscribe sony-hack tz:OFF", "hours in the newsroom's time zone now"},
		{"/subscribe sony-hack tz:gmt", "hours in GMT now"},
		{"/subscribe sony-hack tz:tokyo", "\"tokyo\" is no time zone. Did you mean Asia/Tokyo?"},
		{"/subscribe sony-hack tz:europe/berln", "\"europe/berln\" is no time zone. Did you mean Europe/Berlin?"},
		{"/subscribe sony-hack tz:nowhere", "tz: is the name of a time zone, such as"},
		{"/subscribe sony-hack digest:hourly", "as one digest every hour"},
		{"/subscribe sony-hack clear:digest, quiet level:normal", "normal and breaking updates now, every update before; no quiet hours now"},
		{"/subscribe sony-hack clear:level, mode", "every update now"},
		{"/subscribe sony-hack clear:level, volume", "\"volume\" is no option that clear: could take away."},
	} {
		n.now = n.now.Add(1e9)
		has(t, s.say, n.hear("ria", "general", s.say), s.want)
	}
}
