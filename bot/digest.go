package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"storybot/stories"
)

const (
	// digestRoom is what a digest may take of a message, in Room units.
	digestRoom = messageRoom - 100
	// digestTime is what a time takes there: the platform that writes it longer takes
	// longer messages.
	digestTime = len("<t:1418000000:R>") + 1
	// digestRows is how many stories of a digest can be opened at most.
	digestRows = 12
)

// digestFit is how much of its texts a digest shows, in Room units: of a story's newest
// update, of its others, of a headline, and of the wordings that a revision is told by.
type digestFit struct{ newest, other, headline, quote int }

// digestFits go from what reads best to what still tells something.
func digestFits() []digestFit {
	return []digestFit{{320, 220, 160, 220}, {220, 150, 120, 150}, {150, 110, 90, 110}, {110, 80, 70, 80}, {80, 60, 50, 60}}
}

// renderDigest says by story what a channel collected, the newest of the most urgent story
// first: whoever glances at a phone reads that. What does not fit is counted. It is silent where
// all of it would have been.
func renderDigest(c stories.Content) Message {
	d := newDigest(c)
	for _, fit := range digestFits() {
		if m := d.message(fit); digestTakes(m) <= digestRoom {
			return m
		}
	}
	fits := digestFits()
	last := fits[len(fits)-1]
	m := d.message(last)
	for digestTakes(m) > digestRoom && d.shorten() {
		m = d.message(last)
	}
	return m
}

// digest is a digest as it is laid out, its texts no longer than they are shown at most.
type digest struct {
	stories.Digested
	stories.Period
	retold []retold // Digested.Retold
}

// retold is what is told of an update's revisions.
type retold struct {
	stories.Telling
	story  stories.Story
	update stories.Update
}

func newDigest(c stories.Content) *digest {
	d := &digest{Digested: c.Digest, Period: c.Notice.Body.Digest}
	most := digestFits()[0]
	d.Stories = slices.Clone(d.Stories)
	for i, s := range d.Stories {
		d.Stories[i].Updates, d.Stories[i].Breaking = headsOf(s.Updates, most.newest), headsOf(s.Breaking, most.other)
	}
	for _, r := range d.Retold {
		t := stories.Tell(r.Told)
		same := alike(t.Before.Text, t.Now.Text)
		t.Before.Text, _ = CutToRoom(OneLine(fromChange(t.Before.Text, same, most.quote)), most.quote)
		if t.Kind != stories.Withdrawal {
			t.Now.Text = fromChange(t.Now.Text, same, most.quote)
		}
		t.Now.Text, _ = CutToRoom(OneLine(t.Now.Text), most.quote)
		d.retold = append(d.retold, retold{t, r.Story, r.Update})
	}
	return d
}

// headsOf are updates with the beginnings of their texts, each on a line.
func headsOf(list []stories.Update, room int) []stories.Update {
	list = slices.Clone(list)
	for i, u := range list {
		list[i].Text, _ = CutToRoom(OneLine(u.Text), room)
	}
	return list
}

// message lays it out.
func (d digest) message(fit digestFit) Message {
	m := Message{Thread: d.counts(), Silent: len(d.retold) == 0, Buttons: []Button{NewButton("Stop here", ActionList, 0)}}
	rows := 0
	open := func(story stories.Story) *Button {
		if rows++; rows > digestRows {
			return nil
		}
		label, _ := Cut(story.Slug, RowLabel)
		b := NewButton(label, ActionTimeline, story.ID)
		return &b
	}
	for _, s := range d.Stories {
		m.Blocks = append(m.Blocks, digestStory(s, fit)...)
		small := digestSmall(s, fit)
		small.Button = open(s.Story)
		m.Blocks = append(m.Blocks, small)
		m.Silent = m.Silent && !slices.ContainsFunc(s.Updates, func(u stories.Update) bool { return u.Level > stories.Minor })
	}
	for _, r := range d.retold {
		m.Blocks = append(m.Blocks, Para(r.spans(fit)...))
		if d.Find(r.story.ID) < 0 {
			m.Blocks = append(m.Blocks, Block{Kind: Small, Spans: []Span{Text(digestHeadline(r.story, fit))}, Button: open(r.story)})
		}
	}
	if d.MoreRetold > 0 {
		m.Blocks = append(m.Blocks, Para(Text(counted(d.MoreRetold, "more revision")+" of what came earlier, which the messages there show.")))
	}
	if d.More > 0 {
		m.Blocks = append(m.Blocks, Para(Text(fmt.Sprintf("And %s in %s. /stories lists them.", counted(d.More, "update"), storiesCounted(d.MoreStories, "more ")))))
	}
	m.Blocks = append(m.Blocks, Block{Kind: Small, Spans: []Span{Text(d.counts() + ", "), At(d.From), Text(" – "), At(d.Until)}})
	return m
}

