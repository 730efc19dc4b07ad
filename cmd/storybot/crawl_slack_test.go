package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
)

// slackStage is a Slack with one workspace.
type slackStage struct {
	t        *testing.T
	server   *slacktest.Server
	channels []string
	people   int // who came after the start
}

const (
	slackEditor = "U0EDITOR"
	slackGuest  = "U0GUEST"

	slackColleague = "U0BEN"
)

func onSlack(t *testing.T) *stage {
	rig, s := newSlackStage(t)
	s.visitor = rig.person(slackGuest)
	rig.server.AddUser(team, slacktest.User{ID: slackColleague, Name: "ben", RealName: "Ben Adler"})
	s.add = func(text string) (seen, error) {
		p := &slackPerson{rig, slackEditor, rig.channels[busy], false}
		ctx, cancel := p.within()
		defer cancel()
		return p.answer(rig.server.Shortcut(ctx, rig.server.Say(team, p.channel, slackGuest, text), "add", p.user))
	}
	s.colleague = "<@" + slackColleague + ">"
	s.others = func() (person, person) { return rig.person(slackColleague)(busy), rig.person(slackGuest)(busy) }
	s.elsewhere = map[string]person{
		"mention":        &slackPerson{rig, slackEditor, rig.channels[quiet], true},
		"direct message": &slackPerson{rig, slackEditor, rig.server.Direct(team, slackEditor), false},
	}
	return s
}

// newSlackStage starts the program on a Slack. Its visitor is whoever the test
// wants.
func newSlackStage(t *testing.T) (*slackStage, *stage) {
	t.Helper()
	rig := &slackStage{t: t, server: slacktest.Start(t), channels: []string{"C0BUSY", "C0QUIET"}}
	token := rig.server.AddWorkspace(team)
	for _, channel := range rig.channels {
		rig.server.AddChannel(team, channel, slacktest.Public, true)
	}
	rig.server.AddUser(team, slacktest.User{ID: slackEditor, Name: "ed", RealName: "Ed Itor"})
	rig.server.AddUser(team, slacktest.User{ID: slackGuest, Name: "gus", RealName: "Gus Test", Guest: true})
	s := &stage{name: "slack", longest: 8000, types: true, editor: rig.person(slackEditor)}
	s.runs(t, []string{
		"SLACK_BOT_TOKEN=" + token, "SLACK_APP_TOKEN=" + rig.server.AppToken, "SLACK_API_URL=" + rig.server.URL(),
		"STORYBOT_ADMINS=slack:" + team + "/" + slackEditor,
	}, rig.server.WaitConnected)
	return rig, s
}

// runs starts the program for a stage, and says how to start it again.
func (s *stage) runs(t *testing.T, env []string, connected func(context.Context) error) {
	t.Helper()
	dir := t.TempDir()
	start := func() {
		s.process = startProcess(t, dir, env)
		s.process.waitReady()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		if err := connected(ctx); err != nil {
			t.Fatal(err)
		}
	}
	start()
	s.restart = func(meanwhile func(string)) {
		s.process.stop()
		between(dir, meanwhile)
		start()
	}
}

// between has something done to the database in dir.
func between(dir string, meanwhile func(database string)) {
	if meanwhile != nil {
		meanwhile("sqlite:" + filepath.Join(dir, "storybot.db"))
	}
}

func (r *slackStage) person(user string) func(int) person {
	return func(channel int) person { return &slackPerson{r, user, r.channels[channel], false} }
}

// slackPerson is a person on Slack.
type slackPerson struct {
	*slackStage
	user, channel string
	mentions      bool // says it to the bot instead of typing a command
}

func (p *slackPerson) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.t.Context(), answerWait)
}

func (p *slackPerson) say(l line) (seen, error) {
	ctx, cancel := p.within()
	defer cancel()
	if p.mentions {
		return p.answer(p.server.Mention(ctx, slacktest.Mention{Team: team, Channel: p.channel, User: p.user, Text: strings.TrimPrefix(l.String(), "/")}))
	}
	name, text, _ := strings.Cut(l.String(), " ")
	return p.answer(p.server.Slash(ctx, slacktest.Slash{Team: team, Channel: p.channel, User: p.user, Command: name, Text: text}))
}

func (p *slackPerson) forge(action, arg string) (seen, error) {
	ctx, cancel := p.within()
	defer cancel()
	for _, m := range p.server.Messages(team, p.channel) {
		if buttons := m.Buttons(); m.Bot && len(buttons) > 0 {
			return p.answer(p.server.PressForged(ctx, m, buttons[0].Label, p.user, func(pressed map[string]any) {
				pressed["action_id"], pressed["value"] = action, arg
			}))
		}
	}
	return seen{}, fmt.Errorf("no message with a button in %s", p.channel)
}

