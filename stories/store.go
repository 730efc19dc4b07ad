package stories

import (
	"context"
	"time"
)

// What a Service asks of a database, by family. Every method that takes an Act is
// one transaction that also writes the desk's log, unless nothing changed, and
// records Act.Key: asked again under the same key it changes nothing and returns
// what it returned then. Methods return CodeNotFound, CodeExists and CodeClosed as their
// comments say, CodeUnavailable when the database cannot be reached, and
// errors without a code for everything else.

// RightsStore keeps who may do what.
type RightsStore interface {
	// RoleOf returns the stored role of ref, Reader when there is none.
	RoleOf(ctx context.Context, ref string) (Role, error)
	// Members returns everyone with a stored role, admins first, then by name.
	Members(ctx context.Context) ([]Member, error)
	// ClaimCode returns the code kept for the first admin, keeping fresh when
	// none is; "" when there is an admin.
	ClaimCode(ctx context.Context, fresh string) (code string, err error)
	// ClaimAdmin makes act.By an admin if nobody is one yet and code is the kept
	// one (SameClaimCode), which is then dropped. CodeExists, CodeForbidden.
	ClaimAdmin(ctx context.Context, act Act, code string) error
}

// ArchiveStore reads stories and updates one by one.
type ArchiveStore interface {
	// StoryBySlug finds a story by its slug or an older one, also of a story that was
	// merged into it. CodeNotFound.
	StoryBySlug(ctx context.Context, slug string) (Story, error)
	// StoryByID finds a story, or the one that it was merged into. CodeNotFound.
	StoryByID(ctx context.Context, id int64) (Story, error)
	// Updates returns a story's updates in the places below before (0: all), the newest
	// first, at most limit. The newest of n updates is in place n.
	Updates(ctx context.Context, storyID int64, before, limit int) ([]Update, error)
	// UpdateByNumber finds one update of a story, of one that was merged by the number
	// it had there. CodeNotFound.
	UpdateByNumber(ctx context.Context, storyID int64, number int) (Update, error)
	// UpdateBySlug finds an update by a slug and a number: that of a story which was
	// merged is as it was there, was is that then. Where that story had no such number
	// it is one of the story it went on as. CodeNotFound.
	UpdateBySlug(ctx context.Context, slug string, number int) (u Update, was Former, err error)
	// Unseen counts the updates of a story that a reader was not shown, and returns
	// the numbers of those that are among its newest so many; looked is false when
	// they never looked at it, or at one that was merged into it.
	Unseen(ctx context.Context, reader string, storyID int64, newest int) (count int, numbers []int, looked bool, err error)
	// MarkSeen records that the reader was shown updates up to number.
	MarkSeen(ctx context.Context, reader string, storyID int64, number int) error
}

// IndexStore looks for stories.
type IndexStore interface {
	// Search returns stories whose slugs, headline, summary, topics or updates hold
	// all words of query: first the one with exactly this slug, now or before, then
	// those that hold the words, then those with words that begin so (in updates from
	// three letters on); only where there is none, those with all words but for typing
	// errors in what stories are called by. Of equals those that develop come first,
	// then the newest activity. For an empty query all stories, newest activity first.
	// total counts all that match.
	Search(ctx context.Context, query string, offset, limit int) (found []Hit, total int, err error)
	// Suggest returns the stories that typed may mean, at most limit and no more
	// than MaxSuggested, best first: the story with exactly this slug, then slugs
	// that begin with it, then stories whose slug and headline have words that
	// begin with all of its words; when there is none of all these, those that
	// have such words once typing errors are forgiven or one word is left out.
	// Older slugs count as well. Of equally good ones those that
	// develop come before closed ones. For an empty text, all with the newest
	// activity first.
	Suggest(ctx context.Context, typed string, limit int) ([]Story, error)
	// Near returns those of them that somebody may have meant who typed a whole
	// slug that no story has: Suggest also forgives what is typed half.
	Near(ctx context.Context, typed string, limit int) ([]Story, error)
	// Topics returns every topic that a story has, in the alphabet's order.
	Topics(ctx context.Context) ([]string, error)
	// Searchable is false while Search and Suggest may miss stories because what
	// an earlier version of the program wrote is not in their index yet.
	Searchable(ctx context.Context) (bool, error)
}

