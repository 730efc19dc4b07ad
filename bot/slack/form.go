package slack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"

	"github.com/slack-go/slack"

	"storybot/bot"
)

// Limits of a view and of what is filled in in it
// (https://docs.slack.dev/reference/views/modal-views,
// https://docs.slack.dev/reference/block-kit/blocks/input-block,
// https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element,
// https://docs.slack.dev/reference/block-kit/composition-objects/option-object).
const (
	maxViewTitle  = 24 // and the labels of its buttons
	maxInputLabel = 2000
	maxInput      = 3000
	maxChoices    = 100
	maxChoiceText = 75
	// maxComplaint is how much of a sentence is shown at a field that was refused;
	// Slack names no limit.
	maxComplaint = 300
)

// formView is a view that asks for something.
func formView(f *bot.Form) *slack.ModalViewRequest {
	cut := func(s string, limit int) *slack.TextBlockObject {
		s, _ = bot.Cut(bot.OneLine(s), limit)
		return plainText(s)
	}
	v := &slack.ModalViewRequest{Type: slack.VTModal, CallbackID: f.ID,
		Title: cut(f.Title, maxViewTitle), Submit: cut(f.Submit, maxViewTitle), Close: plainText("Cancel")}
	if bot.OneLine(f.Note) != "" {
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, slack.NewContextBlock("", cut(f.Note, maxSmall)))
	}
	for _, field := range f.LaidOut(bot.FormRoom{Text: maxInput}) {
		var hint *slack.TextBlockObject
		if said := cmp.Or(bot.OneLine(field.Problem), bot.OneLine(field.Hint)); said != "" {
			hint = cut(said, maxInputLabel)
		}
		block := slack.NewInputBlock(field.Name, cut(field.Label, maxInputLabel), hint, inputOf(field))
		block.Optional = !field.Required
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, block)
	}
	return v
}

// inputOf is what a field is filled in with. A view that takes the place of another
// keeps what was typed into an element of the same action_id, whatever it is to hold:
// so that name goes with what it holds
// (https://docs.slack.dev/surfaces/modals#updating_views).
func inputOf(field bot.Field) slack.BlockElement {
	sum := fnv.New32a()
	sum.Write([]byte(field.Value + "\x00" + field.Problem))
	id := fmt.Sprintf("in%s%x", actionMark, sum.Sum32())
	if field.Kind != bot.ChoiceField {
		in := slack.NewPlainTextInputBlockElement(nil, id)
		in.Multiline, in.MaxLength, in.InitialValue = field.Kind == bot.TextField, field.Limit, field.Value
		return in
	}
	var options []*slack.OptionBlockObject
	in := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, id)
	for _, c := range field.Choices[:min(len(field.Choices), maxChoices)] {
		label, _ := bot.Cut(bot.OneLine(c.Label), maxChoiceText)
		option := slack.NewOptionBlockObject(c.Value, plainText(cmp.Or(label, c.Value)), nil)
		if options = append(options, option); c.Value == field.Value {
			in.InitialOption = option
		}
	}
	in.Options = options
	return in
}

// complaints is the answer to a submitted view that leaves it open and says what is
// wrong at its fields, nil where it cannot: where there is nothing wrong, or with
// what is not in the view
// (https://docs.slack.dev/surfaces/modals#displaying_errors).
func (w *window) complaints(f *bot.Form) json.RawMessage {
	if !w.acks || !f.Refused() {
		return nil
	}
	errs := map[string]string{}
	for _, field := range f.Fields {
		if field.Problem == "" {
			continue
		}
		if !w.fields[field.Name] {
			return nil
		}
		errs[field.Name], _ = bot.Cut(bot.OneLine(field.Problem), maxComplaint)
	}
	return complaining(errs)
}

// complaining is the answer to a submitted view that leaves it as it stands.
func complaining(errs map[string]string) json.RawMessage {
	said, err := json.Marshal(map[string]any{"response_action": "errors", "errors": errs})
	if err != nil {
		return nil
	}
	return said
}

// stays is the answer to a submitted view that refuses all of it, at one of its
// fields, so that what was typed stays there; nil for a view without fields.
func (w *window) stays(m *bot.Message) json.RawMessage {
	if !w.acks || len(w.fields) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(w.fields))
	at := names[0]
	for _, name := range []string{"text", "headline"} {
		if w.fields[name] {
			at = name
			break
		}
	}
	said, _ := bot.Cut(bot.OneLine(bot.PlainText(*m)), maxComplaint)
	return complaining(map[string]string{at: said})
}
