package sqlstore

import (
	"context"
	"fmt"

	"storybot/stories"
)

// stoodSQL tells of the deliveries ?1 where what they say stands now. A card that was
// deleted shows nothing (forgetShownSQL), and what goes on in its place is the story's head
// there. What went above was owed to the same channel by a publication of the same update,
// or notice, that ended for one of the reasons ?2.
var stoodSQL = fmt.Sprintf(`
	SELECT d.id, p.second,
		CASE WHEN NOT p.op onCard() OR EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = d.on_id AND w.update_id = p.update_id) THEN %d
			WHEN h.gone = 1 THEN %d
			WHEN EXISTS (SELECT 1 FROM shown w WHERE w.delivery_id = h.delivery_id AND w.update_id = p.update_id) THEN %d
			ELSE %d END,
		CASE WHEN p.op <> 0 THEN 0
			WHEN p.update_id > 0 THEN coalesce((SELECT max(o.code) FROM publications w JOIN outcomes o ON o.id = (w.id << 32) + (d.id & 4294967295)
				WHERE w.update_id = p.update_id AND w.op <> 0 AND w.second = 0 AND o.code among(?2)), 0)
			ELSE coalesce((SELECT max(o.code) FROM publications w JOIN outcomes o ON o.id = (w.id << 32) + (d.id & 4294967295)
				WHERE w.notice_id = p.notice_id AND w.op <> 0 AND w.second = 0 AND o.code among(?2)), 0) END
	FROM owed d JOIN publications p ON p.id = (d.id >> 32) LEFT JOIN updates u ON u.id = p.update_id
		LEFT JOIN heads h ON p.op onCard() AND h.story_id = u.story_id AND h.destination_id = d.destination_id
	WHERE d.id among(?1)`, stories.OnCardStill, stories.OnCardGone, stories.OnCardStill, stories.OnCardBefore)

// notReplacedSQL leaves out those of deliveries d that another one was owed in the place of,
// which is told of instead.
var notReplacedSQL = fmt.Sprintf(` AND d.code <> %d AND (p.second = 1 OR d.code <> %d AND d.code <> %d)`, madeAnew, wentAbove, cardShut)

// fillStood adds to deliveries to one channel where what they say stands.
func (s *Store) fillStood(ctx context.Context, found []stories.Delivery) error {
	if len(found) == 0 {
		return nil
	}
	at := make(map[int64]*stories.Stood, len(found))
	ids := make([]int64, len(found))
	for i, d := range found {
		at[d.ID], ids[i] = &found[i].Stood, d.ID
	}
	_, err := all(ctx, s.reader(), func(r row) (none struct{}, err error) {
		var id int64
		var stood stories.Stood
		var why code
		err = r.Scan(&id, &stood.Second, &stood.Card, &why)
		switch why {
		case wentAbove:
			stood.Above = stories.AboveThread
		case cardShut:
			stood.Above = stories.AboveCard
		}
		if err == nil {
			*at[id] = stood
		}
		return none, err
	}, stoodSQL, list(ids), list([]int64{int64(wentAbove), int64(cardShut)}))
	return err
}
