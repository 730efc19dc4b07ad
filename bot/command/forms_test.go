package command

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// writing opens the form of sony-hack and submits it.
func (n *newsroom) writing(values map[string]string) bot.Reply {
	n.t.Helper()
	n.must(n.ask("mo", "desk", "/desk write sony-hack"))
	return n.submit("mo", "desk", values)
}

func has(t *testing.T, what string, r bot.Reply, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if got := text(r) + buttonLabels(offers(r.Message)); !strings.Contains(got, want) {
			t.Errorf("%s: no %q in\n%s", what, want, got)
		}
	}
}

func buttonLabels(buttons []bot.Button) (all string) {
	for _, b := range buttons {
		all += "[" + b.Label + "]"
	}
	return all
}

// Readers, and whoever is no moderator any more, are refused before a form opens,
// when it is submitted and when it is posted; nothing of another's draft is shown.
func TestFormsAreForModerators(t *testing.T) {
	n := openTracked(t)
	for _, ask := range []func() bot.Reply{
		func() bot.Reply { return n.ask("rita", "desk", "/desk write") },
		func() bot.Reply { return n.ask("rita", "desk", "/desk write sony-hack") },
		func() bot.Reply { return n.ask("rita", "desk", "/update sony-hack") },
		func() bot.Reply { return n.ask("rita", "desk", "/desk track") },
		func() bot.Reply { return n.ask("rita", "desk", "/desk drafts") },
		func() bot.Reply { return n.chosen("rita", "desk", "write", nil) },
		func() bot.Reply { return n.chosen("rita", "desk", "add", &bot.Chosen{Text: "x", Author: "y"}) },
	} {
		if r := ask(); r.Form != nil || !r.Failed || !strings.Contains(text(r), "Only moderators") {
			t.Errorf("a reader got %+v", r)
		}
	}
	n.must(n.writing(map[string]string{"text": "Secret of Mo"}))
	shown := slices.Clone(n.shown)
	for _, b := range shown {
		if r := n.pressed("rita", "desk", b.Action, b.Arg); r.Form != nil || !r.Failed {
			t.Errorf("a reader pressed %s: %+v", b.Label, r)
		}
		// An admin may write, and has nothing to do with Mo's draft.
		if r := n.pressed("ada", "desk", b.Action, b.Arg); r.Form != nil || !r.Failed || strings.Contains(text(r), "Secret") {
			t.Errorf("another moderator pressed %s: %+v", b.Label, r)
		}
	}
	if r := n.submit("rita", "desk", nil); !r.Failed || strings.Contains(text(r), "Secret") {
		t.Errorf("a reader submitted Mo's form: %s", text(r))
	}
	// Submitted by another moderator it is one of theirs; Mo's stays as it is.
	n.submit("ada", "desk", map[string]string{"text": "From Ada"})
	has(t, "Mo's draft", n.pressed("mo", "desk", shown[0].Action, shown[0].Arg), "Published update 2")
	if got := n.updates("sony-hack"); got[1] != "Secret of Mo" {
		t.Errorf("published %q", got)
	}
	// Who is no moderator any more posts nothing.
	n.must(n.writing(map[string]string{"text": "Too late"}))
	if _, err := n.service.Desk.SetModerator(t.Context(), stories.Act{By: user("ada")}, user("mo"), false); err != nil {
		t.Fatal(err)
	}
	if r := n.press("mo", "desk", "Post"); !r.Failed || len(n.updates("sony-hack")) != 2 {
		t.Errorf("posted without the right: %s", text(r))
	}
	if r := n.submit("mo", "desk", nil); !r.Failed {
		t.Errorf("submitted without the right: %s", text(r))
	}
}

