package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
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
	for _, s := range allSettings(platforms()) {
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

// TestADatabaseByFileIsNotTold: nothing of an address that came by a file is in
// what is said when it cannot be opened, however short it is.
func TestADatabaseByFileIsNotTold(t *testing.T) {
	for _, test := range []struct {
		address string
		status  int
		hidden  []string // as whole words
	}{
		{"postgres://joe:s3@127.0.0.1:1/x", exitFail, []string{"joe", "x", "s3", `127\.0\.0\.1`}},
		{"postgres://storybot:s3@db.nosuch.invalid/news", exitFail, []string{"storybot database", "news", "s3", "nosuch"}},
		{"postgres://joe:a/b@127.0.0.1:none/x?sslmode=disable", exitUsage, []string{"joe", "x", "a/b"}},
		{"postgresql://joe@127.0.0.1:1,127.0.0.2:1/x", exitFail, []string{"joe", "x", `127\.0\.0\.2`}},
		{"postgres:///x?host=127.0.0.1&port=1&user=joe", exitFail, []string{"joe", "x", `127\.0\.0\.1`}},
		{"postgres://joe:s3@127.0.0.1/x?sslmode=whatever", exitUsage, []string{"joe", "x", "s3", `127\.0\.0\.1`}},
		{"sqlite:/ab/c.db", exitUsage, []string{"ab", `c\.db`}},
		{"sqlite:/nowhere/zeta/eta/c.db", exitUsage, []string{"zeta", "eta", `c\.db`}},
		{"sqlite:zeta/eta/c.db", exitUsage, []string{"zeta", "eta", `c\.db`}},
		{"sqlite:.", exitUsage, nil},
		{"sqlite:text", exitUsage, []string{"text"}},
		{"sqlite:./no/x.db", exitUsage, []string{"no/x", `x\.db`}},
	} {
		t.Chdir(t.TempDir())
		write(t, "file", test.address+"\n")
		write(t, "text", "this is a text and no database")
		var out bytes.Buffer
		if status := run(t.Context(), nil, environment{"DATABASE_URL_FILE=file"}, strings.NewReader(""), &out, &out); status != test.status {
			t.Errorf("%s: exit status %d, want %d", test.address, status, test.status)
		}
		said := out.String()
		if !strings.Contains(said, "DATABASE_URL: ") {
			t.Errorf("%s: it does not say what is wrong: %s", test.address, said)
		}
		for _, part := range test.hidden {
			if regexp.MustCompile(`(^|\W)` + part + `(\W|$)`).MatchString(said) {
				t.Errorf("%s: %s is shown in:\n%s", test.address, part, said)
			}
		}
	}
}

// TestNoCommandTellsADatabaseByFile, whatever it wants of it.
func TestNoCommandTellsADatabaseByFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "text", "this is a text and no database")
	write(t, "x.jsonl", "{}")
	for address, parts := range map[string]string{"postgres://newsie:s3@127.0.0.9:1/xyz": `newsie|xyz|127\.0\.0\.9`, "sqlite:/zeta/eta/c.db": `zeta|eta|c\.db`, "sqlite:text": "text"} {
		write(t, "file", address+"\n")
		for _, args := range [][]string{{"deliveries"}, {"deliveries", "--json"}, {"export", "-"}, {"import", "x.jsonl"}, {"backup", "copy"}, {"restored"}, {"sample"}, {"doctor"}} {
			var out bytes.Buffer
			status := run(t.Context(), args, environment{"DATABASE_URL_FILE=file"}, strings.NewReader(""), &out, &out)
			if status == exitOK || regexp.MustCompile(`(^|\W)(`+parts+`)(\W|$)`).MatchString(out.String()) {
				t.Errorf("%s, %s: exit status %d:\n%s", address, args, status, &out)
			}
			if want := address[0] == 's'; args[0] != "doctor" && args[0] != "import" && args[0] != "backup" && (status == exitUsage) != want {
				t.Errorf("%s, %s: exit status %d:\n%s", address, args, status, &out)
			}
		}
	}
}

