package sqlstore

import (
	"strconv"

	"storybot/stories"
)

// The queue is what was ever owed (the table owed) and has not ended, as its outcome
// tells (outcomes); the table queue holds only what is owed again. rows.go tells how
// they are numbered. The holder of a lane's lease keeps the lane's part in memory and
// decides what is next. The database is its journal:
//
//	rows.go      what a delivery is in the tables
//	kinds.go     the words by which statements ask what it does
//	plan.go      owes an update, in the transaction that publishes it
//	reach.go     tells to how many it would be owed
//	ledger.go    counts what was owed, once, at the end of its transaction
//	reasons.go   tells why a delivery waits or was not sent
//	load.go      reads what is owed
//	exchange.go  writes what became of requests and which are begun
//	newsmet.go   lets news of a channel meet what is on its way there
//	finish.go    what a result does to its row and its destination
//	acting.go    owes operations on messages that are there
//	revise.go    gives an update another wording, and owes it to its copies
//	older.go     mends what is looked for since the database was put back
//	wordings.go  tells in which wordings copies are begun, or were
//	would.go     tells what that would owe, and writes nothing
//	reached.go   tells which copies it does not reach
//	beside.go    owes the message beside a copy that tells of its revision
//	readings.go  keeps what each channel has seen of what was revised
//	telling.go   reads such a message, and drops one that is needed no more
//	inorder.go   has what of a story is owed again take along what waits of it
//	withhold.go  takes copies of what is on hold or withdrawn out, and owes them again
//	alarms.go    keeps what the desk is to be told, beside the results it is about
//	notices.go   owes what is no update, such as alarms and an update's progress
//	changes.go   owes a channel the message that says what it follows now, or no longer
//	passon.go    has what is breaking go on to the channels that follow its own
//	trial.go     owes a channel the message that tests a subscription, and its removal
//	pings.go     tells whom messages ping that are begun
//	showreleased.go  has heads show what is released that were begun while it was on hold
//	cards.go     has the first messages of subscriptions follow what they show
//	digests.go   owes what a channel collects, and digestsay.go tells what that says
//	flights.go   what is on its way, and who takes it over
//	owed.go      takes waiting rows away, holds them and owes them again
//	ended.go     skips what waits because of a subscription that has ended
//	trim.go      bounds what is held at a blocked destination, and lets the rest go
//	left.go      ends what is in workspaces that removed the bot long ago
//	unqueue.go   tells which rows wait, and takes them out
//	waits.go     tells what waits for quiet hours to end, or for a digest
//	hang.go      hangs what waited on the story's head, and owes one where none is there
//	reroute.go   has what waited go in the mode that holds then
//	unmake.go    has a head wait that is not to be posted now
//	merge.go     passes what is owed of a story to the one it goes on as
//	mergequeue.go  passes what waits of it
//	rehome.go    gives a channel another address, and unites two of one channel
//	losing.go    makes up for a head or thread that was deleted, closed.go for a thread that
//	             takes no messages, closing.go for a card that can be changed no more
//	stood.go     tells where what was sent stands now
//	status.go    tells how all of it stands
//
// A publication is one row for every lane. Nothing is added to it, so who knows
// it and has read it to its end has all of it; what is owed again is a new one.
// Transactions do not commit in the order of their ids: the holder asks for what
// it does not know, and never for what is above the highest it knows.
//
// A row is written once, and its outcome mostly once too. What is on its way is one
// row for the whole lane (flights), written before requests leave. Whoever takes
// waiting rows away locks planning and then the lane, or the update that those rows
// are about, which whoever begins one shares; then reads what is on its way, and
// leaves that alone.
//
// Counters are kept with the publications, so that nobody counts rows.

// deliveryColumns are read by scanDelivery, from deliveries d joined as
// deliveryTables does.
const (
	deliveryColumns = `d.id, coalesce(d.update_id, 0), coalesce(d.notice_id, 0), coalesce((SELECT n.kind FROM notices n WHERE n.id = d.notice_id), ''),
		coalesce((SELECT n.since FROM notices n WHERE n.id = d.notice_id AND n.kind = 'revision'), 0), coalesce(u.story_id, p.story_id), coalesce(u.number, 0),
		CASE WHEN d.op carries() AND d.said > 0 THEN d.said ELSE d.revision END, d.op, d.on_id,
		t.platform, t.workspace, t.channel, l.name, p.urgency, d.state, d.attempt, d.unknowns,
		CASE WHEN d.state = 0 THEN t.not_before ELSE 0 END,
		d.first_attempt_at, d.last_attempt_at, d.created_at, d.finished_at, d.message_id, d.code, d.reason, d.missed, d.doubtful, p.seed, d.destination_id, t.forum`
	deliveryTables = `deliveries d
		JOIN publications p ON p.id = d.publication_id
		JOIN updates u ON u.id = d.update_id
		JOIN destinations t ON t.id = d.destination_id
		JOIN lanes l ON l.id = t.lane_id`
	// anyDeliveryTables are those of deliveries of notices too.
	anyDeliveryTables = `deliveries d
		JOIN publications p ON p.id = d.publication_id
		LEFT JOIN updates u ON u.id = d.update_id
		JOIN destinations t ON t.id = d.destination_id
		JOIN lanes l ON l.id = t.lane_id`
)

// scanDelivery reads deliveryColumns. What is on its way is told as such.
func (f flights) scanDelivery(r row) (d stories.Delivery, err error) {
	var due, first, last, created, finished, seed, place int64
	var doubtful, forum int
	var why reason
	err = r.Scan(&d.ID, &d.About.UpdateID, &d.About.NoticeID, &d.About.Notice, &d.About.Since, &d.About.StoryID, &d.About.Number, &d.Revision, &d.Op, &d.On,
		&d.Destination.Platform, &d.Destination.Workspace, &d.Destination.Channel, &d.Lane, &d.Level, &d.State, &d.Tries.Count, &d.Tries.Unknowns,
		&due, &first, &last, &created, &finished, &d.MessageID, &why.code, &why.words, &d.Missed, &doubtful, &seed, &place, &forum)
	d.Tries.DueAt, d.Tries.First, d.Tries.Last = moment(due), moment(first), moment(last)
	d.CreatedAt, d.FinishedAt = moment(created), moment(finished)
	d.Tries.Doubtful, d.Tries.PutBack = doubtful > 0, doubtful >= putBackWaits
	d.Reason = why.String()
	d.Key = stories.DeliveryKey(seed, place, d.Op)
	d.Op = d.Op.In(forum > 0)
	if flight, ok := f.byID[d.ID]; ok && d.State == stories.Pending {
		d.State, d.Tries.Count, d.Tries.First, d.Tries.Last = stories.Sending, flight.Attempt, flight.First, flight.Last
	}
	return d, err
}

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