// A draft is posted once, whatever is pressed and replayed in whatever order, and in
// no wording but the one that was shown.
func TestADraftIsPostedOnceAndAsShown(t *testing.T) {
	n := openTracked(t)
	n.must(n.writing(map[string]string{"text": "First wording"}))
	first := slices.Clone(n.shown)
	n.must(n.press("mo", "desk", "Change"))
	n.must(n.submit("mo", "desk", map[string]string{"text": "Second wording"}))
	second := slices.Clone(n.shown)
	r := n.pressed("mo", "desk", first[0].Action, first[0].Arg)
	if len(n.updates("sony-hack")) != 1 || !r.Failed {
		t.Errorf("an older preview was posted: %s", text(r))
	}
	has(t, "an older Post", r, "not what was shown here", "Nothing was posted", "Second wording", "[Post]")
	c := n.request("mo", "desk")
	c.Input = bot.Press{Action: second[0].Action, Arg: second[0].Arg}
	for range 3 { // the same press again, as platforms repeat it
		has(t, "Post", n.handle(c), "Published update 2 of sony-hack")
	}
	has(t, "another Post", n.pressed("mo", "desk", second[0].Action, second[0].Arg), "Published update 2 of sony-hack")
	has(t, "the older Post afterwards", n.pressed("mo", "desk", first[0].Action, first[0].Arg), "posted already", "update 2 of sony-hack")
	has(t, "Change afterwards", n.pressed("mo", "desk", second[1].Action, second[1].Arg), "posted already")
	has(t, "Discard afterwards", n.pressed("mo", "desk", second[2].Action, second[2].Arg), "posted already")
	if got := n.updates("sony-hack"); len(got) != 2 || got[1] != "Second wording" {
		t.Errorf("published %q", got)
	}
	// The form that is still open somewhere makes another draft of what is typed.
	has(t, "submitted unchanged", n.submit("mo", "desk", map[string]string{"text": "Second wording"}), "posted already")
	has(t, "submitted once more", n.submit("mo", "desk", map[string]string{"text": "Third wording"}), "Third wording", "[Post]")
	n.must(n.press("mo", "desk", "Post"))
	if got := n.updates("sony-hack"); len(got) != 3 || got[2] != "Third wording" {
		t.Errorf("published %q", got)
	}
}

// A form that is submitted twice by the platform's own repeat is one draft.
func TestAReplayedFormIsOneDraft(t *testing.T) {
	n := openTracked(t)
	opened := n.request("mo", "desk")
	opened.Input = bot.Typed{Name: "desk", Text: "write sony-hack"}
	n.must(n.handle(opened))
	id := n.form.ID
	n.must(n.handle(opened))
	if n.form.ID != id {
		t.Errorf("the same command opened the forms %s and %s", id, n.form.ID)
	}
	submitted := n.submission("mo", "desk", map[string]string{"text": "News"})
	n.must(n.handle(submitted))
	post := n.shown[0]
	n.must(n.handle(submitted))
	has(t, "Post of the first preview", n.pressed("mo", "desk", post.Action, post.Arg), "Published update 2")
	has(t, "the form once more", n.handle(submitted), "posted already")
	if n.drafts() != 0 {
		t.Errorf("%d drafts are left", n.drafts())
	}
}

func (n *newsroom) drafts() int {
	n.t.Helper()
	found, err := n.service.Drafts.Drafts(n.t.Context(), user("mo"))
	if err != nil {
		n.t.Fatal(err)
	}
	return len(found)
}

// A story that is closed between preview and Post keeps the draft, which is posted
// once the story is reopened.
func TestAStoryClosedMeanwhile(t *testing.T) {
	n := openTracked(t)
	n.must(n.writing(map[string]string{"text": "The last word"}))
	n.setState("sony-hack", true)
	r := n.press("mo", "desk", "Post")
	has(t, "Post", r, "sony-hack is closed", "draft is kept", "[Reopen and post][Change][Discard]")
	if !r.Failed || n.drafts() != 1 || len(n.updates("sony-hack")) != 1 {
		t.Errorf("%d drafts, updates %q", n.drafts(), n.updates("sony-hack"))
	}
	// A preview made now says so.
	n.must(n.press("mo", "desk", "Change"))
	has(t, "preview", n.submit("mo", "desk", nil), "sony-hack is closed: posting takes it up again", "The last word", "[Reopen and post]")
	reopen := n.request("mo", "desk")
	reopen.Input = bot.Press{Action: n.shown[0].Action, Arg: n.shown[0].Arg}
	for range 2 {
		has(t, "Reopen and post", n.handle(reopen), "Published update 2 of sony-hack", "Reopened sony-hack.")
	}
	if story, _ := n.service.Archive.Story(t.Context(), "sony-hack"); story.State != stories.Developing || len(n.updates("sony-hack")) != 2 {
		t.Errorf("story %+v", story)
	}
	// No form opens on one that is closed.
	n.setState("sony-hack", true)
	if r := n.ask("mo", "desk", "/desk write sony-hack"); !r.Failed || r.Form != nil || !strings.Contains(text(r), "/desk reopen sony-hack") {
		t.Errorf("a form of a closed story: %s", text(r))
	}
}

