package main

import (
	"errors"
	"iter"
	"slices"
	"strings"

	"storybot/bot"
	"storybot/bot/command"
)

// ofKit is a platform's setting in the table of them all.
func ofKit(k bot.Kit, s bot.Setting, kits []bot.Kit) setting {
	return setting{name: s.Name, platform: k.Name(), token: s.Token, secret: s.Token, help: s.Help, def: s.Default, example: s.Example, found: s.Found,
		set: func(c *config, v string) error {
			value, err := readSetting(k, s, kits, v)
			if err == nil {
				c.values[s.Name] = newSecret(value)
			}
			return err
		}}
}

// readSetting checks what was set and returns it as its platform wants it.
func readSetting(k bot.Kit, s bot.Setting, kits []bot.Kit, v string) (string, error) {
	for _, other := range kits {
		if v == "" || other.Name() == k.Name() {
			continue
		}
		if s.Token && looksLikeOf(other, v) && !looksLikeOf(k, v) {
			found := s.Found
			if rest, ok := strings.CutPrefix(found, "It "); ok {
				found = k.Title() + "'s " + rest
			}
			return "", errors.New("this is a token of " + other.Title() + ". " + found)
		}
		for _, theirs := range other.Settings {
			if s.Address != nil && theirs.Address != nil && theirs.Address.Leads(v) {
				return "", errors.New("this is the address of another platform; it belongs in " + theirs.Name)
			}
		}
	}
	switch {
	case s.Address != nil:
		return s.Address.Read(s.Name, v)
	case s.Read != nil:
		return s.Read(v)
	}
	return v, nil
}

// looksLikeOf says whether a token looks like one of a platform's.
func looksLikeOf(k bot.Kit, token string) bool {
	return slices.ContainsFunc(k.Marks, func(mark string) bool { return strings.HasPrefix(token, mark) })
}

// uses says whether a token of a platform is set.
func (c *config) uses(k bot.Kit) bool {
	return slices.ContainsFunc(k.Settings, func(s bot.Setting) bool { return s.Token && c.value(s.Name) != "" })
}

// hasPlatform says whether a token of a chat platform is set.
func (c *config) hasPlatform() bool { return slices.ContainsFunc(c.kits, c.uses) }

// value is what a platform's setting says, as its folder wants it; "" for nothing.
func (c *config) value(name string) string { return c.values[name].reveal() }

// checkPairs finds tokens that need each other: the names of those that are
// missing, and what is to be said of it.
func (c *config) checkPairs() iter.Seq2[string, string] {
	return func(yield func(name, missing string) bool) {
		for _, k := range c.kits {
			set := slices.IndexFunc(k.Settings, func(s bot.Setting) bool { return s.Token && c.given(s.Name) })
			if set < 0 {
				continue
			}
			for _, s := range k.Settings {
				if from, known := c.found[s.Name]; s.Token && known && !from.given {
					if !yield(s.Name, "missing, while "+k.Settings[set].Name+" is set. "+s.Found) {
						return
					}
				}
			}
		}
	}
}

// missingTokens are the tokens of all platforms, a sentence each.
func missingTokens(kits []bot.Kit) (missing []string) {
	for _, k := range kits {
		for _, s := range k.Settings {
			if s.Token {
				missing = append(missing, s.Name+": missing. "+s.Found)
			}
		}
	}
	return missing
}

// asked is what a platform is made of that is only asked: for setup and doctor.
func (p *program) asked(cfg *config) bot.Parts {
	return bot.Parts{Setting: cfg.value, Specs: p.specs(), Menus: command.Menus(), Memory: nothing{}, Log: newLog(cfg, levelSilent, p.stderr), Now: wallClock, Version: version()}
}
