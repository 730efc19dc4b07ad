package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"storybot/bot/slack/slacktest"
)

// TestPicturedDesk has the desk do all it can, on Discord and on Slack, and keeps
// what everybody is shown: each form, preview and answer, and each copy after each
// revision. testdata/desk holds the payloads, a line each
// in the form that the pictures are drawn from; a change of it is to be looked at.
func TestPicturedDesk(t *testing.T) {
	for _, name := range []string{"discord", "slack"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeskPictures(t, name)
			d.published()
			d.unverified()
			d.corrected()
			d.held()
			d.withdrawn()
			d.written()
			d.kept()
			d.scheduled()
			d.undone()
			d.added()
			d.changed()
			d.told()
			d.golden(name)
		})
	}
}

// deskPictures is a desk, beside a channel that follows the story.
type deskPictures struct {
	t          *testing.T
	stage      *stage
	desk, news person
	platform   string
	out        bytes.Buffer
	shown      map[string]string // text of what was kept, by kind
}

func newDeskPictures(t *testing.T, platform string) *deskPictures {
	t.Helper()
	d := &deskPictures{t: t, platform: platform, shown: map[string]string{}}
	d.stage = stages()[platform](t)
	d.desk, d.news = d.stage.editor(busy), d.stage.editor(quiet)
	if p, is := d.desk.(*slackPerson); is {
		p.server.AddUser(team, slacktest.User{ID: slackEditor, Name: "mia", RealName: moderator})
	}
	return d
}

// keep writes a line for what was shown.
func (d *deskPictures) keep(kind, command string, s seen) seen {
	d.t.Helper()
	m := shownMessage{Platform: d.platform, Kind: kind, At: shownAt, Ephemeral: !s.public, Payload: stilledDesk(d.t, s.payload)}
	if command != "" {
		m.Who, m.Command = moderator, command
	}
	lines := json.NewEncoder(&d.out)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(m); err != nil {
		d.t.Fatal(err)
	}
	return s
}

// asks gives a command at the desk.
func (d *deskPictures) asks(kind string, l line) seen {
	d.t.Helper()
	return d.keep(kind, l.String(), tell(d.t, d.desk, l))
}

// presses presses a button of what was shown.
func (d *deskPictures) presses(kind string, on seen, label string) seen {
	d.t.Helper()
	return d.keep(kind, "", push(d.t, on, label))
}

// submits fills in a form that was opened.
func (d *deskPictures) submits(kind string, form seen, values map[string]string) seen {
	d.t.Helper()
	if form.submit == nil {
		d.t.Fatalf("%s: no form was opened: %s", kind, form.text)
	}
	s, err := form.submit(values)
	if err != nil {
		d.t.Fatalf("%s: %v", kind, err)
	}
	return d.keep(kind, "", s)
}

// ends waits for what an answer says in the end.
func (d *deskPictures) ends(kind string, answer seen, words string) {
	d.t.Helper()
	s, err := answer.later(words)
	if err != nil {
		d.t.Fatalf("%s: %v", kind, err)
	}
	d.keep(kind, "", s)
}

// reads waits until the channel holds a message with words, and keeps it.
func (d *deskPictures) reads(kind string, words ...string) {
	d.t.Helper()
	found := func(all []seen) (seen, bool) {
		i := slices.IndexFunc(all, func(s seen) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return !has(s, w) })
		})
		if i < 0 {
			return seen{}, false
		}
		return all[i], true
	}
	all, err := d.news.await(kind, func(all []seen) bool { _, ok := found(all); return ok })
	if err != nil {
		d.t.Fatalf("%s: %v; the channel shows %q", kind, err, textsOf(all))
	}
	s, _ := found(all)
	d.keep(kind, "", s)
}

func textsOf(all []seen) (texts []string) {
	for _, s := range all {
		texts = append(texts, s.text)
	}
	return texts
}

// How a day is named that tomorrow is another.
var (
	dayAndTime  = regexp.MustCompile(`\b\d{1,2} [A-Z][a-z]{2} 09:00\b`)
	dateAndTime = regexp.MustCompile(`"20\d\d-\d\d-\d\d 09:00"`)
	hoursAhead  = regexp.MustCompile(`in \d+ (h|min)\b`)
	dayWords    = regexp.MustCompile(`(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d+ [A-Z][a-z]+ 20\d\d`)
)

// longID is an id of Discord's, or of a message of Slack's in a link.
var longID = regexp.MustCompile(`\bp?\d{16,20}\b`)

// stilledDesk is a payload with what differs between two runs made the same: times, days,
// ids and what buttons bear. What fields hold stays.
func stilledDesk(t *testing.T, payload any) json.RawMessage {
	t.Helper()
	text := dayWords.ReplaceAllString(string(stilledTimes(t, payload)), "Tuesday 13 January 2026")
	text = hoursAhead.ReplaceAllString(dayAndTime.ReplaceAllString(text, "13 Jan 09:00"), "in 23 h")
	text = dateAndTime.ReplaceAllString(text, `"2026-01-13 09:00"`)
	var fields any
	if err := json.Unmarshal([]byte(longID.ReplaceAllString(text, "1")), &fields); err != nil {
		t.Fatal(err)
	}
	unnamed(fields)
	var out bytes.Buffer
	plain := json.NewEncoder(&out)
	plain.SetEscapeHTML(false)
	if err := plain.Encode(fields); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unnamed takes out of a payload what buttons and menus bear.
func unnamed(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			unnamed(e)
		}
	case map[string]any:
		for key, e := range v {
			_, text := e.(string)
			switch {
			case text && (key == "custom_id" || key == "action_id"), text && key == "value" && v["type"] != 4.0: // a text input of a modal
				v[key] = "…"
			default:
				unnamed(e)
			}
		}
	}
}

func (d *deskPictures) golden(name string) {
	d.t.Helper()
	file := filepath.Join("testdata", "desk", name+".jsonl")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(file, d.out.Bytes(), 0o644); err != nil {
			d.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(d.out.String(), "\n")); diff != "" {
		d.t.Errorf("%s differs; write it with -update and look at what changed\n%s", file, diff)
	}
}

// notified is what a notification of a message can be made of.
func (s seen) notified() string {
	switch sent := s.payload.(type) {
	case map[string]json.RawMessage: // Discord's
		var content string
		_ = json.Unmarshal(sent["content"], &content) // without one there is nothing to show
		return content
	case map[string]any:
		text, _ := sent["text"].(string)
		return text
	}
	return ""
}
