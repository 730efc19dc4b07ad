// Package delivery brings what is owed to the channels: it reads the queue,
// paces, sends, settles, retries and pauses. It is the only part of the bot that
// decides when a request is made and what an answer means for a row.
//
// One Engine runs in a process. It holds a lease for every lane it works and keeps
// the lane's queues in memory; the database is its journal. What happens to one
// delivery, by files, from the plan to the journal:
//
//	1  the store plans it: a row of a publication, in the transaction of the update
//	2  poller.go      asks the database which publications are new, then for their rows;
//	   loader.go      takes the rows into memory: row.go, publication.go, window.go;
//	   evictor.go     drops others from there that can be loaded again
//	3  scheduler.go   says which row is next: queue.go has those of one destination that
//	                  follow each other, in order, heap.go the queues
//	4  batcher.go     decides how many rows are begun now
//	5  journal.go     writes down that they are in flight, before a request leaves;
//	   writer.go      makes that exchange, and their messages: renderer.go, job.go
//	6  dispatcher.go  lets a job leave when its budget and the lane's breaker do:
//	                  limits.go, limiter.go, estimator.go, breaker.go
//	7  workers.go     makes the request, and has the sender's verdict on the answer
//	8  judge.go       says what that means, in a ruling:
//	   health.go      for the lane, the workspace and the push: breaker.go, outage.go,
//	                  poison.go, invalid.go
//	   settler.go     where the message may have been sent or not
//	   policy.go      for the row, its destination, the desk and the next request
//	9  outcomes.go    carries the ruling out: the journal writes the result down with
//	                  the next exchange, and the scheduler lets the queue go on
//
// outcomes.go is also the way between 5 and 6, where what was durably begun becomes
// ready to leave, and between 7 and 8, where limits.go is told what an answer said
// of a limit before anybody judges the rest of it.
//
// loop.go turns all this, one goroutine a lane; lane.go gets it the lease, engine.go
// has the lanes. recover.go takes over from an earlier holder, before 2: what may be
// made again goes to 6, what is in doubt to 8;
// bisect.go has the rest of an exchange go on where the database refuses a part.
// alarm.go is what the desk is told, notifier.go when, healer.go tries blocked
// destinations again. clock.go tells which time is used for what, database.go whether
// the database answers, retry.go how long all that is tried again waits, metrics.go what is counted.
// Every number and its reason is in tunables.go.
//
// Ten words:
//
//	lane         one rate domain of a platform, such as a bot token: one loop, one holder
//	lease        the right to work a lane; its fence grows with every holder
//	publication  what one transaction owes in a lane; nothing is added to it later
//	row          one operation owed to one destination: a post, an edit, a deletion
//	queue        the rows of one destination that follow each other: its posts, its
//	             edits, its publications and its deletions have one each
//	window       the part of a lane's rows that is in memory; what waits for long leaves it
//	budget       what a platform counts apart: posts, and edits where they have their own
//	exchange     one transaction of the journal: results written and rows begun, together
//	in flight    begun, and not known to have ended: written down before the request leaves
//	doubt        in flight, and maybe sent: settled before anything is sent again
//
// What holds at every instant:
//
//   - A row is durably in flight before its request leaves, and its result is
//     durable before its queue's next request leaves. What is lost with the
//     process is found in flight by the next holder of the lease, and settled.
//   - A post or a reply that may have been sent is never sent again before the platform has
//     said that it was not, or has been found unable to say. What is repeatable is made again.
//   - Posts of one destination leave one at a time, the most urgent first, then as
//     they were published; a more urgent update takes its story's earlier ones with it.
//   - What was taken away or held since it was read is not begun.
//   - An exchange that failed is made again as it was, under its number: it was
//     made once, and strands nothing. One that the database refuses is divided.
//   - Only a few rows per lane are in flight: those on their way, those ready to
//     leave within a few hundredths of a second, those being settled.
//   - Memory holds a bounded part of the queue, the most urgent and oldest first.
//     What it drops the database has, and what waits never keeps others out.
//   - A budget that is spent holds up what draws on it and nothing else.
//   - Without a fresh lease nothing is sent, and what is on its way is given up.
//   - Waits go by the clock nobody sets. What a platform asked for is written down
//     when it is long.
//   - A panic in rendering or sending costs the row it was for.
package delivery

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"storybot/bot"
	"storybot/bot/lease"
	"storybot/stories"
)

