// Package storetest is what every store of the newsroom must do: run over
// sqlstore on SQLite and on PostgreSQL, and over whatever comes after them.
// The names of the subtests are the contract, one sentence each.
package storetest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"storybot/stories"
)

// Store is everything the program asks of a database.
type Store interface {
	stories.RightsStore
	stories.ArchiveStore
	stories.IndexStore
	stories.EditorStore
	stories.PublisherStore
	stories.SubscriberStore
	stories.FollowingStore
	stories.PlacesStore
	stories.WorkspaceStore
	stories.DeskStore
	stories.ForgetStore
	stories.HealthStore
	stories.PutBackStore
	stories.NotesStore
	stories.ScheduleStore
	stories.DueStore
	stories.RevisionStore
	stories.MergeStore
	stories.DraftStore
	SetStoryState(ctx context.Context, act stories.Act, storyID int64, state stories.State) (s stories.Story, changed bool, err error)
	Seen(ctx context.Context, reader string, storyID int64) (int, error)
	Families() stories.Stores
	Queue
	Notices
	Ower
	Names
	KeepBroadcasting(ctx context.Context, platform string, can bool) error
	Remember(ctx context.Context, key, value string) error
	Recall(ctx context.Context, key string) (string, error)
	Prune(ctx context.Context, now time.Time) error
	RetryDeliveries(ctx context.Context, act stories.Act, ask stories.Retry) (stories.Retried, error)
	Restored(ctx context.Context) (waits int, err error)
	Close() error
}

// Queue is the delivery queue.
type Queue interface {
	Acquire(ctx context.Context, name, owner string, ttl time.Duration) (l stories.Lease, ok bool, err error)
	Renew(ctx context.Context, l stories.Lease, ttl time.Duration) (ok bool, err error)
	ReleaseLease(ctx context.Context, l stories.Lease) error
	Lanes(ctx context.Context) ([]string, error)
	Publications(ctx context.Context, lane string, known []int64, limit int) ([]stories.Publication, error)
	Load(ctx context.Context, publication int64, after stories.Ref, limit int) (stories.Loaded, error)
	LoadPlaces(ctx context.Context, publications, places []int64) (stories.Loaded, error)
	Exchange(ctx context.Context, l stories.Lease, x stories.Exchange) (stories.Begun, error)
	LanePast(ctx context.Context, lane string) (stories.LanePast, error)
	SkipOlder(ctx context.Context, l stories.Lease, keep int, at time.Time) (skipped int, err error)
	Recover(ctx context.Context, l stories.Lease) ([]stories.Flight, stories.Loaded, error)
	Content(ctx context.Context, of stories.Subject, revision int) (stories.Content, error)
	Deliveries(ctx context.Context, f stories.DeliveryFilter, limit int) ([]stories.Delivery, error)
}

