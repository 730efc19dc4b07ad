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

// running tells how everything runs.
type running struct {
	connections func() []bot.Health
	lanes       func() []LaneHealth
	desk        Desk
	health      Health
	putBacks    PutBacks
	scheduling  *scheduling
	staffing    *staffing
}

// status shows the machinery: what waits, what fails, what is connected.
func (m *running) status(ctx context.Context, r request) (bot.Reply, error) {
	return m.statusFrom(ctx, r, 0)
}

// statusFrom is the status with the rows from one on; a page holds as many as fit.
func (m *running) statusFrom(ctx context.Context, r request, from int) (bot.Reply, error) {
	now, err := m.machinery(ctx, r.User)
	if err != nil {
		return bot.Reply{}, err
	}
	return bot.Reply{Message: now.page(from)}, nil
}

// page is a verdict, what is wrong in rows, and buttons for what can be done.
func (s machinery) page(from int) bot.Message {
	m := bot.Message{Blocks: s.verdict()}
	if s.back.Waiting > 0 {
		m.Buttons = putBackButtons(s.back)
		m.Blocks = append(m.Blocks, putBackWays())
	}
	rows := s.rows()
	from = min(from, len(rows))
	shown, room := from, answerRoom-roomOf(m.Blocks...)
	for shown < len(rows) && (shown == from || room >= roomOf(rows[shown])) {
		room -= roomOf(rows[shown])
		shown++
	}
	m.Blocks = append(m.Blocks, rows[from:shown]...)
	m.Buttons = append(m.Buttons, bot.NewButton("Look again", bot.ActionStatus, 0))
	if shown < len(rows) {
		m.Buttons = append(m.Buttons, bot.NewButton("More", bot.ActionStatus, int64(shown)))
	}
	return m
}

// troubles are what is wrong, the worst first.
func (s machinery) troubles() (wrong [][]bot.Span) {
	say := func(first string, rest ...bot.Span) {
		wrong = append(wrong, append([]bot.Span{bot.Bold(first)}, rest...))
	}
	for _, l := range s.lanes {
		if l.Stopped != "" {
			what, cure, _ := strings.Cut(bot.StopReason(l.Stopped), ". ")
			say(fmt.Sprintf("Deliveries to %s are stopped: %s", s.names.Lane(l.Lane), lowerSentence(what)), bot.Text(strings.TrimRight(" "+cure, " ")))
		}
	}
	if n := s.planned.HeldUp; n > 0 {
		say(plural(n, "scheduled update")+oneOr(n, " is", " are")+" late, and tried again.", bot.Text(" "), bot.Code("/desk scheduled"), bot.Text(oneOr(n, " shows it.", " lists them.")))
	}
	if n := s.planned.Asked; n > 0 {
		say(plural(n, "scheduled update")+oneOr(n, " was", " were")+" not published at "+oneOr(n, "its", "their")+" time, and "+oneOr(n, "waits", "wait")+" for a decision.", bot.Text(" "), bot.Code("/desk scheduled"), bot.Text(oneOr(n, " shows it.", " lists them.")))
	}
	if s.back.Waiting > 0 {
		say(fmt.Sprintf("%s for %s %s for a decision: the database was put back ", plural(s.back.Waiting, "message"), plural(s.back.Channels, "channel"), oneOr(s.back.Waiting, "waits", "wait")),
			bot.Span{Time: s.back.At, Relative: true}, bot.Text(oneOr(s.back.Waiting, ", and it may have been sent already.", ", and they may have been sent already.")+" What is published now is not held up."))
	}
	for _, c := range s.connections {
		if !c.Up {
			say(capital(s.connection(c))+" is not connected", downSpans(c)...)
		}
	}
	if n := s.desk.FailingTotal; n > 0 {
		say(plural(n, "channel") + " cannot be written to.")
	}
	if n := s.desk.ClosedTotal; n > 0 {
		say(oneOr(n, "A story's thread takes", bot.Count(n)+" threads of stories take") + " no messages. What belongs there goes to the channel above.")
	}
	if n := s.desk.UntoldTotal; n > 0 {
		say(plural(n, "message") + " about what a channel follows could not be posted there.")
	}
	if s.back.Settling > 0 {
		say(fmt.Sprintf("%s of a database that was put back: being looked for in %s.", plural(s.back.Settling, "message"), theirChannels(s.back.Settling)))
	}
	return wrong
}

