package command

import (
	"testing"

	"storybot/stories"
)

// Where an update stands is said by what brought it there.
func TestWhereAnUpdateStands(t *testing.T) {
	for op, want := range map[stories.Op]string{
		stories.OpPost:      "was sent",
		stories.OpForum:     "was sent",
		stories.OpShow:      "stands in the story's card",
		stories.OpReply:     "was sent, in the story's thread",
		stories.OpBroadcast: "was sent, in the story's thread and in the channel",
	} {
		if got := sentWords(op); got != want {
			t.Errorf("%v: %q, want %q", op, got, want)
		}
	}
}
