package stories

import (
	"context"
	"time"
	"unicode/utf8"
)

// Draft is what a moderator filled into a form and did not post yet. Nobody else
// sees it.
type Draft struct {
	// ID is opaque. Its first letter is the kind of the form, so that what is
	// submitted after the draft was forgotten is still understood.
	ID      string
	By      string // the ref of whose it is
	StoryID int64  // 0 while none is chosen
	Fields  map[string]string
	Version int // grows with every change
	// Form is the form it was put into last, as that was opened: opaque, "" for none. What
	// is put into that again, where it stayed open, takes its place.
	Form    string
	State   DraftState
	Changed time.Time
}

// DraftState is what became of a draft.
type DraftState string

// The states. What is only DraftOpened was never submitted, and is no draft to anybody;
// DraftPosted and DraftDiscarded are final, and kept so that a second press is understood.
const (
	DraftOpened    DraftState = "opened"
	DraftBegun     DraftState = "begun"
	DraftPosted    DraftState = "posted"
	DraftDiscarded DraftState = "discarded"
)

// Limits of drafts.
const (
	MaxDrafts = 50                 // of a person, begun and neither posted nor discarded
	MaxOpened = 20                 // of a person, never submitted; the oldest go
	DraftAge  = 7 * 24 * time.Hour // after its last change it is forgotten
	MaxDraft  = 1 << 18            // bytes of all its fields
)

// DraftRef names a draft as it was shown. Zero is none.
type DraftRef struct {
	ID      string
	Version int
}

// DraftStore keeps drafts. A method that takes now takes none older than DraftAge
// for a draft.
type DraftStore interface {
	// SaveDraft stores d, whose Version it sets: a new one with its first state, one
	// that is there as DraftBegun and under the next version unless nothing differs. Of
	// those that are only DraftOpened a person's newest MaxOpened stay. CodeNotFound for
	// another person's, CodeExists for one that was posted or discarded, CodeReplaced for
	// one that has another Version than d by now, unless it was put into d.Form last:
	// then it is left as it is.
	SaveDraft(ctx context.Context, d Draft, now time.Time) (Draft, error)
	// Draft finds a draft of a person (by ref). CodeNotFound.
	Draft(ctx context.Context, by, id string, now time.Time) (Draft, error)
	// Drafts returns those a person has begun and not ended, the newest first.
	Drafts(ctx context.Context, by string, now time.Time) ([]Draft, error)
	// DiscardDraft ends a draft of a person, in this version or, for 0, in any. changed is
	// false when it was ended, or has another version.
	// CodeNotFound.
	DiscardDraft(ctx context.Context, by, id string, version int, now time.Time) (changed bool, err error)
	// Reach counts the destinations that AppendUpdate would plan u for now. It changes
	// nothing. CodeNotFound for an unknown story.
	Reach(ctx context.Context, u Update) (Recipients, error)
}

// Recipients counts the destinations that an update goes to.
type Recipients struct {
	Total   int
	Direct  int // those of Total that are direct messages, as far as that is known
	Blocked int // those of Total that take nothing now: there it comes once they do again
}

// Drafts keeps what was begun in a form.
type Drafts struct {
	base
	rights *Rights
	store  DraftStore
}

// OpenDraft prepares a form for d.By: what is put into it comes back under d.ID.
// Opened again under the same id it is as it was left. By moderators.
// CodeForbidden, CodeLimited.
func (s *Drafts) OpenDraft(ctx context.Context, by User, d Draft) (Draft, error) {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return Draft{}, err
	}
	if kept, err := s.store.Draft(ctx, by.Ref, d.ID, s.Now()); CodeOf(err) != CodeNotFound {
		return kept, err
	}
	begun, err := s.store.Drafts(ctx, by.Ref, s.Now())
	if err != nil {
		return Draft{}, err
	}
	if len(begun) >= MaxDrafts {
		return Draft{}, Errorf(CodeLimited, "You have %d drafts, and no more are kept. Post or discard some of them first: /desk drafts.", len(begun))
	}
	d.By, d.State = by.Ref, DraftOpened
	return s.store.SaveDraft(ctx, d, s.Now())
}

// SaveDraft keeps what was put into a form. By moderators. CodeForbidden,
// CodeNotFound for another person's, CodeExists for one that has ended, CodeReplaced for
// one that was changed since the Version d has, CodeLimited for more than MaxDraft bytes.
func (s *Drafts) SaveDraft(ctx context.Context, by User, d Draft) (Draft, error) {
	if err := s.rights.Require(ctx, by, Moderator); err != nil {
		return Draft{}, err
	}
	size := 0
	for name, value := range d.Fields {
		if size += len(name) + len(value); !utf8.ValidString(value) {
			return Draft{}, Errorf(CodeInvalid, "The %s is not valid UTF-8 text. Paste it again as plain text.", name)
		}
	}
	if size > MaxDraft {
		return Draft{}, Errorf(CodeLimited, "This is far longer than an update can be, and was not kept. An update has at most %d characters.", MaxUpdateText)
	}
	d.By, d.State = by.Ref, DraftBegun
	return s.store.SaveDraft(ctx, d, s.Now())
}

// Draft finds a draft of by's, also one that has ended. CodeNotFound once it was
// forgotten, and for another person's.
func (s *Drafts) Draft(ctx context.Context, by User, id string) (Draft, error) {
	return s.store.Draft(ctx, by.Ref, id, s.Now())
}

// Drafts returns what by began in forms and did not post, the newest first.
func (s *Drafts) Drafts(ctx context.Context, by User) ([]Draft, error) {
	return s.store.Drafts(ctx, by.Ref, s.Now())
}

// DiscardDraft ends a draft of by's, in this version or, for 0, in any. changed is false
// when it was posted or discarded before, or has another version. CodeNotFound.
func (s *Drafts) DiscardDraft(ctx context.Context, by User, id string, version int) (changed bool, err error) {
	return s.store.DiscardDraft(ctx, by.Ref, id, version, s.Now())
}

// Reach counts the channels that an update of this level would go to now. CodeNotFound.
func (s *Drafts) Reach(ctx context.Context, storyID int64, level Level) (Recipients, error) {
	return s.store.Reach(ctx, Update{StoryID: storyID, Level: level, CreatedAt: s.Now()})
}

// Check says whether a's text, level, sources, picture and time can be published at
// now. CodeInvalid.
func (a Append) Check(now time.Time) error { return checkUpdate(a.update(Act{At: now}), now) }

// Preview is what a would be as the next update of a story, by somebody at now.
func (a Append) Preview(story Story, by User, now time.Time) Update {
	u := a.update(Act{By: by, At: now})
	u.StoryID, u.Number, u.CreatedAt = story.ID, story.Updates+1, now
	return u
}
