package main

import (
	"log/slog"
	"path/filepath"
	"storybot/stories"
	"storybot/stories/sqlstore"
	"strings"
	"testing"
)

// TestTheGreetingIsTrue: what a terminal is told first holds for how it was
// started.
func TestTheGreetingIsTrue(t *testing.T) {
	slack := []string{"SLACK_BOT_TOKEN=xoxb-1", "SLACK_APP_TOKEN=xapp-1"}
	for name, test := range map[string]struct {
		env       []string
		says, not []string
	}{
		"tried out":              {nil, []string{"Nothing leaves this machine", "storybot-demo.db", "Try /story sony-hack", "/quit leaves"}, []string{"posted there"}},
		"on a file of one's own": {[]string{"DATABASE_URL=sqlite:x.db"}, []string{"No platform is connected", "database of DATABASE_URL", "Try /stories"}, []string{"Nothing leaves", "storybot-demo.db", "sony-hack"}},
		"on another machine":     {[]string{"DATABASE_URL=postgres://far/news"}, []string{"No platform is connected", "database of DATABASE_URL"}, []string{"Nothing leaves", "far"}},
		"beside Discord":         {[]string{"DISCORD_TOKEN=abc"}, []string{"beside Discord:", "posted there", "/quit stops the bot"}, []string{"Nothing leaves", "sony-hack", "Slack", "storybot-demo.db"}},
		"beside Slack":           {slack, []string{"beside Slack:"}, []string{"Nothing leaves", "Discord"}},
		"beside both":            {append(slack, "DISCORD_TOKEN=abc"), []string{"beside Discord and Slack:"}, []string{"Nothing leaves"}},
	} {
		t.Chdir(t.TempDir())
		c, err := loadConfig(test.env, new(hidden))
		if err != nil {
			t.Fatal(err)
		}
		c.useTryOutFile()
		got := c.greeting(true)
		if plain := c.greeting(false); strings.Contains(plain, "Tab") || strings.Contains(plain, "Up ") || !strings.Contains(got, "Tab completes, Up") {
			t.Errorf("%s: keys where they do nothing: %s\nor none where they do: %s", name, plain, got)
		}
		for _, s := range test.says {
			if !strings.Contains(got, s) {
				t.Errorf("%s: %q is not said: %s", name, s, got)
			}
		}
		for _, s := range test.not {
			if strings.Contains(got, s) {
				t.Errorf("%s: %q is said: %s", name, s, got)
			}
		}
	}
}

func TestWhichDatabaseIsUsed(t *testing.T) {
	for name, test := range map[string]struct {
		env          []string
		files        []string
		used, looked string
		history      string
	}{
		"without settings":         {nil, nil, "sqlite:storybot-demo.db", "sqlite:storybot.db", "storybot-demo.db.history"},
		"once tried out":           {nil, []string{"storybot-demo.db"}, "sqlite:storybot-demo.db", "sqlite:storybot-demo.db", "storybot-demo.db.history"},
		"and run":                  {nil, []string{"storybot-demo.db", "storybot.db"}, "sqlite:storybot-demo.db", "sqlite:storybot.db", "storybot-demo.db.history"},
		"with a token":             {[]string{"DISCORD_TOKEN=abc"}, []string{"storybot-demo.db"}, "sqlite:storybot.db", "sqlite:storybot.db", "storybot.db.history"},
		"with a database":          {[]string{"DATABASE_URL=sqlite:x.db"}, []string{"storybot-demo.db"}, "sqlite:x.db", "sqlite:x.db", "x.db.history"},
		"with one of another kind": {[]string{"DATABASE_URL=postgres://u@h/db"}, nil, "postgres://u@h/db", "postgres://u@h/db", "storybot.db.history"},
	} {
		t.Chdir(t.TempDir())
		for _, file := range test.files {
			write(t, file, "")
		}
		c, err := loadConfig(test.env, new(hidden))
		if err != nil {
			t.Fatal(err)
		}
		looking := *c
		looking.lookAtTryOut()
		c.useTryOutFile()
		if got := c.databaseURL.reveal(); got != test.used || looking.databaseURL.reveal() != test.looked || c.historyFile() != test.history {
			t.Errorf("%s: %s, looked at %s, history %s", name, got, looking.databaseURL.reveal(), c.historyFile())
		}
	}
}

func TestACodeIsFoundInWhatWasTyped(t *testing.T) {
	const code = "K7QX-42MD-WB3N"
	for typed, want := range map[string]bool{
		"/desk claim " + code:      true,
		"k7qx42mdwb3n":             true,
		"/story k7qx-42md-wb3n ":   true,
		"/update x K7QX–42MD–WB3N": true,
		"claim k7qx 42md wb3n":     true,
		"K 7 Q X 4 2 M D W B 3 N.": true,
		"k7qx 42md wb3":            false,
		"/story sony-hack":         false,
		"":                         false,
	} {
		if isClaim(typed, code) != want {
			t.Errorf("%q holds the code: %v", typed, !want)
		}
	}
	if isClaim("anything at all", "") || isClaim("", "") {
		t.Error("no code is found")
	}
}

// TestTheCodeIsInTheLog at every level of it: refusals say that it is there.
func TestTheCodeIsInTheLog(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "news.db"), sqlstore.Options{Now: wallClock})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	desk := stories.NewService(stories.Config{Stores: store.Families(), Now: wallClock})
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		var log strings.Builder
		code, err := offerClaim(t.Context(), desk, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})))
		if err != nil || code == "" || !strings.Contains(log.String(), "/desk claim "+code) {
			t.Errorf("%v: code %q, %v, the log: %s", level, code, err, log.String())
		}
	}
}