// The preview is what channels are sent, and says to how many.
func TestThePreviewIsWhatIsPushed(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("rita", "news", "/subscribe sony-hack"))
	n.must(n.ask("rita", "world", "/subscribe all level:breaking"))
	n.work(n.reading(new(strings.Builder)))
	for _, values := range []map[string]string{
		{"text": "Short."}, {"text": "@everyone <!channel> *bold*\n# no heading\n> no quote", "level": "breaking", "source": "https://example.org/a\nhttps://example.com/b"},
		{"text": strings.TrimSpace(strings.Repeat("North Korea's internet is down. ", 240)), "at": "14:00", "level": "minor"},
	} {
		preview := n.writing(values)
		n.must(preview)
		blocks := preview.Message.Blocks
		shown := preview.Message
		shown.Blocks, shown.Buttons = blocks[:len(blocks)-1], nil
		goes := bot.PlainText(bot.Message{Blocks: blocks[len(blocks)-1:]})
		n.must(n.press("mo", "desk", "Post"))
		var pushed []bot.Message
		n.work(func(d stories.Delivery) stories.Result {
			if d.About.UpdateID == 0 {
				return delivered(d)
			}
			content, err := n.store.Content(t.Context(), stories.Subject{UpdateID: d.About.UpdateID}, 0)
			if err != nil {
				t.Fatal(err)
			}
			pushed = append(pushed, bot.RenderContent(content))
			return delivered(d)
		})
		if len(pushed) == 0 || !strings.Contains(goes, fmt.Sprintf("It goes to %s.", plural(len(pushed), "channel"))) {
			t.Fatalf("%d channels were sent it, the preview says %q", len(pushed), goes)
		}
		if got := bot.PlainText(pushed[0]); bot.PlainText(shown) != got || shown.Silent != pushed[0].Silent || shown.Title != pushed[0].Title {
			t.Errorf("the preview\n%s\nis not what was pushed\n%s", bot.PlainText(shown), got)
		}
		if len(values["text"]) > 700 && !strings.Contains(goes, "“Read all (") {
			t.Errorf("the preview does not say that the rest is behind a button: %s", goes)
		}
	}
}

// What is refused stays in the draft, and everything else with it.
func TestARefusedFieldKeepsEverything(t *testing.T) {
	n := openTracked(t)
	long := strings.Repeat("news ", 1700)
	for field, bad := range map[string]string{"text": long, "source": "ftp://example.org", "at": "25:99", "level": "loud"} {
		typed := map[string]string{"text": "A text that took an hour", "source": "https://example.org/a", "at": "14:00", "level": "breaking"}
		typed[field] = bad
		r := n.writing(typed)
		if !r.Failed || r.Form == nil || r.Form.Field(field).Problem == "" || buttonLabels(r.Message.Buttons) != "[Change][Discard]" {
			t.Errorf("%s: %+v", field, r)
			continue
		}
		if n.updates("sony-hack"); len(n.updates("sony-hack")) != 1 {
			t.Errorf("%s was published", field)
		}
		n.must(n.press("mo", "desk", "Change"))
		for name, want := range typed {
			if f := n.form.Field(name); f.Value != strings.TrimSpace(want) && !(name == "level" && field == "level") {
				t.Errorf("%s refused: %s holds %q, want %q", field, name, f.Value, want)
			}
		}
	}
}

// A picture that was given with the command is no field, and is kept by Change.
func TestChangeKeepsThePicture(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", `/update sony-hack image:https://example.org/dam.jpg alt:"Water over the dam"`))
	if n.form.Field("image") != nil {
		t.Error("the form asks for the picture")
	}
	preview := n.submit("mo", "desk", map[string]string{"text": "The dam"})
	if preview.Message.Image == nil || preview.Message.Image.URL != "https://example.org/dam.jpg" {
		t.Errorf("preview %+v", preview.Message)
	}
	n.must(n.press("mo", "desk", "Change"))
	n.must(n.submit("mo", "desk", map[string]string{"text": "The dam has broken"}))
	n.must(n.press("mo", "desk", "Post"))
	story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
	if u, _ := n.service.Archive.Update(t.Context(), story.ID, 2); u.Picture.Alt != "Water over the dam" || u.Text != "The dam has broken" {
		t.Errorf("update %+v", u)
	}
}

