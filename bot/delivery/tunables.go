package delivery

import "time"

// The tunables of this package, by where they come from: the platforms, measurements, taste.

// The platforms': what they publish, with room for what lies between us.
const (
	// How a published limit is kept. The far side counts when requests arrive,
	// not when they leave: some arrive late, so that a window that was just full
	// here may be over-full there. 2 % of the rate and a window that is 10 ms
	// longer pay for that.
	paceMargin   = 1.02
	windowMargin = 10 * time.Millisecond
	// evenMargin is what an even pace adds to that: where nothing may come early, a
	// request that overtakes the one before it on its way is one too many.
	evenMargin = 1.03
	// resetMargin is added to the time a platform says a channel's budget is full
	// again: its clock and its rounding are not ours.
	resetMargin = 25 * time.Millisecond
	// minPause is how long a limit lasts that does not say so.
	minPause = 100 * time.Millisecond
	// Invalid requests are counted for ten minutes, in windowSteps of windowStep each.
	windowStep  = 10 * time.Second
	windowSteps = 60
	// unpaced answers in a row that know of no limit show that nobody counts here.
	unpaced = 5
	// journalFrom is the length from which a pause a platform asked for is written
	// down, so that it outlives this process.
	journalFrom = 30 * time.Second
)

// Measured: what made a push fast without a limit met. See bench_test.go and
// pace_test.go.
const (
	// ahead is the time for which rows are begun beforehand.
	ahead = 40 * time.Millisecond
	// writeWithin is how long a result may wait for others to be written with.
	writeWithin = 20 * time.Millisecond
	// measureAfter is the least time over which the speed of answers is taken,
	// limitSpread by how much lanes go on apart after a limit they met together.
	measureAfter = 2 * time.Millisecond
	limitSpread  = 20 * time.Millisecond
	// catchUp is the lateness of a timer that may be made up for.
	catchUp = 40 * time.Millisecond
	// burstShare is by how much leaving out the burst may raise the first
	// measurement of a budget.
	burstShare = 1.2
	// growth is by how much the rate grows in a second, for every second since
	// the newest refusal: by a tenth in the first minute, by half in the second.
	growth = 0.00005
	// under is how far below the first measurement the lane goes: where
	// seconds are counted, the same rate would now and then be one too many.
	under = 0.98
	// What a refusal leaves of a known rate: refusedMost, and no less than refusedLeast
	// where a budget does not gather during a pause, so that too little was measured.
	// A second refusal at once shows that the pause was too short, and leaves
	// refusedTwice.
	refusedMost  = 0.98
	refusedLeast = 0.9
	refusedTwice = 0.5
	// Of fewer accepted requests than fewAccepts it matters that nearlyOne more would
	// have fitted.
	fewAccepts = 5
	nearlyOne  = 0.5
	// idleSlots without a request end an even pace: the next one leaves at once.
	idleSlots = 10
	// readySlots times as many rows as requests at once are begun beforehand at most,
	// writeSlots times as many results are written at once, however new they are.
	readySlots = 4
	writeSlots = 2
	// firstLookCost is what the first look is taken to cost: after a restart a
	// channel and its history are read.
	firstLookCost = 3
	// windowRows is how many rows all lanes together keep in memory, leastRows how
	// many a lane needs to work at all: with a thousand lanes and more, those rule.
	windowRows = 50_000
	leastRows  = 48
	// editShare is the part of the window that edits have where they have a budget
	// of their own, reserveShare the part of each budget's share that is kept for queues
	// whose wait is over.
	editShare    = 8
	reserveShare = 8
	// mostShort publications are read at once for a queue whose rows have left memory.
	mostShort = 16
	// loadRows are read at once.
	loadRows = 2000
	// mostPublications are learnt of at once.
	mostPublications = 1000
	// mostBegun are begun at once.
	mostBegun = 200
)

