package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories/sqlstore"
)

// config is what the settings say.
type config struct {
	kits        []bot.Kit
	values      map[string]secret // of the platforms' settings
	admins      []string
	times       clocks
	keep        sqlstore.Keep // how long what is kept is left alone
	databaseURL secret        // it may hold a password
	tryOutMade  bool          // the try-out's file is the database, and this process made it
	httpAddr    string        // "" for none
	httpProfile bool
	logLevel    slog.Level
	logFormat   string

	found    map[string]origin // by name of the setting, where it could be read
	wrong    map[string]bool   // the settings that are wrong
	warnings []string          // about names that are no settings, and settings that are empty
	hidden   *hidden           // what no output may hold
}

// clocks is how the newsroom's times are read.
type clocks struct {
	zone *time.Location
	undo time.Duration // how long an update can be taken back; 0 for not at all
}

// given says whether a setting was given a value.
func (c *config) given(name string) bool { return c.found[name].given }

// emptyTokens says whether a token was set, but to nothing.
func (c *config) emptyTokens() bool {
	for _, s := range allSettings(c.kits) {
		if s.token && c.found[s.name].empty {
			return true
		}
	}
	return false
}

// wrongSettings lists everything that is wrong with the settings, a sentence
// each, and what else looks like a mistake.
type wrongSettings struct {
	// what is wrong where that is not the value of a setting: the beginning of a
	// list, or all there is to say without its full stop. "" for settings.
	what     string
	wrong    []string
	warnings []string
}

// Error names them all.
func (w wrongSettings) Error() string {
	text := w.what
	switch {
	case text != "" && len(w.wrong) == 0:
		text += "."
	case text != "":
	case len(w.wrong) == 1:
		text = "1 setting is wrong:"
	default:
		text = fmt.Sprintf("%d settings are wrong:", len(w.wrong))
	}
	for _, wrong := range w.wrong {
		text += "\n  " + wrong
	}
	if len(w.warnings) > 0 {
		text += "\nThis may have to do with it:\n  " + strings.Join(w.warnings, "\n  ")
	}
	return text + "\nThe README explains each setting; storybot env prints them all."
}

// readConfig reads the settings from the environment and from envFile, where
// the environment wins, and tells hide what must not be shown. A wrongSettings
// error names everything that is wrong; what is right is in the config all the
// same.
func readConfig(kits []bot.Kit, env environment, hide *hidden) (*config, error) {
	hide.know(kits)
	c := &config{kits: kits, values: map[string]secret{}, found: map[string]origin{}, wrong: map[string]bool{}, hidden: hide}
	file, err := readEnvFile()
	if err != nil {
		return c, wrongSettings{what: err.Error()}
	}
	var wrong []string
	all := allSettings(kits)
	for _, s := range all {
		text, from, err := s.find(env, file, hide)
		if err == nil {
			c.found[s.name] = from
			err = unquoted(s.set(c, text), from.byFile, kits)
		}
		if err != nil {
			wrong, c.wrong[s.name] = append(wrong, s.name+": "+err.Error()), true
		}
	}
	for name, missing := range c.checkPairs() {
		wrong, c.wrong[name] = append(wrong, name+": "+missing), true
	}
	c.warnings = append(c.emptyWarnings(file), unknownNames(all, env.names(), file)...)
	if wrong != nil {
		return c, wrongSettings{wrong: wrong, warnings: c.warnings}
	}
	return c, nil
}

// quoted is a complaint about values that may be shown.
type quoted struct {
	values    []string
	complaint string
}

// Error quotes the values, but none that is long or looks like a token that was
// put in the wrong place.
func (q quoted) Error() string {
	var shown []string
	for _, v := range q.values {
		if looksSecret(v) {
			v = "…"
		}
		shown = append(shown, strconv.Quote(v))
	}
	return strings.Join(shown, ", ") + " " + q.complaint
}

// looksSecret says whether a value may be a secret in the wrong place.
func looksSecret(v string) bool {
	return len(v) > 48 || len(passwords(v)) > 0 || strings.Count(v, ".") == 2 && len(v) > 24
}

// unquoted is err without the value that it quotes, where that came from a
// file: whoever keeps a value in a file does not expect it in a log. A platform's
// token in the wrong place is never quoted.
func unquoted(err error, byFile bool, kits []bot.Kit) error {
	var q quoted
	if !errors.As(err, &q) {
		return err
	}
	if byFile {
		return errors.New("what the file holds " + q.complaint)
	}
	q.values = slices.Clone(q.values)
	for i, v := range q.values {
		for _, k := range kits {
			if slices.ContainsFunc(k.Marks, func(mark string) bool { return strings.Contains(v, mark) }) {
				q.values[i] = "…"
			}
		}
	}
	return q
}

// emptyWarnings say which tokens are set to nothing: a mistake that otherwise
// shows in nothing but a platform that is not connected.
func (c *config) emptyWarnings(file map[string]string) (warnings []string) {
	for _, s := range allSettings(c.kits) {
		if !s.token || !c.found[s.name].empty {
			continue
		}
		warning := s.name + " is set but empty, and counts as not set"
		if trimmed(file[s.name]) != "" {
			warning += "; it hides the one in " + envFile
		}
		warnings = append(warnings, warning)
	}
	return warnings
}
