// Package pictures sees to it that a picture never costs a message: what platforms
// share of sending a message again without the picture they refused.
package pictures

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"storybot/bot"
	"storybot/stories"
)

const (
	// pictureRest is how long a picture that was refused is not tried again: by then
	// what serves it may work again.
	pictureRest = 10 * time.Minute
	// placeRest is how long a place that refused any picture is spared: there somebody
	// has to mend a permission.
	placeRest = time.Hour

	maxRefusals = 8192
	// maxPlain is more than there are different messages on their way at once.
	maxPlain = 256
)

// Guard remembers which pictures a platform refused, and where. What it has
// forgotten, a restart included, is tried once more. Its methods may be called from
// many goroutines.
type Guard struct {
	now     func() time.Time
	refused *lru.Cache[refusal, time.Time] // until when
	// plain are messages without their pictures, one for each message in use, so that
	// senders may keep encodings by it. A message that is kept cannot be freed, so its
	// address stays its own.
	plain *lru.Cache[*bot.Message, *bot.Message]
}

// refusal is a picture that is not shown in a place, a workspace or anywhere; all
// pictures without a url.
type refusal struct {
	url string
	at  stories.Destination
}

// NewGuard returns a Guard that knows of no refusal.
func NewGuard(now func() time.Time) *Guard {
	refused, _ := lru.New[refusal, time.Time](maxRefusals)    // fails for sizes below
	plain, _ := lru.New[*bot.Message, *bot.Message](maxPlain) // one only
	return &Guard{now: now, refused: refused, plain: plain}
}

// Draw returns o as it is to be sent, and whether with a picture: not where that was
// refused lately.
func (g *Guard) Draw(o bot.Operation) (drawn bot.Operation, pictured bool) {
	if op := o.Delivery.Op; !op.Says() && op != stories.OpEdit || o.Message == nil || o.Message.Image == nil {
		return o, false // nothing of the picture is sent
	}
	if g.Shows(*o.Message, o.Delivery.Destination) {
		return o, true
	}
	plain, ok := g.plain.Get(o.Message)
	if !ok {
		m := o.Message.WithoutPicture()
		plain = &m
		if earlier, is, _ := g.plain.PeekOrAdd(o.Message, plain); is {
			plain = earlier
		}
	}
	o.Message = plain
	return o, false
}

// Shows says whether m has a picture that is worth trying at d.
func (g *Guard) Shows(m bot.Message, d stories.Destination) bool {
	if m.Image == nil {
		return false
	}
	for _, r := range []refusal{
		{m.Image.URL, stories.Destination{}}, {m.Image.URL, workspaceOf(d)}, {m.Image.URL, d}, {"", d},
	} {
		if until, known := g.refused.Get(r); known && g.now().Before(until) {
			return false
		}
	}
	return true
}

// Extent is what a refusal of a message with a picture lets one expect of others.
type Extent int

// The extents.
const (
	// Nowhere: the refusal has nothing to do with the picture.
	Nowhere Extent = iota
	// Everywhere: the platform refuses it from whoever sends it.
	Everywhere
	// Workspace: a rule of the workspace refuses it.
	Workspace
	// Place: the place takes no picture at all.
	Place
)

// Refuse notes that image was refused at d, as far as extent says.
func (g *Guard) Refuse(image bot.Image, d stories.Destination, extent Extent) {
	r, rest := refusal{url: image.URL}, pictureRest
	switch extent {
	case Nowhere:
		return
	case Workspace:
		r.at = workspaceOf(d)
	case Place:
		r.url, r.at, rest = "", d, placeRest
	}
	g.refused.Add(r, g.now().Add(rest))
}

// Verdict is the verdict on o, which was sent with a picture, where v was read from
// the answer. A refusal within an extent is noted, and what was refused goes again
// without the picture: whether the message itself is refused is known then.
func (g *Guard) Verdict(o bot.Operation, v bot.Verdict, extent Extent) bot.Verdict {
	if extent == Nowhere {
		return v
	}
	g.Refuse(*o.Message.Image, o.Delivery.Destination, extent)
	v.Outcome, v.Code, v.MessageID = bot.Redrawn, "picture_refused", ""
	v.Reason, v.Cure = "does not take the picture of this message, which goes again with its description instead", ""
	return v
}

// workspaceOf is the whole workspace of d; that of a place in none is d.
func workspaceOf(d stories.Destination) stories.Destination {
	if d.Workspace == "" {
		return d
	}
	return stories.Destination{Platform: d.Platform, Workspace: d.Workspace}
}