// EditorStore changes stories.
type EditorStore interface {
	// CreateStory stores s and returns it with its id. CodeExists when its
	// slug is another story's slug or alias.
	CreateStory(ctx context.Context, act Act, s Story) (Story, error)
	// EditStory changes a story's own words. Told.Changed is false when it has these
	// already. Who follows one of its topics is asked anew at each update. CodeNotFound,
	// CodeExists when the story does not meet what e was made of (StoryEdit.Meets).
	EditStory(ctx context.Context, act Act, storyID int64, e StoryEdit) (Told, error)
	// WouldEdit is what EditStory would tell now; nothing is changed by it. CodeNotFound.
	WouldEdit(ctx context.Context, storyID int64, e StoryEdit) (Told, error)
	// EndStory closes a story after publishing u as its last update; BeginStory takes it
	// up again and publishes u. Where u has no text none is published. Both are one act.
	// CodeNotFound, CodeClosed when u can be published no more, CodeInvalid when an
	// update of the story can still be undone, which a closed story could not take.
	EndStory(ctx context.Context, act Act, u Update) (Told, error)
	BeginStory(ctx context.Context, act Act, u Update) (Told, error)
	// RenameStory gives a story another slug; the one it had leads to it for good.
	// Told.Changed is false when it is called so. CodeNotFound, CodeExists when another
	// story is or was called so.
	RenameStory(ctx context.Context, act Act, storyID int64, slug string) (Told, error)
	// RemoveStory removes a story with its updates, what is scheduled of it, its slugs and
	// who follows it, unless something of it was delivered or is on its way: then
	// CodeInvalid. Its slugs are free. CodeNotFound, CodeReplaced when it was merged.
	RemoveStory(ctx context.Context, act Act, storyID int64) (Removal, error)
	// PlanRemoval tells what RemoveStory would find. CodeNotFound.
	PlanRemoval(ctx context.Context, storyID int64) (Removal, error)
}

// PublisherStore takes updates in.
type PublisherStore interface {
	// AppendUpdate gives u the story's next number and stores it together with
	// one delivery for every destination where what decides (Decides) of those that
	// follow the story, one of its topics or all lets u.Level through. A blocked
	// destination's delivery is Held; a muted story's is not planned. Where nobody
	// gets it Progress.Spared tells who follows the story all the same. Earlier
	// unsent deliveries of the story that are less urgent are raised to
	// u.Level, so that they stay in front. CodeNotFound, CodeClosed.
	AppendUpdate(ctx context.Context, act Act, u Update) (Update, Progress, error)
	// SameText returns the newest update of the story stored since then with
	// exactly this text. CodeNotFound when there is none.
	SameText(ctx context.Context, storyID int64, text string, since time.Time) (Update, error)
	// Updates: see ArchiveStore.
	Updates(ctx context.Context, storyID int64, before, limit int) ([]Update, error)
	// ScheduledOf returns what was scheduled of a story since then and is open: without
	// numbers, the newest first, at most MaxScheduled.
	ScheduledOf(ctx context.Context, storyID int64, since time.Time) ([]Update, error)
	// Acted says whether an act with this key has been recorded.
	Acted(ctx context.Context, key string) (bool, error)
	// ProgressOf counts an update's deliveries over all revisions.
	ProgressOf(ctx context.Context, updateID int64) (Progress, error)
}

// SubscriberStore changes who follows what.
type SubscriberStore interface {
	// Subscribe makes d follow s.Target; lane is d's rate domain. What waits there and
	// does not pass its level, where s decides now, is skipped. A destination
	// that was blocked or gone is reachable again. A new one begins with s.Options and
	// changes; where the subscription was there its own options are kept but for
	// changes, and a pause or a mute of that story ends, unless act.Subscription is
	// NewOnly. What is new is told to act.Audience. CodeNotFound for an unknown story,
	// CodeLimited when d follows MaxSubscriptions others, CodeInvalid as Options.With
	// says, CodeReplaced when that is not act.Subscription.
	Subscribe(ctx context.Context, act Act, s Subscription, lane string, changes ...Setting) (sub Subscription, made Made, err error)
	// Unsubscribe ends a subscription, tells act.Audience and skips what waits for
	// the destination because of it and nothing else: its first message too. A
	// destination that is blocked is not told. CodeNotFound when there is none,
	// CodeReplaced when that is not act.Subscription.
	Unsubscribe(ctx context.Context, act Act, d Destination, t Target) (Left, error)
	// Stop ends d's own subscription of a story if there is one, and mutes the
	// story where a topic or all would still bring it; what waits is skipped, and
	// act.Audience told. CodeNotFound for an unknown story.
	Stop(ctx context.Context, act Act, d Destination, storyID int64) (Ended, error)
	// Unstop ends the mute of a story at d and returns what decides about it there now.
	// Where that brings it, act.Audience is told. CodeNotFound for an unknown story.
	Unstop(ctx context.Context, act Act, d Destination, storyID int64) (Brought, error)
	// SetSubscriptionState pauses or resumes. CodeNotFound, CodeReplaced.
	SetSubscriptionState(ctx context.Context, act Act, d Destination, t Target, state SubscriptionState) (Subscription, error)
	// TestSubscription owes the channel of a subscription a message that says it is a
	// test, and its removal. What is blocked is owed none. CodeNotFound, CodeReplaced.
	TestSubscription(ctx context.Context, act Act, d Destination, t Target) (Trial, error)
	// StoryByID: see ArchiveStore.
	StoryByID(ctx context.Context, id int64) (Story, error)
}

