package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// collector is a newsroom with one channel, #a, and all that waits there is collected when
// it says so.
type collector struct {
	*testing.T
	*Store
	now   time.Time
	lease stories.Lease
	batch int64
	// arrives is what becomes of what is begun.
	arrives func(stories.Flight) stories.Result
}

// morning is when a collector begins.
var morning = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

// collectors runs a test on both databases.
func collectors(t *testing.T, test func(*collector)) {
	for kind, url := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := &collector{T: t, now: morning}
			c.arrives = c.sent
			var err error
			if c.Store, err = Open(t.Context(), url(t), Options{Now: func() time.Time { return c.now }}); err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			c.follow("all")
			var ok bool
			if c.lease, ok, err = c.Acquire(t.Context(), "lane", "w", time.Hour); err != nil || !ok {
				t.Fatal(ok, err)
			}
			test(c)
		})
	}
}

var newsstand = stories.Destination{Platform: "console", Channel: "#a"}

func (c *collector) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *collector) act() stories.Act {
	c.now = c.now.Add(time.Second)
	return stories.Act{By: stories.User{Ref: "console:ana", Name: "Ana"}, At: c.now}
}

func (c *collector) follow(target string) {
	c.Helper()
	t, err := stories.ParseTarget(target)
	c.ok(err)
	_, _, err = c.Subscribe(c.Context(), c.act(), stories.Subscription{Destination: newsstand, Target: t, Options: stories.Options{Level: stories.Minor}}, "lane")
	c.ok(err)
}

func (c *collector) track(slug string) stories.Story {
	c.Helper()
	s, err := c.CreateStory(c.Context(), c.act(), stories.Story{Slug: slug, Headline: "About " + slug, State: stories.Developing})
	c.ok(err)
	return s
}

func (c *collector) tell(s stories.Story, level stories.Level, text string) stories.Update {
	c.Helper()
	a := c.act()
	u, _, err := c.AppendUpdate(c.Context(), a, stories.Update{StoryID: s.ID, Text: text, Level: level, At: a.At})
	c.ok(err)
	return u
}

func (c *collector) reword(u stories.Update, kind stories.RevisionKind, text string) {
	c.Helper()
	w := stories.Rewording{Kind: kind, Text: text}
	if kind == stories.Withdrawal || kind == stories.Hold {
		w.Reason, w.Text = text, ""
	}
	_, err := c.Revise(c.Context(), c.act(), u.ID, w)
	c.ok(err)
}

