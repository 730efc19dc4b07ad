package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tokens are secrets as each platform issues them, and a password.
var tokens = map[string]string{
	"a token of Discord":    "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
	"a bot token of Slack":  "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy",
	"an app token of Slack": "xapp-1-A0STORYBOT-1653672481-0123456789abcdef0123456789abcdef",
	"a database's address":  "postgres://news:kla7-Mosel%2Fnahe@127.0.0.1:1/news",
	"words":                 "Tr0ub4dor and 3 more",
}

// TestNoFailureShowsASecret sets every setting wrongly in every way there is
// to get at its value, with a secret in it: the program ends with status 2 (or 1
// once the settings were taken), and shows nothing of the secret.
func TestNoFailureShowsASecret(t *testing.T) {
	ways := map[string]func(t *testing.T, secret string) (value, file string){
		"the value itself":             func(_ *testing.T, s string) (string, string) { return s, "" },
		"the value in quotes":          func(_ *testing.T, s string) (string, string) { return `"` + s + `"`, "" },
		"the value with Bot":           func(_ *testing.T, s string) (string, string) { return "Bot " + s + " x", "" },
		"the whole line":               func(_ *testing.T, s string) (string, string) { return "DISCORD_TOKEN=" + s, "" },
		"the secret as the path":       func(_ *testing.T, s string) (string, string) { return "", s },
		"the secret in the path":       func(_ *testing.T, s string) (string, string) { return "", "nowhere/" + s },
		"a path that is too long":      func(_ *testing.T, s string) (string, string) { return "", s + strings.Repeat("x", 5000) },
		"a path that is no path":       func(_ *testing.T, s string) (string, string) { return "", s + "\x00" },
		"a folder":                     folder,
		"below a file":                 belowAFile,
		"nobody may read it":           unreadableFile,
		"a file of the wrong form":     holding("  some words\nand %s, in it\r\n"),
		"a file with quotes":           holding("'%s'\n"),
		"a file with an assignment":    holding("DISCORD_TOKEN=%s\n"),
		"a file of two lines":          holding("%s\n%s\n"),
		"a file that is too large":     holding("%s" + strings.Repeat(" ", maxValue)),
		"a file in UTF-16":             holding("\xff\xfe%s"),
		"a value and a file":           func(t *testing.T, s string) (string, string) { _, file := holding("%s")(t, s); return s, file },
		"a file of the right contents": holding("%s"),
	}
	for _, s := range settings {
		for kind, secret := range tokens {
			for way, set := range ways {
				if kind == "words" && !s.secret {
					continue // what is known to be no token is quoted, for whoever mistyped it
				}
				t.Run(s.name+"/"+way+"/"+kind, func(t *testing.T) {
					t.Chdir(t.TempDir())
					value, file := set(t, secret)
					environ := environment{"SLACK_APP_TOKEN=spoilt"} // so that nothing is ever started
					if s.name == "SLACK_APP_TOKEN" {
						environ = environment{"HTTP_ADDR=spoilt"}
					}
					if value != "" {
						environ = append(environ, s.name+"="+value)
					}
					if file != "" {
						environ = append(environ, s.name+"_FILE="+file)
					}
					showsNothing(t, environ, secret)
				})
			}
		}
	}
}

// TestASecretInTheEnvFileIsNotShown has secrets in .env itself.
func TestASecretInTheEnvFileIsNotShown(t *testing.T) {
	secret := tokens["a bot token of Slack"]
	for _, line := range []string{"DISCORD_TOKEN=" + secret, "DISCORD_TOKEN_FILE=" + secret, "LOG_LEVEL=" + secret, "STORYBOT_ADMINS=" + secret, "DISCORD_TOKEN " + secret, "SLACK_APP_TOKEN='" + secret} {
		t.Chdir(t.TempDir())
		write(t, envFile, line+"\nHTTP_ADDR=spoilt\n")
		showsNothing(t, nil, secret)
	}
}

// TestASecretOnTheCommandLineIsNotShown passes what should have been a setting.
func TestASecretOnTheCommandLineIsNotShown(t *testing.T) {
	secret := tokens["a token of Discord"]
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{secret}, {"--token=" + secret}, {"version", secret}} {
		showsNothing(t, environment{"DISCORD_TOKEN=" + secret}, secret, args...)
	}
}

// TestARefusedDatabaseShowsNoPassword is a failure after the settings.
func TestARefusedDatabaseShowsNoPassword(t *testing.T) {
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	status := run(t.Context(), nil, environment{"DATABASE_URL=" + tokens["a database's address"]}, strings.NewReader(""), &out, &out)
	if status != exitFail || strings.Contains(out.String(), "Mosel") || !strings.Contains(out.String(), "DATABASE_URL") {
		t.Errorf("exit status %d:\n%s", status, &out)
	}
}

func showsNothing(t *testing.T, environ environment, secret string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	if status := run(t.Context(), args, environ, strings.NewReader(""), &out, &out); status != exitUsage {
		t.Errorf("exit status %d", status)
	}
	if !strings.Contains(out.String(), "storybot: ") {
		t.Errorf("it does not say what is wrong: %q", &out)
	}
	for _, part := range append(strings.Fields(secret), "17653672481", "Cl2FMQ", "Mosel") {
		if len(part) >= shortestMasked && strings.Contains(out.String(), part) {
			t.Errorf("%q is shown in:\n%s", part, &out)
		}
	}
}

func folder(t *testing.T, secret string) (string, string) {
	name := filepath.Join(t.TempDir(), filepath.Base(secret))
	if err := os.MkdirAll(name, 0o700); err != nil {
		t.Fatal(err)
	}
	return "", name
}

func belowAFile(t *testing.T, secret string) (string, string) {
	_, file := holding("x")(t, "")
	return "", filepath.Join(file, secret)
}

func unreadableFile(t *testing.T, secret string) (string, string) {
	_, file := holding("%s and what is no token")(t, secret)
	if err := os.Chmod(file, 0); err != nil {
		t.Fatal(err)
	}
	return "", file
}

// holding makes a file with the secret in place of each %s.
func holding(form string) func(t *testing.T, secret string) (string, string) {
	return func(t *testing.T, secret string) (string, string) {
		file := filepath.Join(t.TempDir(), "secret")
		write(t, file, strings.ReplaceAll(form, "%s", secret))
		return "", file
	}
}
