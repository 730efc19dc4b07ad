package command

import (
	"context"
	"fmt"

	"storybot/bot"
	"storybot/stories"
)

// verifyLastWord refuses a text that no update can have.
func (m *Mux) verifyLastWord(_ context.Context, r request) error {
	if text := r.get("text"); text != "" {
		return stories.CheckUpdateText(text)
	}
	return nil
}

// lastWordDoubt asks about a last word that holds what looks like an option: /update
// takes those, a story's end does not, and nobody means to publish one. ok is false when
// there is nothing to ask.
func (m *Mux) lastWordDoubt(ctx context.Context, r request) (reply bot.Reply, ok bool, err error) {
	if r.get("text") == "" || r.get(anyway) != "" {
		return reply, false, nil
	}
	read := m.named("update").within(r.values)
	if !read.doubtful() {
		return reply, false, nil
	}
	if err := m.may(ctx, r.Command, r.command); err != nil {
		return reply, false, err
	}
	piece, it := namedPieces(read.options), "it"
	looks := piece + " looks like an option of /update"
	if len(read.options) > 1 {
		looks, it = piece+" look like options of /update", "them"
	}
	without := read.taken.get("text")
	answers := []answer{{"As typed", r.values.with(anyway, "yes")}, {"Without " + it, r.values.with("text", without).with(anyway, "yes")}}
	reply, err = m.question(ctx, r, fmt.Sprintf("%s, and /%s takes none. Nothing was changed yet: what is the text?", looks, r.command.Name), answers...)
	if err != nil {
		return reply, false, err
	}
	for _, a := range answers {
		said := ": no update is published with it"
		if text, _ := bot.Cut(bot.OneLine(a.given.get("text")), maxAskedText); text != "" {
			said = fmt.Sprintf(": the text is “%s”", text)
		}
		reply.Message.Blocks = append(reply.Message.Blocks, item(bot.Bold(a.label), bot.Text(said)))
	}
	order := ": use that, then /" + r.command.Name + "."
	if r.command.Name == "desk reopen" { // a closed story takes no update
		order = ": use /" + r.command.Name + " alone, then that."
	}
	reply.Message.Blocks = append(reply.Message.Blocks, small(bot.Code("/update"), bot.Text(" takes "+it+order)))
	return reply, true, nil
}