// verdict says what is wrong, the worst first, or that all is well.
func (s machinery) verdict() []bot.Block {
	wrong := s.troubles()
	if waits := s.waits(); waits != "" {
		wrong = append(wrong, []bot.Span{bot.Bold(waits)})
	}
	var ahead []bot.Block
	if n := s.desk.Deferred; n > 0 {
		ahead = append(ahead, bot.Para(bot.Text(plural(n, "message")+oneOr(n, " waits", " wait")+" for quiet hours to end or for a digest. "), bot.Code("/subscriptions"), bot.Text(" says in each channel until when.")))
	}
	if words := s.planned.words(); words != "" {
		ahead = append(ahead, bot.Para(bot.Text(words+". "), bot.Code("/desk scheduled"), bot.Text(oneOr(s.planned.Ahead+s.planned.Undoing, " shows it.", " lists them."))))
	}
	if len(wrong) == 0 {
		waits := " nothing waits, "
		if len(ahead) > 0 || s.desk.Deferred > 0 {
			waits = " nothing waits to be sent, "
		}
		return append([]bot.Block{bot.Para(bot.Bold("All is well:"), bot.Text(waits+s.following()+s.connected()+"."))}, ahead...)
	}
	blocks := []bot.Block{bot.Para(wrong[0]...)}
	for _, w := range wrong[1:] {
		w[0].Bold = false // the worst is the verdict
		blocks = append(blocks, bot.Para(w...))
	}
	return append(blocks, ahead...)
}

// downSpans are the end of a sentence about a connection that is down.
func downSpans(c bot.Health) []bot.Span {
	var spans []bot.Span
	if !c.Since.IsZero() {
		spans = append(spans, bot.Text(" since "), bot.At(c.Since))
	}
	if c.Detail == "" {
		return append(spans, bot.Text("."))
	}
	return append(spans, bot.Text(": "+lowerSentence(c.Detail)))
}

// waits says how much is to be sent, "" when nothing is.
func (s machinery) waits() string {
	waiting, oldest := 0, time.Time{}
	for _, q := range s.desk.Lanes {
		waiting += q.Pending + q.Sending
		if !q.OldestDue.IsZero() && q.Pending+q.Sending > 0 && (oldest.IsZero() || q.OldestDue.Before(oldest)) {
			oldest = q.OldestDue
		}
	}
	switch {
	case waiting == 0:
		return ""
	case oldest.IsZero() || s.desk.At.Sub(oldest) < toldWait:
		return plural(waiting, "message") + oneOr(waiting, " waits.", " wait.")
	}
	return fmt.Sprintf("%s %s, %s %s.", plural(waiting, "message"), oneOr(waiting, "waits", "wait"), oneOr(waiting, "for", "the oldest for"), bot.Roughly(s.desk.At.Sub(oldest)))
}

func (s machinery) following() string {
	switch n := s.desk.Followers; n {
	case 0:
		return "no channel follows anything"
	case 1:
		return "1 channel follows"
	default:
		return bot.Count(n) + " channels follow"
	}
}

