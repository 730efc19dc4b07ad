package stories

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// wordings are what an update has said after some steps, each a minute later; it fails
// the test for one that is refused.
func wordings(t *testing.T, first Update, steps ...Rewording) []Revision {
	t.Helper()
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	all := []Revision{first.Wording(Original, "", User{}, at)}
	for _, w := range steps {
		at = at.Add(time.Minute)
		next, err := first.Revise(w, at)
		if err != nil {
			t.Fatal(err)
		}
		first = next
		all = append(all, first.Wording(w.Kind, w.Reason, User{}, at))
	}
	return all
}

func TestTell(t *testing.T) {
	correct := func(text, why string) Rewording { return Rewording{Kind: Correction, Text: text, Reason: why} }
	fix := Rewording{Kind: Fix, Text: "Fixed"}
	hold, release := Rewording{Kind: Hold, Reason: "Doubt"}, Rewording{Kind: Release}
	withdraw := Rewording{Kind: Withdrawal, Reason: "Not so"}
	none := Picture{}
	plain, pictured, unverified := Update{Text: "One"}, Update{Text: "One", Picture: Picture{URL: "https://a.example/x", Alt: "X"}}, Update{Text: "One", Marks: Marks{Standing: Unverified}}
	for name, c := range map[string]struct {
		first Update
		steps []Rewording
		want  RevisionKind
		why   string
		extra string // "c" for Corrected, "r" for Released
	}{
		"nothing":                           {plain, nil, "", "", ""},
		"a fix":                             {plain, []Rewording{fix}, "", "", ""},
		"a correction":                      {plain, []Rewording{correct("Two", "Wrong")}, Correction, "Wrong", "c"},
		"another picture":                   {pictured, []Rewording{{Kind: Correction, Picture: &none}}, Correction, "", "c"},
		"another source":                    {plain, []Rewording{{Kind: Correction, Sources: []string{"https://a.example/"}}}, Correction, "", "c"},
		"two corrections":                   {plain, []Rewording{correct("Two", "Wrong"), correct("Three", "Wrong again.")}, Correction, "Wrong. Wrong again.", "c"},
		"one and back":                      {plain, []Rewording{correct("Two", "Wrong"), correct("One", "Right after all")}, "", "", ""},
		"a correction and a fix":            {plain, []Rewording{correct("Two", "Wrong"), fix}, Correction, "Wrong", "c"},
		"a hold":                            {plain, []Rewording{hold}, Hold, "Doubt", ""},
		"a hold and its end":                {plain, []Rewording{hold, release}, "", "", ""},
		"a hold, a correction":              {plain, []Rewording{hold, correct("Two", "Wrong")}, Hold, "Doubt", "c"},
		"a hold, a correction, its end":     {plain, []Rewording{hold, correct("Two", "Wrong"), release}, Correction, "Wrong", "c"},
		"a withdrawal":                      {plain, []Rewording{withdraw}, Withdrawal, "Not so", ""},
		"a correction and a withdrawal":     {plain, []Rewording{correct("Two", "Wrong"), withdraw}, Withdrawal, "Not so", "c"},
		"a hold and a withdrawal":           {plain, []Rewording{hold, withdraw}, Withdrawal, "Not so", ""},
		"unverified, released":              {unverified, []Rewording{release}, Release, "", "r"},
		"unverified, corrected":             {unverified, []Rewording{correct("Two", "Wrong")}, Correction, "Wrong", "c"},
		"unverified, corrected, released":   {unverified, []Rewording{correct("Two", "Wrong"), release}, Correction, "Wrong", "cr"},
		"unverified, put on hold":           {unverified, []Rewording{hold}, Hold, "Doubt", ""},
		"unverified, put on hold, released": {unverified, []Rewording{hold, release}, Release, "", "r"},
	} {
		got := Tell(wordings(t, c.first, c.steps...))
		extra := ""
		if got.Corrected {
			extra += "c"
		}
		if got.Released {
			extra += "r"
		}
		if got.Kind != c.want || got.Reason != c.why || extra != c.extra {
			t.Errorf("%s: %q because %q, %s", name, got.Kind, got.Reason, extra)
		}
	}
}

