package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/discord/discordtest"
	"storybot/bot/slack/slacktest"
)

// silently is Discord's flag for a message that notifies nobody.
// https://docs.discord.com/developers/resources/message#message-object-message-flags
const silently = 1 << 12

// shownAs is a message or an answer with what it is as its heading.
func shownAs(heading, text string) string {
	return "── " + heading + " ──\n" + strings.TrimSpace(text) + "\n\n"
}

// buttoned is a text with the labels of what can be pressed below.
func buttoned(text string, labels []string) string {
	text = strings.TrimSpace(text)
	if len(labels) == 0 {
		return text
	}
	return text + "\n[" + strings.Join(labels, "] [") + "]"
}

func discordLabels(m discordtest.Message) (labels []string) {
	for _, b := range m.Buttons {
		if b.Menu {
			labels = append(labels, b.Labels...)
		} else {
			labels = append(labels, b.Label)
		}
	}
	return labels
}

func slackLabels(m slacktest.Message) (labels []string) {
	for _, b := range m.Buttons() {
		labels = append(labels, b.Label)
	}
	return labels
}

// oneLine is how a notification shows a text.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// discordShows is what a channel on Discord shows, each message under the line that a
// notification of its present wording is.
func (d *newsDay) discordShows(channel string) string {
	var out strings.Builder
	for _, m := range d.discord.Messages(channel) {
		heading := "notified: "
		if m.Flags&silently != 0 {
			heading = "silently: "
		}
		out.WriteString(shownAs(heading+oneLine(m.Content), buttoned(m.Text, discordLabels(m))))
	}
	return out.String()
}

func (d *newsDay) slackShows(channel string) string {
	var out strings.Builder
	for _, m := range d.slack.Messages(team, channel) {
		out.WriteString(shownAs("notified: "+oneLine(m.Text), buttoned(m.Visible(), slackLabels(m))))
	}
	return out.String()
}

func (d *newsDay) answered() string {
	var out strings.Builder
	for _, answer := range d.answers {
		out.WriteString(answer())
	}
	return out.String()
}

// Times and ids differ from one run to the next.
var (
	dayClock = regexp.MustCompile(`[A-Z][a-z]+day \d+ [A-Z][a-z]+ 20\d\d, \d\d:\d\d UTC|in \d+ (h|min)\b|(20\d\d-\d\d-\d\d )?\d\d:\d\d UTC|\d+ seconds? old|\d+s ago|<t:\d+(:\w)?>|<!date\^\d+\^[^>]*>`)
	// How far the other platforms are when the console tells it, and how often it does,
	// depends on them.
	inProgress = regexp.MustCompile(`(?m)(^(Delivered|Edited) .*\n\n)+`)
	dayIDs     = regexp.MustCompile(`\d{17,20}`)
)

// golden compares a text with what is kept of it, or keeps it with -update.
func (d *newsDay) golden(name, got string) {
	d.t.Helper()
	got = dayIDs.ReplaceAllString(dayClock.ReplaceAllString(got, "NOW"), "ID")
	file := filepath.Join("testdata", "newsday", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			d.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		d.t.Errorf("%s differs; write it with -update and read it\n%s", file, diff)
	}
}
