package stories

import (
	"strings"
	"testing"
)

// refusal is what a table of checks expects: "" for none, else a part of the
// sentence a person reads.
func checkRefusal(t *testing.T, name string, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("%s: refused: %v", name, err)
		}
		return
	}
	if CodeOf(err) != CodeInvalid || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: err = %v (%s), want a refusal with %q", name, err, CodeOf(err), want)
	}
}

func TestSlugForms(t *testing.T) {
	for slug, want := range map[string]string{
		"sony-hack": "", "g7": "", "2024-election": "", strings.Repeat("a", MaxSlug): "",
		"":                             "small letters",
		"a":                            "small letters",
		"Sony":                         "small letters",
		"sony_hack":                    "small letters",
		"-sony":                        "small letters",
		"sony--hack":                   "small letters",
		"2024":                         "at least one letter",
		"sony hack":                    "small letters",
		"söny":                         "small letters",
		"sony\x00":                     "small letters",
		strings.Repeat("a", MaxSlug+1): "2 to 64",
		"help":                         "word of the bot",
		"all":                          "word of the bot",
	} {
		checkRefusal(t, slug, CheckSlug(slug), want)
	}
}

func TestTextsThatCannotBeUsedAreRefusedInWords(t *testing.T) {
	for _, c := range []struct {
		name  string
		check func(string) error
		text  string
		want  string
	}{
		{"headline", CheckHeadline, "FBI blames North Korea", ""},
		{"headline in another script", CheckHeadline, "北朝鮮が関与を否定", ""},
		{"empty headline", CheckHeadline, " \n", "empty"},
		{"headline of emoji", CheckHeadline, "🔥🔥🔥", "no letter"},
		{"headline of two lines", CheckHeadline, "one\ntwo", "one line"},
		{"headline with NUL", CheckHeadline, "a\x00b", "NUL"},
		{"headline that is too long", CheckHeadline, strings.Repeat("é", MaxHeadline+7), "Shorten it by 7"},
		{"headline at the limit", CheckHeadline, strings.Repeat("é", MaxHeadline), ""},
		{"broken encoding", CheckUpdateText, "caf\xe9", "UTF-8"},
		{"100 KB", CheckUpdateText, strings.Repeat("x", 100<<10), "at most 8000"},
		{"punctuation", CheckUpdateText, "…!?", "no letter"},
		{"several lines", CheckUpdateText, "one\n\ntwo", ""},
		{"no summary", CheckSummary, "", ""},
		{"blank summary", CheckSummary, "  ", "empty"},
	} {
		checkRefusal(t, c.name, c.check(c.text), c.want)
	}
}

func TestTargetsReadWhatTheyWrite(t *testing.T) {
	for text, want := range map[string]Target{
		"sony-hack":       {TargetStory, "sony-hack"},
		" Sony-Hack ":     {TargetStory, "sony-hack"},
		"topic:security":  {TargetTopic, "security"},
		"all":             {Kind: TargetAll},
		"topic:all":       {TargetTopic, "all"},
		"TOPIC:Elections": {TargetTopic, "elections"},
	} {
		got, err := ParseTarget(text)
		if err != nil || got != want {
			t.Errorf("ParseTarget(%q) = %v, %v", text, got, err)
		}
		if again, err := ParseTarget(got.String()); err != nil || again != got {
			t.Errorf("ParseTarget(%q) = %v, %v", got.String(), again, err)
		}
	}
	for _, bad := range []string{"", "topic:", "help", "two words", "topic:a b"} {
		if got, err := ParseTarget(bad); CodeOf(err) != CodeInvalid {
			t.Errorf("ParseTarget(%q) = %v, %v", bad, got, err)
		}
	}
}

func TestDestinationsReadWhatTheyWrite(t *testing.T) {
	for _, d := range []Destination{
		{"discord", "80351110224678912", "41771983423143937"},
		{"slack", "T012AB", "C024BE7LH"},
		{"console", "", "#general"},
		{"discord", "", "319674150115610528"},
	} {
		if got, err := ParseDestination(d.String()); err != nil || got != d {
			t.Errorf("ParseDestination(%q) = %v, %v", d, got, err)
		}
	}
	for _, bad := range []string{"", "x", ":y", "x:"} {
		if got, err := ParseDestination(bad); CodeOf(err) != CodeInvalid {
			t.Errorf("ParseDestination(%q) = %v, %v", bad, got, err)
		}
	}
}

func TestLevelsAreOrdered(t *testing.T) {
	if !(Minor < Normal && Normal < Breaking) {
		t.Error("levels are out of order")
	}
	for _, l := range []Level{Minor, Normal, Breaking} {
		if got, err := ParseLevel(strings.ToUpper(l.String())); err != nil || got != l {
			t.Errorf("ParseLevel(%v) = %v, %v", l, got, err)
		}
	}
	_, err := ParseLevel("urgent")
	checkRefusal(t, "urgent", err, "level:breaking")
}

func TestDistances(t *testing.T) {
	for _, c := range []struct {
		a, b       string
		most, want int
	}{
		{"kyiv", "kyiv", 0, 0}, {"kiyv", "kyiv", 1, 1}, {"kiev", "kyiv", 2, 2}, {"hack", "hakc", 1, 1}, {"hack", "hak", 1, 1}, {"hak", "hack", 1, 1},
		{"hack", "hock", 1, 1}, {"hack", "xyzw", 3, -1}, {"", "abc", 3, 3}, {"abc", "", 2, -1}, {"", "", 0, 0}, {"abcd", "badc", 2, 2}, {"ca", "abc", 3, 3},
		{"level", "level", 2, 0}, {"", "at", 2, 2}, {"levle", "level", 2, 1}, {"levl", "level", 2, 1}, {"sources", "source", 2, 1}, {"story", "stories", 3, 3}, {"story", "stories", 2, -1},
	} {
		if got := Distance(c.a, c.b, c.most); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", c.a, c.b, c.most, got, c.want)
		}
		if got := Distance(c.b, c.a, c.most); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", c.b, c.a, c.most, got, c.want)
		}
	}
}

func TestErrorsKeepCodeSentenceAndCause(t *testing.T) {
	cause := Errorf(CodeInvalid, "inner")
	err := &Error{Code: CodeUnavailable, Message: "The database cannot be reached.", Err: cause}
	if CodeOf(err) != CodeUnavailable || !strings.Contains(err.Error(), "inner") || err.Unwrap() != cause {
		t.Errorf("err = %v", err)
	}
	if CodeOf(nil) != "" || CodeOf(strings.NewReader("").UnreadByte()) != CodeInternal {
		t.Error("codes of nil and of foreign errors")
	}
}
