package bot

import (
	"strings"
	"testing"

	"storybot/stories"
)

// The public line about what ended says how the rest arrives, as the answer does.
func TestWhatEndedSaysHowTheRestArrives(t *testing.T) {
	by := stories.Decision{By: stories.Target{Kind: stories.TargetTopic, Name: "film"}, State: stories.Active, Level: stories.Normal,
		Options: stories.Options{Level: stories.Normal, Digest: "hourly", Mention: "7"}, Pings: stories.Group{Name: "@desk"}}
	for _, kind := range []stories.ChangeKind{stories.Unsubscribed, stories.Unstopped} {
		change := stories.Change{Kind: kind, Target: stories.Target{Kind: stories.TargetStory, Name: "sony-hack"}}.Comes(by)
		body := stories.NoticeBody{Change: change}
		said := PlainText(RenderContent(stories.Content{Notice: stories.Notice{Kind: stories.StopNotice, Body: body}}))
		if want := "topic:film: normal and breaking updates, as one digest every hour, pings @desk at breaking updates."; !strings.Contains(said, want) {
			t.Errorf("%s: %s, want %s", kind, said, want)
		}
	}
}
