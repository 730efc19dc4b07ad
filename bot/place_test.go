package bot

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"storybot/stories"
)

var atlas = Names{
	Platforms: []Refs{{Platform: "near", Title: "Nearby"}, {Platform: "desk", Title: "desk", Named: true}},
	Known: stories.Names{
		{Platform: "near", Workspace: "W1"}:                {Form: stories.WorkspaceForm, Name: "Newsroom"},
		{Platform: "near", Workspace: "W1", Channel: "C1"}: {Form: stories.ChannelForm, Name: "partners", Access: stories.OpenAccess},
		{Platform: "near", Workspace: "W1", Channel: "C2"}: {Form: stories.ChannelForm, Name: "general", Shared: true, Access: stories.OpenAccess},
		{Platform: "near", Workspace: "W2", Channel: "C3"}: {Form: stories.ChannelForm, Name: "general", Shared: true, Access: stories.OpenAccess},
		{Platform: "near", Workspace: "W1", Channel: "C4"}: {Form: stories.ThreadForm, Name: "Sony hack", Access: stories.OpenAccess},
		{Platform: "near", Channel: "D1"}:                  {Form: stories.DirectForm, Name: "Rita Klein", With: "near:U1"},
		{Platform: "near", Channel: "D2"}:                  {Form: stories.DirectForm, With: "near:U2"},
		{Platform: "near", Workspace: "W1", Channel: "C5"}: {Form: stories.ChannelForm, Name: "two\nlines \u202e\U000F0000" + strings.Repeat("x", 200), Access: stories.OpenAccess},
		{Platform: "near", Workspace: "W1", Channel: "P1"}: {Form: stories.ChannelForm, Name: "layoffs", Access: stories.PrivateAccess},
		{Platform: "near", Workspace: "W1", Channel: "P2"}: {Form: stories.ThreadForm, Name: "layoffs", Access: stories.PrivateAccess, Shared: true},
		{Platform: "near", Workspace: "W2", Channel: "P3"}: {Form: stories.ChannelForm, Name: "layoffs", Access: stories.PrivateAccess},
		{Platform: "near", Workspace: "W1", Channel: "P4"}: {Form: stories.ChannelForm, Name: "layoffs"},
		{Platform: "near", Workspace: "W1", Channel: "P5"}: {Form: stories.ChannelForm, Name: "layoffs", Access: "of a later version"},
	},
}

func TestPlacesHaveNames(t *testing.T) {
	for _, c := range []struct{ platform, workspace, channel, want string }{
		{"near", "W1", "C1", "#partners (Nearby)"},
		{"near", "W1", "C2", "#general (Nearby, Newsroom)"},
		{"near", "W2", "C3", "#general (Nearby)"}, // whose workspace nobody knows
		{"near", "W1", "C4", "the thread “Sony hack” (Nearby)"},
		{"near", "", "D1", "a direct message with Rita Klein (Nearby)"},
		{"near", "", "D2", "a direct message with someone (Nearby)"},
		{"near", "W1", "C9", "a channel (Nearby, Newsroom)"},
		{"near", "W9", "C9", "a channel (Nearby)"},
		{"near", "W1", "P1", "a private channel (Nearby, Newsroom)"},
		{"near", "W1", "P2", "a private thread (Nearby, Newsroom)"},
		{"near", "W2", "P3", "a private channel (Nearby)"},
		{"near", "W1", "P4", "a channel (Nearby, Newsroom)"}, // of which nobody said who may know of it
		{"near", "W1", "P5", "a channel (Nearby, Newsroom)"},
		{"other", "W9", "C9", "a channel (Other)"},
		{"desk", "", "#general", "#general (desk)"},
		{"near", "W1", "C5", "#two lines " + strings.Repeat("x", 49) + "… (Nearby)"},
	} {
		d := stories.Destination{Platform: c.platform, Workspace: c.workspace, Channel: c.channel}
		got := atlas.Place(d)
		if got.Text != c.want {
			t.Errorf("%v is %q, want %q", d, got.Text, c.want)
		}
		if direct := strings.HasPrefix(c.want, "a direct"); direct == (got.Place == d) {
			t.Errorf("%v stands for %v", d, got.Place)
		}
		alone := strings.HasPrefix(c.want, "a direct message")
		if here := atlas.Here(d, d); here.Text != "this channel" && !alone || here.Text != "this direct message" && alone {
			t.Errorf("here it is %v", here)
		}
		if there := atlas.Here(d, stories.Destination{Platform: "near"}); there != got {
			t.Errorf("elsewhere it is %v", there)
		}
	}
	if got := Sentence(atlas.Place(stories.Destination{Platform: "near", Channel: "D1"})).Text; got != "A direct message with Rita Klein (Nearby)" {
		t.Errorf("as a beginning it is %q", got)
	}
}

func TestWorkspacesAndLanesHaveNames(t *testing.T) {
	for lane, want := range map[string][2]string{
		"near:W1": {"Nearby (Newsroom)", "Nearby (Newsroom)"},
		"near:W9": {"Nearby", "one workspace (Nearby)"},
		"near":    {"Nearby", "Nearby"},
		"other:5": {"Other", "one workspace (Other)"},
	} {
		if got := [2]string{atlas.Lane(lane), atlas.Workspace(stories.LanePlace(lane))}; got != want {
			t.Errorf("%s is %q, want %q", lane, got, want)
		}
	}
}

