package stories

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Publisher publishes updates.
type Publisher struct {
	base
	rights  *Rights
	archive *Archive
	store   PublisherStore
}

// Append is an update on its way in.
type Append struct {
	Slug    string
	Text    string
	Level   Level // Normal when zero
	Sources []string
	Picture Picture   // none when zero
	At      time.Time // now when zero
	// Unverified marks it as being checked until it is released.
	Unverified bool
	// Again says that the writer means it although the same text was just
	// posted.
	Again bool
}

// maxAhead is how far in the future an update may be dated: a little, for
// clocks that differ.
const maxAhead = 5 * time.Minute

// Append publishes an update: it is stored together with everything it owes to
// subscribed channels. By moderators. CodeForbidden, CodeInvalid, CodeNotFound
// with Near, CodeClosed, CodeConfirm with Like when the same text, or nearly the
// same, was posted in the story within DuplicateWindow and a.Again is not set.
func (s *Publisher) Append(ctx context.Context, act Act, a Append) (Story, Update, Progress, error) {
	fail := func(err error) (Story, Update, Progress, error) { return Story{}, Update{}, Progress{}, err }
	if err := s.rights.Require(ctx, act.By, Moderator); err != nil {
		return fail(err)
	}
	act = s.stamp(act)
	u := a.update(act)
	if err := checkUpdate(u, act.At); err != nil {
		return fail(err)
	}
	story, err := s.archive.Story(ctx, a.Slug)
	if err != nil {
		return fail(err)
	}
	u.StoryID = story.ID
	if err := s.checkRepeat(ctx, act, story, u, a.Again); err != nil {
		return fail(err)
	}
	u, progress, err := s.store.AppendUpdate(ctx, act, u)
	if CodeOf(err) == CodeClosed {
		return fail(closed(story))
	}
	if err != nil {
		return fail(err)
	}
	s.planned()
	story.Updates = max(story.Updates, u.Number)
	s.published(story, u, "channels", progress.Total)
	return story, u, progress, nil
}

// published tells the log, where it is found by its id.
func (s *Publisher) published(story Story, u Update, more ...any) {
	s.log.Info("an update was published", append([]any{"update_id", u.ID, "story", story.Slug, "update", u.Number, "level", u.Level.String(), "by", u.Author.Ref}, more...)...)
}

// CheckAppend says whether a could be appended now by someone who may: what Append
// would refuse in any case. It changes nothing. CodeInvalid, CodeNotFound with
// Near, CodeClosed.
func (s *Publisher) CheckAppend(ctx context.Context, a Append) error {
	now := s.Now()
	if err := checkUpdate(a.update(Act{At: now}), now); err != nil {
		return err
	}
	story, err := s.archive.Story(ctx, a.Slug)
	if err == nil && story.State == Closed {
		return closed(story)
	}
	return err
}

// update is the update that a asks for.
func (a Append) update(act Act) Update {
	u := Update{Text: strings.TrimSpace(a.Text), Level: a.Level, Sources: slices.Compact(a.Sources), Picture: a.Picture.neat(), Author: act.By, At: a.At}
	if u.Level == 0 {
		u.Level = Normal
	}
	if u.At.IsZero() {
		u.At = act.At
	}
	if a.Unverified {
		u.Marks = Marks{Standing: Unverified, Since: act.At}
	}
	return u
}

// closed is the refusal of an update of a closed story.
func closed(story Story) error {
	return Errorf(CodeClosed, "%s is closed. Take it up again first: /desk reopen %s.", story.Slug, story.Slug)
}

func checkUpdate(u Update, now time.Time) error {
	if err := CheckUpdateText(u.Text); err != nil {
		return err
	}
	if err := checkLevel(u.Level); err != nil {
		return err
	}
	if err := checkSources(u.Sources); err != nil {
		return err
	}
	if err := CheckPicture(u.Picture); err != nil {
		return err
	}
	if u.At.After(now.Add(maxAhead)) {
		return Errorf(CodeInvalid, "at: lies in the future. Leave it out to publish as of now.")
	}
	return nil
}

