package main

import (
	"slices"
	"strings"
	"unicode"

	"storybot/stories"
)

// ourPrefixes are how names begin that are ours or meant to be: as those of the
// settings do that are named after a platform, the program or its log.
func ourPrefixes(settings []setting) []string {
	prefixes := []string{"STORYBOT_", "LOG_"}
	for _, s := range settings {
		if s.platform != "" {
			prefixes = append(prefixes, strings.ToUpper(s.platform)+"_")
		}
	}
	return prefixes
}

// unknownNames warns about names that are no settings: in envFile about those
// that begin like ours, in the environment, which is shared with all programs,
// about those that resemble one (Kubernetes sets STORYBOT_PORT and its like).
func unknownNames(settings []setting, environment []string, file map[string]string) (warnings []string) {
	known := map[string]bool{}
	for _, s := range settings {
		known[s.name], known[s.name+"_FILE"] = true, true
	}
	warn := func(name, where string, always bool) {
		meant := meantBy(settings, name)
		if known[name] || meant == "" && !always {
			return
		}
		warning := name + " in " + where + " is no setting of Storybot and is ignored"
		if meant != "" {
			warning += "; " + meant + " was probably meant"
		}
		warnings = append(warnings, warning+". storybot env prints those there are")
	}
	for name := range file {
		warn(name, envFile, slices.ContainsFunc(ourPrefixes(settings), func(p string) bool { return strings.HasPrefix(name, p) }))
	}
	for _, name := range environment {
		warn(name, "the environment", false)
	}
	slices.Sort(warnings)
	return slices.Compact(warnings)
}

// meantBy is the setting that a name resembles most, "" when there is none.
func meantBy(settings []setting, name string) string {
	bare, byFile := strings.CutSuffix(strings.ToUpper(name), "_FILE")
	best, least := "", farApart
	for _, s := range settings {
		for _, written := range []string{bare, strings.TrimPrefix(bare, "STORYBOT_")} {
			if d := unlikeness(written, s.name); d < least {
				best, least = s.name, d
			}
		}
	}
	if best != "" && byFile {
		best += "_FILE"
	}
	return best
}

// farApart is the unlikeness of names that have nothing to do with each other.
const farApart = 100

// unlikeness says how far a name is from a setting's: by letters where few are
// wrong, else by words where one has all of the other's and both begin alike.
func unlikeness(name, setting string) int {
	written, meant := compact(name), compact(setting)
	letters := stories.Distance(written, meant, max(len(written), len(meant)))
	if letters <= len(meant)/5 {
		return letters
	}
	a, b := words(name), words(setting)
	if len(a) < 2 || a[0] != b[0] || !holds(a, b[1:]) && !holds(b, a[1:]) {
		return farApart
	}
	return 10 + letters
}

// compact leaves letters and digits.
func compact(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// words splits a name; that of several things is taken as of one.
func words(name string) (list []string) {
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(word) > 3 {
			word = strings.TrimSuffix(word, "S")
		}
		list = append(list, word)
	}
	return list
}

// holds says whether each of some is among all, if need be abbreviated.
func holds(all, some []string) bool {
	for _, word := range some {
		alike := func(other string) bool {
			return word == other || len(word) > 2 && strings.HasPrefix(other, word) || len(other) > 2 && strings.HasPrefix(word, other)
		}
		if !slices.ContainsFunc(all, alike) {
			return false
		}
	}
	return true
}
