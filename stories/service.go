package stories

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Service is what people may ask of the newsroom, in families: they check what
// was typed and whether it may be done, and have a store do it. Their methods may be
// called from many goroutines, and return *Error for every refusal.
type Service struct {
	Rights     *Rights     // who may do what
	Archive    *Archive    // stories and updates, read one by one
	Index      *Index      // stories, looked for
	Editor     *Editor     // stories, begun, changed and ended
	Publisher  *Publisher  // updates, published
	Merger     *Merger     // stories, made one
	Reviser    *Reviser    // updates, corrected and held
	Drafts     *Drafts     // updates that are being written
	Subscriber *Subscriber // who follows what, changed
	Following  *Following  // who follows what, and what came of it
	Places     *Places     // destinations, as their platforms change them
	Workspaces *Workspaces // what is followed in a workspace
	Desk       *Desk       // the moderators' side
	Forgetter  *Forgetter  // people, forgotten
	Health     *Health     // how deliveries stand, and what is planned
	PutBacks   *PutBacks   // a database that was put back
	Notes      *Notes      // what is kept between a question and its answer
	// Now is the service's clock, in UTC.
	Now func() time.Time
}

// Stores is what a Service asks of a database, in families: see store.go.
type Stores struct {
	Rights     RightsStore
	Archive    ArchiveStore
	Index      IndexStore
	Editor     EditorStore
	Publisher  PublisherStore
	Merger     MergeStore
	Reviser    RevisionStore
	Drafts     DraftStore
	Subscriber SubscriberStore
	Following  FollowingStore
	Places     PlacesStore
	Workspaces WorkspaceStore
	Desk       DeskStore
	Forgetter  ForgetStore
	Health     HealthStore
	PutBacks   PutBackStore
	Notes      NotesStore
}

// Config is what a Service is made of. Zero values are usable, but those of
// families whose methods are called need their store.
type Config struct {
	Stores Stores
	// Admins are the user refs the settings name as admins.
	Admins []string
	// CheckPerson says whether a ref names a person in their platform's form,
	// CodeInvalid with a sentence when not. Without it nobody can be given a role.
	CheckPerson func(ref string) error
	// Planned is called after a change that may have left deliveries to send.
	// It must not block.
	Planned func()
	Now     func() time.Time // time.Now by default
	Log     *slog.Logger     // discards by default
}

// base is what the families share.
type base struct {
	clock func() time.Time
	log   *slog.Logger
	// planned is called after deliveries were planned or released, never
	// inside a transaction.
	planned func()
}

// Now is the present time, in UTC.
func (b base) Now() time.Time { return b.clock().UTC() }

// stamp sets the act's time unless the caller knew better.
func (b base) stamp(act Act) Act {
	if act.At.IsZero() {
		act.At = b.Now()
	}
	return act
}

