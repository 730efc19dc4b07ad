package main

import (
	"encoding/json"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"storybot/bot/discord/discordtest"
)

// logLine is a line of the log for programs.
type logLine map[string]any

// logLines reads a log, each line of which must be JSON.
func logLines(t *testing.T, log string) (lines []logLine) {
	t.Helper()
	for text := range strings.Lines(log) {
		var line logLine
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("no JSON: %s", text)
		}
		lines = append(lines, line)
	}
	return lines
}

// of are the lines of a message.
func of(lines []logLine, message string) (found []logLine) {
	for _, l := range lines {
		if l["msg"] == message {
			found = append(found, l)
		}
	}
	return found
}

// aSpan is a span of time as people write it.
var aSpan = regexp.MustCompile(`^([0-9.]+(h|m|s|ms|µs|ns))+$`)

// TestTheLogTellsWhatIsDone of a command, a publication, a revision, their pushes and
// each of their messages, by ids that join them, in one form, up to the last line. The
// end of the terminal is a clean stop.
func TestTheLogTellsWhatIsDone(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	p := f.connect(t, "LOG_FORMAT=json")
	f.track(t)
	f.publish(t, "The dykes break.", 2, 2)
	p.waitLog(`"a push has ended".*"revision":0`)
	f.withdraw(t, "flood", "They hold.")
	p.waitLog(`"an update was revised"`)
	end := syscall.SIGHUP
	if signal.Ignored(end) { // nohup runs the tests, and with them the program
		end = syscall.SIGTERM
	}
	if err := p.cmd.Process.Signal(end); err != nil {
		t.Fatal(err)
	}
	if err := p.wait(); err != nil {
		t.Errorf("after %v: %v", end, err)
	}
	lines := logLines(t, p.log())
	for _, l := range lines {
		for key, v := range l {
			if text, is := v.(string); is && aSpan.MatchString(text) {
				t.Errorf("%s is no number of seconds in %v", key, l)
			}
		}
	}
	if last := lines[len(lines)-1]; last["msg"] != haveStopped || last["ran"].(float64) <= 0 {
		t.Errorf("the last line is %v", last)
	}
	for message, keys := range map[string][]string{
		"asked":                   {"what", "platform", "key", "outcome", "took"},
		"an update was published": {"update_id", "story", "update", "level", "by", "channels"},
		"an update was revised":   {"update_id", "story", "update", "revision", "kind", "by", "copies", "told"},
		"a push has ended":        {"update_id", "channels", "sent", "held", "failed", "unknown", "kept", "deferred", "overtaken"},
		"a delivery was answered": {"delivery", "update_id", "platform", "lane", "destination", "attempt", "became", "message"},
		"slack connected":         {"platform"},
		"the gateway is up":       {"platform"},
	} {
		found := of(lines, message)
		if len(found) == 0 {
			t.Errorf("nothing says %q", message)
			continue
		}
		for _, key := range keys {
			if _, has := found[0][key]; !has {
				t.Errorf("%q is missing in %v", key, found[0])
			}
		}
	}
	published, ended := of(lines, "an update was published")[0], of(lines, "a push has ended")[0]
	if published["update_id"] != ended["update_id"] || published["channels"] != ended["sent"] {
		t.Errorf("published %v, ended %v", published, ended)
	}
	sent := slices.DeleteFunc(of(lines, "a delivery was answered"), func(l logLine) bool {
		return l["update_id"] != published["update_id"] || l["op"] != "post" || l["became"] != "sent"
	})
	if len(sent) != int(published["channels"].(float64)) {
		t.Errorf("%d messages were sent, want %v: %v", len(sent), published["channels"], sent)
	}
}

// TestTheLastLineIsForProgramsToo where a bot ends of an error.
func TestTheLastLineIsForProgramsToo(t *testing.T) {
	t.Parallel()
	o := operate(t)
	for name, env := range map[string][]string{
		"a setting": append([]string{"DISCORD_TOKEN=a b"}, o.env...),
		"no token":  o.env,
		"refused":   append([]string{"DISCORD_TOKEN=" + "another." + discordtest.Token}, o.env...),
	} {
		status, said := o.runs("", append(env, "LOG_FORMAT=json"), "run")
		lines := logLines(t, said)
		last := lines[len(lines)-1]
		if status != exitUsage || last["msg"] != haveStopped || !strings.Contains(last["err"].(string), "DISCORD_TOKEN") {
			t.Errorf("%s: status %d, last %v", name, status, last)
		}
	}
}
