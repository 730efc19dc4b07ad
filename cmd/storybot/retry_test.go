package main

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
)

// operate runs a command of the program beside whatever runs, and returns what it says.
func (c *crowd) operate(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(c.ctx, binary, args...)
	cmd.Dir, cmd.Env, cmd.Stdin = t.TempDir(), c.env, strings.NewReader(stdin)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("storybot %v: %v\n%s", args, err, said)
	}
	return string(said)
}

// Whoever runs the bot has sent once more what a channel refused, beside the bot as it runs
// and while none does; what arrived is not sent again, and the log tells of it.
func TestAnOperatorHasWhatFailedSentOnceMore(t *testing.T) {
	t.Parallel()
	for name, url := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, 2, 2*time.Minute, url(t))
			p := c.start(t)
			c.gather(t)
			refused := c.channels[0]
			for i, text := range []string{"Report flood-1 from the scene.", "Report flood-2 from the scene."} {
				c.discord.FailNext(discordtest.Match{Op: discordtest.CreateMessage, Channel: refused}, discordtest.APIError(400, 50035, "Invalid Form Body"))
				if answer, err := c.insist(guildChannel, "update", map[string]string{"story": "flood", "text": text}); err != nil {
					t.Fatal(err, answer)
				}
				p.waitLog(fmt.Sprintf(`a push has ended" update_id=%d .* failed=1 `, i+1))
				told := c.operate(t, "", "deliveries", "retry", "--state", "failed", "--dry-run")
				if !strings.Contains(told, "1 message would be sent once more, in 1 channel.") {
					t.Fatalf("it would do: %s", told)
				}
				if told := c.operate(t, "no\n", "deliveries", "retry", "--story", "flood"); !strings.Contains(told, "Have 1 message sent once more? [y/N]") || !strings.Contains(told, "Nothing was changed.") {
					t.Fatalf("asked: %s", told)
				}
				if i > 0 {
					p.stop()
				}
				if told := c.operate(t, "y\n", "deliveries", "retry", "--story", "flood"); !strings.Contains(told, "1 message is owed again.") {
					t.Fatalf("done: %s", told)
				}
				if i > 0 {
					p = c.start(t)
					c.waitConnected(t)
				}
				if err := c.discord.Wait(c.ctx, func() bool { return strings.Contains(shownIn(c, refused), text) }); err != nil {
					t.Fatal(err)
				}
				c.waitSettled(t)
				if told := c.operate(t, "", "deliveries", "retry", "--story", "flood", "--yes"); !strings.Contains(told, "There is nothing to be sent once more.") {
					t.Errorf("afterwards: %s", told)
				}
			}
			for _, channel := range c.channels {
				shown := shownIn(c, channel)
				for _, update := range []string{"flood-1", "flood-2"} {
					if strings.Count(shown, "Report "+update) != 1 {
						t.Errorf("%s shows %s %d times:\n%s", channel, update, strings.Count(shown, "Report "+update), shown)
					}
				}
			}
			log, err := c.insist(guildChannel, "desk log", nil)
			if err != nil || strings.Count(log, "Whoever runs the bot had 1 message that did not arrive sent once more") != 2 {
				t.Errorf("the log: %v\n%s", err, log)
			}
			p.stop()
		})
	}
}

// shownIn are the texts in a channel.
func shownIn(c *crowd, channel string) string {
	var b strings.Builder
	for _, m := range c.discord.Messages(channel) {
		b.WriteString(m.Text + "\n")
	}
	return b.String()
}
