package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/joho/godotenv"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// theManifest is what setup prints between its words; another golden has it.
var theManifest = regexp.MustCompile(`(?ms)^\{\n.*^\}\n`)

// env is what the file in the folder of o says, after a look at its mode.
func (o *operated) envFile() map[string]string {
	o.t.Helper()
	file := filepath.Join(o.dir, envFile)
	info, err := os.Stat(file)
	if err != nil {
		return nil
	}
	if info.Mode().Perm() != 0o600 {
		o.t.Errorf("%s has the mode %v", envFile, info.Mode())
	}
	vars, err := godotenv.Read(file)
	if err != nil {
		o.t.Error(err)
	}
	return vars
}

// TestSetupByPipe takes three tokens and ends with what doctor calls well.
func TestSetupByPipe(t *testing.T) {
	t.Parallel()
	o := operate(t)
	status, said := o.runs(discordtest.Token+"\n"+o.bots+"\n"+o.slack.AppToken+"\n", o.env, "setup")
	if status != exitOK {
		t.Errorf("exit status %d", status)
	}
	golden(t, "setup.txt", theManifest.ReplaceAllString(said, "{ the manifest }\n"))
	vars := o.envFile()
	if vars["DISCORD_TOKEN"] != discordtest.Token || vars["SLACK_BOT_TOKEN"] != o.bots || vars["SLACK_APP_TOKEN"] != o.slack.AppToken || len(vars) != 3 {
		t.Errorf("%d settings were written", len(vars))
	}
	if status, said := o.runs("", o.env, "doctor"); status != exitOK {
		t.Errorf("doctor: exit status %d:\n%s", status, said)
	}
}

// TestSetupOfOnePlatform leaves the other out.
func TestSetupOfOnePlatform(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		input func(o *operated) string
		names []string
	}{
		"Discord alone":    {func(*operated) string { return discordtest.Token + "\n\n" }, []string{"DISCORD_TOKEN"}},
		"and then the end": {func(*operated) string { return discordtest.Token }, []string{"DISCORD_TOKEN"}},
		"with its name":    {func(*operated) string { return "DISCORD_TOKEN=" + discordtest.Token + "\r\n" }, []string{"DISCORD_TOKEN"}},
		"as in a header":   {func(*operated) string { return "Bot " + discordtest.Token + "\n" }, []string{"DISCORD_TOKEN"}},
		"Slack alone":      {func(o *operated) string { return "\n" + o.bots + "\n" + o.slack.AppToken }, []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}},
		"two workspaces": {func(o *operated) string {
			return "\n" + o.bots + ", " + o.slack.AddWorkspace("T0OTHER") + "\n" + o.slack.AppToken
		}, []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}},
		"one without a scope": {func(o *operated) string {
			o.slack.Grant(theTeam, "im:write", false)
			return "\n" + o.bots + "\n" + o.slack.AppToken
		}, []string{"SLACK_APP_TOKEN", "SLACK_BOT_TOKEN"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t)
			status, said := o.runs(test.input(o), o.env, "setup")
			vars := o.envFile()
			for _, name := range test.names {
				if vars[name] == "" {
					t.Errorf("%s was not written", name)
				}
			}
			if status != exitOK || len(vars) != len(test.names) {
				t.Errorf("exit status %d, %d settings:\n%s", status, len(vars), said)
			}
			if name == "one without a scope" && !strings.Contains(said, "(without the scopes im:write: paste the manifest under App Manifest and press Reinstall to Workspace)") {
				t.Errorf("the scope is not told:\n%s", said)
			}
		})
	}
}

// TestSetupWritesNothingBesideAFile: a token that a file is to hold is not written beside
// that, for no command reads both.
func TestSetupWritesNothingBesideAFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		inFile, holds string // .env, and the file it names
		env           string
	}{
		"there is no file":       {"DISCORD_TOKEN_FILE=/nowhere/token\n", "", ""},
		"it is empty":            {"DISCORD_TOKEN_FILE=token\n", "\n", ""},
		"by the environment":     {"", "", "DISCORD_TOKEN_FILE=/nowhere/token"},
		"of another's":           {"SLACK_APP_TOKEN_FILE=token\n", "\n", ""},
		"both":                   {"DISCORD_TOKEN=x\nDISCORD_TOKEN_FILE=token\n", "y\n", ""},
		"hidden for this moment": {"DISCORD_TOKEN_FILE=token\n", "", "DISCORD_TOKEN=" + discordtest.Token},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t)
			if test.inFile != "" {
				write(t, filepath.Join(o.dir, envFile), test.inFile)
			}
			write(t, filepath.Join(o.dir, "token"), test.holds)
			env := o.env
			if test.env != "" {
				env = append(env, test.env)
			}
			status, said := o.runs(discordtest.Token+"\n"+o.bots+"\n"+o.slack.AppToken+"\n", env, "setup")
			if status != exitFail || !strings.Contains(said, "_TOKEN_FILE is set in ") || !strings.Contains(said, "Nothing was written") {
				t.Errorf("exit status %d:\n%s", status, said)
			}
			now, err := os.ReadFile(filepath.Join(o.dir, envFile))
			if string(now) != test.inFile || test.inFile != "" && err != nil {
				t.Errorf("%s is %q, %v", envFile, now, err)
			}
		})
	}
}

