package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// timing finds when an update in a form is to go out.
type timing struct {
	now     func() time.Time
	undo    time.Duration
	zone    *time.Location
	drafts  Drafts
	forming *forming
}

// The fields of a draft that keep what its time meant when it was submitted: tomorrow is
// another day then.
const (
	momentField = "moment" // as RFC 3339 has it; "" where it is not clear
	dueField    = "due"    // says that it lay ahead: that it is when the update goes out
)

// whenField is the field of an update's form that takes its time.
func (m *timing) whenField(d stories.Draft) bot.Field {
	f := bot.Field{Name: "at", Label: "When, if not now", Limit: 40, Value: d.Fields["at"],
		Hint: fmt.Sprintf("When it happened or, ahead, when it goes out (%s): 15:04, tomorrow 09:00, 2014-12-20 15:04", zoneOf(m.now().In(m.zone)))}
	if meant, ok := momentOf(d); ok {
		if read, err := parseTime(f.Value, m.now(), m.zone); err != nil || !read.Equal(meant) {
			f.Value = m.lasting(meant) // what was typed means something else by now
		}
	}
	return f
}

// settleWhen notes what the time of a draft means, and whether that lies ahead.
func (m *timing) settleWhen(d *stories.Draft) {
	delete(d.Fields, dueField)
	delete(d.Fields, momentField)
	typed, now := d.Fields["at"], m.now()
	if typed == "" {
		return
	}
	t, err := parseTime(typed, now, m.zone)
	if err != nil {
		return
	}
	d.Fields[momentField] = t.Format(time.RFC3339)
	if t.After(now) {
		d.Fields[dueField] = "yes"
	}
}

// momentOf is what the time of a draft meant when it was submitted; false where it has
// none, or none that is clear.
func momentOf(d stories.Draft) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, d.Fields[momentField])
	return t, err == nil
}

// lasting is a moment as it can be typed on any day: by the newsroom's clock where
// that shows it once, else with its offset.
func (m *timing) lasting(t time.Time) string {
	t = t.In(m.zone)
	wall := t.Format(time.DateTime)
	if t.Second() == 0 {
		wall = wall[:len("2006-01-02 15:04")]
	}
	if read, err := parseTime(wall, t, m.zone); err == nil && read.Equal(t) {
		return wall
	}
	return t.Format(time.RFC3339)
}

// dueOf is when a draft is to go out; zero where it goes out when it is posted.
// Errors: CodeInvalid, also once that has passed, and *unclearTime.
func (m *timing) dueOf(d stories.Draft) (time.Time, error) {
	now := m.now()
	t, ok := momentOf(d)
	switch {
	case d.Fields["at"] == "":
		return time.Time{}, nil
	case !ok:
		_, err := parseTime(d.Fields["at"], now, m.zone)
		return time.Time{}, err
	case t.After(now):
		return t, stories.CheckDue(t, now)
	case d.Fields[dueField] != "":
		return time.Time{}, stories.Errorf(stories.CodeInvalid, "It was to go out on %s, and that has passed. Leave the time empty to publish it as of now, or name another.", inZone(t, m.zone))
	}
	return time.Time{}, nil
}

// askDraftTime asks which moment is meant where the newsroom's clocks skip the time of
// a draft or show it twice; false where one is clear.
func (m *timing) askDraftTime(_ context.Context, d stories.Draft) (bot.Reply, bool, error) {
	_, err := m.dueOf(d)
	unclear := (*unclearTime)(nil)
	if !errors.As(err, &unclear) {
		return bot.Reply{}, false, nil
	}
	reply := refused(unclear.Error() + " Nothing was posted yet; what you wrote is kept. Which is meant?")
	for i, t := range unclear.meant {
		choose := postButton(t.Format("15:04 ")+zoneOf(t), d, firstMeant+int64(i))
		choose.Style = bot.Plain
		reply.Message.Buttons = append(reply.Message.Buttons, choose)
	}
	reply.Message.Buttons = append(reply.Message.Buttons, changeButtons(d)...)
	reply.InPlace = true
	return reply, true, nil
}

// chooseTime gives a draft the moment that was meant, and shows what it makes.
func (m *timing) chooseTime(ctx context.Context, r request, k formKind, d stories.Draft, which int64) (bot.Reply, error) {
	_, err := m.dueOf(d)
	unclear := (*unclearTime)(nil)
	if !errors.As(err, &unclear) || which >= int64(len(unclear.meant)) {
		return m.forming.show(ctx, r, k, d, false) // chosen already
	}
	d.Fields["at"] = unclear.meant[which].Format(time.RFC3339)
	if err := k.settle(ctx, &d); err != nil {
		return bot.Reply{}, err
	}
	d.Form = "" // as what is open would take it back
	d, err = m.drafts.SaveDraft(ctx, r.User, d)
	if err != nil {
		return bot.Reply{}, err
	}
	return m.forming.show(ctx, r, k, d, false)
}

// whenWords says when an update goes out that is written in a form, and to how many
// channels.
func (m *timing) whenWords(due time.Time, to stories.Recipients) string {
	if due.IsZero() {
		words := goesTo(to)
		if m.undo > 0 {
			words += fmt.Sprintf(" Once it is posted you have %s to undo it.", bot.Roughly(m.undo))
		}
		return words
	}
	words := fmt.Sprintf("Post schedules it: it goes out on %s, in %s", inZone(due, m.zone), bot.Roughly(max(time.Second, due.Sub(m.now()))))
	if to.Total == 0 {
		return words + ". No channel follows it yet."
	}
	return fmt.Sprintf("%s, to who follows it then; now that is %s.", words, bot.RecipientsWords(to))
}
