package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// daysDesk is a newsroom on a clock that is set: two channels on each platform, one in each of
// two zones.
type daysDesk struct {
	*newsDesk
	t              *testing.T
	program, clock string
	p              *process
}

// hour is an hour of the clock, in UTC.
const hour = "2006-01-02 15:04:05"

// at sets the clock, and returns when it did.
func (d *daysDesk) at(when string) (set time.Time) {
	d.t.Helper()
	at, err := time.Parse(hour, when)
	if err != nil {
		d.t.Fatal(err)
	}
	set = time.Now()
	setClock(d.t, d.clock, at.Sub(set))
	return set
}

// start has the program begin to run when the clock shows an hour.
func (d *daysDesk) start(when string) (began time.Time) {
	d.t.Helper()
	began = d.at(when)
	d.p = startProgram(d.t, d.program, d.t.TempDir(), d.env)
	d.p.waitReady()
	d.waitConnected(d.t)
	return began
}

// both types a command in the two channels of one zone.
func (d *daysDesk) both(place int, name string, options map[string]string) {
	d.t.Helper()
	if _, err := d.discord.Command(d.ctx, discordtest.Interaction{Channel: []string{guildChannel, deskChannel}[place], Name: name, Options: options,
		Permissions: discordtest.DefaultPermissions | manageChannels}); err != nil {
		d.t.Fatal(err)
	}
	text := options["target"]
	for option, value := range options {
		if option != "target" {
			text += " " + option + ":" + value
		}
	}
	if _, err := d.slack.Slash(d.ctx, slacktest.Slash{Team: team, Channel: []string{teamChannel, deskOnSlack}[place], User: reader, Command: "/" + name, Text: text}); err != nil {
		d.t.Fatal(err)
	}
}

// shown are the digests in the channels of one zone, on Discord and on Slack.
func (d *daysDesk) shown(place int) (onDiscord, onSlack []string) {
	for _, m := range d.discord.Messages([]string{guildChannel, deskChannel}[place]) {
		if text := plain(m.Text); strings.Contains(text, "Digest of") {
			onDiscord = append(onDiscord, text)
		}
	}
	for _, m := range d.slack.Messages(team, []string{teamChannel, deskOnSlack}[place]) {
		if text := plain(m.Visible()); strings.Contains(text, "Digest of") {
			onSlack = append(onSlack, text)
		}
	}
	return onDiscord, onSlack
}

// come waits until the channels of each zone have so many digests, the newest with those
// texts, and sees that there are no more.
func (d *daysDesk) come(when string, place, digests int, texts ...string) {
	d.t.Helper()
	d.wait(d.t, func() bool {
		onDiscord, onSlack := d.shown(place)
		return len(onDiscord) >= digests && len(onSlack) >= digests
	})
	onDiscord, onSlack := d.shown(place)
	for where, shown := range map[string][]string{"Discord": onDiscord, "Slack": onSlack} {
		if len(shown) != digests {
			d.t.Fatalf("%s: %s has %d digests, not %d", when, where, len(shown), digests)
		}
		last := shown[digests-1]
		for _, text := range texts {
			if !strings.Contains(last, text) {
				d.t.Errorf("%s: on %s %q is not in %s", when, where, text, last)
			}
		}
		if of := fmt.Sprintf("Digest of %d update", len(texts)); !strings.Contains(last, of) {
			d.t.Errorf("%s: on %s it is no %s: %s", when, where, of, last)
		}
	}
}

// waits sees until when the update of a number waits, as the Discord channel of a zone is told.
func (d *daysDesk) waits(place, number int, until string) {
	d.t.Helper()
	at, err := time.Parse(hour, until)
	if err != nil {
		d.t.Fatal(err)
	}
	answer, err := d.discord.Command(d.ctx, discordtest.Interaction{Channel: []string{guildChannel, deskChannel}[place], Name: "why",
		Options: map[string]string{"story": "flood", "number": fmt.Sprint(number)}})
	if err != nil {
		d.t.Fatal(err)
	}
	if !strings.Contains(answer.Message.Text, fmt.Sprintf("<t:%d", at.Unix())) {
		d.t.Errorf("update %d waits until %s in place %d, and /why says %s", number, until, place, answer.Message.Text)
	}
}

