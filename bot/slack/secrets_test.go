package slack

import (
	"fmt"
	"strings"
	"testing"

	"storybot/bot"
	"storybot/bot/slack/slacktest"
)

// No error of a call holds a token, an address with a secret, or what was said,
// however the call fails.
func TestErrorsHoldNoSecrets(t *testing.T) {
	const token, path = "xoxb-SECRET", "/response/SECRET"
	for name, base := range map[string]string{
		"refused": "http://127.0.0.1:1/", "no such host": "http://nowhere.invalid/", "no address": "http://[::1/", "not http": "gopher://127.0.0.1/",
	} {
		p, err := New(Config{BotTokens: []string{token}, AppToken: "xapp-SECRET", APIURL: "http://127.0.0.1:1/"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range []request{
			{method: "chat.postMessage", url: base + "api/chat.postMessage", token: token, body: []byte("token=" + token), kind: formBody},
			{method: "response_url", url: base + path, body: []byte("SECRET"), kind: jsonBody},
		} {
			_, f := p.api.call(t.Context(), r, new(status))
			if f == nil {
				t.Fatalf("%s: no failure", name)
			}
			for _, text := range []string{f.Error(), fmt.Sprintf("%v %+v", f, verdictOf(f)), fmt.Sprint(f.err)} {
				if strings.Contains(text, "SECRET") {
					t.Errorf("%s: %s", name, text)
				}
			}
		}
		if _, f := p.sockets.connect(t.Context(), nil); f == nil || strings.Contains(f.Error(), "SECRET") {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// What Slack's answer echoes does not reach an error.
func TestErrorsHoldNoEcho(t *testing.T) {
	r := startRig(t, setup{})
	r.slack.Fail(posting, 1, slacktest.APIError("bad token xoxb-SECRET"))
	if v := r.send("C1", "k"); strings.Contains(fmt.Sprintf("%+v %v", v, v.Err), "SECRET") {
		t.Errorf("%+v", v)
	}
}

func TestNewNamesTheSettingThatIsWrong(t *testing.T) {
	for want, c := range map[string]Config{
		"SLACK_APP_TOKEN": {BotTokens: []string{"xoxb-SECRET"}},
		"SLACK_BOT_TOKEN": {AppToken: "xapp-SECRET"},
		"SLACK_API_URL":   {BotTokens: []string{"xoxb-SECRET"}, AppToken: "xapp-SECRET", APIURL: "slack.com/api"},
	} {
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

var _ bot.Platform = (*Platform)(nil)
