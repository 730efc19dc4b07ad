package command

import (
	"context"
	"time"

	"storybot/stories"
)

// Newsroom is what commands ask of the newsroom, in families: each as stories has
// it, and no wider than commands need.
type Newsroom struct {
	Rights     Rights     // who may do what
	Archive    Archive    // stories and updates, read one by one
	Index      Index      // stories, looked for
	Editor     Editor     // stories, begun, changed and ended
	Publisher  Publisher  // updates, published
	Subscriber Subscriber // who follows what, changed
	Following  Following  // who follows what, and what came of it
	Desk       Desk       // the moderators' side
	Forgetter  Forgetter  // people, forgotten
	Health     Health     // how deliveries stand
	PutBacks   PutBacks   // a database that was put back
	Notes      Notes      // what is kept between a question and its answer
	Reviser    Reviser    // updates, revised
	Merger     Merger     // stories, made one
	Drafts     Drafts     // what was begun in a form
	Workspaces Workspaces // what is followed in a workspace
	// Now is the newsroom's clock, in UTC.
	Now func() time.Time
}

// Over is the Newsroom of a service.
func Over(s *stories.Service) Newsroom {
	return Newsroom{Rights: s.Rights, Archive: s.Archive, Index: s.Index, Editor: s.Editor, Publisher: s.Publisher, Subscriber: s.Subscriber, Following: s.Following, Desk: s.Desk, Forgetter: s.Forgetter, Health: s.Health, PutBacks: s.PutBacks, Notes: s.Notes, Reviser: s.Reviser, Merger: s.Merger, Drafts: s.Drafts, Workspaces: s.Workspaces, Now: s.Now}
}

