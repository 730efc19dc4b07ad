package discord

import (
	"testing"

	"storybot/bot"
)

func TestWhoIsAPerson(t *testing.T) {
	for id, want := range map[string]bool{
		"80351110224678912":     true, // the oldest accounts have 17 digits
		"155101607195836416":    true,
		"1234567890123456789":   true,
		"18446744073709551615":  true, // the most 64 bits hold
		"":                      false,
		"1":                     false,
		"1234567890123456":      false,
		"123456789012345678901": false,
		"00000000000000000":     false,
		"ada":                   false,
		"8035111022467891x":     false,
		" 80351110224678912":    false,
		"80351110224678912\n":   false,
		"<@80351110224678912>":  false,
		"٨٠٣٥١١١٠٢٢٤٦٧٨٩١٢":     false,
	} {
		if got := Refs().Person(id); got != want {
			t.Errorf("%q is a person: %v, want %v", id, got, want)
		}
	}
}

func TestWhatIsTypedForAPerson(t *testing.T) {
	const id = "80351110224678912"
	for typed, want := range map[string]string{
		"<@" + id + ">":   id,
		"<@!" + id + ">":  id,
		id:                id,
		" " + id + " ":    id,
		"<@&" + id + ">":  "", // a role
		"<#" + id + ">":   "", // a channel
		"<@" + id:         "",
		"<@1>":            "",
		"<@>":             "",
		"@ada":            "",
		"ada":             "",
		"discord:" + id:   "",
		"":                "",
		"<@" + id + "> x": "",
		"@everyone":       "", "@Everyone": "", "@here": "", "@channel": "", "@all": "", "ALL": "", "help": "", "<@everyone>": "",
	} {
		if got := Refs().Bare("81384788765712384", typed); got != want {
			t.Errorf("%q names %q, want %q", typed, got, want)
		}
	}
}

func TestTheExampleIsAPerson(t *testing.T) {
	if err := bot.CheckPerson([]bot.Refs{Refs()}, Refs().Example); err != nil {
		t.Error(err)
	}
}
