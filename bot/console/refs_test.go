package console

import (
	"strings"
	"testing"

	"storybot/bot"
)

func TestWhoIsAPerson(t *testing.T) {
	for id, want := range map[string]bool{
		FirstUser:               true,
		"ada":                   true,
		"Ada.L-1_2":             true,
		"Łucja":                 true,
		strings.Repeat("a", 40): true,
		"":                      false,
		"@ada":                  false,
		"ada l":                 false,
		"a:b":                   false,
		"a/b":                   false,
		".ada":                  false,
		"ada\n":                 false,
		strings.Repeat("a", 41): false,
		"everyone":              false,
		"Here":                  false,
		"CHANNEL":               false,
		"all":                   false,
		"help":                  false,
		"Everyone.":             false,
		"ｅｖｅｒｙｏｎｅ":              false,
		"allan":                 true,
		"helper":                true,
	} {
		if got := Refs().Person(id); got != want {
			t.Errorf("%q is a person: %v, want %v", id, got, want)
		}
	}
}

func TestWhatIsTypedForAPerson(t *testing.T) {
	for typed, want := range map[string]string{
		"@ada": "ada", "ada": "ada", " ada ": "ada", "@Łucja": "Łucja",
		"": "", "@": "", "@@ada": "", "a b": "", "console:ada": "", "slack:T1/U1": "", "<@80351110224678912>": "",
		"@everyone": "", "@Here": "", "@CHANNEL": "", "all": "", " @help ": "", "@all.": "", "@allan": "allan",
	} {
		if got := Refs().Bare("", typed); got != want {
			t.Errorf("%q names %q, want %q", typed, got, want)
		}
	}
}

func TestTheExampleIsAPerson(t *testing.T) {
	if err := bot.CheckPerson([]bot.Refs{Refs()}, Refs().Example); err != nil {
		t.Error(err)
	}
}
