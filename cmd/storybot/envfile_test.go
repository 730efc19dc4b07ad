package main

import (
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestEnvFileKeepsTheRest: whatever a file says, what is added to it is read back,
// and all else with it; or it is left alone.
func TestEnvFileKeepsTheRest(t *testing.T) {
	name := rapid.SampledFrom([]string{"DISCORD_TOKEN", "SLACK_BOT_TOKEN", "LOG_LEVEL", "OTHER"})
	line := rapid.Custom(func(t *rapid.T) string {
		value := rapid.SampledFrom([]string{"", "x", "'a b'", "\"two\nlines\"", "a # note", "'open", "$OTHER", "a\\nb", "\"DISCORD_TOKEN=y\n\"", "xoxb-1,xoxb-2"}).Draw(t, "value")
		return rapid.SampledFrom([]string{"", "# note", "# DISCORD_TOKEN=note", "export ", "  ", "no sense"}).Draw(t, "before") + "\n" +
			rapid.SampledFrom([]string{"", "export ", " "}).Draw(t, "lead") + name.Draw(t, "name") + rapid.SampledFrom([]string{"=", " = ", ": "}).Draw(t, "is") + value
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(line, 0, 4).Draw(t, "lines"), rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"))
		before, ok := parseEnv(text)
		if !ok {
			return
		}
		value := rapid.SampledFrom([]string{"discordtest.bot.token", "xoxb-1,xoxb-2", "a b", "it's"}).Draw(t, "given")
		after, err := (envText{text: text, vars: before}).with([]assignment{{name: "DISCORD_TOKEN", value: value}})
		if err != nil {
			return // it is left alone
		}
		want := maps.Clone(before)
		want["DISCORD_TOKEN"] = value
		got, ok := parseEnv(after)
		if !ok || !maps.Equal(got, want) {
			t.Fatalf("of %q became %q", text, after)
		}
	})
}

// TestEnvFileIsChangedInPlace, line by line.
func TestEnvFileIsChangedInPlace(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "DISCORD_TOKEN=new\n",
		"A=1":                                    "A=1\nDISCORD_TOKEN=new\n",
		"DISCORD_TOKEN=\nA=1\n":                  "DISCORD_TOKEN=new\nA=1\n",
		"#DISCORD_TOKEN=\nA=1\n":                 "#DISCORD_TOKEN=\nA=1\nDISCORD_TOKEN=new\n",
		"export DISCORD_TOKEN=old\n":             "DISCORD_TOKEN=new\n",
		"DISCORD_TOKEN_FILE=x\n":                 "DISCORD_TOKEN_FILE=x\nDISCORD_TOKEN=new\n",
		"DISCORD_TOKEN=\"old\nand more\"\nA=1\n": "", // is left alone
	} {
		vars, ok := parseEnv(text)
		if !ok {
			t.Fatalf("%q cannot be read", text)
		}
		got, err := (envText{text: text, vars: vars}).with([]assignment{{name: "DISCORD_TOKEN", value: "new"}})
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q becomes %q, %v", text, got, err)
		}
	}
}