// FollowingStore tells who follows what, and what came of it.
type FollowingStore interface {
	// Subscriptions returns what d follows, stories before topics before all.
	Subscriptions(ctx context.Context, d Destination) ([]Subscription, error)
	// Brings returns what decides now which updates of a story come to d, with its Past.
	Brings(ctx context.Context, d Destination, storyID int64) (Decision, error)
	// Mutes returns the newest mutes at d, at most limit: those of stories that a
	// topic or all which d follows, paused or not, would bring.
	Mutes(ctx context.Context, d Destination, limit int) ([]Mute, error)
	// DeliveriesTo returns d's deliveries of a story (number 0: its newest
	// ones), newest first, at most limit.
	DeliveriesTo(ctx context.Context, d Destination, storyID int64, number, limit int) ([]Delivery, error)
	// Unread returns the stories of which a reader was not shown all updates, among those
	// that d follows, paused or not, and that are not muted there: the newest activity
	// first, at most limit, each with its newest unread updates. total counts all.
	Unread(ctx context.Context, reader string, d Destination, limit, newest int) (found []Unread, total int, err error)
	// UnreadOf returns what a reader was not shown of a story; for a since that is not -1,
	// what they were not when they had been shown it up to that number. Of the updates,
	// the highest number first, limit behind the first offset. Story is not filled in.
	UnreadOf(ctx context.Context, reader string, storyID int64, since, offset, limit int) (Unread, error)
	// NoticeDelivery returns what became of an operation of a notice that is owed to one
	// channel. CodeNotFound.
	NoticeDelivery(ctx context.Context, noticeID int64, op Op) (Delivery, error)
	// InFlight returns the deliveries of updates to d whose requests may be on their
	// way.
	InFlight(ctx context.Context, d Destination) ([]int64, error)
}

// PlacesStore changes destinations as their platforms do.
type PlacesStore interface {
	// ReopenDestination makes a blocked destination reachable again: its newest
	// keep held updates are pending, the older ones skipped, and of all else that is
	// held the newest keep of each kind. It returns how many deliveries are pending
	// and how many updates were skipped; both 0 when it was not blocked.
	ReopenDestination(ctx context.Context, d Destination, keep int, now time.Time) (resumed, skipped int, err error)
	// BlockDestination marks a reachable d blocked, as a refused post does: what waits is
	// held, and the desk told of a channel that follows something or is a desk's. What is
	// blocked or gone already stays as it is, but that the bot has left is noted of it.
	BlockDestination(ctx context.Context, d Destination, o Obstacle, now time.Time) error
	// EndDestination marks d gone with a reason: its subscriptions end, what
	// waits is skipped.
	EndDestination(ctx context.Context, d Destination, reason string, now time.Time) error
	// MoveDestination gives the destination from another address, because its
	// platform did: its subscriptions, mutes, history and what waits go with it,
	// and so do its messages, which are edited there. Where to is a destination
	// already, it gets one message of each update that both were owed, and of two
	// subscriptions to one target the newer stays; what was sent or tried under the
	// old address stays told under it, and ends there. It may be told twice.
	MoveDestination(ctx context.Context, from, to Destination) error
	// DestinationsIn returns the destinations of a workspace that are in this
	// state.
	DestinationsIn(ctx context.Context, platform, workspace string, state DestinationState) ([]Destination, error)
	// Workspaces returns the workspaces of a platform: with left those with destinations
	// that are blocked because the bot was removed from them, see Obstacle.Left, and
	// else those with others that have not ended.
	Workspaces(ctx context.Context, platform string, left bool) ([]string, error)
	// LanesOf returns the lanes of d or, where it names no channel, of all
	// destinations of its workspace, or, where it names neither, of its platform;
	// in the order of their names.
	LanesOf(ctx context.Context, d Destination) ([]string, error)
	// Failing: see HealthStore.
	Failing(ctx context.Context, limit int) (failing []FailingDestination, total int, err error)
}