// TestSetupTakesOnlyWhatIsTaken says why, and writes nothing.
func TestSetupTakesOnlyWhatIsTaken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil func(o *operated)
		input func(o *operated) string
		said  string
	}{
		"nothing at all":          {nil, func(*operated) string { return "" }, "no token was given, so nothing was written"},
		"a token Discord denies":  {func(o *operated) { o.discord.RevokeToken() }, func(*operated) string { return discordtest.Token }, "Discord refuses the bot's token. Set DISCORD_TOKEN to the token on the Bot page"},
		"a token of Slack":        {nil, func(o *operated) string { return o.bots }, "This is a token of Slack. Discord's is shown on the page Bot of your application"},
		"two words":               {nil, func(*operated) string { return "my token" }, "A token has no spaces, quotes or line breaks in it."},
		"Discord is away":         {func(o *operated) { o.env = with(o.env, "DISCORD_API_URL=http://127.0.0.1:1/api") }, func(*operated) string { return discordtest.Token }, "Discord cannot be reached"},
		"the tokens swapped":      {nil, func(o *operated) string { return "\n" + o.slack.AppToken + "\n" + o.bots }, "This is an app-level token (xapp-…); it belongs in SLACK_APP_TOKEN."},
		"one token of two":        {nil, func(o *operated) string { return "\n" + o.bots + "\n" }, "Slack needs SLACK_APP_TOKEN too."},
		"a token Slack denies":    {func(o *operated) { o.slack.Refuse(theTeam, "account_inactive") }, func(o *operated) string { return "\n" + o.bots + "\n" + o.slack.AppToken }, "it was revoked, or the app was uninstalled"},
		"an app token of another": {nil, func(o *operated) string { return "\n" + o.bots + "\nxapp-1-A0-1-wrong\n" }, "Slack refuses the app token: it is not a valid token"},
		"an app token without its scope": {func(o *operated) {
			o.slack.Fail(slacktest.Match{Method: "apps.connections.open"}, -1, slacktest.APIError("missing_scope"))
		}, func(o *operated) string { return "\n" + o.bots + "\n" + o.slack.AppToken }, "it lacks the scope connections:write"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := operate(t)
			if test.spoil != nil {
				test.spoil(o)
			}
			status, said := o.runs(test.input(o), o.env, "setup")
			if status != exitFail || !strings.Contains(said, test.said) || !strings.Contains(strings.ToLower(said), "nothing was written") {
				t.Errorf("exit status %d, it does not say %q:\n%s", status, test.said, said)
			}
			if vars := o.envFile(); vars != nil {
				t.Errorf("%d settings were written", len(vars))
			}
		})
	}
}

// TestSetupReplacesNothingUnasked in a file that is there, and keeps the rest of it.
func TestSetupReplacesNothingUnasked(t *testing.T) {
	t.Parallel()
	const old = "# my settings\nexport LOG_LEVEL=warn\nDISCORD_TOKEN=old.token.of-mine # the first\n\nTIMEZONE='Europe/Berlin'"
	for answer, replaced := range map[string]bool{"": false, "n\n": false, "x\n": false, "y\n": true, "YES\n": true} {
		t.Run(strings.TrimSpace(answer), func(t *testing.T) {
			t.Parallel()
			o := operate(t)
			file := filepath.Join(o.dir, envFile)
			write(t, file, old)
			status, said := o.runs(discordtest.Token+"\n\n"+answer, o.env, "setup")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(said, "old.token") {
				t.Errorf("a token is shown:\n%s", said)
			}
			want := old
			if replaced {
				want = strings.Replace(old, "old.token.of-mine # the first", discordtest.Token, 1)
				o.envFile() // which nobody else may read now
			}
			if string(text) != want || (status == exitOK) != replaced {
				t.Errorf("exit status %d, the file is:\n%s\nit said:\n%s", status, text, said)
			}
		})
	}
}

// TestSetupKeepsWhatIsThere where nothing new is given, and tries it.
func TestSetupKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	o := operate(t)
	write(t, filepath.Join(o.dir, envFile), "DISCORD_TOKEN="+discordtest.Token+"\n")
	write(t, filepath.Join(o.dir, "bots"), o.bots+"\n")
	status, said := o.runs("\n"+o.slack.AppToken+"\n", append(o.env, "SLACK_BOT_TOKEN_FILE=bots", "SLACK_APP_TOKEN=xapp-1-A0-1-older"), "setup")
	vars := o.envFile()
	if status != exitOK || vars["DISCORD_TOKEN"] != discordtest.Token || vars["SLACK_APP_TOKEN"] != o.slack.AppToken || len(vars) != 2 {
		t.Errorf("exit status %d, %d settings:\n%s", status, len(vars), said)
	}
	for _, part := range []string{"DISCORD_TOKEN is set already; Enter keeps it", "Discord takes the token", "SLACK_BOT_TOKEN is read from the file that SLACK_BOT_TOKEN_FILE names; it stays so.",
		"The environment has another SLACK_APP_TOKEN, which wins over .env: remove it there."} {
		if !strings.Contains(said, part) {
			t.Errorf("it does not say %q:\n%s", part, said)
		}
	}
}

// TestSetupRefusesAFileItCannotRead and leaves it alone.
func TestSetupRefusesAFileItCannotRead(t *testing.T) {
	t.Parallel()
	o := operate(t)
	const broken = "DISCORD_TOKEN 'sesame\n"
	write(t, filepath.Join(o.dir, envFile), broken)
	status, said := o.runs(discordtest.Token+"\n", o.env, "setup")
	text, err := os.ReadFile(filepath.Join(o.dir, envFile))
	if err != nil || string(text) != broken || status != exitUsage || strings.Contains(said, "sesame") {
		t.Errorf("%v, exit status %d, %q:\n%s", err, status, text, said)
	}
}
