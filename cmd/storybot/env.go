package main

import (
	"fmt"
	"io"
	"strings"
)

// writeEnvExample writes a .env file with every setting in it, none of them
// set. The repository's .env.example is its output.
func writeEnvExample(w io.Writer, settings []setting) error {
	var b strings.Builder
	b.WriteString(`# The settings of Storybot. Copy this file to .env, remove the # in front of
# the ones you use and fill them in. storybot run needs the tokens of one
# platform; without any, storybot is a console chat to try it out.
#
# The environment wins over .env. Each setting can also be read from a file:
# DISCORD_TOKEN_FILE=/run/secrets/discord instead of DISCORD_TOKEN=….
`)
	for _, s := range settings {
		b.WriteString("\n")
		for _, line := range wrap(s.help, 76) {
			fmt.Fprintf(&b, "# %s\n", line)
		}
		if s.def != "" {
			fmt.Fprintf(&b, "# Default: %s\n", s.def)
		}
		fmt.Fprintf(&b, "#%s=%s\n", s.name, s.example)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// wrap breaks text into lines of at most width characters.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
