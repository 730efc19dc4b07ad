package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

// tellsSeconds says that rows of an update tell which of them come beside a message and do
// not count: of two replies in one channel, of which a message that went another way came
// first, nobody can tell.
func tellsSeconds(rows []stories.Delivery) bool {
	posts, replies := map[stories.Destination]bool{}, map[stories.Destination]int{}
	for _, v := range rows {
		switch anew := v.State == stories.Skipped && slices.Contains(anewReasons[:], v.Reason); {
		case v.Op == stories.OpPost && anew:
			posts[v.Destination] = true
		case v.Op == stories.OpReply && !anew:
			replies[v.Destination]++
		}
	}
	for at := range posts {
		if replies[at] > 1 {
			return false
		}
	}
	return true
}

// counted counts an update's deliveries row by row: one at a place where it comes twice,
// and none of what was done anew or above.
func (d *desk) counted(updateID int64) stories.Progress {
	d.Helper()
	found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{UpdateID: updateID}, 10_000)
	d.ok(err)
	return tallied(updateID, found)
}

// What is said of an update that newer ones of its story overtook.
const (
	crowdedReason = "the story's card had newer updates"
	waitedReason  = "waited for quiet hours to end, and then only the newest"
)

// bySkipped tells by how a reason begins what was skipped and has not failed.
var bySkipped = []struct {
	begins string
	of     func(*stories.Progress) *int
}{
	{crowdedReason, func(p *stories.Progress) *int { return &p.Overtaken }},
	{waitedReason, func(p *stories.Progress) *int { return &p.Overtaken }},
	{"could not be written to for a while; of the updates", func(p *stories.Progress) *int { return &p.Overtaken }},
	{"waited while nothing could be sent", func(p *stories.Progress) *int { return &p.Overtaken }},
	{"it was withdrawn before", func(p *stories.Progress) *int { return &p.Withdrawn }},
	{"the channel does not follow it any more", func(p *stories.Progress) *int { return &p.Unwanted }},
	{"the channel was paused before", func(p *stories.Progress) *int { return &p.Unwanted }},
	{"the channel asked for more urgent updates only", func(p *stories.Progress) *int { return &p.Unwanted }},
	{"the story was merged into one of which less", func(p *stories.Progress) *int { return &p.Unwanted }},
	{"it waited for quiet hours or the digest of", func(p *stories.Progress) *int { return &p.Unwanted }},
}

// ended is where a delivery counts that was skipped for a reason.
func ended(p *stories.Progress, reason string) *int {
	for _, by := range bySkipped {
		if strings.HasPrefix(reason, by.begins) {
			return by.of(p)
		}
	}
	return &p.Failed
}

func tallied(updateID int64, rows []stories.Delivery) stories.Progress {
	anew := func(v stories.Delivery) bool {
		return v.State == stories.Skipped && slices.Contains(anewReasons[:], v.Reason)
	}
	posted, ever := map[stories.Destination]bool{}, map[stories.Destination]bool{}
	for _, v := range rows {
		posts := v.Op == stories.OpPost || v.Op == stories.OpForum
		posted[v.Destination] = posted[v.Destination] || posts && !anew(v)
		ever[v.Destination] = ever[v.Destination] || posts
	}
	// What went above counts there, also where that went another way since.
	second := func(v stories.Delivery) bool {
		return v.Op == stories.OpReply && (posted[v.Destination] || v.Reason == aboveReason && ever[v.Destination])
	}
	p := stories.Progress{UpdateID: updateID}
	for _, v := range rows {
		if !v.Op.Says() && v.Op != stories.OpShow || second(v) || anew(v) {
			continue
		}
		p.Total++
		switch v.State {
		case stories.Skipped:
			*ended(&p, v.Reason)++
		case stories.Sent, stories.Gathered:
			p.Sent++
		case stories.Held:
			p.Held++
		case stories.Unknown:
			p.Unknown++
		case stories.Kept:
			p.Kept++
		case stories.Deferred:
			p.Deferred++
		case stories.Failed:
			p.Failed++
		default:
			p.Waiting++
		}
	}
	return p
}