// Drafts outlive a restart for a week, are their writer's own, and go one by one.
func TestDrafts(t *testing.T) {
	n := openTracked(t)
	for i := range 12 {
		n.must(n.writing(map[string]string{"text": fmt.Sprintf("Draft number %d @everyone %s", i, strings.Repeat("long ", 100))}))
		n.now = n.now.Add(time.Minute)
	}
	n.Mux = New(Config{Stories: Over(n.service), People: anyone}) // another process
	has(t, "the list", n.ask("mo", "desk", "/desk drafts"), "Draft number 11", "Continue 10", "And 2 older")
	if r := n.ask("ada", "desk", "/desk drafts"); !strings.Contains(text(r), "You have no drafts") {
		t.Errorf("another moderator sees %s", text(r))
	}
	n.ask("mo", "desk", "/desk drafts")
	has(t, "Continue", n.press("mo", "desk", "Continue 2"), "Draft number 10", "[Post][Change][Discard]")
	n.must(n.press("mo", "desk", "Post"))
	n.ask("mo", "desk", "/desk drafts")
	has(t, "Discard", n.press("mo", "desk", "Discard 1"), "Discarded")
	if n.drafts() != 10 {
		t.Errorf("%d drafts are left", n.drafts())
	}
	// A form that is open for longer than a draft is kept still brings what was typed.
	n.must(n.ask("mo", "desk", "/desk write sony-hack"))
	n.now = n.now.Add(stories.DraftAge + time.Hour)
	if err := n.store.Prune(t.Context(), n.now); err != nil {
		t.Fatal(err)
	}
	if n.drafts() != 0 {
		t.Errorf("%d drafts are left after a week", n.drafts())
	}
	r := n.submit("mo", "desk", map[string]string{"text": "Typed last week"})
	has(t, "a form of last week", r, "Pick the story", "[Change]")
	n.must(n.press("mo", "desk", "Change"))
	has(t, "with a story", n.submit("mo", "desk", map[string]string{"story": "sony-hack"}), "Typed last week", "[Post]")
}

// So many drafts are kept; one more form opens once some are gone.
func TestTooManyDrafts(t *testing.T) {
	n := openTracked(t)
	for i := range stories.MaxDrafts {
		n.must(n.writing(map[string]string{"text": fmt.Sprint("Draft ", i, " of news")}))
	}
	if r := n.ask("mo", "desk", "/desk write sony-hack"); !r.Failed || r.Form != nil || !strings.Contains(text(r), "/desk drafts") {
		t.Errorf("one more: %s", text(r))
	}
}

// The picker holds the newest that develop, the chosen one, and a way to any other.
func TestThePicker(t *testing.T) {
	n := openTracked(t)
	for i := range 30 {
		n.now = n.now.Add(time.Minute)
		n.must(n.ask("mo", "desk", fmt.Sprintf("/desk track slug:story-%d Story number %d", i, i)))
	}
	n.setState("story-29", true)
	n.must(n.ask("mo", "desk", "/desk write"))
	picker := n.form.Field("story")
	if len(picker.Choices) != 25 || picker.Choices[0].Value != "story-28" || picker.Choices[24].Value != anotherStory || picker.Value != "" {
		t.Errorf("picker %+v", picker)
	}
	r := n.submit("mo", "desk", map[string]string{"story": anotherStory, "text": "Of an old story"})
	if r.Form == nil || len(r.Form.Fields) != 1 || r.Form.Field("story").Kind != bot.LineField {
		t.Fatalf("another story: %+v", r)
	}
	has(t, "another story", r, "Which story", "[Name the story]")
	has(t, "named", n.submit("mo", "desk", map[string]string{"story": "Sony-Hack"}), "Of an old story", "sony-hack, update 2", "[Post]")
	n.must(n.press("mo", "desk", "Change"))
	if picker = n.form.Field("story"); picker.Value != "sony-hack" || len(picker.Choices) != 25 || picker.Choices[0].Value != "sony-hack" {
		t.Errorf("picker %+v", picker)
	}
	n.must(n.submit("mo", "desk", map[string]string{"story": "story-3"}))
	n.must(n.press("mo", "desk", "Post"))
	if got := n.updates("story-3"); len(got) != 1 || got[0] != "Of an old story" {
		t.Errorf("published %q", got)
	}
	if r := open(t, "console:ada").ask("ada", "desk", "/desk write"); r.Form != nil || !strings.Contains(text(r), "/desk track") {
		t.Errorf("a form without a story: %s", text(r))
	}
}