// Run checks the store that open makes anew, and empty, for every subtest.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"stories", storyTests},
		{"updates", updateTests},
		{"search", searchTests},
		{"replays", replayTests},
		{"subscriptions", subscriptionTests},
		{"options", optionTests},
		{"deciding", decidingTests},
		{"destinations", destinationTests},
		{"what platforms tell of channels", placeNewsTests},
		{"channels that nothing is sent to", unreachedTests},
		{"people", peopleTests},
		{"claims", claimTests},
		{"names", nameTests},
		{"limits", limitTests},
		{"drafts", draftTests},
		{"suggestions", suggestTests},
		{"what changes nothing", idleTests},
		{"leases", leaseTests},
		{"loading", loadTests},
		{"order", orderTests},
		{"order as it is read", readOrderTests},
		{"beginning", beginTests},
		{"whom messages ping", pingTests},
		{"roles and groups", groupTests},
		{"edits", editTests},
		{"wordings of copies", wordingTests},
		{"copies in doubt", doubtedTests},
		{"copies in doubt of who leaves", doubtedLeftTests},
		{"what is told beside copies of a database put back", putBackBesideTests},
		{"revisions", revisionTests},
		{"what is told of revisions", retoldTests},
		{"what a revision reaches", reachTests},
		{"work that was not needed", needlessTests},
		{"holds", holdTests},
		{"acting", actingTests},
		{"lanes", laneTests},
		{"results", resultTests},
		{"races", raceTests},
		{"moved channels", rehomeTests},
		{"two addresses of one channel", uniteTests},
		{"two ways of one channel", uniteModeTests},
		{"shared channels", sharedTests},
		{"leaving", leaveTests},
		{"counters", counterTests},
		{"the clock", clockTests},
		{"late news", lateNewsTests},
		{"status", statusTests},
		{"notices", noticeTests},
		{"alarms", alarmTests},
		{"schedules", scheduleTests},
		{"quiet hours", quietTests},
		{"what is collected for digests", slices.Concat(collectingTests, gatheredTests)},
		{"digests that several subscriptions share", digestSharingTests},
		{"options that change while something waits", rescheduledTests},
		{"what waits over days", []test{{"whatever happens, each update comes once at its time, or a reason is told", waitForAnything}}},
		{"edits of a story", rewriteTests},
		{"merges", mergeTests},
		{"what a channel is told", changeTests},
		{"tests of subscriptions", trialTests},
		{"cards", cardTests},
		{"heads", headTests},
		{"passing on", passOnTests},
		{"forums", forumTests},
		{"headsanew", headsAnewTests},
		{"where things stand", stoodTests},
		{"headsquiet", headsQuietTests},
		{"headsreleased", headsReleasedTests},
		{"headsputback", headsPutBackTests},
		{"headsfailed", headsFailedTests},
		{"resting", restingTests},
		{"never", neverTests},
		{"headsmerged", headsMergedTests},
		{"what is held beside updates", besideTests},
		{"how much a channel is told, and when", tellingTests},
		{"what a channel could not be told", untoldTests},
		{"what is new to readers", unreadTests},
		{"what is followed in a workspace", openPlaceTests},
		{"subscriptions by their numbers", numberTests},
		{"a database put back", putBackTests},
		{"what is told of one", putBackToldTests},
		{"revisions in one", putBackMendedTests},
		{"retries by hand", retryTests},
		{"desks", deskTests},
		{"removing stories", removeTests},
		{"forgetting people", forgetTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					test.run(&desk{T: t, Store: open(t), ctx: t.Context(), now: start, workers: map[stories.Lease]*worker{}})
				})
			}
		})
	}
}

type test struct {
	name string
	run  func(d *desk)
}

var (
	start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	ana   = stories.User{Ref: "console:ana", Name: "Ana"}
	ben   = stories.User{Ref: "discord:80351110224678912", Name: "Ben"}
	other = stories.Destination{Platform: "discord", Workspace: "1", Channel: "2"}
)

// lane is where every destination of these tests belongs unless it says
// otherwise.
const lane = "test"

// desk is a store and the words to tell a test in. Its clock stands still but
// for later.
type desk struct {
	*testing.T
	Store
	ctx     context.Context
	now     time.Time
	mu      sync.Mutex
	workers map[stories.Lease]*worker
}

// later moves the clock.
func (d *desk) later(by time.Duration) { d.now = d.now.Add(by) }

// act is a fresh act of Ana's, now.
func (d *desk) act() stories.Act { return stories.Act{By: ana, At: d.now} }

// channel is a destination by a short name.
func channel(name string) stories.Destination {
	return stories.Destination{Platform: "console", Channel: "#" + name}
}

// code is the code that makes the first admin.
func (d *desk) code() string {
	d.Helper()
	code, err := d.ClaimCode(d.ctx, "ABCD-EFGH-JKLM")
	d.ok(err)
	return code
}

// SetDesk names a channel the desk's.
func (d *desk) SetDesk(ctx context.Context, act stories.Act, to stories.Destination, lane string) error {
	_, err := d.TakeDesk(ctx, act, to, lane)
	return err
}