const aboveReason = "the story's thread takes no messages; it went to the channel"

// anewReasons are why what another delivery took the place of was skipped.
var anewReasons = [...]string{"it was done in another way instead", "the story's card could not be changed any more; it went to the channel"}

// queueAgrees checks that the lanes' counters, and those of every update, say what the rows
// say.
func (d *desk) queueAgrees() {
	d.Helper()
	found, err := d.Deliveries(d.ctx, stories.DeliveryFilter{}, 1_000_000)
	d.ok(err)
	want := map[stories.DeliveryState]int{}
	edits := map[int64]stories.Op{}      // that are to come, by what they edit
	of := map[int64][]stories.Delivery{} // by update
	for _, v := range found {
		want[v.State]++
		if v.Op == stories.OpEdit || v.Op == stories.OpShow {
			switch v.State {
			case stories.Pending, stories.Sending, stories.Held:
				if was, is := edits[v.On]; is && was != v.Op { // each operation has an order of its own
					d.Errorf("message %d is edited in two orders: %v and %v", v.On, was, v.Op)
				}
				edits[v.On] = v.Op
			}
		}
		if v.About.UpdateID > 0 {
			of[v.About.UpdateID] = append(of[v.About.UpdateID], v)
		}
	}
	for id, rows := range of {
		if !tellsSeconds(rows) {
			continue
		}
		p, err := d.ProgressOf(d.ctx, id)
		d.ok(err)
		p.Spared, p.Direct = stories.Spared{}, 0
		same(d, fmt.Sprintf("what is counted of update %d", id), p, tallied(id, rows))
	}
	lanes, err := d.Queue(d.ctx)
	d.ok(err)
	got := map[stories.DeliveryState]int{}
	for _, l := range lanes {
		got[stories.Pending] += l.Pending
		got[stories.Sending] += l.Sending
		got[stories.Held] += l.Held
	}
	for _, state := range []stories.DeliveryState{stories.Pending, stories.Sending, stories.Held} {
		same(d, state.String(), got[state], want[state])
	}
}

// newsDay is a day of a newsroom: anything may happen at any time.
type newsDay struct {
	*desk
	random  *rand.Rand
	story   stories.Story
	updates []stories.Update
	lease   stories.Lease
	names   []string
}

func (n *newsDay) name() string { return n.names[n.random.IntN(len(n.names))] }

// step does one thing and says what.
func (n *newsDay) step() string {
	everything := stories.Target{Kind: stories.TargetAll}
	name := n.name()
	switch what := n.random.IntN(14); what {
	case 0, 1, 2:
		u, _ := n.append(n.story, stories.Level(1+n.random.IntN(3)))
		n.updates = append(n.updates, u)
		return "append"
	case 3, 4, 5, 6:
		return n.work()
	case 7:
		_, _, err := n.ReopenDestination(n.ctx, channel(name), 1+n.random.IntN(5), n.now)
		n.ok(err)
		return "reopen " + name
	case 8:
		n.ok(n.stop(n.act(), channel(name), n.story.ID))
		return "mute " + name
	case 9:
		n.followFrom([]string{"all", n.story.Slug}[n.random.IntN(2)], channel(name), stories.Level(1+n.random.IntN(3)))
		return "follow " + name
	case 10:
		state := []stories.SubscriptionState{stories.Active, stories.Paused}[n.random.IntN(2)]
		_, err := n.SetSubscriptionState(n.ctx, n.act(), channel(name), everything, state)
		if err != nil {
			n.refused(err, stories.CodeNotFound)
		}
		return string(state) + " " + name
	case 11:
		n.ok(n.EndDestination(n.ctx, channel(name), "deleted", n.now))
		return "end " + name
	case 12:
		if len(n.updates) == 0 {
			return ""
		}
		kinds := []stories.RevisionKind{stories.Correction, stories.Correction, stories.Fix, stories.Hold, stories.Release, stories.Withdrawal}
		kind := kinds[n.random.IntN(len(kinds))]
		_, err := n.Revise(n.ctx, n.act(), n.updates[n.random.IntN(len(n.updates))].ID, stories.Rewording{Kind: kind, Text: fmt.Sprint("Newer ", n.random.Int()), Reason: "Why"})
		if err != nil {
			n.refused(err, stories.CodeInvalid)
		}
		return string(kind)
	default: // the holder of the lane dies, maybe because a channel moved
		to := n.name()
		switch n.random.IntN(3) {
		case 0: // to where a channel is already
			n.ok(n.MoveDestination(n.ctx, channel(name), channel(to)))
		case 1:
			to = fmt.Sprint(name, n.random.IntN(1000))
			n.ok(n.MoveDestination(n.ctx, channel(name), channel(to)))
			n.names = append(n.names, to)
		}
		n.ok(n.ReleaseLease(n.ctx, n.lease))
		n.lease = n.hold(lane, "w")
		n.recovered(n.lease)
		return "move " + name + " to " + to
	}
}

