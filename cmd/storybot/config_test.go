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
	"time"

	"github.com/google/go-cmp/cmp"

	"storybot/stories/sqlstore"
)

// loadConfig reads the settings of the platforms there are.
func loadConfig(env environment, hide *hidden) (*config, error) {
	return readConfig(platforms(), env, hide)
}

// env is an environment of NAME=value pairs.
func env(pairs ...string) environment { return pairs }

func TestEveryWrongSettingIsReportedAtOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := loadConfig(env(
		"DISCORD_TOKEN=xoxb-wrong-place", "DISCORD_API_URL=ftp://example.org", "SLACK_BOT_TOKEN=xapp-1-swapped", "SLACK_API_URL=slack.com",
		"STORYBOT_ADMINS=alice", "DATABASE_URL=mysql://h/db", "HTTP_ADDR=8080", "HTTP_PROFILE=maybe", "LOG_LEVEL=loud", "LOG_FORMAT=xml",
		"TIMEZONE=Middle/Earth", "UNDO_WINDOW=soon", "KEEP_DELIVERIES=for ever", "KEEP_READ_MARKS=3", "KEEP_LOG=never", "KEEP_NAMES=-1"), new(hidden))
	if err == nil {
		t.Fatal("no error")
	}
	for _, s := range allSettings(platforms()) {
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
		"defaults":                           {want: func(c *config) any { return c.databaseURL.reveal() + " " + c.logFormat }, expect: "sqlite:storybot.db text"},
		"no token means no platform":         {want: func(c *config) any { return c.hasPlatform() }, expect: false},
		"the file is read":                   {file: "LOG_FORMAT=json", want: func(c *config) any { return c.logFormat }, expect: "json"},
		"the environment wins":               {env: []string{"LOG_FORMAT=text"}, file: "LOG_FORMAT=json", want: func(c *config) any { return c.logFormat }, expect: "text"},
		"an empty variable hides the file's": {env: []string{"DISCORD_TOKEN="}, file: "DISCORD_TOKEN=abc", want: func(c *config) any { return c.hasPlatform() }, expect: false},
		"an empty default stays a default":   {env: []string{"DATABASE_URL="}, want: func(c *config) any { return c.databaseURL.reveal() }, expect: "sqlite:storybot.db"},
		"Bot before the token is dropped":    {env: []string{"DISCORD_TOKEN=Bot abc.def"}, want: func(c *config) any { return c.value("DISCORD_TOKEN") }, expect: "abc.def"},
		"several workspaces":                 {env: []string{"SLACK_BOT_TOKEN=xoxb-1, xoxb-2", "SLACK_APP_TOKEN=xapp-1"}, want: func(c *config) any { return c.value("SLACK_BOT_TOKEN") }, expect: "xoxb-1,xoxb-2"},
		"Slack's address ends in a slash":    {env: []string{"SLACK_API_URL=http://127.0.0.1:8082/api"}, want: func(c *config) any { return c.value("SLACK_API_URL") }, expect: "http://127.0.0.1:8082/api/"},
		"Discord's does not":                 {env: []string{"DISCORD_API_URL=http://127.0.0.1:8081/api/"}, want: func(c *config) any { return c.value("DISCORD_API_URL") }, expect: "http://127.0.0.1:8081/api"},
		"levels in any case":                 {env: []string{"LOG_LEVEL=DEBUG"}, want: func(c *config) any { return c.logLevel }, expect: slog.LevelDebug},
		"admins":                             {env: []string{"STORYBOT_ADMINS=discord:80351110224678912, slack:T1/U2,"}, want: func(c *config) any { return strings.Join(c.admins, " ") }, expect: "discord:80351110224678912 slack:T1/U2"},
		"an address on every interface":      {env: []string{"HTTP_ADDR=:8080"}, want: func(c *config) any { return c.httpAddr }, expect: ":8080"},
		"an unknown name is told":            {file: "SLACK_APP_TOKN=x\nPATH_OF_OTHERS=1", want: func(c *config) any { return strings.Join(c.warnings, "") }, expect: "SLACK_APP_TOKN in .env is no setting of Storybot and is ignored; SLACK_APP_TOKEN was probably meant. storybot env prints those there are"},
		"Slack's bot token alone":            {env: []string{"SLACK_BOT_TOKEN=xoxb-1"}, wrong: "SLACK_APP_TOKEN: missing"},
		"Slack's app token alone":            {env: []string{"SLACK_APP_TOKEN=xapp-1"}, wrong: "SLACK_BOT_TOKEN: missing"},
		"a byte order mark in the file":      {file: "\ufeffLOG_FORMAT=json\r\nHTTP_ADDR=:8080\r\n", want: func(c *config) any { return c.logFormat + " " + c.httpAddr }, expect: "json :8080"},
		"a file in UTF-16":                   {file: "\xff\xfeL\x00O\x00G\x00_\x00F\x00O\x00R\x00M\x00A\x00T\x00=\x00j\x00s\x00o\x00n\x00\r\x00\n\x00", want: func(c *config) any { return c.logFormat }, expect: "json"},
		"a token with invisible company":     {env: []string{"DISCORD_TOKEN=\ufeff\u200babc.def\u00a0\n"}, want: func(c *config) any { return c.value("DISCORD_TOKEN") }, expect: "abc.def"},
		"bot in any case":                    {env: []string{"DISCORD_TOKEN=bot  abc.def"}, want: func(c *config) any { return c.value("DISCORD_TOKEN") }, expect: "abc.def"},
		"only Bot":                           {env: []string{"DISCORD_TOKEN=Bot "}, wrong: "DISCORD_TOKEN: only the word Bot is set. The token itself is shown on the page Bot of your application at https://discord.com/developers/applications"},
		"a token in quotes":                  {env: []string{`DISCORD_TOKEN="abc.def"`}, wrong: "Copy it again on the page Bot of your application at https://discord.com/developers/applications"},
		"quotes in the file are its own":     {file: `DISCORD_TOKEN="abc.def"`, want: func(c *config) any { return c.value("DISCORD_TOKEN") }, expect: "abc.def"},
		"Slack's token for Discord":          {env: []string{"DISCORD_TOKEN=xoxb-1"}, wrong: "DISCORD_TOKEN: this is a token of Slack. Discord's is shown on the page Bot of your application at https://discord.com/developers/applications"},
		"Slack's tokens swapped, the first":  {env: []string{"SLACK_BOT_TOKEN=xapp-1", "SLACK_APP_TOKEN=xoxb-1"}, wrong: "SLACK_BOT_TOKEN: this is an app-level token (xapp-…); it belongs in SLACK_APP_TOKEN. The bot token begins with xoxb- and is shown on the page OAuth & Permissions of your app at https://api.slack.com/apps"},
		"Slack's tokens swapped, the second": {env: []string{"SLACK_BOT_TOKEN=xapp-1", "SLACK_APP_TOKEN=xoxb-1"}, wrong: "SLACK_APP_TOKEN: this is a bot token (xoxb-…); it belongs in SLACK_BOT_TOKEN. The app-level token begins with xapp- and is made on the page Basic Information of your app at https://api.slack.com/apps"},
		"one of several bot tokens":          {env: []string{"SLACK_BOT_TOKEN=xoxb-1,hoxb-2", "SLACK_APP_TOKEN=xapp-1"}, wrong: "SLACK_BOT_TOKEN: token 2 is no bot token"},
		"an empty token counts as unset": {env: []string{"DISCORD_TOKEN=", "SLACK_BOT_TOKEN= , ", "SLACK_APP_TOKEN=\"\""}, want: func(c *config) any {
			return fmt.Sprint(c.hasPlatform(), c.emptyTokens(), strings.Join(c.warnings, "|"))
		}, expect: "false trueDISCORD_TOKEN is set but empty, and counts as not set|SLACK_BOT_TOKEN is set but empty, and counts as not set|SLACK_APP_TOKEN is set but empty, and counts as not set"},
		"no token is no empty token":           {env: []string{"LOG_LEVEL="}, want: func(c *config) any { return fmt.Sprint(c.emptyTokens(), c.warnings) }, expect: "false []"},
		"an empty token beside the file's":     {env: []string{"DISCORD_TOKEN="}, file: "DISCORD_TOKEN=abc", want: func(c *config) any { return strings.Join(c.warnings, "|") }, expect: "DISCORD_TOKEN is set but empty, and counts as not set; it hides the one in .env"},
		"an empty token in the file":           {file: "DISCORD_TOKEN=\n", want: func(c *config) any { return fmt.Sprint(c.hasPlatform(), len(c.warnings)) }, expect: "false 1"},
		"one of a pair is empty":               {env: []string{"SLACK_BOT_TOKEN=", "SLACK_APP_TOKEN=xapp-1"}, wrong: "SLACK_BOT_TOKEN is set but empty, and counts as not set"},
		"admins of no form":                    {env: []string{"STORYBOT_ADMINS=slack:U1,discord:80351110224678912,foo:bar,discord:ada,console:"}, wrong: `STORYBOT_ADMINS: "slack:U1", "foo:bar", "discord:ada", "console:" name nobody. A person is written discord:80351110224678912 or slack:T012AB3CD/U024BE7LH or console:ada. Discord shows ids`},
		"an admin on the console":              {env: []string{"STORYBOT_ADMINS=console:ada"}, want: func(c *config) any { return strings.Join(c.admins, " ") }, expect: "console:ada"},
		"an unknown platform's admin":          {env: []string{"STORYBOT_ADMINS=irc:bob"}, wrong: `"irc:bob" names nobody`},
		"a token with a space":                 {env: []string{"DISCORD_TOKEN=abc def"}, wrong: "DISCORD_TOKEN: a token has no spaces"},
		"a database without a file":            {env: []string{"DATABASE_URL=sqlite:"}, wrong: "DATABASE_URL: a database is"},
		"a port that is none":                  {env: []string{"HTTP_ADDR=:99999"}, wrong: "HTTP_ADDR: \":99999\" is no address"},
		"a file that is missing":               {env: []string{"DISCORD_TOKEN_FILE=nowhere"}, wrong: "DISCORD_TOKEN: the file of DISCORD_TOKEN_FILE cannot be read: there is no such file. DISCORD_TOKEN_FILE takes the path of a file; the value itself belongs in DISCORD_TOKEN"},
		"a value and a file":                   {env: []string{"DISCORD_TOKEN=a", "DISCORD_TOKEN_FILE=b"}, wrong: "are both set"},
		"a broken file quotes nothing from it": {file: "DISCORD_TOKEN 'sesame", wrong: ".env cannot be read: line 1 is neither NAME=value nor a # comment, or its quotes do not match"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if test.file != "" {
				write(t, envFile, test.file)
			}
			c, err := loadConfig(test.env, new(hidden))
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
	for _, content := range []string{"abc.def\n", "\ufeffabc.def\r\n", "\xff\xfea\x00b\x00c\x00.\x00d\x00e\x00f\x00", "  abc.def"} {
		t.Chdir(t.TempDir())
		write(t, "token", content)
		c, err := loadConfig(env("DISCORD_TOKEN_FILE=token"), new(hidden))
		if err != nil {
			t.Fatal(err)
		}
		if c.value("DISCORD_TOKEN") != "abc.def" {
			t.Errorf("token %q of %q", c.value("DISCORD_TOKEN"), content)
		}
	}
}

// TestWhatAFileHoldsIsNotQuoted also where it is no secret.
func TestWhatAFileHoldsIsNotQuoted(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "file", "sesame")
	for _, name := range []string{"LOG_LEVEL", "LOG_FORMAT", "HTTP_ADDR", "STORYBOT_ADMINS"} {
		_, err := loadConfig(env(name+"_FILE=file"), new(hidden))
		if err == nil || strings.Contains(err.Error(), "sesame") || !strings.Contains(err.Error(), name+": what the file holds ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAddressesOfAPIs puts what people paste into the form the platforms want,
// or refuses it in words.
func TestAddressesOfAPIs(t *testing.T) {
	const wrong = ""
	for _, test := range []struct{ setting, value, want string }{
		{"DISCORD_API_URL", "https://discord.com/api", "https://discord.com/api"},
		{"DISCORD_API_URL", "https://discord.com/api/", "https://discord.com/api"},
		{"DISCORD_API_URL", "https://discord.com/api/v9", "https://discord.com/api"},
		{"DISCORD_API_URL", "https://discord.com/api/v10", "https://discord.com/api"},
		{"DISCORD_API_URL", "https://discord.com/api/v10/", "https://discord.com/api"},
		{"DISCORD_API_URL", "https://discord.com/api//V10//", "https://discord.com/api"},
		{"DISCORD_API_URL", "HTTPS://Discord.com", "https://Discord.com/api"},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api/v9", "http://127.0.0.1:8081/api"},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/v10", "http://127.0.0.1:8081"},
		{"DISCORD_API_URL", "http://127.0.0.1:8081", "http://127.0.0.1:8081"},
		{"DISCORD_API_URL", "http://[::1]:8081/a/b", "http://[::1]:8081/a/b"},
		{"DISCORD_API_URL", "http://proxy/vault", "http://proxy/vault"},
		{"DISCORD_API_URL", "http://discord.com/api", wrong}, // the token would go in the clear
		{"DISCORD_API_URL", "https://discord.com/developers/applications", wrong},
		{"DISCORD_API_URL", "https://slack.com/api/", wrong},
		{"DISCORD_API_URL", "https://proxy/api?v=10", wrong},
		{"DISCORD_API_URL", "https://proxy/api?", wrong},
		{"DISCORD_API_URL", "https://proxy/api#v10", wrong},
		{"DISCORD_API_URL", "https://user:word@proxy/api", wrong},
		{"DISCORD_API_URL", "discord.com/api", wrong},
		{"DISCORD_API_URL", "//discord.com/api", wrong},
		{"DISCORD_API_URL", "https:discord.com/api", wrong},
		{"DISCORD_API_URL", "https://:8081/api", wrong},
		{"DISCORD_API_URL", "wss://gateway.discord.gg", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api/v10/gateway", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api/v10/gateway/", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api//v9//gateway/bot", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api/v10/users/@me", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api/v10/users/%40me", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/API/V10/anything", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api/v10/v10", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/v10/applications/1/commands", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api/gateway", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/api/channels/1", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/gateway/bot", wrong},
		{"DISCORD_API_URL", "http://127.0.0.1:8081/users/@me", wrong},
		{"DISCORD_API_URL", "https://discord.com/api/v10/gateway", wrong},
		{"DISCORD_API_URL", "http://proxy/v1/discord/api/v10", "http://proxy/v1/discord/api"}, // the first version is the proxy's
		{"DISCORD_API_URL", "http://proxy/gateway", "http://proxy/gateway"},
		{"SLACK_API_URL", "http://127.0.0.1:8082/api/auth.test/", wrong},
		{"SLACK_API_URL", "http://127.0.0.1:8082/chat.postMessage", wrong},
		{"SLACK_API_URL", "http://127.0.0.1:8082/api/apps.connections.open", wrong},
		{"SLACK_API_URL", "http://proxy/slack.com/api", "http://proxy/slack.com/api/"},
		{"SLACK_API_URL", "https://slack.com/api/", "https://slack.com/api/"},
		{"SLACK_API_URL", "https://slack.com/api", "https://slack.com/api/"},
		{"SLACK_API_URL", "https://slack.com/api//", "https://slack.com/api/"},
		{"SLACK_API_URL", "https://slack.com", "https://slack.com/api/"},
		{"SLACK_API_URL", "https://slack.com/", "https://slack.com/api/"},
		{"SLACK_API_URL", " https://slack.com/api ", "https://slack.com/api/"},
		{"SLACK_API_URL", "http://127.0.0.1:8082/api", "http://127.0.0.1:8082/api/"},
		{"SLACK_API_URL", "http://127.0.0.1:8082", "http://127.0.0.1:8082/"},
		{"SLACK_API_URL", "https://slack.com/api/chat.postMessage", wrong},
		{"SLACK_API_URL", "http://127.0.0.1:8082/api/auth.test", wrong},
		{"SLACK_API_URL", "http://slack.com/api/", wrong},
		{"SLACK_API_URL", "slack.com/api", wrong},
		{"SLACK_API_URL", "https://discord.com/api", wrong},
	} {
		t.Chdir(t.TempDir())
		c, err := loadConfig(env(test.setting+"="+test.value), new(hidden))
		if test.want == wrong {
			if err == nil || !strings.Contains(err.Error(), test.setting+": ") || strings.Contains(err.Error(), "word@") {
				t.Errorf("%s=%s: %v", test.setting, test.value, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s=%s: %v", test.setting, test.value, err)
		} else if got := c.value("DISCORD_API_URL") + c.value("SLACK_API_URL"); got != test.want {
			t.Errorf("%s=%s becomes %s, want %s", test.setting, test.value, got, test.want)
		}
	}
}

func TestNamesThatWereProbablyMeant(t *testing.T) {
	for name, want := range map[string]string{
		"DISCORD_BOT_TOKEN":          "DISCORD_TOKEN",
		"DISCORD_TOKENS":             "DISCORD_TOKEN",
		"DISCORDTOKEN":               "DISCORD_TOKEN",
		"discord_token":              "DISCORD_TOKEN",
		"DISCORD_TOKN":               "DISCORD_TOKEN",
		"DISCORD_BOT_TOKEN_FILE":     "DISCORD_TOKEN_FILE",
		"STORYBOT_DISCORD_TOKEN":     "DISCORD_TOKEN",
		"DISCORD_API":                "DISCORD_API_URL",
		"SLACK_TOKEN":                "SLACK_BOT_TOKEN",
		"SLACK_BOT_TOKENS":           "SLACK_BOT_TOKEN",
		"SLACK_BOT_USER_OAUTH_TOKEN": "SLACK_BOT_TOKEN",
		"SLACK_APP_LEVEL_TOKEN":      "SLACK_APP_TOKEN",
		"SLACK_URL":                  "SLACK_API_URL",
		"STORYBOT_ADMIN":             "STORYBOT_ADMINS",
		"DATABASE_URI":               "DATABASE_URL",
		"STORYBOT_DATABASE_URL":      "DATABASE_URL",
		"HTTP_ADDRESS":               "HTTP_ADDR",
		"LOGLEVEL":                   "LOG_LEVEL",
		"LOG_FORMATS":                "LOG_FORMAT",
		"HTTP_PROXY":                 "",
		"HTTPS_PROXY":                "",
		"PATH":                       "",
		"HOME":                       "",
		"LOGNAME":                    "",
		"SLACK_WEBHOOK_URL":          "",
		"DISCORD_CLIENT_ID":          "",
		"DATABASE_HOST":              "",
		// What Kubernetes sets in every pod beside a service of this name.
		"STORYBOT_SERVICE_HOST":      "",
		"STORYBOT_SERVICE_PORT":      "",
		"STORYBOT_SERVICE_PORT_HTTP": "",
		"STORYBOT_PORT":              "",
		"STORYBOT_PORT_80_TCP":       "",
		"STORYBOT_PORT_80_TCP_PROTO": "",
		"STORYBOT_PORT_80_TCP_PORT":  "",
		"STORYBOT_PORT_80_TCP_ADDR":  "",
		"STORYBOT_HTTP_PORT":         "",
		"STORYBOT_HTTP_SERVICE_HOST": "",
		"STORYBOT_DISCORD_TOKENS":    "DISCORD_TOKEN",
		"":                           "",
	} {
		if got := meantBy(allSettings(platforms()), name); got != want {
			t.Errorf("%s means %q, want %q", name, got, want)
		}
	}
	t.Chdir(t.TempDir())
	write(t, envFile, "SLACK_TOKEN=xoxb-1\nLOG_DIR=x\nKEEP_DELIVERIES=40\nKEEPDELIVERIES=1\n")
	c, err := loadConfig(env("DISCORD_BOT_TOKEN=abc", "STORYBOT_MODE=x", "STORYBOT_PORT=tcp://10.0.0.1:80", "LOG_DIR=x", "PATH=/bin", "TZ=UTC"), new(hidden))
	if err != nil {
		t.Fatal(err)
	}
	const rest = ". storybot env prints those there are"
	want := []string{
		"DISCORD_BOT_TOKEN in the environment is no setting of Storybot and is ignored; DISCORD_TOKEN was probably meant" + rest,
		"KEEPDELIVERIES in .env is no setting of Storybot and is ignored; KEEP_DELIVERIES was probably meant" + rest,
		"LOG_DIR in .env is no setting of Storybot and is ignored" + rest,
		"SLACK_TOKEN in .env is no setting of Storybot and is ignored; SLACK_BOT_TOKEN was probably meant" + rest,
	}
	if diff := cmp.Diff(want, c.warnings); diff != "" {
		t.Error(diff)
	}
}

// TestWhatIsWrongIsCounted where it is settings, and nothing else is called one.
func TestWhatIsWrongIsCounted(t *testing.T) {
	const rest = "\nThe README explains each setting; storybot env prints them all."
	for _, test := range []struct {
		err  wrongSettings
		want string
	}{
		{wrongSettings{wrong: []string{"A: x"}}, "1 setting is wrong:\n  A: x"},
		{wrongSettings{wrong: []string{"A: x", "B: y"}, warnings: []string{"C"}}, "2 settings are wrong:\n  A: x\n  B: y\nThis may have to do with it:\n  C"},
		{wrongSettings{what: "nothing connects", warnings: []string{"C", "D"}}, "nothing connects.\nThis may have to do with it:\n  C\n  D"},
	} {
		if got := test.err.Error(); got != test.want+rest {
			t.Errorf("got %q, want %q", got, test.want+rest)
		}
	}
}

// TestSecretsAreDots prints a secret in every way there is.
func TestSecretsAreDots(t *testing.T) {
	const token = "sesame-open"
	c := &config{values: map[string]secret{"DISCORD_TOKEN": newSecret(token)}, databaseURL: newSecret("postgres://u:hidden-word@h/db")}
	asJSON, err := json.Marshal(map[string]any{"token": c.values["DISCORD_TOKEN"]})
	if err != nil {
		t.Fatal(err)
	}
	printed := fmt.Sprint(c.values["DISCORD_TOKEN"]) + fmt.Sprintf("%v %+v %#v %s %q", c.values["DISCORD_TOKEN"], c, c, c.values["DISCORD_TOKEN"], c.values["DISCORD_TOKEN"]) + string(asJSON)
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
		cfg := &config{hidden: new(hidden), logFormat: format}
		for _, secret := range []string{token, other, "postgres://u:hidden%2Fword@h/db"} {
			cfg.hidden.add(secret)
		}
		log := newLog(cfg, slog.LevelInfo, &out)
		log.Info("sent "+token, "url", "https://example.org/?token="+token, "err", fmt.Errorf("got %s: %w", other, os.ErrClosed))
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
	if err := writeEnvExample(&want, allSettings(platforms())); err != nil {
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
	if err := writeEnvExample(&example, allSettings(platforms())); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	var file strings.Builder
	for line := range strings.Lines(example.String()) {
		for _, s := range allSettings(platforms()) {
			if strings.HasPrefix(line, "#"+s.name+"=") {
				line = line[1:]
			}
		}
		file.WriteString(line)
	}
	write(t, envFile, file.String())
	c, err := loadConfig(nil, new(hidden))
	if err != nil {
		t.Fatal(err)
	}
	// All it warns about is that no token has been filled in.
	if len(c.admins) != 2 || c.httpAddr == "" || len(c.warnings) != 3 || !c.emptyTokens() {
		t.Errorf("read %+v", c)
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestUndoIsANumberOfSeconds(t *testing.T) {
	for v, want := range map[string]time.Duration{"0": 0, "20": 20 * time.Second, "20s": 20 * time.Second, "600": 10 * time.Minute, "10m": -1, "601": -1, "-1": -1, "1.5": -1, "": -1, "s": -1} {
		var c config
		err := setUndo(&c, v)
		if err != nil != (want < 0) || err == nil && c.times.undo != want {
			t.Errorf("%q is %v, %v", v, c.times.undo, err)
		}
	}
}

func TestDeliveriesAreKeptForANumberOfDays(t *testing.T) {
	const day = 24 * time.Hour
	for v, want := range map[string]time.Duration{"30": 30 * day, "365": 365 * day, "730d": 730 * day, "3650": 3650 * day, "0": -1, "off": -1, "29": -1, "3651": -1, "-365": -1, "1y": -1, "": -1, "d": -1} {
		var kept time.Duration
		err := setDays(leastKept, func(*config) *time.Duration { return &kept })(nil, v)
		if err != nil != (want < 0) || err == nil && kept != want {
			t.Errorf("%q is %v, %v", v, kept, err)
		}
		if want < 0 && (v == "0" || v == "off") {
			want = sqlstore.Forever // where that is asked for
		}
		err = setDays(forEver, func(*config) *time.Duration { return &kept })(nil, v)
		if err != nil != (want < 0) || err == nil && kept != want {
			t.Errorf("%q is %v, %v where it may be for ever", v, kept, err)
		}
	}
}

// What nobody sets is kept as the settings' table says, each for itself.
func TestEachKindOfRecordIsKeptAsItsSettingSays(t *testing.T) {
	const day = 24 * time.Hour
	t.Chdir(t.TempDir())
	for _, test := range []struct {
		set  []string
		want sqlstore.Keep
	}{
		{nil, sqlstore.Keep{Deliveries: 365 * day, Marks: 365 * day, Log: sqlstore.Forever, Names: 365 * day}},
		{[]string{"KEEP_DELIVERIES=31", "KEEP_READ_MARKS=32", "KEEP_LOG=33", "KEEP_NAMES=34"}, sqlstore.Keep{Deliveries: 31 * day, Marks: 32 * day, Log: 33 * day, Names: 34 * day}},
		{[]string{"KEEP_READ_MARKS=off", "KEEP_NAMES=0"}, sqlstore.Keep{Deliveries: 365 * day, Marks: sqlstore.Forever, Log: sqlstore.Forever, Names: sqlstore.Forever}},
	} {
		c, err := loadConfig(env(test.set...), new(hidden))
		if err != nil || c.keep != test.want {
			t.Errorf("%v is %+v, %v", test.set, c.keep, err)
		}
	}
}

func TestTimezonesAreTheIANAs(t *testing.T) {
	for v, ok := range map[string]bool{"UTC": true, "Europe/Berlin": true, "America/New_York": true, "Local": false, "Berlin": false, "../etc/passwd": false, "CEST": false} {
		var c config
		if err := setTimezone(&c, v); err == nil != ok || ok && c.times.zone.String() != v {
			t.Errorf("%q is %v, %v", v, c.times.zone, err)
		}
	}
}

// TestTheWrongLineIsNamed of a file of settings, and nothing of it.
func TestTheWrongLineIsNamed(t *testing.T) {
	for text, want := range map[string]int{
		"sesame":        1,
		"A=1\nB 2\nC=3": 2,
		"A=1\n\n# note\nB=\"two\nlines\"\n\n=x\n": 7,
		"A='open\nB=2\nC=3\n":                     1,
		"A=1\r\nsesame\r\nB=2\r\n":                2,
		"A=1\nB=\"x\nC=1\nD=2":                    2,
	} {
		t.Chdir(t.TempDir())
		write(t, envFile, text)
		_, err := loadConfig(nil, new(hidden))
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("line %d is neither", want)) || strings.Contains(err.Error(), "sesame") {
			t.Errorf("%q: %v, want line %d", text, err, want)
		}
	}
}

// TestTokensLineByLine are as good as with commas, and notes between them are none.
func TestTokensLineByLine(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, content := range []string{"xoxb-1\nxoxb-2\n", "xoxb-1\r\nxoxb-2\r\n", "# Acme\nxoxb-1\n\n# Beta, the other\n xoxb-2\n", "xoxb-1,\nxoxb-2,", "\ufeffxoxb-1 xoxb-2"} {
		write(t, "tokens", content)
		write(t, "app", "xapp-1\n")
		c, err := loadConfig(env("SLACK_BOT_TOKEN_FILE=tokens", "SLACK_APP_TOKEN_FILE=app"), new(hidden))
		if err != nil || c.value("SLACK_BOT_TOKEN") != "xoxb-1,xoxb-2" {
			t.Errorf("%q: %v", content, err)
		}
	}
}

// TestDatabasesOfTwoSlashes are refused: they would be files at the root.
func TestDatabasesOfTwoSlashes(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, url := range []string{"sqlite://name.db", "sqlite:///name.db", "sqlite:////var/name.db", "sqlite://"} {
		_, err := loadConfig(env("DATABASE_URL="+url), new(hidden))
		if err == nil || !strings.Contains(err.Error(), "DATABASE_URL: ") || !strings.Contains(err.Error(), "Example: sqlite:storybot.db") {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{"sqlite:name.db", "sqlite:/var/lib/name.db", "sqlite:./name.db"} {
		if c, err := loadConfig(env("DATABASE_URL="+url), new(hidden)); err != nil || c.databaseURL.reveal() != url {
			t.Errorf("%s: %v", url, err)
		}
	}
}
