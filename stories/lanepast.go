package stories

import "time"

// LanePast is what an earlier holder wrote down of a lane.
type LanePast struct {
	// Waits are those that are not over: For is what is left, never more than was
	// asked.
	Waits   []LaneWait
	Invalid []Refusals
	// Idle is how long ago the lane last worked; 0 when it never did.
	Idle time.Duration
	// Spent is what was done within the last hour of which destinations take only so much,
	// the oldest first.
	Spent []Spent
}

// Refusals are invalid requests of about one moment.
type Refusals struct {
	Ago   time.Duration // at most ten minutes
	Count int
}

// Spent is an operation that was done at a destination.
type Spent struct {
	Destination Destination
	Op          Op
	Ago         time.Duration // at most an hour
	Requests    int           // that it took
}
