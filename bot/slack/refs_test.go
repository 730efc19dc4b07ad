package slack

import (
	"testing"

	"storybot/bot"
)

func TestWhoIsAPerson(t *testing.T) {
	for id, want := range map[string]bool{
		"T012AB3CD/U024BE7LH":     true,
		"T012AB3CD/W024BE7LH":     true,
		"E012AB3CD/W024BE7LH":     true,
		"T1/U2":                   true,
		"":                        false,
		"U1":                      false, // of which workspace?
		"T1":                      false,
		"T1/":                     false,
		"/U1":                     false,
		"T1/C1":                   false, // a channel
		"T1/B1":                   false, // a bot
		"U1/T1":                   false,
		"T1/U1/U2":                false,
		"t012ab3cd/u024be7lh":     false,
		"T1/mia":                  false,
		"T1/@U1":                  false,
		"T1 /U1":                  false,
		"T1/U1\n":                 false,
		"T012AB3CD/<@U024BE7LH>":  false,
		"T012AB3CD/U024BE7LH|mia": false,
	} {
		if got := Refs().Person(id); got != want {
			t.Errorf("%q is a person: %v, want %v", id, got, want)
		}
	}
}

func TestWhatIsTypedForAPerson(t *testing.T) {
	for _, test := range []struct{ workspace, typed, want string }{
		{"T1", "<@U2>", "T1/U2"},
		{"T1", "<@W2>", "T1/W2"},
		{"T1", "<@U2|mia>", "T1/U2"},
		{"T1", "<@U2|Mia Ōno (she)>", "T1/U2"},
		{"T1", "U2", "T1/U2"},
		{"T1", " U2 ", "T1/U2"},
		{"T1", "T9/U2", "T9/U2"}, // the workspace that is said wins
		{"", "U2", ""},           // of which workspace?
		{"", "T9/U2", "T9/U2"},
		{"T1", "<!subteam^S2>", ""},
		{"T1", "<#C2|general>", ""},
		{"T1", "<@U2", ""},
		{"T1", "@mia", ""},
		{"T1", "mia", ""},
		{"T1", "u2", ""},
		{"T1", "slack:T1/U2", ""},
		{"T1", "<@U2> x", ""},
		{"T1", "", ""},
		{"general", "U2", ""},
		{"T1", "@everyone", ""}, {"T1", "EVERYONE", ""}, {"T1", "@here", ""}, {"T1", "@channel", ""}, {"T1", "@all", ""}, {"T1", "help", ""},
		{"T1", "<!everyone>", ""}, {"T1", "<!here>", ""}, {"T1", "<!channel|@channel>", ""}, {"T1", "<@HERE>", ""},
	} {
		if got := Refs().Bare(test.workspace, test.typed); got != test.want {
			t.Errorf("%q in %q names %q, want %q", test.typed, test.workspace, got, test.want)
		}
	}
}

func TestTheExampleIsAPerson(t *testing.T) {
	if err := bot.CheckPerson([]bot.Refs{Refs()}, Refs().Example); err != nil {
		t.Error(err)
	}
}