// work ends what is on its way, in any of the ways there are, and begins more.
func (n *newsDay) work() string {
	w := n.worker(n.lease)
	var results []stories.Result
	done := "work:"
	for _, f := range w.flying {
		v := stories.Delivery{ID: f.Delivery, Tries: stories.Tries{Count: f.Attempt}, Key: fmt.Sprint(f.Delivery)}
		states := []stories.DeliveryState{stories.Sent, stories.Sent, stories.Sent, stories.Failed, stories.Unknown, stories.Pending, stories.Held}
		r := n.sent(v)
		r.State = states[n.random.IntN(len(states))]
		if r.State != stories.Sent {
			r.MessageID, r.Reason = "", "no"
		}
		switch {
		case r.State == stories.Held:
			r.Destination = stories.Blocked
		case r.State == stories.Failed && n.random.IntN(4) == 0:
			r.Destination = stories.Gone
		case r.State == stories.Sent && n.random.IntN(4) == 0:
			r.Destination = stories.Reachable
		}
		results = append(results, r)
		done += " " + r.State.String() + " " + string(r.Destination)
	}
	_, err := w.advance(n.random.IntN(6), results...)
	n.ok(err)
	return done
}

var counterTests = []test{
	{"the counters say what a count of the rows says, whatever happens, and stay when old rows are forgotten", func(d *desk) {
		for seed := range uint64(4) {
			n := &newsDay{desk: d, random: rand.New(rand.NewPCG(seed, 4)), story: d.track(fmt.Sprint("sony", seed))}
			for i := range 6 {
				n.names = append(n.names, fmt.Sprint("s", seed, "c", i))
			}
			d.follow("all", n.names...)
			n.lease = d.hold(lane, "w")
			n.recovered(n.lease)
			for i := range 60 {
				d.later(time.Second)
				did := n.step()
				for _, u := range n.updates {
					got, err := d.ProgressOf(d.ctx, u.ID)
					d.ok(err)
					got.Spared = stories.Spared{} // of one that nobody gets
					if want := d.counted(u.ID); got != want {
						d.Fatalf("seed %d, step %d, %s: update %d is counted %+v, and has %+v", seed, i, did, u.Number, got, want)
					}
				}
			}
			d.queueAgrees()
			before := map[int64]stories.Progress{}
			for _, u := range n.updates {
				p, err := d.ProgressOf(d.ctx, u.ID)
				d.ok(err)
				before[u.ID] = p
			}
			d.ok(d.Prune(d.ctx, d.now.AddDate(2, 0, 0)))
			for id, want := range before {
				got, err := d.ProgressOf(d.ctx, id)
				d.ok(err)
				same(d, "after retention", got, want)
			}
			d.ok(d.ReleaseLease(d.ctx, n.lease))
		}
	}},
}
