package main

import (
	"testing"
	"time"

	"storybot/bot"
)

// TestUsable says for connections whether the bot works.
func TestUsable(t *testing.T) {
	now := time.Now()
	up := func(id string) bot.Health { return bot.Health{ID: id, Up: true, Since: now.Add(-time.Hour)} }
	down := func(id string, since time.Duration) bot.Health { return bot.Health{ID: id, Since: now.Add(-since)} }
	standby := func(id string) bot.Health {
		return bot.Health{ID: id, Standby: true, Since: now.Add(-time.Hour)}
	}
	const moment, long = 59 * time.Second, time.Minute
	for name, c := range map[string]struct {
		all  []bot.Health
		want bool
	}{
		"nothing":                        {nil, false},
		"all up":                         {[]bot.Health{up("discord"), up("slack socket"), up("slack token 1")}, true},
		"at the start":                   {[]bot.Health{down("discord", 0), down("slack socket", 0), down("slack token 1", 0)}, false},
		"one for a moment":               {[]bot.Health{down("discord", moment), up("slack socket"), up("slack token 1")}, true},
		"one for long":                   {[]bot.Health{down("discord", long), up("slack socket"), up("slack token 1")}, false},
		"a standby":                      {[]bot.Health{standby("discord"), up("slack socket"), up("slack token 1")}, true},
		"a standby alone":                {[]bot.Health{standby("discord")}, true},
		"a standby beside what is down":  {[]bot.Health{standby("discord"), down("slack socket", long), up("slack token 1")}, false},
		"no commands":                    {[]bot.Health{up("discord"), down("slack socket", long), up("slack token 1")}, false},
		"nothing can be sent":            {[]bot.Health{up("discord"), up("slack socket"), down("slack token 1", long)}, false},
		"one of two workspaces":          {[]bot.Health{up("slack socket"), up("slack token 1"), down("slack token 2", long)}, true},
		"two of two workspaces":          {[]bot.Health{up("slack socket"), down("slack token 1", long), down("slack token 2", long)}, false},
		"the second for a moment as yet": {[]bot.Health{up("slack socket"), down("slack token 1", long), down("slack token 2", moment)}, true},
		"only for a moment, and alone":   {[]bot.Health{down("discord", moment)}, false},
	} {
		if got := usable(c.all, now); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
