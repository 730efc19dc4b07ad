package command

import (
	"fmt"

	"storybot/bot"
	"storybot/stories"
)

// What /desk status tells of what goes on as it is and is no fault of the machinery.

// closedRows are the threads of stories that take no messages, and who can mend that.
func closedRows(status stories.DeskStatus, names bot.Names) []bot.Block {
	var rows []bot.Block
	for _, c := range status.Closed {
		rows = append(rows, item(bot.Sentence(names.Place(c.Destination)), bot.Text(", the thread of "+c.Slug+", since "), bot.At(c.Since), bot.Text(": "+lowerSentence(bot.Reason("it", c.Reason)))))
	}
	if more := status.ClosedTotal - len(status.Closed); more > 0 {
		rows = append(rows, small(bot.Text(fmt.Sprintf("and %s closed later", plural(more, "thread")))))
	}
	return rows
}
