package stories

import (
	"slices"
	"strings"
	"time"
)

// RevisionKind says why an update reads differently from before. The names are
// stored.
type RevisionKind string

// The kinds of revision. The first wording is Original.
const (
	Original   RevisionKind = "original"
	Correction RevisionKind = "correction" // the meaning changed
	Fix        RevisionKind = "fix"        // a slip of the pen
	Withdrawal RevisionKind = "withdrawal" // it does not stand; there is nothing after it
	Hold       RevisionKind = "hold"       // it is being checked
	Release    RevisionKind = "release"    // it was checked
)

// Words says that the kind gives the update another wording; the others say whether
// the one there is stands.
func (k RevisionKind) Words() bool { return k == Correction || k == Fix }

// Standing says whether what an update says may be relied on. The names are stored.
type Standing string

// The standings.
const (
	Stands     Standing = ""
	Unverified Standing = "unverified" // since it was published: a hold from birth
	OnHold     Standing = "hold"
	Withdrawn  Standing = "withdrawn"
)

// Withheld says that copies that were not sent yet are not to be sent now.
func (s Standing) Withheld() bool { return s == OnHold || s == Withdrawn }

// Marks are what an update bears because it was revised, in every copy and wherever
// it is shown. They are stored as JSON.
type Marks struct {
	Standing Standing  `json:",omitempty"`
	Since    time.Time `json:",omitzero"`  // of a Standing other than Stands
	Reason   string    `json:",omitempty"` // for it; may be ""

	Corrected  time.Time `json:",omitzero"`  // when it last was
	Correction string    `json:",omitempty"` // what was wrong; may be ""
	Edited     time.Time `json:",omitzero"`  // when a slip was last mended since
	Released   time.Time `json:",omitzero"`  // when it was found to stand, unless it was put on hold since
}

// After are the marks of a copy that began with the marks first: of what was done to
// its update before it was sent nobody there has seen anything.
func (m Marks) After(first Marks) Marks {
	if m.Corrected.Equal(first.Corrected) {
		m.Corrected, m.Correction = time.Time{}, ""
	}
	if m.Edited.Equal(first.Edited) {
		m.Edited = time.Time{}
	}
	if m.Released.Equal(first.Released) {
		m.Released = time.Time{}
	}
	return m
}

// Revision is one wording an update has had, or one verdict on it.
type Revision struct {
	UpdateID int64
	Revision int // 0 for the first wording
	Kind     RevisionKind
	Text     string
	Sources  []string
	Picture  Picture
	Reason   string
	Marks    Marks // that it left the update with
	Author   User  // who wrote it or decided so
	At       time.Time
}

// Rewording is a revision on its way in.
type Rewording struct {
	Kind    RevisionKind
	Text    string   // of Correction and Fix; "" keeps it
	Sources []string // of Correction and Fix; nil keeps them
	Picture *Picture // of Correction and Fix; nil keeps it
	Reason  string   // what was wrong, or why; may be "" but for Withdrawal
	// Over is the number of the revision that its writer saw; nil for whichever is
	// the newest.
	Over *int
}

// MaxRevisions is how often an update can be revised; beyond it it can still be
// withdrawn, or released where it is on hold. What is corrected more often than this is
// a machine's work, and each of its copies has been edited as often.
const MaxRevisions = 100

// MaxReason is how long a revision's reason may be, in characters (code points).
const MaxReason = 500

// CheckReason says whether s can be a revision's reason; it may be empty.
// Error: CodeInvalid.
func CheckReason(s string) error {
	if s == "" {
		return nil
	}
	return checkText("reason", s, MaxReason)
}

// neat is w as it is stored.
func (w Rewording) neat() Rewording {
	w.Text, w.Reason = strings.TrimSpace(w.Text), strings.TrimSpace(w.Reason)
	if w.Sources != nil {
		w.Sources = slices.Compact(slices.Clone(w.Sources))
	}
	if !w.Kind.Words() {
		w.Text, w.Sources, w.Picture = "", nil, nil
	}
	return w
}

// check refuses what no update could become. CodeInvalid.
func (w Rewording) check() error {
	if err := CheckReason(w.Reason); err != nil {
		return err
	}
	if w.Kind == Withdrawal && w.Reason == "" {
		return Errorf(CodeInvalid, "Say why it is withdrawn: readers of the copies see it.")
	}
	if !w.Kind.Words() {
		return nil
	}
	if w.Text != "" {
		if err := CheckUpdateText(w.Text); err != nil {
			return err
		}
	}
	if err := checkSources(w.Sources); err != nil {
		return err
	}
	if w.Picture != nil {
		return CheckPicture(*w.Picture)
	}
	return nil
}

