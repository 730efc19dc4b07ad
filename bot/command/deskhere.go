package command

import (
	"context"
	"net/url"
	"slices"

	"storybot/bot"
	"storybot/stories"
)

// switchOff is what ends the desk's channel.
const switchOff = "off"

// here makes the channel the desk's, or has it be that no longer.
func (m *running) here(ctx context.Context, r request) (bot.Reply, error) {
	if r.get("action") != "" {
		return m.notHere(ctx, r)
	}
	if err := r.Asker.Posts(ctx); err != nil {
		return bot.Reply{}, err
	}
	was, err := m.desk.SetDesk(ctx, r.act(), r.Where, r.Lane)
	if err != nil {
		return bot.Reply{}, err
	}
	if was == r.Where {
		return bot.Reply{Message: bot.Plainly(r.either("This channel", "This conversation") + " is the desk already. /desk here off ends that.")}, nil
	}
	reply := done(r.either("This channel", "This conversation") + " is the desk now: alarms, failing channels and the progress of deliveries are posted here." + m.scheduling.askedHere(ctx, r.User))
	if was != (stories.Destination{}) {
		reply.Message.Blocks = append(reply.Message.Blocks, bot.Para(bot.Text("Until now it was "), m.staffing.names(ctx, was).Place(was), bot.Text(". What was begun there is edited there to its end.")))
	}
	return reply, nil
}

// notHere has the channel be the desk's no longer or, where another one is, asks whether
// that is meant.
func (m *running) notHere(ctx context.Context, r request) (bot.Reply, error) {
	ended, err := m.desk.EndDesk(ctx, r.act(), r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	if ended {
		return deskEnded(bot.Text(r.either("This channel", "This conversation")), "here"), nil
	}
	at, err := m.deskIn(ctx, r.Where)
	if err != nil {
		return bot.Reply{}, err
	}
	if at == (stories.Destination{}) {
		return bot.Reply{Message: bot.Plainly("No channel is the desk, and nothing was changed. /desk here in one makes it the desk.")}, nil
	}
	reply := bot.Reply{Message: bot.Message{Blocks: []bot.Block{bot.Para(bot.Text("The desk is not here, but "), m.staffing.names(ctx, at).Place(at), bot.Text(". Nothing was changed."))}}}
	if word, ok := packRef(at.Channel); ok {
		end := bot.NewWordButton("Switch that desk off", bot.ActionDesk, 0, word)
		end.Style = bot.Danger
		reply.Message.Buttons = []bot.Button{end}
	}
	return reply, nil
}

// pressDesk ends the desk of the asker's workspace, in the channel that the button names.
func (m *running) pressDesk(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	channel, err := url.QueryUnescape(args.Word)
	if err != nil {
		return bot.Reply{}, bot.ErrOldButton
	}
	at := stories.Destination{Platform: r.Where.Platform, Workspace: r.Where.Workspace, Channel: channel}
	ended, err := m.desk.EndDesk(ctx, r.act(), at)
	if err != nil {
		return bot.Reply{}, err
	}
	name := bot.Sentence(m.staffing.names(ctx, at).Here(at, r.Where))
	if !ended {
		return bot.Reply{Message: bot.Message{Blocks: []bot.Block{bot.Para(name, bot.Text(" is not the desk any more; nothing was changed."))}}}, nil
	}
	return deskEnded(name, "there"), nil
}

// deskEnded says that a channel was the desk.
func deskEnded(channel bot.Span, where string) bot.Reply {
	return bot.Reply{Message: bot.Message{Tone: bot.Success, Blocks: []bot.Block{
		bot.Para(channel, bot.Text(" is the desk no longer: alarms and the progress of deliveries are not posted "+where+" any more. What was begun "+where+" is edited to its end.")),
		bot.Para(bot.Code("/desk here"), bot.Text(" in a channel makes that the desk; "), bot.Code("/desk status"), bot.Text(" shows what fails meanwhile.")),
	}}}
}

// deskIn is the desk's channel in the workspace of a place, zero where there is none.
func (m *running) deskIn(ctx context.Context, here stories.Destination) (stories.Destination, error) {
	desks, err := m.desk.Desks(ctx)
	if err != nil {
		return stories.Destination{}, err
	}
	if i := slices.IndexFunc(desks, func(d stories.Destination) bool { return d.In() == here.In() }); i >= 0 {
		return desks[i], nil
	}
	return stories.Destination{}, nil
}

// deskRow is the line of a status that says where the desk is.
func (s machinery) deskRow() bot.Block {
	if len(s.desks) == 0 {
		return item(bot.Text("No channel is the desk: alarms are posted nowhere. "), bot.Code("/desk here"), bot.Text(" in one makes it the desk."))
	}
	spans := []bot.Span{bot.Text("The desk is ")}
	for i, d := range s.desks {
		if i > 0 {
			spans = append(spans, bot.Text(", "))
		}
		spans = append(spans, s.names.Place(d))
	}
	return item(append(spans, bot.Text("."))...)
}