// connected ends the sentence that all is well: ", Discord and Slack are connected".
func (s machinery) connected() string {
	var names []string
	for _, c := range s.connections {
		platform, _, _ := strings.Cut(c.ID, " ")
		if name := s.names.Platform(platform); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ", " + listed(names) + oneOr(len(names), " is connected", " are connected")
}

// connection is what people call a connection: never by an id that the words for the
// log may hold.
func (s machinery) connection(c bot.Health) string {
	platform, rest, _ := strings.Cut(c.ID, " ")
	return cmp.Or(c.Title, strings.TrimSpace(s.names.Platform(platform)+" "+rest))
}

// rows are the channels that cannot be written to, the longest first, then the
// lanes with something to send or stopped, and the connections.
func (s machinery) rows() []bot.Block {
	rows := slices.Concat(failingRows(s.desk, s.names), closedRows(s.desk, s.names), untoldRows(s.desk, s.names))
	for _, q := range s.desk.Lanes {
		line := capital(s.names.Lane(q.Lane)) + ": " + queueWords(q, s.desk.At)
		if i := slices.IndexFunc(s.lanes, func(l LaneHealth) bool { return l.Lane == q.Lane }); i >= 0 {
			line += laneWords(s.lanes[i], !q.OldestDue.IsZero() && s.desk.At.Sub(q.OldestDue) >= toldWait)
		}
		rows = append(rows, item(bot.Text(line+".")))
	}
	for _, l := range s.lanes {
		queued := slices.ContainsFunc(s.desk.Lanes, func(q stories.LaneStatus) bool { return q.Lane == l.Lane })
		if !queued && (l.Stopped != "" || l.Paused > 0) {
			rows = append(rows, item(bot.Text(capital(s.names.Lane(l.Lane))+": nothing waits"+laneWords(l, false)+".")))
		}
	}
	for _, c := range s.connections {
		if c.Up {
			rows = append(rows, item(s.connectionSpans(c)...))
		}
	}
	return append(rows, s.deskRow())
}

// toldWait is how long something waits before a row says since when.
const toldWait = 5 * time.Second

// queueWords says what a lane has to send.
func queueWords(q stories.LaneStatus, now time.Time) string {
	var parts []string
	if q.Pending > 0 {
		parts = append(parts, bot.Count(q.Pending)+oneOr(q.Pending, " waits", " wait"))
	}
	if q.Sending > 0 {
		parts = append(parts, bot.Count(q.Sending)+oneOr(q.Sending, " is being sent", " are being sent"))
	}
	if q.Held > 0 {
		parts = append(parts, bot.Count(q.Held)+oneOr(q.Held, " waits", " wait")+" for channels that cannot be written to")
	}
	if len(parts) == 0 {
		parts = []string{"nothing waits"}
	}
	if n := q.Pending + q.Sending; n > 0 && !q.OldestDue.IsZero() && now.Sub(q.OldestDue) >= toldWait {
		parts[0] += ", " + oneOr(n, "for ", "the oldest for ") + bot.Roughly(now.Sub(q.OldestDue))
	}
	return strings.Join(parts, "; ")
}

// laneWords is what is special about a lane, as the end of a line; its pace only
// where something is slow.
func laneWords(l LaneHealth, slow bool) string {
	words := ""
	if slow && l.PerSecond > 0 {
		words += fmt.Sprintf(", at most %.3g a second", l.PerSecond)
	}
	if l.Paused > 0 {
		words += ", told to wait " + bot.Roughly(l.Paused.Round(time.Second))
	}
	if l.Stopped != "" {
		words += ", stopped"
	}
	return words
}

func failingRows(status stories.DeskStatus, names bot.Names) []bot.Block {
	var rows []bot.Block
	for _, f := range status.Failing {
		spans := []bot.Span{bot.Sentence(names.Place(f.Destination)), bot.Text(" since "), bot.At(f.Since), bot.Text(": " + lowerSentence(bot.Reason("it", f.Reason)))}
		if f.Held > 0 {
			spans = append(spans, bot.Text(" "+plural(f.Held, "message")+oneOr(f.Held, " waits", " wait")+" for it."))
		}
		rows = append(rows, item(spans...))
	}
	if more := status.FailingTotal - len(status.Failing); more > 0 {
		rows = append(rows, small(bot.Text(fmt.Sprintf("and %s that failed later", plural(more, "channel")))))
	}
	return rows
}

func (s machinery) connectionSpans(c bot.Health) []bot.Span {
	state := " is connected"
	if slices.ContainsFunc(s.lanes, func(l LaneHealth) bool { return l.Stopped != "" && c.Lane != "" && l.Lane == c.Lane }) {
		state = ": connected, deliveries stopped"
	}
	spans := []bot.Span{bot.Text(capital(s.connection(c)) + state)}
	if !c.Since.IsZero() {
		spans = append(spans, bot.Text(" since "), bot.At(c.Since))
	}
	tail := "."
	if c.Reconnects > 0 {
		tail = ", after " + plural(c.Reconnects, "reconnect") + "."
	}
	if detail := strings.Trim(c.Detail, ". "); detail != "" && !strings.EqualFold(detail, "connected") {
		tail += " " + sentence(c.Detail)
	}
	return append(spans, bot.Text(tail))
}

func (m *running) pressStatus(ctx context.Context, r request, args bot.Args) (bot.Reply, error) {
	return m.statusFrom(ctx, r, int(args.Number(0)))
}
