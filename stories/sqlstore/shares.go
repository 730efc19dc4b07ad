package sqlstore

import (
	"context"

	"storybot/stories"
)

// planner owes a new update to all who follow it, share by share.
type planner struct {
	u       stories.Update
	lanes   []int64
	targets []target     // that are followed
	muted   bool         // the story was stopped somewhere
	cards   cards        // locked where heads are concerned
	flying  flights      // the same
	waits   map[key]bool // of what is followed, that somebody may be owed it later
}

// share is a part of those who get an update: what is owed to them, and how. A channel is
// in one share that owes it a message; where it gets the update in two places, in one more
// that is second.
type share struct {
	op        stories.Op
	condition string // of the subscription b that decides and its destination t; "" for all
	// only is one more condition, which has parameters; nil for none.
	only func(*statement) string
	// on is the delivery whose message is acted on, by the story's head h; "" for none.
	on     string
	second bool
	when   when
	cards  bool // it is owed under the notice of cards
	apart  bool // another share has the same operation
	// act, where it is set, is done in the order of shares instead.
	act func(context.Context, querier) error
}

const (
	// isModedSQL asks whether anybody gets updates otherwise than as a message for each: as
	// long as nobody does, that costs nothing.
	isModedSQL = `SELECT count(*) FROM (SELECT 1 FROM subscriptions WHERE mode <> 'channel' UNION ALL SELECT 1 FROM destinations WHERE forum > 0 LIMIT 1) AS b`

	// With a digest a mode only says where breaking updates go.
	// In a forum every story has a post, in which its updates are replies; with mode card it
	// is its first message alone that shows them.
	inForum    = `t.forum = 1`
	threaded   = `(b.mode = 'thread' AND t.forum = 0)`
	carded     = `b.mode = 'card' AND b.digest = ''`
	broadcasts = `t.platform IN (SELECT platform FROM broadcasting)`
)

// shares are the parts of those who get the update, in the order in which their messages
// are to arrive.
func (p *planner) shares(ctx context.Context, q querier) ([]share, error) {
	var moded bool
	if err := one(ctx, q, isModedSQL, nil, &moded); err != nil {
		return nil, err
	}
	if !moded {
		return []share{{op: stories.OpPost}}, nil
	}
	if p.u.Level == stories.Breaking { // is a message in the channel, whatever the mode
		return []share{
			{op: stories.OpPost, condition: `NOT (` + threaded + ` AND ` + broadcasts + ` OR ` + inForum + `)`},
			{act: p.makeHeads(threaded + ` OR ` + carded + ` OR ` + inForum)},
			{act: p.openThreads(threaded)},
			{op: stories.OpBroadcast, condition: threaded + ` AND ` + broadcasts, on: `h.thread_id`},
			{op: stories.OpReply, condition: inForum, on: `h.delivery_id`, apart: true},
			{op: stories.OpReply, condition: threaded + ` AND NOT ` + broadcasts, on: `h.thread_id`, second: true, apart: true},
			{act: p.editHeads(threaded + ` OR ` + carded + ` OR ` + inForum)},
		}, nil
	}
	inThread := threaded + ` AND b.digest = ''`
	inPost := inForum + ` AND b.mode <> 'card' AND b.digest = ''`
	return []share{
		{op: stories.OpPost, condition: `NOT (` + inThread + ` OR ` + inPost + ` OR ` + carded + `)`},
		{act: p.makeHeads(inThread + ` OR ` + inPost + ` OR ` + carded)},
		{act: p.openThreads(inThread)},
		{op: stories.OpReply, condition: inThread + ` OR ` + inPost, on: `CASE WHEN t.forum = 1 THEN h.delivery_id ELSE h.thread_id END`},
		{op: stories.OpShow, condition: carded, on: `h.delivery_id`},
		{act: p.editHeads(inThread + ` OR ` + inPost)},
	}, nil
}