// Revise is u once w has been done to it at a moment. CodeInvalid when w does not
// go with how u stands, or changes nothing; CodeExists when somebody else has revised
// u since w's writer saw it; CodeLimited when it was MaxRevisions times.
func (u Update) Revise(w Rewording, at time.Time) (Update, error) {
	w = w.neat()
	if err := w.check(); err != nil {
		return u, err
	}
	if w.Over != nil && *w.Over != u.Revision {
		return u, Errorf(CodeExists, "Update %d was revised since you saw it. Look at it again, then revise what it says now.", u.Number)
	}
	if u.Marks.Standing == Withdrawn {
		return u, Errorf(CodeInvalid, "Update %d is withdrawn, and that is final. What is right can be a new update.", u.Number)
	}
	if u.Revision >= MaxRevisions && w.Kind != Withdrawal && w.Kind != Release {
		return u, Errorf(CodeLimited, "Update %d was revised %d times, which is as often as one can be. Write what is right as a new update; this one can still be withdrawn, with /desk withdraw.", u.Number, u.Revision)
	}
	next := u
	next.Revision++
	switch w.Kind {
	case Correction, Fix:
		next.reword(w)
		if next.sameWording(u) {
			return u, Errorf(CodeInvalid, "Update %d says exactly that already. Nothing was changed.", u.Number)
		}
		if w.Kind == Correction && next.sameWords(u) {
			return u, Errorf(CodeInvalid, "Update %d says the same in other lines, which corrects nothing. Mend a slip with /desk fix instead.", u.Number)
		}
		if w.Kind == Fix {
			next.Marks.Edited = at
			break
		}
		next.Marks.Corrected, next.Marks.Correction, next.Marks.Edited = at, w.Reason, time.Time{}
	case Withdrawal:
		next.Marks.Standing, next.Marks.Since, next.Marks.Reason = Withdrawn, at, w.Reason
	case Hold:
		if u.Marks.Standing == OnHold {
			return u, Errorf(CodeInvalid, "Update %d is on hold already.", u.Number)
		}
		next.Marks.Standing, next.Marks.Since, next.Marks.Reason, next.Marks.Released = OnHold, at, w.Reason, time.Time{}
	case Release:
		if u.Marks.Standing == Stands {
			return u, Errorf(CodeInvalid, "Update %d is not on hold, so there is nothing to release.", u.Number)
		}
		next.Marks.Standing, next.Marks.Since, next.Marks.Reason, next.Marks.Released = Stands, time.Time{}, "", at
	default:
		return u, Errorf(CodeInvalid, "%q is no way to revise an update.", w.Kind)
	}
	return next, nil
}

// reword gives u the wording of w, as far as w has one and readers could tell.
func (u *Update) reword(w Rewording) {
	if w.Text != "" && !alike(w.Text, u.Text) {
		u.Text = w.Text
	}
	if w.Sources != nil && !sameSources(w.Sources, u.Sources) {
		u.Sources = w.Sources
	}
	if w.Picture != nil {
		if p := w.Picture.neat(); !samePicture(p, u.Picture) {
			u.Picture = p
		}
	}
}

// sameWording says that readers could not tell two updates apart.
func (u Update) sameWording(other Update) bool {
	return alike(u.Text, other.Text) && u.sameBesides(other)
}

// sameWords says that two updates say the same, if not in the same lines.
func (u Update) sameWords(other Update) bool {
	return SameWords(u.Text, other.Text) && u.sameBesides(other)
}

func (u Update) sameBesides(other Update) bool {
	return sameSources(u.Sources, other.Sources) && samePicture(u.Picture, other.Picture)
}

// Wording is the revision that u is in, by who made it.
func (u Update) Wording(kind RevisionKind, reason string, by User, at time.Time) Revision {
	return Revision{UpdateID: u.ID, Revision: u.Revision, Kind: kind, Text: u.Text, Sources: u.Sources, Picture: u.Picture, Reason: reason, Marks: u.Marks, Author: by, At: at}
}

// Worded is u as it was, or is, in the wording of r.
func (u Update) Worded(r Revision) Update {
	u.Revision, u.Text, u.Sources, u.Picture, u.Marks = r.Revision, r.Text, r.Sources, r.Picture, r.Marks
	return u
}
