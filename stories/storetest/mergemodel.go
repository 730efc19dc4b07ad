package storetest

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"storybot/stories"
)

// line is a story as a model of merges knows it, also once it was merged.
type line struct {
	id      int64
	numbers []int64 // the updates by their numbers, as they were last while it was a story
	slugs   []string
	into    *line
}

// end is the story that a line goes on as.
func (l *line) end() *line {
	for l.into != nil {
		l = l.into
	}
	return l
}

// mergeModel is what a newsroom does at random, and what must be so then.
type mergeModel struct {
	*desk
	t         *rapid.T
	round     int
	lines     []*line
	published []int64
	follows   map[string]map[*line]bool // channels, by the ends they follow
}

func mergeAnything(d *desk) {
	round := 0
	rapid.Check(d.T, func(t *rapid.T) {
		round++
		m := &mergeModel{desk: d, t: t, round: round, follows: map[string]map[*line]bool{}}
		for _, c := range []string{"a", "b"} {
			m.follows[c] = map[*line]bool{}
			d.ok(d.EndDestination(d.ctx, channel(c), "ended", d.now))
		}
		m.start()
		m.start()
		steps := map[string]func(){"start": m.start, "publish": m.publish, "print": m.publish, "rename": m.rename, "follow": m.follow, "merge": m.mergeTwo, "unite": m.mergeTwo}
		names := []string{"start", "publish", "print", "rename", "follow", "merge", "unite"}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			steps[rapid.SampledFrom(names).Draw(t, "step")]()
		}
		m.look()
	})
}

func (m *mergeModel) any(what string) *line { return rapid.SampledFrom(m.lines).Draw(m.t, what) }

// slug is one that nothing has.
func (m *mergeModel) slug() string {
	n := 0
	for _, l := range m.lines {
		n += len(l.slugs)
	}
	return fmt.Sprintf("s%d-n%d", m.round, n)
}

func (m *mergeModel) start() {
	slug := m.slug()
	m.lines = append(m.lines, &line{id: m.track(slug).ID, slugs: []string{slug}})
}

// publish may name a story that was merged.
func (m *mergeModel) publish() {
	l := m.any("story")
	u := m.tells(stories.Story{ID: l.id}, fmt.Sprint("news ", len(m.published)))
	l.end().numbers = append(l.end().numbers, u.ID)
	m.published = append(m.published, u.ID)
}

func (m *mergeModel) rename() {
	l := m.any("story").end()
	slug := m.slug()
	_, err := m.RenameStory(m.ctx, m.act(), l.id, slug)
	m.ok(err)
	l.slugs = append(l.slugs, slug)
}

func (m *mergeModel) follow() {
	l, c := m.any("story"), rapid.SampledFrom([]string{"a", "b"}).Draw(m.t, "channel")
	m.followFrom(rapid.SampledFrom(l.slugs).Draw(m.t, "slug"), channel(c), stories.Minor)
	m.follows[c][l.end()] = true
}

func (m *mergeModel) mergeTwo() {
	from, into := m.any("from").end(), m.any("into").end()
	if from == into {
		return
	}
	m.merge(stories.Story{ID: from.id}, stories.Story{ID: into.id})
	into.numbers = append(into.numbers, from.numbers...)
	from.into = into
	for _, ends := range m.follows {
		if ends[from] {
			delete(ends, from)
			ends[into] = true
		}
	}
}

func (m *mergeModel) look() {
	seen := map[int64]bool{}
	for _, l := range m.lines {
		end := l.end()
		for _, slug := range l.slugs {
			s, err := m.StoryBySlug(m.ctx, slug)
			m.ok(err)
			same(m.desk, slug, s.ID, end.id)
			for i, id := range l.numbers {
				u, was, err := m.UpdateBySlug(m.ctx, slug, i+1)
				m.ok(err)
				same(m.desk, fmt.Sprint(slug, " ", i+1), u.ID, id)
				same(m.desk, "is said to have been another", was.Number != 0, l.into != nil)
			}
		}
		for i, id := range l.numbers {
			u, err := m.UpdateByNumber(m.ctx, l.id, i+1)
			m.ok(err)
			same(m.desk, fmt.Sprint("number ", i+1), u.ID, id)
		}
		if l.into != nil {
			continue
		}
		found, err := m.Updates(m.ctx, l.id, 0, 1000)
		m.ok(err)
		same(m.desk, "updates", len(found), len(l.numbers))
		for i, u := range found {
			same(m.desk, "there once", seen[u.ID], false)
			seen[u.ID] = true
			same(m.desk, "its number", l.numbers[u.Number-1], u.ID)
			if i > 0 && u.CreatedAt.After(found[i-1].CreatedAt) {
				m.Errorf("update %d stands behind an older one", u.Number)
			}
		}
	}
	same(m.desk, "all updates", len(seen), len(m.published))
	for c, ends := range m.follows {
		subs, err := m.Subscriptions(m.ctx, channel(c))
		m.ok(err)
		var got, want []int64
		for _, s := range subs {
			got = append(got, s.StoryID)
		}
		for end := range ends {
			want = append(want, end.id)
		}
		slices.Sort(got)
		slices.Sort(want)
		same(m.desk, "what "+c+" follows", fmt.Sprint(got), fmt.Sprint(want))
	}
	m.queueAgrees()
}
