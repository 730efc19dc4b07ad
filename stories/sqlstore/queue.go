package sqlstore

import (
	"fmt"
	"strconv"

	"storybot/stories"
)

// The queue is the table deliveries. Its order is per destination: most urgent
// first, then by id, one at a time. A claim must find what may be sent next
// without reading what may not, however long the rows behind have grown:
//
// A waiting row with front = 1 is a candidate. The invariant, kept by all who
// change rows, is that the first waiting row of a destination that is sending
// nothing is a candidate; others may be. So publishing makes every new row a
// candidate without looking at the queue; a claim, which examines candidates in
// the lane's order, takes those that are first and makes the others wait
// (front = 0); and whoever finishes a row makes the destination's next one a
// candidate. Each row is examined once for each time it becomes a candidate,
// whatever waits beside it.
//
// A delay of a whole destination (not_before) is kept on the destination and
// moves to a row when that becomes a candidate or is examined.
//
// Only the holder of a lane's lease claims and finishes its rows, and whoever
// else takes rows out of a destination's order (a mute, a block) locks the lane
// first. Publishing locks the story only: its rows of one destination appear
// in the order of their ids, and workers do not wait for it.

// deliveryColumns are read by scanDelivery, from deliveries d joined as
// deliveryTables does.
const (
	deliveryColumns = `d.id, d.update_id, u.story_id, u.number, d.revision, d.part,
		t.platform, t.workspace, t.channel, l.name, d.level, d.state, d.attempt, d.unknowns,
		CASE WHEN d.state = 0 AND t.not_before > d.due_at THEN t.not_before ELSE d.due_at END,
		d.first_attempt_at, d.last_attempt_at, d.created_at, d.finished_at, d.message_id, d.reason, d.missed, d.doubtful`
	deliveryTables = `deliveries d
		JOIN updates u ON u.id = d.update_id
		JOIN destinations t ON t.id = d.destination_id
		JOIN lanes l ON l.id = d.lane_id`
)

// scanDelivery reads deliveryColumns, and into more what follows them.
func (s *Store) scanDelivery(r row, more ...any) (d stories.Delivery, err error) {
	var due, first, last, created, finished int64
	var doubtful int
	err = r.Scan(append([]any{&d.ID, &d.UpdateID, &d.StoryID, &d.Number, &d.Revision, &d.Part,
		&d.Destination.Platform, &d.Destination.Workspace, &d.Destination.Channel, &d.Lane, &d.Level, &d.State, &d.Attempt, &d.Unknowns,
		&due, &first, &last, &created, &finished, &d.MessageID, &d.Reason, &d.Missed, &doubtful}, more...)...)
	d.DueAt, d.FirstAttemptAt, d.LastAttemptAt = moment(due), moment(first), moment(last)
	d.CreatedAt, d.FinishedAt = moment(created), moment(finished)
	d.Doubtful = doubtful == 1
	d.Key = s.install + "-" + strconv.FormatInt(d.ID, 36)
	return d, err
}

// plainDelivery is scanDelivery for queries that read nothing more.
func (s *Store) plainDelivery(r row) (stories.Delivery, error) { return s.scanDelivery(r) }

// list writes numbers as the JSON array each(?n) takes.
func list(ids []int64) string {
	b := make([]byte, 0, 2+8*len(ids))
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ']'))
}

// perLevel repeats a part of a query for every level, so that each is one
// short read of the index; %d stands for the level. Level 0 is for what is
// less urgent than any update.
func perLevel(part string) (query string) {
	for level := stories.Breaking; level >= 0; level-- {
		if query != "" {
			query += " UNION ALL "
		}
		query += fmt.Sprintf("SELECT * FROM ("+part+") AS l%d", level, level)
	}
	return query
}