// Taste: how long is long.
const (
	storeTimeout   = 10 * time.Second // one call to the database
	releaseTimeout = 2 * time.Second  // giving back a lease, which ends by itself
	// A call to the database that failed is made again after storeRetry, or queueRetry
	// where a push waits for it, and then later each time, up to storeRetryMax. A
	// message that could not be read is read again after unreadWait.
	storeRetry    = 100 * time.Millisecond
	queueRetry    = 50 * time.Millisecond
	storeRetryMax = 2 * time.Second
	unreadWait    = time.Second
	// The defaults of Config.
	defaultDrain = 10 * time.Second
	defaultPoll  = time.Second
	defaultTTL   = 6 * time.Second
	// A lease another process has is asked for leaseTries times within its length.
	// New lanes are looked for every searchPolls polls.
	leaseTries  = 6
	searchPolls = 10
	// oldestEvery this many batches one takes the oldest rows, whatever their
	// level: what is urgent goes first, but nothing starves.
	oldestEvery = 10
	// longWait is a wait during which a destination's rows may leave memory.
	longWait = 5 * time.Second
	// staleAfter is how long a begun row may wait for its request once the database
	// has begun it, and longer where that is slow. Its recorded time is that of its
	// begin; senders look for it for 25 s from then, so that one call to the
	// database, this and the request itself have to fit in there.
	staleAfter = time.Second
	// slowAfter a request no longer takes a slot, so that a few hanging ones do
	// not stop the lane.
	slowAfter    = 2 * time.Second
	slowCheck    = 500 * time.Millisecond
	defaultSlots = 8  // requests at once where a platform names no number
	maxContents  = 64 // rendered messages kept

	// The schedule of retries. A delivery that cannot be made is tried for a day:
	// long enough for somebody to come to work and mend what is broken.
	retryBase = time.Second
	retryMax  = 5 * time.Minute
	giveUp    = 24 * time.Hour
	// leastTries are far fewer than a day of trying takes: where there were not
	// as many, the clock has been set or the bot was away.
	leastTries = 24

	settleBase = time.Second // between two looks at one doubtful row
	settleMax  = time.Minute
	// maxSettling rows doubted within youngDoubt stop the lane from beginning
	// more: then it is no longer a few channels that leave us in doubt. Older ones
	// have their channels wait and no other, up to mostSettling.
	maxSettling  = 128
	youngDoubt   = 20 * time.Second
	mostSettling = 512
	// mostPutBack rows of a database put back are looked for at once.
	mostPutBack = 32
	// settleWithin is how long a row is looked at while the platform works: its
	// channel waits meanwhile.
	settleWithin = 10 * time.Minute
	// refusedTimes the database refuses the same exchange before it is taken apart;
	// what of it cannot even be begun is tried again after refusedWait.
	refusedTimes = 3
	refusedWait  = 5 * time.Minute
	// actAgain is when an operation is looked at again whose message is not there yet.
	actAgain = time.Second

	// enoughFailing distinct destinations without an answer make it the lane's
	// trouble.
	enoughFailing = 5
	// Where all seem to refuse alike it may be that the first channels of a push
	// are all dead. So the first probes come soon and follow each other, before
	// anybody is told and the long waits begin.
	firstProbe  = time.Second
	quickProbes = 6
	// Between two probes of what is stopped, at first and at most: a token that is
	// refused, too many invalid requests, a lane or a workspace whose channels all
	// refuse, and a network that is silent.
	accountProbe      = time.Minute
	accountProbeMax   = 30 * time.Minute
	invalidProbe      = time.Minute
	refusingProbe     = 30 * time.Second
	refusingProbeMax  = 10 * time.Minute
	workspaceProbe    = 30 * time.Second
	workspaceProbeMax = 5 * time.Minute
	transportProbe    = time.Second
	transportProbeMax = 15 * time.Second
	// A refusal that is not believed is tried again after doubtedWait, or doubtedLong
	// when quick probes have failed; after a probe that told nothing the next one
	// waits for undecidedWait.
	doubtedWait   = 5 * time.Second
	doubtedLong   = 30 * time.Second
	undecidedWait = time.Second
	// alikeWorkspace channels of a workspace refusing alike are its outage,
	// alikeLane channels of several workspaces the lane's: more, because in a
	// large push some in a row are dead by chance.
	alikeWorkspace = 5
	alikeLane      = 8
	// suspectFor is how long a refusal waits for another one like it.
	suspectFor = 2 * time.Second
	maxDoubted = 1024
	maxShares  = 4096 // destinations whose own budgets are kept
	// askAgain is how long rows wait for the answer to a probe of their workspace.
	askAgain = 500 * time.Millisecond

	// stopAfter refusals of one message in a row stop its push, more of them
	// where channels have taken it before.
	stopAfter         = 3
	stopAfterAccepted = 10
	maxEditions       = 512 // half of them stopped
	// hopelessTimes losses over hopelessAfter, while other channels take the same
	// message, show that it will not get through here.
	hopelessTimes = 5
	hopelessAfter = 15 * time.Minute
	maxFaults     = 1024

	// idleGap without a request lets a budget fill up unseen.
	idleGap  = 2 * time.Second
	minRate  = 0.1
	maxPause = 5 * time.Minute

	// longAgo stands for a time that is not known: messages are looked for so far
	// back, and no repeat is trusted to be recognised.
	longAgo = 2 * time.Hour
	// leastJump is how far the wall clock must part from the other to have been
	// set: less is corrected by slowing it, or is over before it matters.
	leastJump = 2 * time.Second

	// collectFor is how long alarms are collected: when a thousand channels fail, the
	// desk gets a few messages and not a thousand.
	collectFor = 5 * time.Second
	// tellAfter is how long a push takes of which the desk is told before its end,
	// tellEvery the least time between two edits of one message.
	tellAfter = 3 * time.Second
	tellEvery = 5 * time.Second
	// showEvery is the least time between two edits of the live cards of a channel: what
	// changes within it is one edit.
	showEvery = 5 * time.Second
	// tellTick is the least time between two edits of pushes that go on, all of them
	// together: Slack takes 50 edits a minute and workspace, Discord 5 in 5 s and
	// channel, and corrections need room beside them.
	tellTick = 1500 * time.Millisecond
	// mostPushes are looked at, the newest: the others are told of when some of
	// these have ended.
	mostPushes = 200

	// After longIdle in which nothing could be sent a destination gets the newest
	// keepOwed posts of a story. That a lane works is written down every workEvery,
	longIdle = time.Hour
	keepOwed = 5
	// and workFirst after the start when nothing else is to be written then.
	workEvery = 5 * time.Minute
	workFirst = time.Minute

	healEvery = 10 * time.Minute // between two looks at what is blocked
	healFirst = time.Hour        // from the block to the first try
	healLast  = 24 * time.Hour   // the longest wait
	// healMost bounds the tries of one look: each may draw a refusal, and
	// platforms count those.
	healMost = 200
	// mostBlocked destinations are looked at, the longest blocked first.
	mostBlocked = 100_000
)