// waits are the deliveries at the channel that are not urgent.
func (c *collector) waits() (ids []int64) {
	c.Helper()
	found, err := c.Deliveries(c.Context(), stories.DeliveryFilter{States: []stories.DeliveryState{stories.Pending}}, 1000)
	c.ok(err)
	for _, d := range found {
		if d.Op == stories.OpPost && d.Level < stories.Breaking && d.About.Notice != stories.DigestNotice {
			ids = append(ids, d.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// collect ends a period, which began from hours ago.
func (c *collector) collect(from time.Duration) {
	c.Helper()
	ids := c.waits()
	c.now = c.now.Add(time.Minute)
	c.owe(ids, c.now.Add(-from), c.now)
}

func (c *collector) owe(ids []int64, from, to time.Time) {
	c.Helper()
	c.ok(c.change(c.Context(), func(q querier) error {
		p, err := lockPlace(c.Context(), q, newsstand)
		if err != nil {
			return err
		}
		return c.oweDigest(c.Context(), q, p, ids, period{place: p.id, to: millis(to)}, millis(from), c.now)
	}))
}

func (c *collector) sent(f stories.Flight) stories.Result {
	return stories.Result{Flight: f, Revision: 1, State: stories.Sent, MessageID: fmt.Sprint("m", f.Delivery), At: c.now}
}

// work sends what is owed, but not what only waits, and returns what was said.
func (c *collector) work() (all []string) {
	c.Helper()
	waiting := c.waits()
	for {
		found, err := c.Publications(c.Context(), "lane", nil, 100)
		c.ok(err)
		var x stories.Exchange
		of := map[int64]stories.Publication{}
		slices.SortStableFunc(found, func(a, b stories.Publication) int { return cmp.Compare(a.Op, b.Op) }) // no edit before its message
		for _, p := range found {
			loaded, err := c.Load(c.Context(), p.ID, stories.Ref{}, 100)
			c.ok(err)
			for _, r := range loaded.Rows {
				if slices.Contains(waiting, r.Delivery) || len(x.Begin) > 0 {
					continue
				}
				p := loaded.Origins[r.Origin]
				of[r.Delivery] = p
				f := stories.Flight{Ref: r.Ref, Attempt: r.Attempt + 1, First: c.now, Last: c.now}
				x.Begin = append(x.Begin, f)
				x.Updates, x.Notices = []int64{p.UpdateID}, []int64{p.NoticeID}
				if p.Op.Acts() {
					x.Acting = []int64{r.Delivery}
				}
			}
		}
		if len(x.Begin) == 0 {
			return all
		}
		c.batch++
		x.Batch = c.batch
		begun, err := c.Exchange(c.Context(), c.lease, x)
		c.ok(err)
		f := x.Begin[0]
		if !begun.Deliveries[f.Delivery] {
			continue
		}
		p := of[f.Delivery]
		all = append(all, c.says(f.Delivery, p))
		result := c.arrives(f)
		if p.UpdateID != 0 {
			result.Revision = begun.Revisions[p.UpdateID]
		}
		c.batch++
		_, err = c.Exchange(c.Context(), c.lease, stories.Exchange{Batch: c.batch, Results: []stories.Result{result}})
		c.ok(err)
	}
}

// says is what a delivery says.
func (c *collector) says(delivery int64, p stories.Publication) string {
	c.Helper()
	content, err := c.Content(c.Context(), stories.SubjectOf(stories.About{UpdateID: p.UpdateID, NoticeID: p.NoticeID}, p.Op, delivery), p.Revision)
	c.ok(err)
	what := map[stories.Op]string{stories.OpPost: "post", stories.OpEdit: "edit"}[p.Op]
	switch content.Notice.Kind {
	case "":
		return fmt.Sprintf("%s %s %s", what, content.Story.Slug, content.Update.Text)
	case stories.DigestNotice:
		return what + " " + digestWords(content.Digest)
	}
	return fmt.Sprintf("%s %s %s %s", what, content.Notice.Kind, stories.Tell(content.Told).Kind, content.Update.Text)
}

// digestWords is a digest on a line: "sony: 2 Second, 1 First; !3 Bomb +4".
func digestWords(d stories.Digested) string {
	var parts []string
	word := func(u stories.Update) string {
		text := fmt.Sprint(u.Number, " ", u.Text)
		if !u.Marks.Corrected.IsZero() {
			text += " corrected"
		}
		if u.Marks.Standing != stories.Stands {
			text += " " + string(u.Marks.Standing)
		}
		return text
	}
	for _, r := range d.Retold {
		t := stories.Tell(r.Told)
		parts = append(parts, fmt.Sprintf("%s %s %d: %s > %s", t.Kind, r.Story.Slug, r.Update.Number, t.Before.Text, t.Now.Text))
	}
	for _, s := range d.Stories {
		var words []string
		for _, u := range s.Breaking {
			words = append(words, "!"+word(u))
		}
		for _, u := range s.Updates {
			words = append(words, word(u))
		}
		if s.More > 0 {
			words = append(words, fmt.Sprint("+", s.More))
		}
		if s.MoreBreaking > 0 {
			words = append(words, fmt.Sprint("!+", s.MoreBreaking))
		}
		parts = append(parts, s.Story.Slug+": "+strings.Join(words, ", "))
	}
	if d.More > 0 {
		parts = append(parts, fmt.Sprintf("+%d in %d stories", d.More, d.MoreStories))
	}
	if d.MoreRetold > 0 {
		parts = append(parts, fmt.Sprintf("+%d retold", d.MoreRetold))
	}
	return strings.Join(parts, "; ")
}

// is checks what was said.
func (c *collector) is(what string, got []string, want ...string) {
	c.Helper()
	if !slices.Equal(got, want) {
		c.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func (c *collector) state(u stories.Update) stories.Delivery {
	c.Helper()
	found, err := c.DeliveriesTo(c.Context(), newsstand, u.StoryID, u.Number, 10)
	c.ok(err)
	if len(found) == 0 {
		c.Fatalf("no delivery of update %d", u.Number)
	}
	return found[0]
}

func TestADigestSaysByStoryWhatWaited(t *testing.T) {
	collectors(t, func(c *collector) {
		sony, fire := c.track("sony"), c.track("fire")
		c.tell(sony, stories.Breaking, "Bomb")
		c.is("breaking comes at once", c.work(), "post sony Bomb")
		first := c.tell(sony, stories.Normal, "First")
		for n := range 4 {
			c.tell(fire, stories.Minor, fmt.Sprint("Burns ", n))
		}
		c.is("the rest waits", c.work())
		c.collect(time.Hour)
		d := c.state(first)
		if d.State != stories.Gathered || d.Digest == nil || d.Digest.Delivery.State != stories.Pending || !d.Digest.Period.Until.Equal(c.now) {
			c.Errorf("it stands in %+v", d)
		}
		c.is("the digest", c.work(), "post sony: !1 Bomb, 2 First; fire: 4 Burns 3, 3 Burns 2, 2 Burns 1, +1")
		d = c.state(first)
		if !d.Digest.Shown || d.Digest.Delivery.State != stories.Sent || !strings.HasPrefix(d.Reason, "came in the digest of 2026-11-27 09:0") {
			c.Errorf("it stands in %+v, %+v", d, d.Digest)
		}
		if in := c.state(stories.Update{StoryID: fire.ID, Number: 1}).Digest; in == nil || in.Shown {
			c.Errorf("what is counted stands in %+v", in)
		}
		p, err := c.ProgressOf(c.Context(), first.ID)
		c.ok(err)
		if p.Sent != 1 || !p.Done() || p.Failed != 0 {
			c.Errorf("progress %+v", p)
		}
		c.collect(time.Hour)
		c.is("another hour", c.work())
	})
}

func TestADigestOfAPeriodIsOwedOnce(t *testing.T) {
	collectors(t, func(c *collector) {
		s := c.track("sony")
		c.tell(s, stories.Normal, "First")
		ids := c.waits()
		from, to := c.now.Add(-time.Hour), c.now
		c.owe(ids, from, to)
		c.tell(s, stories.Normal, "Second")
		left := c.waits()
		c.owe(append(ids, left...), from, to)
		if again := c.waits(); !slices.Equal(again, left) {
			c.Errorf("waiting: %v, want %v", again, left)
		}
		c.is("sent", c.work(), "post sony: 1 First")
		c.collect(time.Hour)
		c.is("the next", c.work(), "post sony: 2 Second")
		c.owe(nil, to, to.Add(time.Hour))
		c.is("of nothing", c.work())
	})
}

func TestWhatADigestSaysIsFixedWhenItIsBegun(t *testing.T) {
	collectors(t, func(c *collector) {
		s := c.track("sony")
		one, two, three := c.tell(s, stories.Normal, "One"), c.tell(s, stories.Normal, "Two"), c.tell(s, stories.Normal, "Three")
		c.collect(time.Hour)
		c.reword(one, stories.Correction, "Eins")
		c.reword(two, stories.Hold, "Odd")
		c.reword(three, stories.Withdrawal, "Wrong")
		c.is("the digest", c.work(), "post sony: 1 Eins")
		if d := c.state(two); d.State != stories.Kept {
			c.Errorf("on hold: %v", d.State)
		}
		if d := c.state(three); d.State != stories.Skipped || d.Reason != wasWithdrawn.sentence() {
			c.Errorf("withdrawn: %v, %s", d.State, d.Reason)
		}
		c.reword(two, stories.Release, "")
		c.collect(time.Hour)
		c.is("released", c.work(), "post sony: 2 Two")
		c.reword(two, stories.Withdrawal, "Wrong")
		c.is("withdrawn after it", c.work(), "edit sony: 2 Two withdrawn")
	})
}

func TestNoDigestSaysNothing(t *testing.T) {
	collectors(t, func(c *collector) {
		s := c.track("sony")
		c.tell(s, stories.Breaking, "Bomb")
		c.is("breaking", c.work(), "post sony Bomb")
		u := c.tell(s, stories.Normal, "One")
		c.collect(time.Hour)
		c.reword(u, stories.Withdrawal, "Wrong")
		c.is("the digest", c.work())
		u = c.tell(s, stories.Normal, "Two")
		c.collect(time.Hour)
		_, err := c.Stop(c.Context(), c.act(), newsstand, s.ID)
		c.ok(err)
		c.is("of who left", c.work())
		if d := c.state(u); d.State != stories.Skipped || d.Reason != unfollowed.sentence() {
			c.Errorf("of who left: %v, %s", d.State, d.Reason)
		}
	})
}

func TestARevisionOfWhatADigestShowed(t *testing.T) {
	collectors(t, func(c *collector) {
		s := c.track("sony")
		u := c.tell(s, stories.Normal, "One")
		c.collect(time.Hour)
		c.is("the digest", c.work(), "post sony: 1 One")
		c.reword(u, stories.Correction, "Two")
		c.is("edited at once", c.work(), "edit sony: 1 Two corrected")
		c.reword(u, stories.Correction, "Three")
		c.is("edited again", c.work(), "edit sony: 1 Three corrected")
		c.tell(s, stories.Minor, "More")
		c.collect(time.Hour)
		c.is("told in the next", c.work(), "post correction sony 1: One > Three; sony: 2 More")
		c.reword(u, stories.Correction, "Four")
		c.is("the first alone is edited", c.work(), "edit sony: 1 Four corrected")
		c.collect(time.Hour)
		c.is("and told from there", c.work(), "post correction sony 1: Three > Four")
		c.reword(u, stories.Fix, "Five")
		c.is("a slip is mended", c.work(), "edit sony: 1 Five corrected")
		c.collect(time.Hour)
		c.is("and not told", c.work())
		c.reword(u, stories.Hold, "Odd")
		c.reword(u, stories.Release, "")
		c.work()
		c.collect(time.Hour)
		c.is("what cancels out", c.work())
		c.reword(u, stories.Withdrawal, "Wrong")
		c.is("struck through", c.work(), "edit sony: 1 Five corrected withdrawn")
		c.collect(time.Hour)
		c.is("withdrawn", c.work(), "post withdrawal sony 1: Five > Five")
	})
}

func TestABreakingRevisionIsNoDigestsBusiness(t *testing.T) {
	collectors(t, func(c *collector) {
		s := c.track("sony")
		u := c.tell(s, stories.Breaking, "Bomb")
		c.work()
		c.tell(s, stories.Normal, "One")
		c.collect(time.Hour)
		c.is("the digest", c.work(), "post sony: !1 Bomb, 2 One")
		c.reword(u, stories.Correction, "Dud")
		c.is("at once", c.work(), "post revision correction Dud", "edit sony Dud", "edit sony: !1 Dud corrected, 2 One")
		c.collect(time.Hour)
		c.is("and not again", c.work())
	})
}

// What is revised while a digest waits to be begun is told once.
func TestADigestThatWaitsTellsTheNewest(t *testing.T) {
	collectors(t, func(c *collector) {
		s := c.track("sony")
		u := c.tell(s, stories.Normal, "One")
		c.collect(time.Hour)
		c.work()
		c.reword(u, stories.Correction, "Two")
		c.collect(time.Hour)
		c.reword(u, stories.Correction, "Three")
		c.collect(time.Hour)
		c.is("both", c.work(), "post correction sony 1: One > Three", "edit sony: 1 Three corrected")
	})
}

// What is tried again says what is so then, unless it may be there.
func TestADigestIsBegunAgain(t *testing.T) {
	collectors(t, func(c *collector) {
		s := c.track("sony")
		u := c.tell(s, stories.Normal, "One")
		c.collect(time.Hour)
		tries := 0
		c.arrives = func(f stories.Flight) stories.Result {
			if tries++; tries > 1 {
				return c.sent(f)
			}
			c.reword(u, stories.Correction, "Two")
			r := c.sent(f)
			r.State, r.MessageID, r.Reason = stories.Pending, "", "HTTP 500"
			return r
		}
		c.is("again", c.work(), "post sony: 1 One", "post sony: 1 Two", "edit sony: 1 Two")
		c.collect(time.Hour)
		c.is("and nothing is told", c.work())
	})
}

func TestArrangeABusyDay(t *testing.T) {
	var entries []entry
	for story := range int64(12) {
		for n := range int64(5) {
			level := stories.Normal
			if story == 11 {
				level = stories.Minor
			}
			entries = append(entries, entry{update: story*10 + n, story: story, number: n, level: level, at: story*100 + n})
		}
	}
	arrange(entries)
	shown := map[int64]int{}
	for _, e := range entries {
		if e.place > 0 {
			shown[e.story]++
			if e.number != 4 {
				t.Errorf("story %d shows update %d, not its newest", e.story, e.number)
			}
		}
		if e.place == 1 && e.story != 10 {
			t.Errorf("story %d is first", e.story)
		}
	}
	if len(shown) != stories.MaxDigested || shown[11]+shown[0] != 0 {
		t.Errorf("shown: %v", shown)
	}
	arrange(entries[:10])
	if n := countPlaced(entries[:10]); n != 2*stories.MaxDigestedStory {
		t.Errorf("of two stories %d are shown", n)
	}
}

func countPlaced(entries []entry) (n int) {
	for _, e := range entries {
		if e.place > 0 {
			n++
		}
	}
	return n
}

func TestDigestsAreForgottenWithTheirNotices(t *testing.T) {
	collectors(t, func(c *collector) {
		s := c.track("sony")
		c.tell(s, stories.Normal, "One")
		c.collect(time.Hour)
		c.work()
		_, _, err := c.SetStoryState(context.Background(), c.act(), s.ID, stories.Closed)
		c.ok(err)
		c.work()
		c.now = c.now.AddDate(3, 0, 0)
		for range 3 {
			c.ok(c.Prune(c.Context(), c.now))
		}
		for _, table := range []string{"digests", "gathered", "shown", "owed"} {
			var n int
			c.ok(one(c.Context(), c.reader(), "SELECT count(*) FROM "+table, nil, &n))
			if n > 0 {
				c.Errorf("%d rows are left in %s", n, table)
			}
		}
	})
}
