package discord_test

import (
	"context"
	"encoding/json"
	"fmt"

	"storybot/bot/discord/discordtest"
	"storybot/bot/platformtest"
)

// open gives a command that may be answered with a form.
func (f *farSide) open(ctx context.Context, a platformtest.Ask) (platformtest.Shown, error) {
	if err := f.ready(ctx); err != nil {
		return platformtest.Shown{}, err
	}
	i := discordtest.Interaction{UserName: a.User, Channel: channel, Name: a.Name, Options: a.Args}
	answer, err := f.srv.Command(ctx, i)
	return f.shown(answer, i, err)
}

// add uses the menu of a message with a file.
func (f *farSide) add(ctx context.Context, author, text string) (platformtest.Shown, error) {
	if err := f.ready(ctx); err != nil {
		return platformtest.Shown{}, err
	}
	id := f.srv.Say(channel, "4242", text)
	i := discordtest.Interaction{Channel: channel, Name: "Add to story", Change: func(event map[string]any) {
		message := event["data"].(map[string]any)["resolved"].(map[string]any)["messages"].(map[string]any)[id].(map[string]json.RawMessage)
		message["attachments"] = json.RawMessage(`[{"id":"1","filename":"dam.jpg"}]`)
		message["author"] = json.RawMessage(`{"id":"4242","username":"` + author + `"}`)
	}}
	answer, err := f.srv.UseOnMessage(ctx, channel, id, i)
	i.Change = nil
	return f.shown(answer, i, err)
}

func (f *farSide) shown(a *discordtest.Answer, person discordtest.Interaction, err error) (platformtest.Shown, error) {
	if err != nil {
		return platformtest.Shown{}, err
	}
	if a.Modal != nil {
		shape, err := f.shape(a, person)
		return platformtest.Shown{Form: shape}, err
	}
	return platformtest.Shown{Answer: seen(a), Press: func(ctx context.Context, label string) (platformtest.Shown, error) {
		next, err := f.srv.Press(ctx, a.Message, label, person)
		return f.shown(next, person, err)
	}}, nil
}

// shape reads a modal.
func (f *farSide) shape(a *discordtest.Answer, person discordtest.Interaction) (*platformtest.Shape, error) {
	var modal struct {
		Title      string
		Components []struct {
			Label, Description string
			Component          struct {
				CustomID string `json:"custom_id"`
				Value    string
				Options  []struct {
					Label, Value string
					Default      bool
				}
			}
		}
	}
	if err := json.Unmarshal(a.Modal, &modal); err != nil {
		return nil, err
	}
	shape, ids := &platformtest.Shape{Title: modal.Title}, map[string]string{}
	for _, c := range modal.Components {
		field := platformtest.ShownField{Label: c.Label, Value: c.Component.Value, Problem: c.Description}
		for _, o := range c.Component.Options {
			if field.Options = append(field.Options, o.Label); o.Default {
				field.Value = o.Value
			}
		}
		ids[c.Label] = c.Component.CustomID
		shape.Fields = append(shape.Fields, field)
	}
	shape.Submit = func(ctx context.Context, values map[string]string) (platformtest.Shown, error) {
		byID := map[string]string{}
		for label, v := range values {
			if ids[label] == "" {
				return platformtest.Shown{}, fmt.Errorf("the form has no field %q", label)
			}
			byID[ids[label]] = v
		}
		next, err := f.srv.Submit(ctx, a, byID, person)
		return f.shown(next, person, err)
	}
	return shape, nil
}