// TestADatabaseThatIsSetIsNamed where it did not come by a file: whoever set it
// must see what is wrong with it.
func TestADatabaseThatIsSetIsNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	status := run(t.Context(), nil, environment{"DATABASE_URL=sqlite:nowhere/x.db"}, strings.NewReader(""), &out, &out)
	if status != exitUsage || !strings.Contains(out.String(), "DATABASE_URL: The folder of the database nowhere/x.db cannot be opened") {
		t.Errorf("exit status %d:\n%s", status, &out)
	}
}

// TestTheLogTellsNoAddressByFile: also later, while the bot runs.
func TestTheLogTellsNoAddressByFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "database", "postgres://joe:s3@db/x")
	write(t, "api", "http://tin.example/api")
	write(t, "http", ":80")
	h := new(hidden)
	cfg, err := loadConfig(environment{"DATABASE_URL_FILE=database", "DISCORD_API_URL_FILE=api", "HTTP_ADDR_FILE=http"}, h)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	newLog(cfg, 0, &out).Warn("it is a database of x", "err", errors.New("dial tin.example: user=joe database=x at db:5432"), "address", ":80", "count", 7, "who", "joe")
	const want = `level=WARN msg="it is a database of x" err="dial ••••: user=•••• database=•••• at ••••:5432" address=•••• count=7 who=joe`
	if !strings.Contains(out.String(), want) {
		t.Errorf("got %s, want %s", &out, want)
	}
}

// TestTokensAreKnownByTheirLooks wherever they stand, and nothing else is.
func TestTokensAreKnownByTheirLooks(t *testing.T) {
	h := new(hidden)
	h.know(platforms())
	for _, text := range []string{
		"xoxb-oops-secret", "xoxb-1", "xoxe.xoxb-1-Mi0yLTQ", "xoxe-1-My0x", "xoxp-17", "xapp-1-A0-16-01ab",
		tokens["a token of Discord"], tokens["a bot token of Slack"], tokens["an app token of Slack"],
	} {
		for _, around := range []string{"%s", "/nonexistent/%s", "/a/x%s/b.db", `{"err":"%s"}`, "a=%s&b", "(%s)"} {
			want := strings.ReplaceAll(around, "%s", dots)
			if strings.Contains(around, "x%s") && strings.Contains(text, ".") {
				continue // the letter before belongs to it
			}
			if got := string(h.mask([]byte(strings.ReplaceAll(around, "%s", text)))); got != want {
				t.Errorf("%s in %s: %s", text, around, got)
			}
		}
	}
	for _, text := range []string{"it begins with xoxb- and has no spaces", "(xoxb-…)", "xapp-…", "www.example.org", "a.very.long.host.of.somebody.example.org", "storybot.2026-11-28.backup", "1.2.3", "8.8.8.8:53", "Storybot/1.24.3 discordgo"} {
		if got := string(h.mask([]byte(text))); got != text {
			t.Errorf("%s becomes %s", text, got)
		}
	}
	t.Chdir(t.TempDir())
	for _, s := range allSettings(platforms()) {
		for _, value := range []string{"xoxb-oops-secret", "sqlite:/nonexistent/xoxb-oops-secret", "http://127.0.0.1/xoxb-oops-secret/auth.test", "sqlite:xoxb-oops-secret/" + tokens["a token of Discord"]} {
			var out bytes.Buffer
			environ := environment{s.name + "=" + value, "HTTP_ADDR=spoilt"}
			if s.name == "DATABASE_URL" {
				environ = environ[:1]
			}
			run(t.Context(), nil, environ, strings.NewReader(""), &out, &out)
			if strings.Contains(out.String(), "oops") || strings.Contains(out.String(), "Cl2FMQ") || out.Len() == 0 {
				t.Errorf("%s=%s: %s", s.name, value, &out)
			}
		}
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