// checkSources refuses more of them than an update has, and what is none.
func checkSources(sources []string) error {
	if len(sources) > MaxSources {
		return Errorf(CodeInvalid, "An update has at most %d sources; these are %d. Leave some out, or put them into a further update.", MaxSources, len(sources))
	}
	for _, source := range sources {
		if err := CheckSource(source); err != nil {
			return err
		}
	}
	return nil
}

// checkRepeat asks before the same text is posted a second time. A replay of
// the command that posted it is no second time.
func (s *Publisher) checkRepeat(ctx context.Context, act Act, story Story, u Update, again bool) error {
	if again {
		return nil
	}
	since := act.At.Add(-DuplicateWindow)
	same, err := s.repeated(ctx, story, u.Text, since)
	if same == nil && err == nil {
		same, err = s.scheduledSame(ctx, story, u.Text, since)
	}
	if same == nil || err != nil {
		return err
	}
	if done, err := s.store.Acted(ctx, act.Key); err != nil || done {
		return err
	}
	if story.State == Closed && !act.Reopen {
		return closed(story) // rather than a question that leads to it
	}
	e := Errorf(CodeConfirm, "Update %d of %s, %s old, says %s the same.", same.Number, story.Slug, inWords(act.At.Sub(same.CreatedAt)), Nearly(same.Text, u.Text))
	if same.Number == 0 {
		e = Errorf(CodeConfirm, "An update of %s that waits to go out, written %s ago, says %s the same.", story.Slug, inWords(act.At.Sub(same.CreatedAt)), Nearly(same.Text, u.Text))
	}
	e.Like = same
	return e
}

// repeatLook is how many of a story's newest updates are compared with a new one
// but for their signs; with what is exactly the same all are compared.
const repeatLook = 10

// repeated is the update since a moment whose text is the same or nearly so, nil
// when there is none.
func (s *Publisher) repeated(ctx context.Context, story Story, text string, since time.Time) (*Update, error) {
	same, err := s.store.SameText(ctx, story.ID, text, since)
	if CodeOf(err) != CodeNotFound {
		return &same, err
	}
	newest, err := s.store.Updates(ctx, story.ID, 0, repeatLook)
	if err != nil {
		return nil, err
	}
	for _, u := range newest {
		if !u.CreatedAt.Before(since) && sameWords(u.Text, text) {
			return &u, nil
		}
	}
	return nil, nil
}

// scheduledSame is the same of updates that wait for their time; it has no number.
func (s *Publisher) scheduledSame(ctx context.Context, story Story, text string, since time.Time) (*Update, error) {
	open, err := s.store.ScheduledOf(ctx, story.ID, since)
	if err != nil {
		return nil, err
	}
	for _, u := range open {
		if strings.TrimSpace(u.Text) == strings.TrimSpace(text) || sameWords(u.Text, text) {
			return &u, nil
		}
	}
	return nil, nil
}

// Nearly is "nearly" for two texts that are the same but for signs, capitals and
// white space, and "exactly" for two that are the same.
func Nearly(a, b string) string {
	if strings.TrimSpace(a) == strings.TrimSpace(b) {
		return "exactly"
	}
	return "nearly"
}

// sameWords says that two texts have the same letters and digits.
func sameWords(a, b string) bool {
	return bareWords(a) == bareWords(b)
}

// bareWords is a text without whatever is no letter, mark or digit, in small
// letters.
func bareWords(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// inWords says how long d is, as exactly as people care; less than a second is
// one.
func inWords(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return "1 second"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d seconds", int(d.Seconds()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}

// Progress counts what became of an update's deliveries.
func (s *Publisher) Progress(ctx context.Context, updateID int64) (Progress, error) {
	return s.store.ProgressOf(ctx, updateID)
}