// Whatever is done to an update: its number, level and time stay, a withdrawn one stays
// as it is, and what a channel is told is of what it does not know.
func TestRevisionsKeepTheirRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := Update{ID: 1, Number: 3, Level: Breaking, Text: "One", At: time.Unix(1, 0), CreatedAt: time.Unix(2, 0)}
		if rapid.Bool().Draw(t, "unverified") {
			first.Marks.Standing = Unverified
		}
		u, all := first, []Revision{first.Wording(Original, "", User{}, first.CreatedAt)}
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			w := Rewording{Kind: rapid.SampledFrom([]RevisionKind{Correction, Fix, Hold, Release, Withdrawal, ""}).Draw(t, "kind"),
				Text: rapid.SampledFrom([]string{"", "One", "Two", "Three ", " "}).Draw(t, "text"), Reason: rapid.SampledFrom([]string{"", "Why", strings.Repeat("y", MaxReason+1)}).Draw(t, "reason")}
			next, err := u.Revise(w, time.Unix(int64(10+i), 0))
			if err != nil {
				if CodeOf(err) != CodeInvalid || next.Revision != u.Revision {
					t.Fatalf("%+v: %v, and revision %d", w, err, next.Revision)
				}
				continue
			}
			if u.Marks.Standing == Withdrawn {
				t.Fatalf("%+v was done to what is withdrawn", w)
			}
			if next.Number != 3 || next.Level != Breaking || next.At != first.At || next.Revision != u.Revision+1 {
				t.Fatalf("%+v: %+v", w, next)
			}
			if !w.Kind.Words() && !next.sameWording(u) {
				t.Fatalf("%+v changed the wording", w)
			}
			u, all = next, append(all, next.Wording(w.Kind, w.Reason, User{}, time.Unix(int64(10+i), 0)))
		}
		from := rapid.IntRange(0, len(all)-1).Draw(t, "from")
		since := all[from:]
		told := Tell(since)
		before, now := since[0], since[len(since)-1]
		same := Update{}.Worded(before).sameWording(Update{}.Worded(now))
		switch {
		case before.Marks.Standing == now.Marks.Standing && same && told.Kind != "":
			t.Fatalf("told of %q where nothing is new", told.Kind)
		case now.Marks.Standing == Withdrawn && before.Marks.Standing != Withdrawn && told.Kind != Withdrawal,
			now.Marks.Standing == OnHold && before.Marks.Standing != OnHold && told.Kind != Hold:
			t.Fatalf("%q is told as %q", now.Marks.Standing, told.Kind)
		case before.Marks.Standing != Stands && now.Marks.Standing == Stands && told.Kind != Release && told.Kind != Correction:
			t.Fatalf("a release is told as %q", told.Kind)
		case told.Kind == Correction && same:
			t.Fatal("a correction to the same wording is told")
		}
	})
}

// An update can be revised so often, and then be ended still.
func TestRevisionsHaveAnEnd(t *testing.T) {
	u, at := Update{ID: 7, Number: 3, Text: "First"}, time.Unix(1, 0)
	revise := func(w Rewording) error {
		next, err := u.Revise(w, at)
		u = next
		return err
	}
	for i := range MaxRevisions - 1 {
		if err := revise(Rewording{Kind: Correction, Text: fmt.Sprint("Wording ", i)}); err != nil {
			t.Fatal(i, err)
		}
	}
	if err := revise(Rewording{Kind: Hold}); err != nil || u.Revision != MaxRevisions {
		t.Fatal(u.Revision, err)
	}
	for _, w := range []Rewording{{Kind: Correction, Text: "Last"}, {Kind: Fix, Text: "Last"}} {
		if err := revise(w); CodeOf(err) != CodeLimited || !strings.Contains(err.Error(), "100 times") || !strings.Contains(err.Error(), "/desk withdraw") || u.Revision != MaxRevisions {
			t.Errorf("%s: %v, and revision %d", w.Kind, err, u.Revision)
		}
	}
	for _, w := range []Rewording{{Kind: Release}, {Kind: Withdrawal, Reason: "Enough"}} {
		if err := revise(w); err != nil {
			t.Errorf("%s: %v", w.Kind, err)
		}
	}
}

// What a release sends is counted without the copies that were there before.
func TestProgressWithoutOthers(t *testing.T) {
	type p = Progress
	for _, c := range []struct{ all, others, want p }{
		{p{Total: 5, Sent: 5}, p{}, p{Total: 5, Sent: 5}},
		{p{Total: 5, Sent: 2, Waiting: 3}, p{Total: 2, Sent: 2}, p{Total: 3, Waiting: 3}},
		{p{Total: 9, Sent: 4, Held: 2, Failed: 2, Unknown: 1}, p{Total: 5, Sent: 3, Held: 1, Failed: 1}, p{Total: 4, Sent: 1, Held: 1, Failed: 1, Unknown: 1}},
		{p{Total: 5, Sent: 2, Waiting: 3}, p{Total: 2, Waiting: 2}, p{Total: 3, Waiting: 3}},
		{p{Total: 5, Sent: 4, Failed: 1}, p{Total: 2, Waiting: 2}, p{Total: 3, Sent: 2, Failed: 1}},
		{p{Total: 5, Sent: 5}, p{Total: 2, Held: 2}, p{Total: 3, Sent: 3}}, // they healed
	} {
		if got := c.all.Without(c.others); got != c.want {
			t.Errorf("%+v without %+v is %+v, want %+v", c.all, c.others, got, c.want)
		}
	}
}
