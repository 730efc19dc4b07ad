package main

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// TestWhatIsSaidOfADatabase by what was found out about it.
func TestWhatIsSaidOfADatabase(t *testing.T) {
	well := sqlstore.Examination{Engine: "SQLite", Exists: true, Version: 3, Known: 3, Free: 1 << 40}
	for name, test := range map[string]struct {
		spoil      func(x *sqlstore.Examination)
		state      bot.State
		said, cure string
	}{
		"well":         {func(*sqlstore.Examination) {}, bot.Fine, "SQLite: they have version 3, this program's.", ""},
		"none yet":     {func(x *sqlstore.Examination) { x.Version = 0 }, bot.Noted, "the first start makes them", ""},
		"older":        {func(x *sqlstore.Examination) { x.Version = 2 }, bot.Noted, "they have version 2; the next start upgrades them to 3", "storybot backup FILE"},
		"newer":        {func(x *sqlstore.Examination) { x.Version = 4 }, bot.Failing, "They were written by a newer storybot: they have version 4, this program knows 3.", "Start the newer program"},
		"in use":       {func(x *sqlstore.Examination) { x.Used = true }, bot.Fine, "A bot has it open now, and is left alone", ""},
		"a full disk":  {func(x *sqlstore.Examination) { x.Free = 3 << 20 }, bot.Wanting, "3 MB are free where it is.", "Make room on that disk"},
		"nobody knows": {func(x *sqlstore.Examination) { x.Free = -1 }, bot.Fine, "It can be written to.", ""},
		"open to all":  {func(x *sqlstore.Examination) { x.Open = fs.FileMode(0o644) }, bot.Wanting, "(-rw-r--r--)", "chmod 600"},
		"read-only": {func(x *sqlstore.Examination) {
			x.Refused = []error{&stories.Error{Code: stories.CodeUnavailable, Message: "It is read-only. Point it elsewhere", Err: errors.New("code 8")}}
		}, bot.Failing, "It is read-only.", "Point it elsewhere. The cause: code 8."},
	} {
		x := well
		test.spoil(&x)
		found := aboutDatabase(x)
		var said, cures []string
		for _, f := range found {
			said, cures = append(said, f.Said), append(cures, f.Cure)
		}
		if bot.Worst(found) != test.state || !strings.Contains(strings.Join(said, " "), test.said) || !strings.Contains(strings.Join(cures, " "), test.cure) {
			t.Errorf("%s: %v is said: %+v", name, bot.Worst(found), found)
		}
	}
}
