package bot

import (
	"strings"
	"testing"

	"storybot/stories"
)

var alarms = []stories.Alarm{
	{Kind: stories.AlarmBlocked, Destination: stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}, Reason: "refuses posts", Cure: "Give the bot the right Send Messages there."},
	{Kind: stories.AlarmGone, Destination: stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}, Reason: "was deleted"},
	{Kind: stories.AlarmPushStopped, Lane: "discord", Number: 4, Reason: "got a message that is too long"},
	{Kind: stories.AlarmLaneStopped, Lane: "discord", Reason: "the token is refused", Cure: "Set DISCORD_TOKEN anew."},
	{Kind: stories.AlarmLaneResumed, Lane: "discord"},
	{Kind: stories.AlarmWorkspaceFailing, Lane: "slack:T1", Destination: stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}, Reason: "does not have the bot as a member"},
	{Kind: stories.AlarmWorkspaceRecovered, Lane: "slack:T1"},
}

// TestTheDeskIsToldOfManyAlarmsInOneMessage: those that do not fit are counted.
func TestTheDeskIsToldOfManyAlarmsInOneMessage(t *testing.T) {
	told := stories.Notice{Kind: stories.AlarmNotice, Body: stories.NoticeBody{Alarms: alarms, More: 1100}}
	text := PlainText(RenderContent(stories.Content{Notice: told, Names: known}))
	for _, want := range []string{
		"#partners (Discord) gets no updates for now: it refuses posts. Give the bot the right Send Messages there.",
		"#partners (Discord) has ended, and what it followed with it: it was deleted.",
		"Update 4 was refused by several channels alike and is not sent to the rest of Discord: a channel got a message that is too long.",
		"Nothing is sent through Discord: the token is refused. Set DISCORD_TOKEN anew.",
		"Discord sends again.",
		"Every channel of Slack (Newsroom) refuses alike, so none was given up: each does not have the bot as a member.",
		"Slack (Newsroom) works again.",
		"And 1,100 more.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the desk is not told %q in\n%s", want, text)
		}
	}
}

// known are names of what alarms are about.
var known = stories.Names{
	{Platform: "discord", Workspace: "1", Channel: "2"}: {Form: stories.ChannelForm, Name: "partners", Access: stories.OpenAccess},
	{Platform: "slack", Workspace: "T1"}:                {Form: stories.WorkspaceForm, Name: "Newsroom"},
}

func alarmText(a stories.Alarm) string {
	return plainBlock(Block{Spans: alarmWords(a, Names{})})
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

// A subscription to a topic is switched as a whole, though one story's card showed why.
func TestAShutCardsAlarmSaysWhatIsSwitched(t *testing.T) {
	got := alarmText(stories.Alarm{Kind: stories.AlarmCardShut, Destination: stories.Destination{Platform: "slack", Workspace: "T1", Channel: "C1"}, Reason: "the card cannot be edited"})
	if want := "no cards, of every story that the same subscription brings there"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

func TestProgressNamesItsUpdate(t *testing.T) {
	got := PlainText(RenderContent(stories.Content{Story: stories.Story{Slug: "sony-hack"}, Update: stories.Update{Number: 4, Level: stories.Breaking},
		Notice: stories.Notice{Kind: stories.ProgressNotice, Body: stories.NoticeBody{Progress: stories.Progress{Total: 100, Sent: 100}}}}))
	if want := "sony-hack, update 4, breaking: Delivered to all 100 channels."; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func renderedAlarms(more int, alarms ...stories.Alarm) Message {
	return RenderContent(stories.Content{Notice: stories.Notice{Kind: stories.AlarmNotice, Body: stories.NoticeBody{Alarms: alarms, More: more}}})
}

// What a phone shows of an alarm is its title, and good news is no alarm.
func TestAnAlarmsTitleIsItsNews(t *testing.T) {
	blocked := stories.Alarm{Kind: stories.AlarmBlocked}
	stopped, resumed := stories.Alarm{Kind: stories.AlarmLaneStopped, Lane: "discord"}, stories.Alarm{Kind: stories.AlarmLaneResumed, Lane: "discord"}
	failing := stories.Alarm{Kind: stories.AlarmWorkspaceFailing, Destination: stories.Destination{Platform: "far", Workspace: "1", Channel: "2"}}
	recovered := failing
	recovered.Kind, recovered.Destination.Channel = stories.AlarmWorkspaceRecovered, "3"
	other := resumed
	other.Lane = "slack"
	for _, c := range []struct {
		alarms []stories.Alarm
		title  string
		tone   Tone
	}{
		{[]stories.Alarm{blocked}, "A channel gets no updates", Urgent},
		{[]stories.Alarm{blocked, blocked}, "Channels get no updates", Urgent},
		{[]stories.Alarm{blocked, stopped}, "Deliveries have stopped", Urgent},
		{[]stories.Alarm{stopped, resumed}, "Deliveries go on again", Success},
		{[]stories.Alarm{resumed, stopped}, "Deliveries have stopped", Urgent},
		{[]stories.Alarm{stopped, other}, "Deliveries have stopped", Urgent},
		{[]stories.Alarm{stopped, resumed, blocked}, "A channel gets no updates", Urgent},
		{[]stories.Alarm{failing, recovered}, "Deliveries go on again", Success},
		{[]stories.Alarm{{Kind: "of a later version"}}, "Delivery", Urgent},
	} {
		if m := renderedAlarms(0, c.alarms...); m.Title != c.title || m.Tone != c.tone {
			t.Errorf("%v: %q, tone %d; want %q, %d", c.alarms, m.Title, m.Tone, c.title, c.tone)
		}
	}
	for _, k := range stories.AlarmKinds() {
		if m := renderedAlarms(0, stories.Alarm{Kind: k}); m.Title == "Delivery" {
			t.Errorf("%s has no title", k)
		}
	}
}

// What eight channels need alike is said once.
func TestACureIsSaidOnce(t *testing.T) {
	a := stories.Alarm{Kind: stories.AlarmBlocked, Reason: "is archived", Cure: "A member can unarchive it."}
	text := PlainText(renderedAlarms(0, a, a, a))
	if strings.Count(text, a.Cure) != 1 || strings.Count(text, "is archived.") != 3 {
		t.Error(text)
	}
}

// A reason has one subject, whoever gave it.
func TestReasonsHaveASubject(t *testing.T) {
	for _, c := range []struct{ subject, reason, want string }{
		{"it", "is archived", "it is archived"},
		{"this channel", "the channel has another id now", "the channel has another id now"},
		{"it", "100 requests of the last ten minutes were refused", "100 requests of the last ten minutes were refused"},
		{"it", "all channels refuse alike", "all channels refuse alike"},
		{"this channel", "there is no message to do it to", "there is no message to do it to"},
		{"it", "thereby lost", "it thereby lost"},
		{"it", "", ""},
		{"", "is archived", "is archived"},
	} {
		if got := Reason(c.subject, c.reason); got != c.want {
			t.Errorf("%q of %q: %q, want %q", c.reason, c.subject, got, c.want)
		}
	}
	stopped := stories.Alarm{Kind: stories.AlarmLaneStopped, Lane: "slack", Reason: "cannot be reached: the token was revoked"}
	if got, want := alarmText(stopped), "Nothing is sent through Slack: the token was revoked."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
