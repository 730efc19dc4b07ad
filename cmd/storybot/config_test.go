package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// env returns a look-up of NAME=value pairs.
func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, p := range pairs {
			if value, ok := strings.CutPrefix(p, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
}

func TestEveryWrongSettingIsReportedAtOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := loadConfig(env(
		"DISCORD_TOKEN=xoxb-wrong-place", "DISCORD_API_URL=ftp://example.org", "SLACK_BOT_TOKEN=xapp-1-swapped", "SLACK_API_URL=slack.com",
		"STORYBOT_ADMINS=alice", "DATABASE_URL=mysql://h/db", "HTTP_ADDR=8080", "LOG_LEVEL=loud", "LOG_FORMAT=xml"))
	if err == nil {
		t.Fatal("no error")
	}
	for _, s := range settings {
		if !strings.Contains(err.Error(), "\n  "+s.name+": ") {
			t.Errorf("%s is not reported in:\n%v", s.name, err)
		}
	}
	if strings.Contains(err.Error(), "swapped") || strings.Contains(err.Error(), "wrong-place") {
		t.Errorf("a token is quoted in:\n%v", err)
	}
}

func TestSettings(t *testing.T) {
	tests := map[string]struct {
		env    []string
		file   string
		want   func(c *config) any
		expect any
		wrong  string
	}{
		"defaults":                             {want: func(c *config) any { return c.databaseURL.reveal() + " " + c.logFormat }, expect: "sqlite:storybot.db text"},
		"no token means no platform":           {want: func(c *config) any { return c.hasPlatform() }, expect: false},
		"the file is read":                     {file: "LOG_FORMAT=json", want: func(c *config) any { return c.logFormat }, expect: "json"},
		"the environment wins":                 {env: []string{"LOG_FORMAT=text"}, file: "LOG_FORMAT=json", want: func(c *config) any { return c.logFormat }, expect: "text"},
		"an empty variable hides the file's":   {env: []string{"DISCORD_TOKEN="}, file: "DISCORD_TOKEN=abc", want: func(c *config) any { return c.hasPlatform() }, expect: false},
		"an empty default stays a default":     {env: []string{"DATABASE_URL="}, want: func(c *config) any { return c.databaseURL.reveal() }, expect: "sqlite:storybot.db"},
		"Bot before the token is dropped":      {env: []string{"DISCORD_TOKEN=Bot abc.def"}, want: func(c *config) any { return c.discordToken.reveal() }, expect: "abc.def"},
		"several workspaces":                   {env: []string{"SLACK_BOT_TOKEN=xoxb-1, xoxb-2", "SLACK_APP_TOKEN=xapp-1"}, want: func(c *config) any { return len(c.slackBots) }, expect: 2},
		"Slack's address ends in a slash":      {env: []string{"SLACK_API_URL=http://127.0.0.1:8082/api"}, want: func(c *config) any { return c.slackAPIURL }, expect: "http://127.0.0.1:8082/api/"},
		"Discord's does not":                   {env: []string{"DISCORD_API_URL=http://127.0.0.1:8081/api/"}, want: func(c *config) any { return c.discordAPIURL }, expect: "http://127.0.0.1:8081/api"},
		"levels in any case":                   {env: []string{"LOG_LEVEL=DEBUG"}, want: func(c *config) any { return c.logLevel }, expect: slog.LevelDebug},
		"admins":                               {env: []string{"STORYBOT_ADMINS=discord:1, slack:T1/U2,"}, want: func(c *config) any { return strings.Join(c.admins, " ") }, expect: "discord:1 slack:T1/U2"},
		"an address on every interface":        {env: []string{"HTTP_ADDR=:8080"}, want: func(c *config) any { return c.httpAddr }, expect: ":8080"},
		"an unknown name is told":              {file: "SLACK_APP_TOKN=x\nPATH_OF_OTHERS=1", want: func(c *config) any { return strings.Join(c.warnings, "") }, expect: "SLACK_APP_TOKN in .env is no setting of Storybot and is ignored; storybot env prints those there are"},
		"Slack's bot token alone":              {env: []string{"SLACK_BOT_TOKEN=xoxb-1"}, wrong: "SLACK_APP_TOKEN: missing"},
		"Slack's app token alone":              {env: []string{"SLACK_APP_TOKEN=xapp-1"}, wrong: "SLACK_BOT_TOKEN: missing"},
		"an unknown platform's admin":          {env: []string{"STORYBOT_ADMINS=irc:bob"}, wrong: `"irc:bob" names nobody`},
		"a token with a space":                 {env: []string{"DISCORD_TOKEN=abc def"}, wrong: "DISCORD_TOKEN: a token has no spaces"},
		"a database without a file":            {env: []string{"DATABASE_URL=sqlite:"}, wrong: "DATABASE_URL: a database is"},
		"a port that is none":                  {env: []string{"HTTP_ADDR=:99999"}, wrong: "HTTP_ADDR: \":99999\" is no address"},
		"a file that is missing":               {env: []string{"DISCORD_TOKEN_FILE=nowhere"}, wrong: "DISCORD_TOKEN: the file of DISCORD_TOKEN_FILE cannot be read"},
		"a value and a file":                   {env: []string{"DISCORD_TOKEN=a", "DISCORD_TOKEN_FILE=b"}, wrong: "are both set"},
		"a broken file quotes nothing from it": {file: "DISCORD_TOKEN 'sesame", wrong: ".env cannot be read: every line is NAME=value or a # comment, and the file must be readable by you."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if test.file != "" {
				write(t, envFile, test.file)
			}
			c, err := loadConfig(env(test.env...))
			if test.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), test.wrong) || strings.Contains(err.Error(), "sesame") {
					t.Fatalf("error %v, want one with %q", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := test.want(c); got != test.expect {
				t.Errorf("got %v, want %v", got, test.expect)
			}
		})
	}
}

func TestSettingFromFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "token", "abc.def\n")
	c, err := loadConfig(env("DISCORD_TOKEN_FILE=token"))
	if err != nil {
		t.Fatal(err)
	}
	if c.discordToken.reveal() != "abc.def" {
		t.Errorf("token %q", c.discordToken.reveal())
	}
}

// TestSecretsAreDots prints a secret in every way there is.
func TestSecretsAreDots(t *testing.T) {
	const token = "sesame-open"
	c := &config{discordToken: newSecret(token), slackBots: []secret{newSecret(token)}, databaseURL: newSecret("postgres://u:hidden-word@h/db")}
	asJSON, err := json.Marshal(map[string]any{"token": c.discordToken})
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprint(c.discordToken) + fmt.Sprintf("%v %+v %#v %s %q", c.discordToken, c, c, c.discordToken, c.discordToken) + string(asJSON)
	if strings.Contains(printed, token) || strings.Contains(printed, "hidden-word") {
		t.Errorf("a secret is in %s", printed)
	}
}

// TestLogMasksSecrets writes secrets where none should ever come, in the forms
// they could come in.
func TestLogMasksSecrets(t *testing.T) {
	const token, other, password = `MTk4.se/sa+me"x`, "xoxb-1-open", "hidden/word"
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		cfg := &config{discordToken: newSecret(token), slackBots: []secret{newSecret(other)}, databaseURL: newSecret("postgres://u:hidden%2Fword@h/db"), logFormat: format}
		log := newLog(cfg, slog.LevelInfo, &out)
		log.Info("sent "+token, "url", "https://example.org/?token="+token, "error", fmt.Errorf("got %s: %w", other, os.ErrClosed))
		log.With("header", "Bot "+token).Error("password " + password)
		log.Error("MTk4.se%2Fsa+me%22x MTk4.se%2Fsa%2Bme%22x")
		for _, s := range []string{token, `se/sa`, "se%2Fsa", other, password} {
			if strings.Contains(out.String(), s) {
				t.Errorf("%s: %q is in the log:\n%s", format, s, &out)
			}
		}
		if strings.Count(out.String(), dots) < 6 {
			t.Errorf("%s: less was masked than written:\n%s", format, &out)
		}
	}
}

func TestEnvExampleIsUpToDate(t *testing.T) {
	var want bytes.Buffer
	if err := writeEnvExample(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", ".env.example"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf(".env.example is out of date; write it anew with: go run ./cmd/storybot env > .env.example\n%s", diff)
	}
}

// TestEnvExampleIsAnEnvFile uncomments every setting and reads it.
func TestEnvExampleIsAnEnvFile(t *testing.T) {
	var example bytes.Buffer
	if err := writeEnvExample(&example); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	var file strings.Builder
	for line := range strings.Lines(example.String()) {
		for _, s := range settings {
			if strings.HasPrefix(line, "#"+s.name+"=") {
				line = line[1:]
			}
		}
		file.WriteString(line)
	}
	write(t, envFile, file.String())
	c, err := loadConfig(env())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.admins) != 2 || c.httpAddr == "" || len(c.warnings) > 0 {
		t.Errorf("read %+v", c)
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
