package stories

// Progress counts an update's deliveries.
type Progress struct {
	UpdateID int64
	Total    int
	Sent     int
	Waiting  int // pending and sending
	Held     int
	Failed   int // failed and skipped, but for Newer, Needless, Overtaken, Withdrawn and Unwanted
	Newer    int // of a revision's work: skipped for that of a newer one. Only Spread tells it
	Needless int // the same: there was nothing to be done or told after all. Only Spread tells it
	Unknown  int
	Kept     int // until the update is released
	Deferred int // until quiet hours end, or a digest falls due
	// Overtaken were not sent because newer updates of the story were there first: on a
	// card that shows the newest three, or of what waited for quiet hours to end, for a
	// blocked channel or while nothing could be sent.
	Overtaken int `json:",omitzero"`
	Withdrawn int `json:",omitzero"` // not sent: the update was withdrawn before
	// Unwanted were not sent because their channels did not ask for them any more:
	// unsubscribed, paused, at a higher level, or by a merge.
	Unwanted int `json:",omitzero"`
	Direct   int // those of Total to direct messages, as far as they are known to be
	// Spared are those that follow the story of an update that nobody gets. It is
	// counted when the update is published, never later.
	Spared Spared `json:",omitzero"`
}

// Done says that nothing is on its way any more.
func (p Progress) Done() bool { return p.Waiting == 0 }
