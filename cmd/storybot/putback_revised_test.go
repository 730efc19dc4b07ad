package main

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/stories/storetest/pgtest"
)

// What the first update said, and what it is corrected to.
const (
	saidFirst   = "Report flood-1 from the scene."
	saidRightly = "Nothing happened at the scene."
)

// TestPutBackAfterACorrection puts a copy of the database back that was made before a
// correction, or in the middle of it, after the correction reached every channel: no
// update and no CORRECTION is posted a second time, and every copy shows what is right.
// The copy of the database that knows nothing of the correction finds its messages
// although they say something else by then.
func TestPutBackAfterACorrection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		way  func(*testing.T, *crowd) (func(*process), func())
		// knowing says that the copy is made once the correction is under way.
		knowing bool
	}{
		{"SQLite, copied before it", byHand, false}, {"SQLite, copied in the middle of it", byHand, true},
		{"PostgreSQL, copied before it", byDump(cleanly), false}, {"PostgreSQL, copied in the middle of it", byDump(cleanly), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			testPutBackAfterACorrection(t, c.way, c.knowing)
		})
	}
}

func testPutBackAfterACorrection(t *testing.T, way func(*testing.T, *crowd) (func(*process), func()), knowing bool) {
	const size = 16
	// What was posted before the copy is put back is known by its nonce no more.
	discord := discordtest.Start(t, discordtest.WithLimits(discordtest.DocumentedLimits()), discordtest.WithNonceWindow(25*time.Second))
	c := newCrowdOn(t, discord, size, 4*time.Minute, "")
	copied, restore := way(t, c)
	p := c.start(t)
	c.gather(t)
	heal := func() {}
	if !knowing { // Discord has all of it before the database knows
		heal = c.discord.Fail(discordtest.Match{Op: discordtest.CreateMessage}, discordtest.HangAfterStore())
	}
	before := c.discord.Stats().Posts
	if err := c.report(); err != nil {
		t.Fatal(err)
	}
	if !knowing {
		if err := c.discord.Wait(c.ctx, func() bool { return c.discord.Stats().Posts == before+size }); err != nil {
			t.Fatal(err)
		}
		copied(p)
		heal()
	}
	c.waitPosts(t, 2*size-1)
	c.waitSettled(t)
	if knowing {
		heal = c.discord.Fail(discordtest.Match{Op: discordtest.EditMessage}, discordtest.HangAfterStore())
	}
	c.correct(t)
	if knowing {
		if err := c.discord.Wait(c.ctx, func() bool { return c.discord.Stats().Edits >= 4 }); err != nil {
			t.Fatal(err)
		}
		copied(p)
		heal()
	}
	c.waitPosts(t, 4*size-1)
	c.waitSettled(t)
	c.checkCorrected(t)
	p.kill()
	restore()
	c.age(t)

	sent := c.posts()
	p = c.start(t)
	c.waitConnected(t)
	status := c.status(t)
	if !strings.Contains(status.Message.Text, "the database was put back") {
		t.Fatalf("/desk status says nothing of it:\n%s", status.Message.Text)
	}
	c.press(t, status, "Settle against history", `being looked for`)
	c.waitEnded(t)
	if wrong := c.deliveries(t, "failed,unknown,held"); wrong != "" {
		t.Errorf("not settled:\n%s", wrong)
	}
	if n := c.posts(); n != sent {
		t.Errorf("%d messages were posted again", n-sent)
	}
	c.checkCorrected(t)
	p.stop()
}

// age makes what the database knows of requests ten minutes older: by then no platform
// knows a request again by itself, and what was posted is found by its mark alone.
func (c *crowd) age(t *testing.T) {
	t.Helper()
	const text = `UPDATE publications SET created_at = created_at - 600000;
		UPDATE outcomes SET first_attempt_at = first_attempt_at - 600000, last_attempt_at = last_attempt_at - 600000 WHERE first_attempt_at > 0`
	url := strings.TrimPrefix(c.database, "DATABASE_URL=")
	path, isFile := strings.CutPrefix(url, "sqlite:")
	if !isFile {
		pgtest.Tool(t, "psql", url, "--quiet", "--command", text)
		return
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(c.ctx, text); err != nil {
		t.Fatal(err)
	}
}

// correct corrects the first update on Discord.
func (c *crowd) correct(t *testing.T) {
	t.Helper()
	person := discordtest.Interaction{Channel: guildChannel, Permissions: discordtest.DefaultPermissions}
	typed := person
	typed.Name, typed.Options = "desk correct", map[string]string{"story": "flood", "number": "1", "reason": "It was a drill", "text": saidRightly}
	form, err := c.discord.Command(c.ctx, typed)
	if err != nil || len(form.Modal) == 0 {
		t.Fatalf("/desk correct on Discord: %+v %v", form, err)
	}
	asked, err := c.discord.Submit(c.ctx, form, nil, person)
	if err != nil {
		t.Fatal(err)
	}
	c.press(t, asked, "Post", `Corrected update 1 of flood\.`)
}

// checkCorrected checks that every channel has its copy corrected and was told so once.
func (c *crowd) checkCorrected(t *testing.T) {
	t.Helper()
	check := func(where string, texts []string) {
		copies, told := 0, 0
		for _, text := range texts {
			switch {
			case strings.Contains(text, "CORRECTION") && strings.Contains(text, "It said: “"+saidFirst+"”"):
				told++
			case strings.Contains(text, saidRightly) && strings.Contains(text, "Corrected"):
				copies++
			case strings.Contains(text, saidFirst):
				t.Errorf("%s shows %q still", where, text)
			}
		}
		if copies != 1 || told != 1 {
			t.Errorf("%s has %d copies and was told %d times: %q", where, copies, told, texts)
		}
	}
	for _, channel := range c.channels {
		var texts []string
		for _, m := range c.discord.Messages(channel) {
			texts = append(texts, m.Text)
		}
		check("Discord's "+channel, texts)
	}
	for _, at := range c.places {
		var texts []string
		for _, m := range c.slack.Messages(at.team, at.channel) {
			texts = append(texts, m.Text)
		}
		check(fmt.Sprint("Slack's ", at), texts)
	}
}