// The families. What their methods do stands with the types in stories of the same names.
type (
	Rights interface {
		Claim(ctx context.Context, act stories.Act, code string) error
		Require(ctx context.Context, u stories.User, needed stories.Role) error
	}
	Archive interface {
		Card(ctx context.Context, reader stories.User, slug string) (stories.Card, error)
		MarkSeen(ctx context.Context, reader stories.User, storyID int64, number int) error
		NoStory(ctx context.Context) string
		Story(ctx context.Context, slug string) (stories.Story, error)
		StoryByID(ctx context.Context, id int64) (stories.Story, error)
		Timeline(ctx context.Context, storyID int64, before, limit int) ([]stories.Update, error)
		Update(ctx context.Context, storyID int64, number int) (stories.Update, error)
		UpdateOf(ctx context.Context, slug string, number int) (story stories.Story, u stories.Update, was stories.Former, err error)
	}
	Index interface {
		Search(ctx context.Context, query string, offset, limit int) ([]stories.Hit, int, error)
		Searchable(ctx context.Context) (bool, error)
		Suggest(ctx context.Context, typed string, limit int) ([]stories.Story, error)
		Topics(ctx context.Context) ([]string, error)
	}
	Editor interface {
		Begin(ctx context.Context, act stories.Act, slug, text string) (stories.Told, error)
		Edit(ctx context.Context, act stories.Act, slug string, e stories.StoryEdit) (told stories.Told, err error)
		End(ctx context.Context, act stories.Act, slug, text string) (stories.Told, error)
		PlanRemove(ctx context.Context, by stories.User, slug string) (stories.Removal, error)
		Remove(ctx context.Context, act stories.Act, storyID int64) (stories.Removal, error)
		Rename(ctx context.Context, act stories.Act, slug, to string) (told stories.Told, err error)
		Track(ctx context.Context, act stories.Act, story stories.Story) (stories.Story, error)
		WouldEdit(ctx context.Context, by stories.User, slug string, e stories.StoryEdit) (told stories.Told, err error)
	}
	Publisher interface {
		Append(ctx context.Context, act stories.Act, a stories.Append) (stories.Story, stories.Update, stories.Progress, error)
		CheckAppend(ctx context.Context, a stories.Append) error
		Progress(ctx context.Context, updateID int64) (stories.Progress, error)
	}
	Subscriber interface {
		Pause(ctx context.Context, act stories.Act, f stories.Follow) (stories.Subscription, error)
		Resume(ctx context.Context, act stories.Act, f stories.Follow) (stories.Subscription, error)
		Stop(ctx context.Context, act stories.Act, f stories.Follow, storyID int64) (story stories.Story, ended stories.Ended, err error)
		Test(ctx context.Context, act stories.Act, f stories.Follow) (stories.Trial, error)
		Subscribe(ctx context.Context, act stories.Act, f stories.Follow) (sub stories.Subscription, story stories.Story, made stories.Made, err error)
		Unstop(ctx context.Context, act stories.Act, f stories.Follow, storyID int64) (story stories.Story, by stories.Brought, err error)
		Unsubscribe(ctx context.Context, act stories.Act, f stories.Follow) (stories.Left, error)
	}
	Following interface {
		Brings(ctx context.Context, d stories.Destination, storyID int64) (stories.Decision, error)
		Mutes(ctx context.Context, d stories.Destination) ([]stories.Mute, error)
		Posted(ctx context.Context, noticeID int64, op stories.Op) (stories.Delivery, error)
		Settled(ctx context.Context, d stories.Destination) bool
		Subscriptions(ctx context.Context, d stories.Destination) ([]stories.Subscription, error)
		Unread(ctx context.Context, reader stories.User, d stories.Destination) (found []stories.Unread, total int, err error)
		UnreadOf(ctx context.Context, reader stories.User, story stories.Story, since, offset, limit int) (stories.Unread, error)
		Why(ctx context.Context, d stories.Destination, storyID int64, number int) ([]stories.Delivery, error)
	}
	Desk interface {
		Desks(ctx context.Context) ([]stories.Destination, error)
		Log(ctx context.Context, by stories.User, slug string, before int64, limit int) ([]stories.LogEntry, error)
		Members(ctx context.Context, by stories.User) ([]stories.Member, error)
		Named(ctx context.Context, u stories.User) stories.User
		Names(ctx context.Context, places ...stories.Destination) stories.Names
		SetDesk(ctx context.Context, act stories.Act, d stories.Destination, lane string) (was stories.Destination, err error)
		EndDesk(ctx context.Context, act stories.Act, d stories.Destination) (ended bool, err error)
		SetModerator(ctx context.Context, act stories.Act, u stories.User, yes bool) (changed bool, err error)
	}
	Forgetter interface {
		Forget(ctx context.Context, act stories.Act, u stories.User) (stories.Forgotten, error)
		Plan(ctx context.Context, by, u stories.User) (stories.Forgotten, error)
	}
	Health interface {
		Planned(ctx context.Context, by stories.User, storyID int64, late time.Duration) (stories.Planned, error)
		Status(ctx context.Context, by stories.User) (stories.DeskStatus, error)
	}
	PutBacks interface {
		PutBack(ctx context.Context, by stories.User) (stories.PutBack, error)
		ReleasePutBack(ctx context.Context, act stories.Act, generation int64) (n int, err error)
		SettlePutBack(ctx context.Context, act stories.Act, generation int64) (n int, err error)
		WaitingAt(ctx context.Context, d stories.Destination) (held, undecided int, err error)
	}
	Notes interface {
		Allow(ctx context.Context, person stories.User, what string, most int, per time.Duration) error
		Note(ctx context.Context, id string) (string, error)
		PutNote(ctx context.Context, by stories.User, id, text string) error
	}
	Schedule interface {
		Add(ctx context.Context, act stories.Act, a stories.Append, due time.Time, undo bool) (stories.Scheduled, error)
		Added(ctx context.Context, key string) (made stories.Scheduled, scheduled, published bool, err error)
		Cancel(ctx context.Context, act stories.Act, id int64) (stories.Scheduled, error)
		CheckAdd(ctx context.Context, a stories.Append, due time.Time) error
		Draft(ctx context.Context, act stories.Act, id int64, d stories.Draft) (stories.Scheduled, error)
		One(ctx context.Context, by stories.User, id int64) (stories.Scheduled, error)
		Open(ctx context.Context, by stories.User, offset, limit int) ([]stories.Scheduled, int, error)
		Publish(ctx context.Context, act stories.Act, id int64) (stories.Scheduled, stories.Progress, error)
	}
	Reviser interface {
		CheckRevise(ctx context.Context, by stories.User, slug string, number int, w stories.Rewording) error
		History(ctx context.Context, updateID int64, limit int) ([]stories.Revision, error)
		Revise(ctx context.Context, act stories.Act, slug string, number int, w stories.Rewording) (stories.Revised, error)
		Spread(ctx context.Context, updateID int64, revision int) (stories.Spread, error)
		WhyRevised(ctx context.Context, d stories.Destination, updateID int64) ([]stories.Delivery, error)
		WouldRevise(ctx context.Context, by stories.User, slug string, number int, w stories.Rewording) (stories.Revised, error)
	}
	Merger interface {
		FormerNumber(ctx context.Context, updateID int64) (was stories.Former, ok bool, err error)
		Formerly(ctx context.Context, slug string) (was stories.Former, ok bool, err error)
		Merge(ctx context.Context, act stories.Act, fromID, intoID int64) (stories.Merging, error)
		PlanMerge(ctx context.Context, by stories.User, from, into string) (stories.Merging, error)
	}
	Drafts interface {
		DiscardDraft(ctx context.Context, by stories.User, id string, version int) (changed bool, err error)
		Draft(ctx context.Context, by stories.User, id string) (stories.Draft, error)
		Drafts(ctx context.Context, by stories.User) ([]stories.Draft, error)
		OpenDraft(ctx context.Context, by stories.User, d stories.Draft) (stories.Draft, error)
		Reach(ctx context.Context, storyID int64, level stories.Level) (stories.Recipients, error)
		SaveDraft(ctx context.Context, by stories.User, d stories.Draft) (stories.Draft, error)
	}
	Workspaces interface {
		Open(ctx context.Context, workspace stories.Destination, offset, limit int) (found []stories.Followed, total int, err error)
	}
)