// stop stops a story in a channel.
func (d *desk) stop(act stories.Act, c stories.Destination, storyID int64) error {
	_, err := d.Stop(d.ctx, act, c, storyID)
	return err
}

func (d *desk) ok(err error) {
	d.Helper()
	if err != nil {
		d.Fatalf("unexpected error: %v", err)
	}
}

func (d *desk) refused(err error, code stories.Code) {
	d.Helper()
	if stories.CodeOf(err) != code {
		d.Fatalf("error is %q (%v), want code %q", stories.CodeOf(err), err, code)
	}
}

func same[T comparable](d *desk, what string, got, want T) {
	d.Helper()
	if got != want {
		d.Errorf("%s is %v, want %v", what, got, want)
	}
}

// track starts a story.
func (d *desk) track(slug string, topics ...string) stories.Story {
	d.Helper()
	s, err := d.CreateStory(d.ctx, d.act(), stories.Story{Slug: slug, Headline: "About " + slug, Topics: topics, State: stories.Developing})
	d.ok(err)
	return s
}

// append publishes an update.
func (d *desk) append(s stories.Story, level stories.Level) (stories.Update, stories.Progress) {
	d.Helper()
	u, p, err := d.AppendUpdate(d.ctx, d.act(), stories.Update{StoryID: s.ID, Text: "News of " + s.Slug, Level: level, Author: ana, At: d.now})
	d.ok(err)
	return u, p
}

// Subscribe makes a subscription or gives the one there all of sub.Options, unless it is
// told what alone is to be otherwise.
func (d *desk) Subscribe(ctx context.Context, a stories.Act, sub stories.Subscription, lane string, changes ...stories.Setting) (stories.Subscription, stories.Made, error) {
	if changes == nil {
		changes = sub.Options.Changes()
	}
	return d.Store.Subscribe(ctx, a, sub, lane, changes...)
}

// from are the options with a level and nothing else.
func from(l stories.Level) stories.Options { return stories.Options{Level: l}.Defaults() }

// follow subscribes channels, by their short names, to a target from the least
// level on.
func (d *desk) follow(target string, names ...string) {
	d.Helper()
	for _, name := range names {
		d.followFrom(target, channel(name), stories.Minor)
	}
}

func (d *desk) followFrom(target string, to stories.Destination, level stories.Level) (stories.Subscription, bool) {
	d.Helper()
	t, err := stories.ParseTarget(target)
	d.ok(err)
	sub, made, err := d.Subscribe(d.ctx, d.act(), stories.Subscription{Destination: to, Target: t, Options: stories.Options{Level: level}, CreatedBy: ana}, lane)
	d.ok(err)
	return sub, made.Created
}

// hold takes the lease of a lane for an owner.
func (d *desk) hold(name, owner string) stories.Lease {
	d.Helper()
	l, ok, err := d.Acquire(d.ctx, name, owner, time.Minute)
	d.ok(err)
	if !ok {
		d.Fatalf("%s does not get the lease %q", owner, name)
	}
	return l
}

// labels tells deliveries in short: "#a sony 1" is update 1 of story sony to
// channel a.
func (d *desk) labels(vs []stories.Delivery) string {
	d.Helper()
	var out []string
	for _, v := range vs {
		s, err := d.StoryByID(d.ctx, v.About.StoryID)
		d.ok(err)
		out = append(out, strings.TrimPrefix(v.Destination.Channel, "#")+" "+s.Slug+" "+string(rune('0'+v.About.Number)))
	}
	return strings.Join(out, ", ")
}

// states counts a channel's deliveries of a story by state, as "sent 2, held 1".
func (d *desk) states(to stories.Destination, s stories.Story) string {
	d.Helper()
	found, err := d.DeliveriesTo(d.ctx, to, s.ID, 0, 100)
	d.ok(err)
	var out []string
	for i := len(found) - 1; i >= 0; i-- {
		out = append(out, found[i].State.String())
	}
	return strings.Join(out, " ")
}
