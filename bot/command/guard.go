package command

import (
	"context"
	"storybot/bot"
	"storybot/stories"
	"strings"
	"unicode/utf8"
)

// guard says who may give a command, and whether what it names is there.
type guard struct {
	people  []bot.Refs
	archive Archive
	rights  Rights
}

// may refuses whoever may not give the command. Errors are those of
// stories.Service and of the Asker.
func (m *guard) may(ctx context.Context, c bot.Command, entry *command) error {
	if entry.Manages {
		return c.Asker.Manages(ctx)
	}
	return m.rights.Require(ctx, c.User, entry.role)
}

// checkStory refuses a story there is not, for whoever may change it, before
// anything else about the command is looked at. Commands that only show a story
// find it themselves.
func (m *guard) checkStory(ctx context.Context, c bot.Command, entry *command, slug string) error {
	if slug == "" || !entry.changes() || entry.arg(storyArg.Name) == nil {
		return nil
	}
	if err := m.may(ctx, c, entry); err != nil {
		return err
	}
	_, err := m.archive.Story(ctx, slug)
	return err
}

// checkTarget refuses a story there is not, of a command that may name something
// else in its place.
func (m *guard) checkTarget(ctx context.Context, r request) error {
	target, err := r.target()
	if err != nil || target.Kind != stories.TargetStory || target.Name == "" {
		return nil
	}
	_, err = m.archive.Story(ctx, target.Name)
	return err
}

// mayBeRead refuses a command before its text is read: of somebody who may not
// give it, and one that changes something and is longer than any can be. A request
// for help is for all.
func (m *guard) mayBeRead(ctx context.Context, c bot.Command, entry *command, text string) error {
	if n := utf8.RuneCountInString(text); n > maxCommand && entry.changes() {
		if err := m.may(ctx, c, entry); err != nil {
			return err
		}
		return tooLong(entry, n)
	}
	if entry.role == stories.Reader || mayAskHelp(text) {
		return nil // those who manage a channel are asked for once it is clear which is meant
	}
	return m.may(ctx, c, entry)
}

// noModerator says how whoever asks becomes a moderator: where people are called by names
// that they chose, with the whole command.
func (m *guard) noModerator(c bot.Command) string {
	for _, p := range m.people {
		if name, ok := strings.CutPrefix(c.User.Ref, p.Platform+":"); ok && p.Named && p.Person(name) {
			return strings.ReplaceAll(stories.NoModerator, stories.YourName, name)
		}
	}
	return stories.NoModerator
}
