package slack_test

import (
	"context"
	"encoding/json"
	"strings"

	"storybot/bot/platformtest"
	"storybot/bot/slack/slacktest"
)

// open gives a command that may be answered with a form.
func (f *farSide) open(ctx context.Context, a platformtest.Ask) (platformtest.Shown, error) {
	if err := f.slack.WaitConnections(ctx, 1); err != nil {
		return platformtest.Shown{}, err
	}
	answer, err := f.slack.Slash(ctx, slacktest.Slash{Team: team, Channel: channel, User: person, Command: "/" + a.Name, Text: a.Text})
	return f.shown(ctx, answer, err)
}

// add uses the menu of a message with a file.
func (f *farSide) add(ctx context.Context, author, text string) (platformtest.Shown, error) {
	if err := f.slack.WaitConnections(ctx, 1); err != nil {
		return platformtest.Shown{}, err
	}
	f.slack.AddUser(team, slacktest.User{ID: "U0MIA", Name: author})
	m := f.slack.SayWith(team, channel, "U0MIA", text, "dam.jpg")
	answer, err := f.slack.Shortcut(ctx, m, "add", person)
	return f.shown(ctx, answer, err)
}

func (f *farSide) shown(ctx context.Context, a *slacktest.Answer, err error) (platformtest.Shown, error) {
	if err != nil {
		return platformtest.Shown{}, err
	}
	if a.View == nil {
		return platformtest.Shown{Answer: seen(a), Press: func(ctx context.Context, label string) (platformtest.Shown, error) {
			next, err := f.slack.Press(ctx, a.Message, label, person)
			return f.shown(ctx, next, err)
		}}, nil
	}
	if strings.Contains(a.View.Visible(), "One moment") {
		next, err := a.Next(ctx)
		return f.shown(ctx, next, err)
	}
	if shape := f.shape(a); len(shape.Fields) > 0 {
		return platformtest.Shown{Form: shape}, nil
	}
	return platformtest.Shown{Answer: platformtest.Answer{Text: a.View.Visible(), Private: true}, Press: func(ctx context.Context, label string) (platformtest.Shown, error) {
		next, err := f.slack.PressView(ctx, a.View, label)
		return f.shown(ctx, next, err)
	}}, nil
}

// shape reads a view, with what was complained of.
func (f *farSide) shape(a *slacktest.Answer) *platformtest.Shape {
	var blocks []struct {
		Type    string
		BlockID string `json:"block_id"`
		Label   struct{ Text string }
		Element struct {
			Initial string                  `json:"initial_value"`
			Picked  *struct{ Value string } `json:"initial_option"`
			Options []struct{ Text struct{ Text string } }
		}
	}
	_ = json.Unmarshal(a.View.Blocks, &blocks)
	shape := &platformtest.Shape{Title: a.View.Title}
	for _, b := range blocks {
		if b.Type != "input" {
			continue
		}
		field := platformtest.ShownField{Label: b.Label.Text, Value: b.Element.Initial, Problem: a.Errors[b.BlockID]}
		if b.Element.Picked != nil {
			field.Value = b.Element.Picked.Value
		}
		if typed, is := a.Typed[b.BlockID]; is {
			field.Value = typed
		}
		for _, o := range b.Element.Options {
			field.Options = append(field.Options, o.Text.Text)
		}
		shape.Fields = append(shape.Fields, field)
	}
	view, typed := a.View, a.Typed
	shape.Submit = func(ctx context.Context, values map[string]string) (platformtest.Shown, error) {
		all := map[string]string{}
		for id, v := range typed { // what stands in the view stays there
			all[id] = v
		}
		for label, v := range values {
			for _, b := range blocks {
				if b.Label.Text == label {
					all[b.BlockID] = v
				}
			}
		}
		next, err := f.slack.Submit(ctx, view, all)
		return f.shown(ctx, next, err)
	}
	return shape
}
