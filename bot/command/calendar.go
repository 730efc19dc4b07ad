package command

import (
	"context"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// calendar divides a list of updates by the days of who reads it.
type calendar struct {
	now  time.Time
	zone *time.Location // in which the reader sees times; nil where that is not known
}

// calendarOf is the calendar of who asks.
func calendarOf(ctx context.Context, r request, now time.Time) calendar {
	zoned, ok := r.Asker.(bot.Zoned)
	if !ok {
		return calendar{now: now}
	}
	return calendar{now: now, zone: zoned.Zone(ctx)}
}

// rows are updateRows below the days they are of: the first of a page has its day too,
// which a page before may have begun. Where the reader's days are not known there are
// none, and each row has its time in any case.
func (c calendar) rows(updates []stories.Update, room int) []bot.Block {
	days := make([]string, len(updates))
	for i, u := range updates {
		if days[i] = c.day(u.At); days[i] != "" && (i == 0 || days[i] != c.day(updates[i-1].At)) {
			room -= roomOf(heading(days[i]))
		} else {
			days[i] = ""
		}
	}
	var blocks []bot.Block
	rows := updateRows(updates, c.now, room, nil)
	each := len(rows) / max(1, len(updates))
	for i, day := range days {
		if day != "" {
			blocks = append(blocks, heading(day))
		}
		blocks = append(blocks, rows[i*each:(i+1)*each]...)
	}
	return blocks
}

// day is the reader's day that t is on, in words that stay true: an answer may be read
// tomorrow. It is "" where their days are not known.
func (c calendar) day(t time.Time) string {
	if c.zone == nil {
		return ""
	}
	t = t.In(c.zone)
	if t.Year() != c.now.In(c.zone).Year() {
		return t.Format("Monday 2 January 2006")
	}
	return t.Format("Monday 2 January")
}
