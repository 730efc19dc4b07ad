package bot

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/stories"
)

// told is what a channel is told when an update that said one thing is corrected, put on
// hold too if held.
func told(was, is string, held bool) Message {
	at := time.Date(2014, 12, 22, 9, 0, 0, 0, time.UTC)
	u := stories.Update{ID: 4, StoryID: 1, Number: 4, Level: stories.Normal, Text: was, At: at, CreatedAt: at}
	wordings := []stories.Revision{u.Wording(stories.Original, "", u.Author, at)}
	steps := []stories.Rewording{{Kind: stories.Correction, Text: is}}
	if held {
		steps = append(steps, stories.Rewording{Kind: stories.Hold})
	}
	for _, w := range steps {
		next, err := u.Revise(w, at)
		if err != nil {
			panic(err)
		}
		u = next
		wordings = append(wordings, u.Wording(w.Kind, w.Reason, u.Author, at))
	}
	return RenderContent(stories.Content{Update: u, Told: wordings, Notice: stories.Notice{Kind: stories.RevisionNotice, UpdateID: 4, Revision: u.Revision}})
}

// What changed is shown, however far behind the beginning of a long text it stands, and
// all of the text is behind a button then.
func TestACorrectionShowsWhatChanged(t *testing.T) {
	long := strings.Repeat("The water rises on and on. ", 60)
	for name, c := range map[string]struct {
		was, is  string
		shows    []string
		readable bool
	}{
		"near the beginning":       {"Five dams broke. " + long, "Six dams broke. " + long, []string{"It said: “Five dams broke. The", "Six dams broke. The"}, true},
		"behind what is quoted":    {long[:300] + "Five dams broke.", long[:300] + "Six dams broke.", []string{"It said: “… ", "Five dams broke.”", "The water rises on and on. The water", "Six dams broke."}, false},
		"behind what is shown":     {long + "Five dams broke.", long + "Six dams broke.", []string{"It said: “… ", " Five dams broke.”", "… ", " Six dams broke."}, true},
		"the end was taken away":   {long + "Five dams broke.", long[:len(long)-1], []string{"It said: “… ", " Five dams broke.”", "… ", "rises on and on."}, true},
		"an end was added":         {long[:len(long)-1], long + "Six dams broke.", []string{"It said: “… ", "rises on and on.”", "… ", " Six dams broke."}, true},
		"without spaces":           {strings.Repeat("水", 900) + "五", strings.Repeat("水", 900) + "六", []string{"水五”", "水六"}, true},
		"it is short":              {"Five dams broke.", "Six dams broke.", []string{"It said: “Five dams broke.”", "Six dams broke."}, false},
		"within a character":       {strings.Repeat("Über ", 300) + "ä", strings.Repeat("Über ", 300) + "ö", []string{"Über ä”", "Über ö"}, true},
		"a text that begins alike": {long, long + long, []string{"It said: “… ", "rises on and on."}, true},
	} {
		for _, held := range []bool{false, true} {
			m := told(c.was, c.is, held)
			text := PlainText(m)
			rest := text
			for _, want := range c.shows {
				i := strings.Index(rest, want)
				if i < 0 {
					t.Errorf("%s, held: %v: %q is not in %q", name, held, want, text)
					break
				}
				rest = rest[i+len(want):]
			}
			if has := m.Buttons[0].Action == ActionRead; !held && has != c.readable {
				t.Errorf("%s: all can be read: %v", name, has)
			}
		}
	}
}

func TestAnyCorrectionCanBeTold(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "The water rises ", "ש", "e\u0301", "👩‍🚒", "\n", "*_~`", strings.Repeat("水", 100), strings.Repeat("on and on ", 40)}), 1, 40).Draw(t, "parts")
		return "x" + strings.Join(parts, "") + "x"
	})
	rapid.Check(t, func(t *rapid.T) {
		was, is := text.Draw(t, "was"), text.Draw(t, "is")
		if rapid.Bool().Draw(t, "alike") {
			is = was[:len(was)-1] + is
		}
		if was == is {
			return
		}
		m := told(was, is, rapid.Bool().Draw(t, "held"))
		if text := PlainText(m); strings.ToValidUTF8(text, "") != text || !strings.Contains(text, "It said: “") || Units(text) > 2000 {
			t.Errorf("%q", text)
		}
	})
}