// answer is what the person is shown.
func (p *slackPerson) answer(a *slacktest.Answer, err error) (seen, error) {
	if errors.Is(err, slacktest.ErrNoButton) { // the message was replaced
		return seen{}, fmt.Errorf("%w: %w", errStale, err)
	}
	if err != nil {
		return seen{}, err
	}
	s := seen{again: func() error {
		ctx, cancel := p.within()
		defer cancel()
		return p.server.Replay(ctx, a)
	}, later: func(words string) (seen, error) { return p.later(a, words) }}
	switch {
	case a.View != nil:
		s.text = a.View.Title + "\n" + a.View.Visible()
		s.payload = map[string]any{"title": a.View.Title, "blocks": a.View.Blocks}
		if a.Via == "errors" {
			s.text += "\n" + strings.Join(slices.Sorted(maps.Values(a.Errors)), "\n")
			s.payload = map[string]any{"title": a.View.Title, "blocks": a.View.Blocks, "typed": a.Typed, "errors": a.Errors}
		}
		p.inView(&s, a.View)
	case a.Via == "url":
		s.text = a.Text
	case a.Via == "closed", a.Deletes:
	default:
		shown := p.sees(a.Message)
		s.text, s.public, s.offers, s.payload = shown.text, shown.public, shown.offers, shown.payload
	}
	return s, nil
}

// later waits for an answer that holds words, among those that follow one.
func (p *slackPerson) later(a *slacktest.Answer, words string) (seen, error) {
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	for {
		s, err := p.answer(a, nil)
		if err != nil || strings.Contains(s.text, words) {
			return s, err
		}
		if a, err = a.Next(ctx); err != nil {
			return s, fmt.Errorf("waiting for %q after %q: %w", words, s.text, err)
		}
	}
}

// inView adds what can be done in a view.
func (p *slackPerson) inView(s *seen, v *slacktest.View) {
	for _, b := range (slacktest.Message{Blocks: v.Blocks}).Buttons() {
		action, _, _ := strings.Cut(b.ActionID, "#")
		s.offers = append(s.offers, offer{label: b.Label, key: action + " " + cmp.Or(b.URL, b.Value), press: func() (seen, error) {
			ctx, cancel := p.within()
			defer cancel()
			return p.answer(p.server.PressView(ctx, v, b.Label))
		}})
	}
	if strings.Contains(string(v.Blocks), `"type":"input"`) {
		s.submit = func(values map[string]string) (seen, error) {
			ctx, cancel := p.within()
			defer cancel()
			return p.answer(p.server.Submit(ctx, v, values))
		}
	}
}

func (p *slackPerson) sees(m slacktest.Message) seen {
	s := seen{text: m.Visible(), public: m.To == "", payload: map[string]any{"text": m.Text, "blocks": m.Blocks}}
	add := func(label, id, arg string, exactly func(action map[string]any)) {
		action, _, _ := strings.Cut(id, "#")
		s.offers = append(s.offers, offer{label: label, key: action + " " + arg, press: func() (seen, error) {
			ctx, cancel := p.within()
			defer cancel()
			return p.answer(p.server.PressForged(ctx, m, label, p.user, exactly))
		}})
	}
	for _, b := range m.Buttons() {
		add(b.Label, b.ActionID, cmp.Or(b.URL, b.Value), func(action map[string]any) {
			if b.URL == "" { // one of several with this label
				action["action_id"], action["value"] = b.ActionID, b.Value
			}
		})
	}
	for _, o := range slackOptions(m.Blocks) {
		add(o.label, o.menu, o.value, func(map[string]any) {})
	}
	return s
}

// slackOption is an option of a menu.
type slackOption struct{ menu, label, value string }

// slackOptions are the options of all menus of blocks.
func slackOptions(blocks json.RawMessage) (all []slackOption) {
	var look func(v any, menu string)
	look = func(v any, menu string) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				look(e, menu)
			}
		case map[string]any:
			if id, ok := v["action_id"].(string); ok {
				menu = id
			}
			value, valued := v["value"].(string)
			if label, ok := v["text"].(map[string]any); ok && valued && v["type"] == nil {
				text, _ := label["text"].(string)
				all = append(all, slackOption{menu, text, value})
			}
			for _, e := range v {
				look(e, menu)
			}
		}
	}
	var decoded any
	_ = json.Unmarshal(blocks, &decoded) // a message without blocks has no menus
	look(decoded, "")
	return all
}

func (p *slackPerson) read() []seen { return p.bots(p.server.Messages(team, p.channel)) }

func (p *slackPerson) bots(list []slacktest.Message) (all []seen) {
	for _, m := range list {
		if m.Bot {
			all = append(all, p.sees(m))
		}
	}
	return all
}

func (p *slackPerson) await(what string, ok func([]seen) bool) ([]seen, error) {
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	list, err := p.server.WaitUntil(ctx, team, p.channel, what, func(list []slacktest.Message) bool { return ok(p.bots(list)) })
	return p.bots(list), err
}
