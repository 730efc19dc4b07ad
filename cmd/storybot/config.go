package main

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/joho/godotenv"
)

// config is what the settings say.
type config struct {
	discordToken  secret
	discordAPIURL string // "" for the official one
	slackBots     []secret
	slackApp      secret
	slackAPIURL   string // "" for the official one
	admins        []string
	databaseURL   secret // it may hold a password
	httpAddr      string // "" for none
	logLevel      slog.Level
	logFormat     string

	given    map[string]bool // names of the settings that were given
	warnings []string        // about names in .env that are no settings
}

// hasPlatform says whether a token of a chat platform is set.
func (c *config) hasPlatform() bool { return c.discordToken.given() || len(c.slackBots) > 0 }

// secrets are the values no output may hold.
func (c *config) secrets() []secret {
	return append([]secret{c.discordToken, c.slackApp, newSecret(databasePassword(c.databaseURL.reveal()))}, c.slackBots...)
}

// envFile is where settings are read from besides the environment, in the
// working directory.
const envFile = ".env"

// wrongSettings lists everything that is wrong with the settings, a sentence
// each.
type wrongSettings []string

// Error names them all.
func (w wrongSettings) Error() string {
	count := "1 setting is wrong"
	if len(w) != 1 {
		count = fmt.Sprintf("%d settings are wrong", len(w))
	}
	return count + ":\n  " + strings.Join(w, "\n  ") + "\nThe README explains each setting; storybot env prints them all."
}

// loadConfig reads the settings from the environment and from envFile, where
// the environment wins. A wrongSettings error names everything that is wrong.
func loadConfig(lookup func(string) (string, bool)) (*config, error) {
	c := &config{given: map[string]bool{}}
	file, err := godotenv.Read(envFile)
	if err != nil && !os.IsNotExist(err) {
		// The parser's error quotes the line, which may hold a token.
		return nil, wrongSettings{envFile + " cannot be read: every line is NAME=value or a # comment, and the file must be readable by you."}
	}
	var wrong wrongSettings
	for _, s := range settings {
		value, given, err := s.lookup(lookup, file)
		if err == nil {
			c.given[s.name] = given
			err = s.set(c, value)
		}
		if err != nil {
			wrong = append(wrong, s.name+": "+err.Error())
		}
	}
	wrong = append(wrong, c.checkPairs()...)
	c.warnings = unknownNames(file)
	if wrong != nil {
		return nil, wrong
	}
	return c, nil
}

// checkPairs finds settings that need each other.
func (c *config) checkPairs() (wrong wrongSettings) {
	if c.given["SLACK_BOT_TOKEN"] && !c.given["SLACK_APP_TOKEN"] {
		wrong = append(wrong, "SLACK_APP_TOKEN: missing, while SLACK_BOT_TOKEN is set. Make one under Basic Information, App-Level Tokens, with the scope connections:write.")
	}
	if c.given["SLACK_APP_TOKEN"] && !c.given["SLACK_BOT_TOKEN"] {
		wrong = append(wrong, "SLACK_BOT_TOKEN: missing, while SLACK_APP_TOKEN is set. It is shown under OAuth & Permissions once the app is installed.")
	}
	return wrong
}

// lookup finds the setting's value: NAME or the contents of the file NAME_FILE
// names, in the environment before .env. A value that is set but empty in the
// environment hides the one in .env.
func (s setting) lookup(env func(string) (string, bool), file map[string]string) (value string, given bool, err error) {
	inFile := func(name string) (string, bool) { v, ok := file[name]; return v, ok }
	for _, source := range []func(string) (string, bool){env, inFile} {
		value, direct := source(s.name)
		path, byFile := source(s.name + "_FILE")
		switch {
		case direct && value != "" && byFile && path != "":
			return "", false, fmt.Errorf("%s and %s_FILE are both set. Keep one of them", s.name, s.name)
		case byFile && path != "":
			content, err := os.ReadFile(path)
			if err != nil {
				return "", false, fmt.Errorf("the file of %s_FILE cannot be read: %w", s.name, err)
			}
			value = string(content)
		case !direct && !byFile:
			continue
		}
		value = strings.TrimSpace(value)
		if value == "" {
			value = s.def
			return value, false, nil
		}
		return value, true, nil
	}
	return s.def, false, nil
}

// unknownNames finds names in .env that look like ours but are not.
func unknownNames(file map[string]string) (warnings []string) {
	for name := range file {
		ours := false
		for _, prefix := range []string{"DISCORD_", "SLACK_", "STORYBOT_", "LOG_"} {
			ours = ours || strings.HasPrefix(name, prefix)
		}
		known := slices.ContainsFunc(settings, func(s setting) bool { return name == s.name || name == s.name+"_FILE" })
		if ours && !known {
			warnings = append(warnings, name+" in "+envFile+" is no setting of Storybot and is ignored; storybot env prints those there are")
		}
	}
	slices.Sort(warnings)
	return warnings
}