// DeskStore keeps who is at the desk, and what they did.
type DeskStore interface {
	// RoleOf: see RightsStore.
	RoleOf(ctx context.Context, ref string) (Role, error)
	// Members: see RightsStore.
	Members(ctx context.Context) ([]Member, error)
	// SetRole gives u a role, Reader to take it away. changed is false when u
	// had it already.
	SetRole(ctx context.Context, act Act, u User, role Role) (changed bool, err error)
	// NameOf returns what the person ref was called when their platform last told
	// it, else when they last did something that is in the log, or as a member of the
	// desk; "" when nobody knows.
	NameOf(ctx context.Context, ref string) (string, error)
	// NamesOf returns what these places and their workspaces are called.
	NamesOf(ctx context.Context, places []Destination) (Names, error)
	// Log returns log entries with ids below before (0: all), newest first, of
	// one story (storyID 0: of all).
	Log(ctx context.Context, storyID int64, before int64, limit int) ([]LogEntry, error)
	// Desks returns the destinations that were named the desk's channel.
	Desks(ctx context.Context) ([]Destination, error)
	// TakeDesk names d a desk's channel, one a workspace: an earlier one of the
	// same platform and workspace is replaced, and was. d is asked about the newest
	// MostAsked scheduled updates that wait for a decision already. What waits to be
	// posted at the earlier one is not; what was is edited there to its end.
	TakeDesk(ctx context.Context, act Act, d Destination, lane string) (was Destination, err error)
	// EndDesk has d be a desk's channel no longer, in the same way; ended is false where
	// it is none.
	EndDesk(ctx context.Context, act Act, d Destination) (ended bool, err error)
}

// HealthStore tells how deliveries stand, and what is planned.
type HealthStore interface {
	// Queue returns every lane that has deliveries not finished.
	Queue(ctx context.Context) ([]LaneStatus, error)
	// Failing returns destinations that are blocked, and how many there are in
	// all; the longest blocked first, at most limit.
	Failing(ctx context.Context, limit int) (failing []FailingDestination, total int, err error)
	// FailedTellings returns the messages that were to tell channels what they follow
	// and failed at since or later, the newest first, at most limit. Channels that are
	// gone are left out.
	FailedTellings(ctx context.Context, since time.Time, limit int) (newest []FailedTelling, total int, err error)
	// Followers counts the destinations that follow anything.
	Followers(ctx context.Context) (channels int, err error)
	// ClosedThreads returns the threads of stories that take no messages although updates
	// are to come there, the longest first, at most limit; total counts all.
	ClosedThreads(ctx context.Context, limit int) (found []ClosedThread, total int, err error)
	// Deferred counts the messages that wait for quiet hours to end, or for a digest.
	Deferred(ctx context.Context) (messages int, err error)
	// CountScheduled counts those that are open, of one story or, where that is 0, of
	// all; what waits and was due before late is held up.
	CountScheduled(ctx context.Context, storyID int64, late time.Time) (Planned, error)
}

// NotesStore keeps what is needed for a moment.
type NotesStore interface {
	// PutNote keeps a small text of a person (by ref) under an id, for the time
	// between a question and its answer; Note reads it. The id's first letter is
	// its kind: of each kind a person's notes beyond the newest MaxNotes are
	// dropped. What is kept already, and was not long ago, is not written again.
	// Note: CodeNotFound, also when it was kept NoteAge or longer before now.
	PutNote(ctx context.Context, by, id, text string, now time.Time) error
	Note(ctx context.Context, id string, now time.Time) (string, error)
	// Allow records one use of what by person (by ref) at now, unless there were
	// most of them within per before: then it records nothing and wait is how
	// long it takes until the next one is allowed. wait is 0 when it is recorded.
	Allow(ctx context.Context, person, what string, most int, per time.Duration, now time.Time) (wait time.Duration, err error)
}