// Who reads only the message beside a copy, or its first line, knows that what is right
// now is not known to be so either.
func TestACorrectionSaysHowTheUpdateStands(t *testing.T) {
	at := time.Date(2014, 12, 22, 9, 0, 0, 0, time.UTC)
	correct := stories.Rewording{Kind: stories.Correction, Text: "Five dams broke.", Reason: "One more"}
	for name, c := range map[string]struct {
		standing stories.Standing
		steps    []stories.Rewording // since the first wording that was shown
		want     string
	}{
		"it stands":                     {stories.Stands, []stories.Rewording{correct}, "CORRECTION\nOne more.\n\nIt said: "},
		"it is unverified":              {stories.Unverified, []stories.Rewording{correct}, "CORRECTION · UNVERIFIED\nIs being checked; not verified yet.\n\nWhat was wrong: One more.\n\nIt said: "},
		"it is on hold":                 {stories.OnHold, []stories.Rewording{correct}, "CORRECTION · ON HOLD\nIs being checked since 2014-12-21 08:00 UTC: Doubt.\n\nWhat was wrong: One more.\n\nIt said: "},
		"no reason":                     {stories.Unverified, []stories.Rewording{{Kind: stories.Correction, Text: "Five dams broke."}}, "CORRECTION · UNVERIFIED\nIs being checked; not verified yet.\n\nIt said: "},
		"a slip was mended since":       {stories.Unverified, []stories.Rewording{correct, {Kind: stories.Fix, Text: "Five dams broke!"}}, "CORRECTION · UNVERIFIED\n"},
		"it was checked, and corrected": {stories.Unverified, []stories.Rewording{correct, {Kind: stories.Release}}, "CORRECTION\nOne more.\n"},
	} {
		u := stories.Update{ID: 4, StoryID: 1, Number: 4, Level: stories.Breaking, Text: "Four dams broke.", At: at, CreatedAt: at}
		if u.Marks.Standing = c.standing; c.standing != stories.Stands {
			u.Marks.Since = at.Add(-25 * time.Hour)
		}
		if c.standing == stories.OnHold {
			u.Marks.Reason = "Doubt"
		}
		wordings := []stories.Revision{u.Wording(stories.Original, "", u.Author, at)}
		for _, w := range c.steps {
			next, err := u.Revise(w, at)
			if err != nil {
				t.Fatal(err)
			}
			u, wordings = next, append(wordings, next.Wording(w.Kind, w.Reason, u.Author, at))
		}
		m := RenderContent(stories.Content{Update: u, Told: wordings, Notice: stories.Notice{Kind: stories.RevisionNotice, UpdateID: 4, Revision: u.Revision}})
		if text := PlainText(m); !strings.HasPrefix(text, c.want) {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// A message about a revision is new: that the copy was edited is no part of it, whatever
// it tells of. The copy itself says so.
func TestANoticeWasNotEdited(t *testing.T) {
	at := time.Date(2014, 12, 22, 9, 0, 0, 0, time.UTC)
	for _, kind := range []stories.RevisionKind{stories.Correction, stories.Withdrawal, stories.Hold, stories.Release} {
		u := stories.Update{ID: 4, StoryID: 1, Number: 4, Level: stories.Normal, Text: "The studio cancells the film.", At: at, CreatedAt: at}
		wordings := []stories.Revision{u.Wording(stories.Original, "", u.Author, at)}
		steps := []stories.Rewording{{Kind: stories.Fix, Text: "The studio cancels the film."}, {Kind: kind, Reason: "It was wrong."}}
		switch kind {
		case stories.Correction:
			steps[1].Text = "The studio shovs the film."
			steps = []stories.Rewording{steps[1], {Kind: stories.Fix, Text: "The studio shows the film."}}
		case stories.Release:
			steps = []stories.Rewording{steps[0], {Kind: stories.Hold}, {Kind: kind}}
		}
		for _, w := range steps {
			next, err := u.Revise(w, at.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			u, wordings = next, append(wordings, next.Wording(w.Kind, w.Reason, u.Author, at))
		}
		notice := PlainText(RenderContent(stories.Content{Update: u, Told: wordings, Notice: stories.Notice{Kind: stories.RevisionNotice, UpdateID: 4, Revision: u.Revision}}))
		if strings.Contains(notice, "edited") {
			t.Errorf("%s says: %s", kind, notice)
		}
		if copied := PlainText(RenderUpdate(stories.Story{}, u)); !strings.Contains(copied, "edited") {
			t.Errorf("%s: its copy says: %s", kind, copied)
		}
	}
}
