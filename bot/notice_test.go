package bot

import (
	"strings"
	"testing"

	"storybot/stories"
)

var alarms = []stories.Alarm{
	{Kind: stories.AlarmBlocked, Destination: stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}, Reason: "refuses posts", Cure: "Give the bot the right Send Messages there."},
	{Kind: stories.AlarmGone, Destination: stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}, Reason: "was deleted"},
	{Kind: stories.AlarmPushStopped, Lane: "discord", Number: 4, Reason: "the embed is too long"},
	{Kind: stories.AlarmLaneStopped, Lane: "discord", Reason: "the token is refused", Cure: "Set DISCORD_TOKEN anew."},
	{Kind: stories.AlarmLaneResumed, Lane: "discord"},
	{Kind: stories.AlarmWorkspaceFailing, Lane: "slack:T1", Destination: stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}, Reason: "channel_not_found"},
	{Kind: stories.AlarmWorkspaceRecovered, Lane: "slack:T1"},
}

// TestTheDeskIsToldOfManyAlarmsInOneMessage: those that do not fit are counted.
func TestTheDeskIsToldOfManyAlarmsInOneMessage(t *testing.T) {
	text := PlainText(RenderContent(stories.Content{Notice: stories.Notice{Kind: stories.AlarmNotice, Body: stories.NoticeBody{Alarms: alarms, More: 11}}}))
	for _, want := range []string{
		"discord:1/2 gets no updates for now: it refuses posts. Give the bot the right Send Messages there.",
		"discord:1/2 has ended, and what it followed with it: it was deleted.",
		"Update 4 was refused by several channels alike and is not sent to the rest of discord: the embed is too long.",
		"Nothing is sent through discord: the token is refused. Set DISCORD_TOKEN anew.",
		"discord sends again.",
		"Every channel of slack:T1 refuses alike, so none was given up: channel_not_found.",
		"slack:T1 works again.",
		"And 11 more.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the desk is not told %q in\n%s", want, text)
		}
	}
}

func TestEveryAlarmHasWords(t *testing.T) {
	for _, k := range stories.AlarmKinds() {
		text := alarmText(stories.Alarm{Kind: k, Lane: "discord", Reason: "why."})
		if strings.Contains(text, string(k)) || strings.Contains(text, "..") || text == "" || text == "why." {
			t.Errorf("%v: %q", k, text)
		}
	}
	if text := alarmText(stories.Alarm{Kind: "of a later version", Reason: "why"}); text != "why." {
		t.Errorf("an unknown kind: %q", text)
	}
}

func TestProgressNamesItsUpdate(t *testing.T) {
	got := PlainText(RenderContent(stories.Content{Story: stories.Story{Slug: "sony-hack"}, Update: stories.Update{Number: 4, Level: stories.Breaking},
		Notice: stories.Notice{Kind: stories.ProgressNotice, Body: stories.NoticeBody{Progress: stories.Progress{Total: 100, Sent: 100}}}}))
	if want := "sony-hack, update 4, breaking: Delivered to all 100 channels."; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