func (d *daysDesk) tells(text string) {
	d.t.Helper()
	d.onDiscord(d.t, "update", map[string]string{"story": "flood", "text": text})
}

// TestDigestsOverTheYear has channels collect until 09:00 of every day in Berlin, and of
// weekdays in New York, over both clock changes in Berlin, a weekend, a program that is killed
// at the hour or started at it, and a week in which it was down: each digest comes at its hour
// and once. It is run on SQLite: on PostgreSQL the time at which what waits is due is the
// database's, which no test sets; storetest has both by the hour.
func TestDigestsOverTheYear(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program anew, and waits for full hours")
	}
	t.Parallel()
	program := buildWithClock(t)
	const berlin, newYork = 0, 1
	d := &daysDesk{newsDesk: newNewsDesk(t), t: t, program: program, clock: filepath.Join(t.TempDir(), "clock")}
	d.env = append(d.env, "CLOCK_FILE="+d.clock, "DATABASE_URL="+databases["SQLite"](t))
	d.start("2030-03-29 10:00:00") // a Friday
	d.onDiscord(t, "desk track", map[string]string{"headline": "Rhine rises above nine metres", "slug": "flood"})
	d.both(berlin, "subscribe", map[string]string{"target": "flood", "digest": "daily@09:00", "tz": "Europe/Berlin"})
	d.both(newYork, "subscribe", map[string]string{"target": "flood", "digest": "weekdays@09:00", "tz": "America/New_York"})
	d.tells("It rises on Friday.")
	d.waits(berlin, 1, "2030-03-30 08:00:00")
	d.waits(newYork, 1, "2030-03-29 13:00:00")
	d.at("2030-03-29 12:59:58")
	d.come("on Friday, running", newYork, 1, "on Friday.")
	d.tells("It rises in the evening.")
	d.waits(newYork, 2, "2030-04-01 13:00:00")
	d.p.stop()

	began := d.start("2030-03-30 07:59:50")
	<-time.After(time.Until(began.Add(10*time.Second + 50*time.Millisecond)))
	d.p.kill()
	d.start("2030-03-30 08:00:00")
	d.come("on Saturday, killed at the hour", berlin, 1, "on Friday.", "in the evening.")
	d.tells("It rises on Saturday.")
	d.waits(berlin, 3, "2030-03-31 07:00:00")
	d.p.stop()

	d.start("2030-03-31 06:50:00")
	d.waits(berlin, 3, "2030-03-31 07:00:00")
	d.come("ten minutes before the hour on Sunday, when the clock was set", berlin, 1, "on Friday.", "in the evening.")
	d.p.stop()
	d.start("2030-03-31 07:00:00")
	d.come("on Sunday, started at the hour", berlin, 2, "on Saturday.")
	d.p.stop()

	d.start("2030-04-01 13:00:00")
	d.come("on Monday, after a weekend", newYork, 2, "in the evening.", "on Saturday.")
	d.tells("It rises on Monday.")
	d.p.stop()

	d.start("2030-04-08 15:30:00")
	d.come("after a week", berlin, 3, "on Monday.")
	d.come("after a week", newYork, 3, "on Monday.")
	d.p.stop()

	d.start("2030-10-26 10:00:00")
	d.tells("It rises in autumn.")
	d.waits(berlin, 5, "2030-10-27 08:00:00")
	d.waits(newYork, 5, "2030-10-28 13:00:00")
	d.p.stop()
	d.start("2030-10-27 07:00:30") // it was nine in summer
	d.waits(berlin, 5, "2030-10-27 08:00:00")
	d.p.stop()
	d.start("2030-10-28 13:00:00")
	d.come("once the clock was set back", berlin, 4, "in autumn.")
	d.come("in autumn", newYork, 4, "in autumn.")
	d.p.stop()
}
