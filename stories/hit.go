package stories

// Place is where in a story the words are that a search asked for.
type Place int

// The places, those first that a list of stories shows by itself.
const (
	InName      Place = iota // in its slug and headline, or nothing was asked for
	InUpdate                 // in an update
	InSummary                // in its background
	InTopics                 // among its topics
	InOlderSlug              // in a slug it had
)

// Hit is a story that a search found, and where.
type Hit struct {
	Story
	// Place is where most of the words are that its slug and headline do not hold.
	Place Place
	// Update is the newest update that holds as many of them as any, where that is the
	// place.
	Update Update
	// Like are, by each word that was looked for, those that were taken for it where it
	// was misspelt; nil where a story holds what was typed.
	Like [][]string
}
