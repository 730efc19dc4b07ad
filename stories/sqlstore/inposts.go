package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"storybot/stories"
)

// What a forum is told about a story stands in the story's post, and nowhere if that has
// none: each line would be a post of its own, which all who follow the forum are shown. A
// test, too, is a reply: a post whose first message is taken away stays.

const (
	placeForumSQL = `SELECT forum FROM destinations WHERE id = ?1`
	// planReplyHere owes the notice ?1 to the destination ?2 as a reply to the delivery ?5.
	planReplyHere = planNoticeColumns + `CAST(?5 AS BIGINT) ` + herePlaceSQL
)

var (
	postOfSQL = `
		SELECT h.delivery_id FROM heads h WHERE h.destination_id = ?1 AND h.story_id = ?2 AND h.gone = 0 AND NOT ` + neverThere(`h.delivery_id`)
	// anyPostSQL is the newest post of a story in the forum ?1, found by what stands there:
	// nothing else of the newsroom is read.
	anyPostSQL = `
		SELECT h.delivery_id FROM heads h CROSS JOIN outcomes o
		WHERE h.destination_id = ?1 AND h.gone = 0 AND o.id = h.delivery_id AND o.state = 2 AND o.message_id <> ''
		ORDER BY h.delivery_id DESC LIMIT 1`
)

// isForum says that a place is a forum.
func isForum(ctx context.Context, q querier, p place) (is bool, err error) {
	var n int64
	err = one(ctx, q, placeForumSQL, []any{p.id}, &n)
	return n > 0, err
}

// postOf is the delivery that opened the post of a story in a forum, 0 where there is none.
func postOf(ctx context.Context, q querier, p place, story int64) (id int64, err error) {
	if story == 0 {
		return 0, nil
	}
	err = one(ctx, q, postOfSQL, []any{p.id, story}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// lineOn is the delivery to whose message a line about a story is a reply at a place, 0
// where it is a message of its own; told is false where it has no place.
func lineOn(ctx context.Context, q querier, p place, story int64) (on int64, told bool, err error) {
	forum, err := isForum(ctx, q, p)
	if err != nil || !forum {
		return 0, err == nil, err
	}
	on, err = postOf(ctx, q, p, story)
	return on, on != 0, err
}

// postForTest is the delivery that opened the post of a forum in which a test is written:
// the story's, or else the newest there is. CodeInvalid where there is none.
func postForTest(ctx context.Context, q querier, p place, story int64) (id int64, err error) {
	if id, err = postOf(ctx, q, p, story); err != nil || id != 0 {
		return id, err
	}
	err = one(ctx, q, anyPostSQL, []any{p.id}, &id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, stories.Errorf(stories.CodeInvalid, "Nothing was tested: a test is written into a post and taken away again, and Storybot has no post in this forum yet. The next update opens one.")
	}
	return id, err
}

// oweHere owes a notice to one place, as a message of its own or, where on is set, as a
// reply to the message of that delivery.
func oweHere(ctx context.Context, q querier, n stories.Notice, at time.Time, p place, on int64) error {
	here := list([]int64{p.id})
	var err error
	if on == 0 {
		_, err = oweNotice(ctx, q, n, stories.OpPost, hereLanesSQL, planNoticeHere, here, at)
	} else {
		_, err = oweNotice(ctx, q, n, stories.OpReply, hereLanesSQL, planReplyHere, here, at, on)
	}
	if err != nil {
		return fmt.Errorf("tell a channel: %w", err)
	}
	return nil
}

// besideNews says that a notice is a line about what a channel follows, or a test of it:
// where it cannot be said it goes nowhere else.
func besideNews(kind stories.NoticeKind) bool {
	return kind == stories.StopNotice || kind == stories.TestNotice || kind == stories.PassedNotice
}
