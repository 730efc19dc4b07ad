package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// status shows the machinery: what waits, what fails, what is connected.
func (m *Mux) status(ctx context.Context, r request) (bot.Reply, error) {
	status, err := m.stories.Status(ctx, r.User)
	if err != nil {
		return bot.Reply{}, err
	}
	back, err := m.stories.PutBack(ctx, r.User)
	if err != nil {
		return bot.Reply{}, err
	}
	var lanes []LaneHealth
	if m.config.Lanes != nil {
		lanes = m.config.Lanes()
	}
	var connections []bot.Health
	if m.config.Connections != nil {
		connections = m.config.Connections()
	}
	var places []stories.Destination
	for _, q := range status.Lanes {
		places = append(places, stories.LanePlace(q.Lane))
	}
	for _, l := range lanes {
		places = append(places, stories.LanePlace(l.Lane))
	}
	for _, f := range status.Failing {
		places = append(places, f.Destination)
	}
	msg := renderStatus(status, back, lanes, connections, m.names(ctx, places...))
	tellPutBack(&msg, back)
	return bot.Reply{Message: msg}, nil
}

func renderStatus(status stories.DeskStatus, back stories.PutBack, lanes []LaneHealth, connections []bot.Health, names bot.Names) bot.Message {
	m := bot.Message{Title: "Status"}
	m.Blocks = append(m.Blocks, heading("Queue"))
	m.Blocks = append(m.Blocks, queueBlocks(status, back, lanes, names)...)
	m.Blocks = append(m.Blocks, heading("Channels that cannot be written to"))
	m.Blocks = append(m.Blocks, failingBlocks(status, names)...)
	if len(connections) > 0 {
		m.Blocks = append(m.Blocks, heading("Connections"))
	}
	for _, c := range connections {
		m.Blocks = append(m.Blocks, item(connectionWords(c)...))
	}
	return m
}

// queueBlocks is a line a lane: of those with something to send, and of those
// that are stopped or were told to wait.
func queueBlocks(status stories.DeskStatus, back stories.PutBack, lanes []LaneHealth, names bot.Names) []bot.Block {
	var blocks []bot.Block
	for _, q := range status.Lanes {
		line := names.Lane(q.Lane) + ": " + queueWords(q, status.At)
		if i := slices.IndexFunc(lanes, func(l LaneHealth) bool { return l.Lane == q.Lane }); i >= 0 {
			line += laneWords(lanes[i])
		}
		blocks = append(blocks, item(bot.Text(line)))
	}
	for _, l := range lanes {
		queued := slices.ContainsFunc(status.Lanes, func(q stories.LaneStatus) bool { return q.Lane == l.Lane })
		if !queued && (l.Stopped != "" || l.Paused > 0) {
			blocks = append(blocks, item(bot.Text(names.Lane(l.Lane)+": nothing waits"+laneWords(l))))
		}
	}
	switch {
	case len(blocks) > 0:
		return blocks
	case back.Waiting > 0:
		return []bot.Block{bot.Para(bot.Text("Empty but for what waits since the database was put back."))}
	default:
		return []bot.Block{bot.Para(bot.Text("Empty: everything has been sent."))}
	}
}

func queueWords(q stories.LaneStatus, now time.Time) string {
	words := fmt.Sprintf("%s waiting, %s being sent", bot.Count(q.Pending), bot.Count(q.Sending))
	if q.Held > 0 {
		words += fmt.Sprintf(", %s held for blocked channels", bot.Count(q.Held))
	}
	if !q.OldestDue.IsZero() && now.After(q.OldestDue) {
		words += fmt.Sprintf(", the oldest due for %s", bot.Roughly(now.Sub(q.OldestDue)))
	}
	return words
}

// laneWords is what is special about a lane, as the end of a line.
func laneWords(l LaneHealth) string {
	words := ""
	if l.PerSecond > 0 {
		words += fmt.Sprintf(", at most %.3g a second", l.PerSecond)
	}
	if l.Paused > 0 {
		words += fmt.Sprintf(", told by the platform to wait %s", bot.Roughly(l.Paused.Round(time.Second)))
	}
	if l.Stopped != "" {
		words += ". Stopped: " + sentence(l.Stopped)
	}
	return words
}

func failingBlocks(status stories.DeskStatus, names bot.Names) []bot.Block {
	if len(status.Failing) == 0 {
		return []bot.Block{bot.Para(bot.Text("None."))}
	}
	var blocks []bot.Block
	for _, f := range status.Failing {
		blocks = append(blocks, item(bot.Sentence(names.Place(f.Destination)), bot.Text(" since "), bot.At(f.Since),
			bot.Text(fmt.Sprintf(", %s held. %s", plural(f.Held, "message"), reasonSentence(f.Reason)))))
	}
	if more := status.FailingTotal - len(status.Failing); more > 0 {
		blocks = append(blocks, small(bot.Text(fmt.Sprintf("and %s more", bot.Count(more)))))
	}
	return blocks
}

func connectionWords(c bot.Health) []bot.Span {
	state := "down"
	if c.Up {
		state = "up"
	}
	spans := []bot.Span{bot.Text(cmp.Or(c.Title, c.Connection) + ": " + state)}
	if !c.Since.IsZero() {
		spans = append(spans, bot.Text(" since "), bot.At(c.Since))
	}
	tail := ""
	if c.Reconnects > 0 {
		tail = ", " + plural(c.Reconnects, "reconnect")
	}
	if c.Detail != "" {
		tail += ". " + sentence(c.Detail)
	}
	return append(spans, bot.Text(strings.TrimSuffix(tail, " ")))
}