// A channel of another workspace is shown by its name.
func TestNearIsOfOneWorkspace(t *testing.T) {
	here := stories.Destination{Platform: "near", Workspace: "W1", Channel: "C1"}
	near := Span{Text: "near", Place: stories.Destination{Platform: "near", Workspace: "W1", Channel: "C2"}}
	far := Span{Text: "far", Place: stories.Destination{Platform: "near", Workspace: "W2", Channel: "C3"}}
	m := Message{Blocks: []Block{Para(Text("x"), near), Para(far, near, far), Para()}}
	got := Near(&m, here)
	if got == &m || m.Blocks[1].Spans[0] != far || m.Blocks[1].Spans[2] != far {
		t.Fatalf("the message itself was changed: %v", m)
	}
	for i, want := range []Span{Text("far"), near, Text("far")} {
		if got.Blocks[1].Spans[i] != want {
			t.Errorf("span %d is %v", i, got.Blocks[1].Spans[i])
		}
	}
	if got.Blocks[0].Spans[1] != near {
		t.Error("what is near has changed")
	}
	if again := Near(got, here); again != got {
		t.Error("a message in which nothing is far was copied")
	}
}

// idForm finds what an id looks like on any platform.
var idForm = regexp.MustCompile(`\b(near|desk|other):|\b[CDGTUW][A-Z0-9]{4,}\b|[0-9]{15,}`)

// Whatever is known, an id is in no words.
func TestNoWordsHoldAnID(t *testing.T) {
	id := rapid.SampledFrom([]string{"C0123ABC", "157510160719583641", "U0123ABC", "T0123ABC", "D0123", ""})
	rapid.Check(t, func(t *rapid.T) {
		d := stories.Destination{Platform: rapid.SampledFrom([]string{"near", "other"}).Draw(t, "platform"), Workspace: id.Draw(t, "workspace"), Channel: id.Draw(t, "channel")}
		names := Names{Platforms: atlas.Platforms, Known: stories.Names{}}
		form := rapid.SampledFrom([]stories.PlaceForm{stories.ChannelForm, stories.ThreadForm, stories.DirectForm, "of a later version"}).Draw(t, "form")
		name := rapid.SampledFrom([]string{"", "partners", " ", "\u200b"}).Draw(t, "name")
		if rapid.Bool().Draw(t, "known") {
			names.Known[d] = stories.PlaceName{Form: form, Name: name, With: "near:U0123ABC", Shared: rapid.Bool().Draw(t, "shared")}
		}
		lane := d.Platform + ":" + d.Workspace
		var b strings.Builder
		b.WriteString(names.Place(d).Text + "|" + names.Workspace(d) + "|" + names.Lane(lane))
		for _, k := range append(stories.AlarmKinds(), "of a later version") {
			c := stories.Content{Names: names.Known, Notice: stories.Notice{Kind: stories.AlarmNotice, Body: stories.NoticeBody{Alarms: []stories.Alarm{
				{Kind: k, Lane: lane, Destination: d, Reason: rapid.SampledFrom([]string{"is archived", "the channel is", ""}).Draw(t, "reason")}}}}}
			b.WriteString(PlainText(Renderer(atlas.Platforms...)(c)))
		}
		if found := idForm.FindString(b.String()); found != "" {
			t.Fatalf("%q in %s", found, b.String())
		}
	})
}

// TestAWorkspaceIsCalledAsThere people call it.
func TestAWorkspaceIsCalledAsThere(t *testing.T) {
	platforms := []Refs{{Platform: "near", Title: "Nearby", Workspace: "server"}, {Platform: "other", Title: "Other"}}
	alarm := func(platform, workspace string) stories.Alarm {
		return stories.Alarm{Kind: stories.AlarmWorkspaceFailing, Destination: stories.Destination{Platform: platform, Workspace: workspace, Channel: "1"}, Reason: "refuses"}
	}
	for _, test := range []struct {
		alarms []stories.Alarm
		title  string
		place  string
	}{
		{[]stories.Alarm{alarm("near", "1")}, "A whole server refuses updates", "one server (Nearby)"},
		{[]stories.Alarm{alarm("near", "1"), alarm("near", "2")}, "Whole servers refuse updates", "one server (Nearby)"},
		{[]stories.Alarm{alarm("other", "1")}, "A whole workspace refuses updates", "one workspace (Other)"},
		{[]stories.Alarm{alarm("other", "1"), alarm("other", "2")}, "Whole workspaces refuse updates", "one workspace (Other)"},
	} {
		m := Renderer(platforms...)(stories.Content{Notice: stories.Notice{Kind: stories.AlarmNotice, Body: stories.NoticeBody{Alarms: test.alarms}}})
		if m.Title != test.title || !strings.Contains(PlainText(m), test.place) {
			t.Errorf("titled %q, want %q:\n%s", m.Title, test.title, PlainText(m))
		}
	}
}