// storiesCounted is a number of stories, and of what kind.
func storiesCounted(n int, kind string) string {
	if n == 1 {
		return "1 " + kind + "story"
	}
	return Count(n) + " " + kind + "stories"
}

// counts is how much a digest brings.
func (d digest) counts() string {
	n, of := d.Updates(), d.MoreStories
	for _, s := range d.Stories {
		if len(s.Updates)+s.More > 0 {
			of++
		}
	}
	retold := len(d.retold) + d.MoreRetold
	switch revised := counted(retold, "revision"); {
	case n == 0:
		return "Digest of " + revised
	case retold > 0:
		return fmt.Sprintf("Digest of %s in %s and %s", counted(n, "update"), storiesCounted(of, ""), revised)
	}
	return fmt.Sprintf("Digest of %s in %s", counted(n, "update"), storiesCounted(of, ""))
}

// digestStory are the texts of a story's updates, and what was breaking.
func digestStory(s stories.DigestedStory, fit digestFit) (blocks []Block) {
	for i, u := range s.Updates {
		if i == 0 {
			text, _ := CutToRoom(u.Text, fit.newest)
			spans := digestNews(u, text, fit)
			news := &spans[len(spans)-1]
			news.Bold = !news.Strike
			blocks = append(blocks, Para(spans...))
			continue
		}
		text, _ := CutToRoom(u.Text, fit.other)
		spans := append(digestNews(u, text, fit), Text(fmt.Sprintf(" · update %d · ", u.Number)))
		blocks = append(blocks, Block{Kind: Item, Spans: append(append(spans, digestMark(u)...), Span{Time: u.At, Relative: true})})
	}
	for _, u := range s.Breaking {
		text, _ := CutToRoom(u.Text, fit.other)
		spans := append([]Span{Bold(pushTitle(u) + " "), At(u.At), Text(": " + digestReason(u, fit))}, Span{Text: text, Strike: u.Marks.Standing == stories.Withdrawn})
		kind := Item
		if len(s.Updates) == 0 && len(blocks) == 0 {
			kind = Paragraph
		}
		spans = append(append(spans, Text(fmt.Sprintf(" · update %d", u.Number))), digestEnd(digestMark(u))...)
		blocks = append(blocks, Block{Kind: kind, Spans: spans})
	}
	return blocks
}

// digestNews is the text of an update behind what is to be known of it first.
func digestNews(u stories.Update, text string, fit digestFit) []Span {
	spans := RowSpans(u, text)
	if why := digestReason(u, fit); why != "" {
		spans = slices.Insert(spans, len(spans)-1, Text(why))
	}
	return spans
}

// digestReason says why an update does not stand, or is being checked, "" where it stands
// or nobody gave a reason.
func digestReason(u stories.Update, fit digestFit) string {
	if !u.Marks.Standing.Withheld() {
		return ""
	}
	why, _ := CutToRoom(reason(u.Marks.Reason), fit.quote)
	if why == "" {
		return ""
	}
	return ended(why) + " "
}

// digestMark is what the small print of an update says was changed.
func digestMark(u stories.Update) []Span {
	return RowMark(u, func(at time.Time) Span { return At(at) })
}

// digestEnd is a mark that nothing follows.
func digestEnd(mark []Span) []Span {
	if len(mark) == 0 {
		return nil
	}
	return append([]Span{Text(" · ")}, mark[:len(mark)-1]...)
}