// Queue is what the engine reads of a database. An error is taken for an outage:
// the call is made again until it succeeds.
type Queue interface {
	// Lanes returns every lane some destination belongs to. What stands before
	// the first colon is the platform's name.
	Lanes(ctx context.Context) ([]string, error)
	// Publications returns what has something in a lane's queue and is none of
	// known, the most urgent first and then in their order; at most limit.
	Publications(ctx context.Context, lane string, known []int64, limit int) ([]stories.Publication, error)
	// Load returns what a publication has in the queue behind the row after.
	Load(ctx context.Context, publication int64, after stories.Ref, limit int) (stories.Loaded, error)
	// LoadPlaces returns what publications have in the queue for some
	// destinations, by their numbers in the store (stories.Ref.Place).
	LoadPlaces(ctx context.Context, publications, places []int64) (stories.Loaded, error)
	// Content returns what a delivery shows.
	Content(ctx context.Context, of stories.Subject, revision int) (stories.Content, error)
}

// Journal is where the holder of a lane writes what it does. Errors for which
// errors.Is(err, stories.ErrLeaseLost) holds end the work on a lane, those for
// which errors.Is(err, stories.ErrRefused) holds are of what was to be written,
// and any other is taken for an outage.
type Journal interface {
	lease.Granter
	// LanePast returns what earlier holders wrote down of a lane.
	LanePast(ctx context.Context, lane string) (stories.LanePast, error)
	// SkipOlder leaves each destination of the lane the newest keep posts of a
	// story and skips older ones, but for those in flight.
	SkipOlder(ctx context.Context, l stories.Lease, keep int, at time.Time) (skipped int, err error)
	// Recover returns what an earlier holder of the lane left in flight. It is l's
	// now.
	Recover(ctx context.Context, l stories.Lease) ([]stories.Flight, stories.Loaded, error)
	// Exchange writes results and begins rows, in one transaction: durable before
	// a request leaves. It may be made again under its number.
	Exchange(ctx context.Context, l stories.Lease, x stories.Exchange) (stories.Begun, error)
}

// Store is a database as the engine needs it.
type Store interface {
	Queue
	Journal
}

// Config is what an Engine is made of. Store, Senders and Render are required.
type Config struct {
	Store   Store
	Senders map[string]bot.Sender // by platform name
	// Render makes the message of what a delivery shows. It is called once per
	// update, or notice, and revision while that is in use.
	Render func(stories.Content) bot.Message
	Log    *slog.Logger // Defaults to discarding.
	// Owner names this process in leases. Defaults to a random name.
	Owner   string
	Metrics *Metrics // may be nil

	// Drain is how long a stop waits for requests on their way. Defaults to 10 s.
	Drain time.Duration
	// Poll is how often an idle lane asks for work, and how often new lanes
	// are looked for, without a Kick. Defaults to 1 s.
	Poll time.Duration
	// LeaseTTL is how long a lease outlives its last renewal; see lease.Config.
	// Defaults to 6 s.
	LeaseTTL time.Duration
	// Window is how many rows of the queue all lanes together keep in memory.
	// Defaults to 50,000.
	Window int
	// Wall is the wall clock. Defaults to time.Now.
	Wall func() time.Time
	// Random returns a number in [0, 1) for jitter. Defaults to math/rand.
	Random func() float64
}

// withDefaults returns c with its zero values filled in.
func (c Config) withDefaults() Config {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Owner == "" {
		c.Owner = randomName()
	}
	if c.Drain == 0 {
		c.Drain = defaultDrain
	}
	if c.Poll == 0 {
		c.Poll = defaultPoll
	}
	if c.LeaseTTL == 0 {
		c.LeaseTTL = defaultTTL
	}
	if c.Window == 0 {
		c.Window = windowRows
	}
	if c.Wall == nil {
		c.Wall = time.Now
	}
	if c.Random == nil {
		c.Random = rand.Float64
	}
	if c.Metrics == nil {
		c.Metrics = &Metrics{}
	}
	return c
}

// randomName returns 13 letters and digits nobody else is called by.
func randomName() string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	name := make([]byte, 13)
	for i := range name {
		name[i] = letters[rand.IntN(len(letters))]
	}
	return string(name)
}

// LaneState describes a lane at a moment.
type LaneState struct {
	Lane string
	Held bool // this process works it
	// Rate is how many requests a second the lane makes at most now; 0 for no
	// limit known.
	Rate float64
	// Paused is how long the platform has asked the lane to wait.
	Paused time.Duration
	// Stopped says why nothing is sent, in words; "" while the lane works.
	Stopped  string
	InFlight int    // requests on their way
	Ready    int    // begun, about to leave
	Settling int    // may have been sent; being found out
	Limited  uint64 // 429 answers so far
	Loaded   int    // rows that wait in memory
}