// NewService returns a Service over c.Stores.
func NewService(c Config) *Service {
	b := base{clock: c.Now, log: c.Log, planned: c.Planned}
	if b.clock == nil {
		b.clock = time.Now
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.planned == nil {
		b.planned = func() {}
	}
	if c.CheckPerson == nil {
		c.CheckPerson = func(ref string) error {
			return Errorf(CodeInvalid, "%q names nobody: this bot knows no platform.", ref)
		}
	}
	people := configured{admins: map[string]bool{}, checkPerson: c.CheckPerson}
	for _, ref := range c.Admins {
		people.admins[ref] = true
	}
	rights := &Rights{base: b, configured: people, store: c.Stores.Rights}
	archive := &Archive{rights: rights, store: c.Stores.Archive, index: c.Stores.Index}
	places := &Places{base: b, store: c.Stores.Places}
	return &Service{Rights: rights, Archive: archive, Places: places, Now: b.Now,
		Index:      &Index{store: c.Stores.Index},
		Editor:     &Editor{base: b, rights: rights, archive: archive, store: c.Stores.Editor},
		Publisher:  &Publisher{base: b, rights: rights, archive: archive, store: c.Stores.Publisher},
		Merger:     &Merger{base: b, rights: rights, archive: archive, store: c.Stores.Merger},
		Reviser:    &Reviser{base: b, rights: rights, archive: archive, store: c.Stores.Reviser},
		Drafts:     &Drafts{base: b, rights: rights, store: c.Stores.Drafts},
		Subscriber: &Subscriber{base: b, archive: archive, places: places, store: c.Stores.Subscriber},
		Following:  &Following{log: b.log, store: c.Stores.Following},
		Desk:       &Desk{base: b, configured: people, rights: rights, archive: archive, store: c.Stores.Desk},
		Forgetter:  &Forgetter{base: b, configured: people, rights: rights, store: c.Stores.Forgetter},
		Health:     &Health{base: b, rights: rights, store: c.Stores.Health},
		PutBacks:   &PutBacks{base: b, rights: rights, store: c.Stores.PutBacks},
		Notes:      &Notes{base: b, store: c.Stores.Notes},
		Workspaces: &Workspaces{store: c.Stores.Workspaces},
	}
}

// Archive is stories and updates, read one by one.
type Archive struct {
	rights *Rights
	store  ArchiveStore
	index  IndexStore
}

// Card is what a reader sees first of a story.
type Card struct {
	Story  Story
	Newest []Update // newest first
	// New is how many updates this reader has not been shown yet, Fresh are the numbers
	// of those that are among Newest; Returning is false at the reader's first look.
	New       int
	Fresh     []int
	Returning bool
}

// cardUpdates is how many updates a Card shows.
const cardUpdates = 3

// Story finds a story by slug. CodeInvalid, CodeNotFound with Near.
func (s *Archive) Story(ctx context.Context, slug string) (Story, error) {
	slug = strings.ToLower(strings.TrimSpace(slug))
	if slug == "" {
		return Story{}, Errorf(CodeInvalid, "Name the story by its slug. Example: sony-hack.")
	}
	if len(slug) > MaxSlug || !slugForm.MatchString(slug) {
		return Story{}, s.unknown(ctx, slug)
	}
	story, err := s.store.StoryBySlug(ctx, slug)
	if CodeOf(err) == CodeNotFound {
		return Story{}, s.unknown(ctx, slug)
	}
	return story, err
}

// unknown is the refusal of a slug that no story has.
func (s *Archive) unknown(ctx context.Context, slug string) error {
	e := Errorf(CodeNotFound, "No story is called “%s”.", shorten(slug, 40))
	near, err := s.index.Near(ctx, slug, maxNear)
	if err == nil && len(near) == 0 { // it resembles none: the newest
		e.Newest = true
		near, err = s.index.Suggest(ctx, "", maxNear)
	}
	if err != nil {
		return err
	}
	if len(near) == 0 {
		e.Message += " " + s.NoStory(ctx)
	}
	for _, story := range near {
		e.Near = append(e.Near, story.Slug)
	}
	return e
}

// NoStory says that no story is tracked, and who can start one: where nobody is an
// admin yet, how somebody becomes one.
func (s *Archive) NoStory(ctx context.Context) string {
	if code, err := s.rights.ClaimCode(ctx); err == nil && code != "" {
		return "No story is tracked yet, and nobody may start one before there is an admin. " + FirstAdmin
	}
	return "No story is tracked yet. A moderator starts one: /desk track and its headline."
}

// maxNear is how many stories are offered instead of an unknown one.
const maxNear = 3

// Card is what reader sees when asking for a story.
// CodeInvalid, CodeNotFound with Near.
func (s *Archive) Card(ctx context.Context, reader User, slug string) (Card, error) {
	story, err := s.Story(ctx, slug)
	if err != nil {
		return Card{}, err
	}
	newest, err := s.store.Updates(ctx, story.ID, 0, cardUpdates)
	if err != nil {
		return Card{}, err
	}
	card := Card{Story: story, Newest: newest}
	card.New, card.Fresh, card.Returning, err = s.store.Unseen(ctx, reader.Ref, story.ID, len(newest))
	return card, err
}

// MarkSeen records that reader was shown all of the story's updates up to
// number.
func (s *Archive) MarkSeen(ctx context.Context, reader User, storyID int64, number int) error {
	return s.store.MarkSeen(ctx, reader.Ref, storyID, number)
}

// StoryByID finds a story by the number a button holds. CodeNotFound.
func (s *Archive) StoryByID(ctx context.Context, id int64) (Story, error) {
	return s.store.StoryByID(ctx, id)
}

// Timeline returns updates of a story in the places below before (0: from the
// newest), newest first.
func (s *Archive) Timeline(ctx context.Context, storyID int64, before, limit int) ([]Update, error) {
	return s.store.Updates(ctx, storyID, before, limit)
}

// Update finds one update by the number a button holds, also of a story that was
// merged since. CodeNotFound.
func (s *Archive) Update(ctx context.Context, storyID int64, number int) (Update, error) {
	return s.store.UpdateByNumber(ctx, storyID, number)
}

// Index is stories, looked for.
type Index struct{ store IndexStore }

// MaxQuery is how much of a search is looked for and kept, in characters (code
// points).
const MaxQuery = 200

// CutQuery returns as much of a search as is looked for: its first MaxQuery
// characters, without white space around them.
func CutQuery(query string) string {
	query = strings.TrimSpace(query)
	if r := []rune(query); len(r) > MaxQuery {
		return strings.TrimSpace(string(r[:MaxQuery]))
	}
	return query
}

// Search returns stories that hold all words of CutQuery(query), best first, and
// where they hold them.
func (s *Index) Search(ctx context.Context, query string, offset, limit int) ([]Hit, int, error) {
	return s.store.Search(ctx, CutQuery(query), offset, limit)
}

// Searchable is false while searches and suggestions may miss older stories: for
// minutes after the program was replaced by a newer one.
func (s *Index) Searchable(ctx context.Context) (bool, error) { return s.store.Searchable(ctx) }

// Topics returns every topic that a story has, in the alphabet's order.
func (s *Index) Topics(ctx context.Context) ([]string, error) { return s.store.Topics(ctx) }

// Suggest returns the stories that typed begins or resembles, best first, at
// most limit and no more than MaxSuggested.
func (s *Index) Suggest(ctx context.Context, typed string, limit int) ([]Story, error) {
	return s.store.Suggest(ctx, CutQuery(typed), limit)
}

// Track starts a story. By moderators. CodeForbidden, CodeInvalid, CodeExists.
func (s *Editor) Track(ctx context.Context, act Act, story Story) (Story, error) {
	if err := s.rights.Require(ctx, act.By, Moderator); err != nil {
		return Story{}, err
	}
	story.Headline = strings.TrimSpace(story.Headline)
	if err := firstError(CheckHeadline(story.Headline), CheckSlug(story.Slug), CheckSummary(story.Summary)); err != nil {
		return Story{}, err
	}
	var err error
	if story.Topics, err = CheckTopics(story.Topics); err != nil {
		return Story{}, err
	}
	story.State = Developing
	return s.store.CreateStory(ctx, s.stamp(act), story)
}

// CheckTopics returns topics sorted and without repeats. CodeInvalid.
func CheckTopics(topics []string) ([]string, error) {
	for _, t := range topics {
		if err := CheckTopic(t); err != nil {
			return nil, err
		}
	}
	topics = slices.Clone(topics)
	slices.Sort(topics)
	topics = slices.Compact(topics)
	if len(topics) > MaxTopics {
		return nil, Errorf(CodeInvalid, "A story has at most %d topics; these are %d. Leave some of them out.", MaxTopics, len(topics))
	}
	return topics, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func shorten(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
