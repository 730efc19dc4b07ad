package stories

// Stood is where in its channel what one delivery said of an update stands now.
type Stood struct {
	// Second says that it is the copy in its story's thread of an update that is also a
	// message in the channel.
	Second bool
	Above  Above
	Card   OnCard
}

// Above is why something stands in the channel that was to be elsewhere there.
type Above int

// Why something stands in the channel.
const (
	MeantForChannel Above = iota
	AboveThread           // its story's thread takes no messages
	AboveCard             // its story's card can be changed no more
)

// OnCard is how an update that a story's card has shown (OpShow) stands there now.
type OnCard int

// How an update stands on its card.
const (
	OnCardStill  OnCard = iota
	OnCardBefore        // the card shows newer ones instead
	OnCardGone          // the card was deleted, and no other was made yet
)