// What was typed with the command and has no field in the form is kept.
func TestAFormKeepsWhatWasTyped(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "desk", "/update sony-hack The film will not open."))
	n.must(n.ask("mo", "desk", `/update sony-hack level:breaking again:yes at:"2014-12-20 14:00" image:https://example.org/p.png alt:"A cinema" source:https://example.org/a,https://example.org/b`))
	for name, want := range map[string]string{"level": "breaking", "at": "2014-12-20 14:00", "source": "https://example.org/a\nhttps://example.org/b", "text": ""} {
		if got := n.form.Field(name).Value; got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	r := n.submit("mo", "desk", map[string]string{"text": "The film will not open."})
	if r.Message.Image.URL != "https://example.org/p.png" {
		t.Errorf("the preview: %+v", r.Message)
	}
	n.must(n.press("mo", "desk", "Post")) // not asked about once more
	if got := n.updates("sony-hack"); len(got) != 3 {
		t.Errorf("published %q", got)
	}
}

// A story that is mistyped with a command that opens a form is offered as it was
// meant, and opens it then.
func TestAFormOfAMistypedStory(t *testing.T) {
	n := openTracked(t)
	for _, line := range []string{"/update sony-hakc level:breaking", "/desk edit sony-hakc", "/desk write sony-hakc"} {
		n.form = nil
		r := n.ask("mo", "desk", line)
		if n.form != nil || !strings.Contains(text(r), "sony-hakc") || len(r.Message.Buttons) == 0 {
			t.Errorf("%s: %s", line, text(r))
			continue
		}
		n.must(n.pressed("mo", "desk", r.Message.Buttons[0].Action, r.Message.Buttons[0].Arg))
		if n.form == nil {
			t.Errorf("%s: no form", line)
		}
	}
}

// A message becomes an update with its text as people read it, its author below.
func TestAMessageBecomesAnUpdate(t *testing.T) {
	n := openTracked(t)
	said := bot.Chosen{Text: "  Seen by " + bot.Mark(0) + " in " + bot.Mark(1) + "\u200b  ", Author: "Rita <b> Klein",
		Mentions: []bot.Mention{{Kind: bot.PersonKind, Ref: "far:MIA", Name: "@mia"}, {Kind: bot.ChannelKind, Ref: "far:C1", Name: bot.PrivateChannel}}}
	n.must(n.chosen("mo", "desk", "add", &said))
	if got, want := n.form.Field("text").Value, "Seen by @mia in #private-channel\n— Rita <b> Klein"; got != want || n.form.Field("source").Value != "" || n.form.Note != "" {
		t.Errorf("form %+v", n.form)
	}
	said.Link, said.More = "https://far.example/1", true
	n.must(n.chosen("mo", "desk", "add", &said))
	if n.form.Field("source").Value != said.Link || !strings.Contains(n.form.Note, "not carried over") {
		t.Errorf("form %+v", n.form)
	}
	n.must(n.submit("mo", "desk", map[string]string{"story": "sony-hack", "source": ""})) // taken out at will
	n.must(n.press("mo", "desk", "Post"))
	story, _ := n.service.Archive.Story(t.Context(), "sony-hack")
	if u, _ := n.service.Archive.Update(t.Context(), story.ID, 2); len(u.Sources) != 0 || !strings.HasSuffix(u.Text, "\n— Rita <b> Klein") || u.Author.Name != "Mo" {
		t.Errorf("update %+v", u)
	}
	for _, empty := range []bot.Chosen{{Author: "Rita", More: true}, {Text: " \u200b\n", Author: "Rita"}} {
		if r := n.chosen("mo", "desk", "add", &empty); r.Form != nil || !r.Failed || !strings.Contains(text(r), "no text") {
			t.Errorf("a message without a text: %s", text(r))
		}
	}
}

// Whatever comes as a form is answered, and nothing is done by it.
func TestStrangeForms(t *testing.T) {
	n := openTracked(t)
	before := n.state()
	for _, in := range []bot.Submission{
		{}, {ID: "x"}, {ID: "u"}, {ID: "t1"}, {ID: "u'; DROP TABLE drafts; --"}, {ID: strings.Repeat("u", 1000)}, {ID: "u\x00\xff"},
		{ID: "uABC", Values: map[string]string{"text": "x\x00y\xff", "level": "all", "story": "nosuch", "zzz": "zzz", "text_2s": "y", "pick": "", "image": "https://x.example"}},
		{ID: "uABD", Values: map[string]string{"text": strings.Repeat("x", 1<<19)}}, {ID: "tABC", Values: map[string]string{"headline": "a\nb", "slug": "../..", "topics": "a/b"}},
	} {
		c := n.request("mo", "desk")
		c.Input = in
		if r := n.handle(c); !r.Failed || strings.Contains(text(r), "fault") {
			t.Errorf("%.80v: %s", in, text(r))
		}
	}
	if after := n.state(); after != before {
		t.Errorf("something was changed:\n%s\nbefore:\n%s", after, before)
	}
}