// digestSmall is the small print of a story: it opens its timeline.
func digestSmall(s stories.DigestedStory, fit digestFit) Block {
	spans := []Span{Text(digestHeadline(s.Story, fit) + "\n" + s.Story.Slug)}
	if len(s.Updates) > 0 {
		u := s.Updates[0]
		spans[0].Text += fmt.Sprintf(", update %d · ", u.Number)
		spans = append(append(spans, digestMark(u)...), Span{Time: u.At, Relative: true})
	}
	if s.More > 0 {
		spans = append(spans, Text(" · "+counted(s.More, "more update")))
	}
	if s.MoreBreaking > 0 {
		spans = append(spans, Text(fmt.Sprintf(" · %s more breaking", Count(s.MoreBreaking))))
	}
	return Block{Kind: Small, Spans: spans}
}

func digestHeadline(s stories.Story, fit digestFit) string {
	headline, _ := CutToRoom(Headline(s), fit.headline)
	return headline
}

// spans tell of a revision so that it is understood without the update: what was wrong,
// what it said and what it says.
func (r retold) spans(fit digestFit) []Span {
	quote := func(text string) string {
		head, _ := CutToRoom(text, fit.quote)
		return "“" + head + "”"
	}
	why := func(did, why string) string {
		why, _ = CutToRoom(reason(why), fit.quote)
		switch {
		case why == "" && did == "":
			return ""
		case why == "":
			return did + ". "
		case did == "":
			return ended(why) + " "
		}
		return did + ": " + ended(why) + " "
	}
	same := alike(r.Before.Text, r.Now.Text)
	was, is := quote(fromChange(r.Before.Text, same, fit.quote)), quote(fromChange(r.Now.Text, same, fit.quote))
	label := RevisionLabel(r.Kind)
	if word := StandingWord(r.update); r.Kind == stories.Correction && word != "" {
		label += " · " + word
	}
	spans := []Span{Bold(label + " "), Text(fmt.Sprintf("%s, update %d: ", r.story.Slug, r.update.Number))}
	switch r.Kind {
	case stories.Correction:
		return append(spans, Text(why("", r.Reason)+"It said: "+was+" It says now: "+is))
	case stories.Withdrawal:
		return append(spans, Text(why("", r.Reason)+"This update does not stand. It said: "), Span{Text: quote(r.Now.Text), Strike: true})
	case stories.Hold:
		text := why("It is being checked", r.Reason)
		if r.Corrected {
			text += why("Corrected", r.Wrong) + "It said: " + was + " "
		}
		return append(spans, Text(text+"It says: "+is))
	}
	return append(spans, Text(why("It was checked", r.Reason)+"It stands: "+is))
}

// shorten shows one thing less, which is counted then; false where there is nothing but
// the first update, or the first revision, left. Updates of a story that shows several go
// first, then stories from the last on, then revisions.
func (d *digest) shorten() bool {
	most := 0
	for i, s := range d.Stories {
		if size := len(s.Updates) + len(s.Breaking); size > 1 && size >= len(d.Stories[most].Updates)+len(d.Stories[most].Breaking) {
			most = i
		}
	}
	if len(d.Stories) > 0 {
		if s := &d.Stories[most]; len(s.Updates)+len(s.Breaking) > 1 {
			if n := len(s.Breaking); n > 0 && n >= len(s.Updates) {
				s.Breaking, s.MoreBreaking = s.Breaking[:n-1], s.MoreBreaking+1
			} else {
				s.Updates, s.More = s.Updates[:len(s.Updates)-1], s.More+1
			}
			return true
		}
	}
	switch n := len(d.Stories); {
	case n > 1:
		if last := d.Stories[n-1]; len(last.Updates)+last.More > 0 {
			d.More, d.MoreStories = d.More+len(last.Updates)+last.More, d.MoreStories+1
		}
		d.Stories = d.Stories[:n-1]
	case len(d.retold) > 1:
		d.retold, d.MoreRetold = d.retold[:len(d.retold)-1], d.MoreRetold+1
	default:
		return false
	}
	return true
}

// digestTakes is what a digest takes of a message at most.
func digestTakes(m Message) (n int) {
	for _, b := range m.Blocks {
		n += roomOf("")
		for _, s := range b.Spans {
			n += Room(s.Text) + strings.Count(s.Text, "\n") + len("\u200b")
			if s.Bold {
				n += len("****")
			}
			if s.Strike {
				n += len("~~~~")
			}
			if !s.Time.IsZero() {
				n += digestTime
			}
		}
	}
	return n
}
