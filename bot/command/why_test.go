package command

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// Why an update was not planned names the one cause, or each channel's own.
func TestNotPlanned(t *testing.T) {
	at := time.Date(2014, 12, 20, 15, 0, 0, 0, time.UTC)
	u := stories.Update{Level: stories.Normal, CreatedAt: at}
	sub := func(name string, level stories.Level, state stories.SubscriptionState, age time.Duration) stories.Subscription {
		return stories.Subscription{Target: stories.Target{Kind: stories.TargetTopic, Name: name}, Options: stories.Options{Level: level}, State: state, CreatedAt: at.Add(-age)}
	}
	stop := func(age time.Duration) *stories.Mute {
		return &stories.Mute{By: stories.User{Ref: "console:ria", Name: "ria"}, At: at.Add(-age)}
	}
	past := func(changed, merged time.Duration) (p stories.Past) { // after the update; 0 for never
		if changed != 0 {
			p.Changed = at.Add(changed)
		}
		if merged != 0 {
			p.Merged = at.Add(merged)
		}
		return p
	}
	changed := func(s stories.Subscription) []stories.Subscription {
		s.ChangedAt = at.Add(time.Minute)
		return []stories.Subscription{s}
	}
	for _, tt := range []struct {
		name string
		subs []stories.Subscription
		stop *stories.Mute
		past stories.Past
		want string
	}{
		{"nothing", nil, nil, past(0, 0), "nothing that this channel follows brings the story"},
		{"later", []stories.Subscription{sub("a", stories.Minor, stories.Active, -time.Hour)}, nil, past(0, 0), "before this channel began to follow"},
		{"paused", []stories.Subscription{sub("a", stories.Minor, stories.Paused, time.Hour)}, nil, past(0, 0), "the subscription to topic:a is paused. /subscriptions has a button"},
		{"level", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour)}, nil, past(0, 0), "its level is normal, and this channel asked for breaking updates only."},
		{"level, and paused since", []stories.Subscription{sub("a", stories.Breaking, stories.Paused, time.Hour)}, nil, past(0, 0), "this channel asked for breaking updates only."},
		{"two of one level", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour), sub("b", stories.Breaking, stories.Active, time.Hour)}, nil, past(0, 0), "this channel asked for breaking updates only."},
		{"level and paused", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour), sub("b", stories.Minor, stories.Paused, time.Hour)}, nil, past(0, 0), "of topic:a this channel asked for breaking updates only. That decides alone, not topic:b."},
		{"later and level", []stories.Subscription{sub("a", stories.Minor, stories.Active, -time.Hour), sub("b", stories.Breaking, stories.Active, time.Hour)}, nil, past(0, 0), "its level is normal, and this channel asked for breaking updates only."},
		{"stopped before", []stories.Subscription{sub("a", stories.Minor, stories.Active, time.Hour)}, stop(time.Minute), past(0, 0), "stopped here by ria."},
		{"stopped after", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour)}, stop(-time.Minute), past(0, 0), "its level is normal"},
		{"nobody knows", []stories.Subscription{sub("a", stories.Minor, stories.Active, time.Hour)}, nil, past(0, 0), "there is no record"},
		{"one decides alone", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour), sub("b", stories.Minor, stories.Active, time.Hour)}, nil, past(0, 0), "of topic:a this channel asked for breaking updates only."},
		{"paused since", changed(sub("a", stories.Minor, stories.Paused, time.Hour)), nil, past(0, 0), "has changed since it was published"},
		{"resumed since", changed(sub("a", stories.Minor, stories.Active, time.Hour)), nil, past(0, 0), "has changed since it was published"},
		{"another level since", changed(sub("a", stories.Breaking, stories.Active, time.Hour)), nil, past(0, 0), "has changed since it was published"},
		{"one that does not decide was changed since", append(changed(sub("b", stories.Minor, stories.Paused, time.Minute)), sub("a", stories.Breaking, stories.Active, time.Hour)), nil, past(0, 0), "of topic:a this channel asked for breaking updates only."},
		{"another ended since", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour)}, nil, past(time.Minute, 0), "has changed since it was published"},
		{"followed anew since", []stories.Subscription{sub("a", stories.Minor, stories.Active, -time.Hour)}, nil, past(time.Minute, 0), "has changed since it was published"},
		{"nothing any more", nil, nil, past(time.Minute, 0), "has changed since it was published"},
		{"another ended before", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour)}, nil, past(-time.Minute, 0), "its level is normal"},
		{"stopped, and another ended since", []stories.Subscription{sub("a", stories.Minor, stories.Active, time.Hour)}, stop(time.Minute), past(time.Minute, 0), "stopped here by ria."},
		{"stopped as what was merged since", []stories.Subscription{sub("a", stories.Breaking, stories.Active, time.Hour)}, stop(time.Minute), past(0, time.Minute), "its level is normal"},
	} {
		if got := (request{}).notPlanned(stories.Story{ID: 1, Topics: []string{"a", "b"}}, u, knownBrought{tt.subs, tt.stop, tt.past}); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Whatever happened to a story's updates in a channel, /why tells of all of it: its pages
// show every line once, in their order.
func TestWhyPages(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "news", "/subscribe sony-hack"))
	n.work(n.reading(new(strings.Builder)))
	var texts []string
	for i := range 9 {
		n.now = n.now.Add(time.Minute)
		n.must(n.ask("mo", "desk", fmt.Sprintf("/update sony-hack The attack, part %d.", i)))
	}
	n.work(n.reading(new(strings.Builder)))
	revise := func(number, times int) {
		for i := range times {
			n.now = n.now.Add(time.Minute)
			n.must(n.ask("mo", "desk", fmt.Sprintf("/desk correct sony-hack %d It was the %dth of %d.", number, i, number)))
			n.must(n.pressed("mo", "desk", n.shown[0].Action, n.shown[0].Arg))
			n.work(n.reading(new(strings.Builder)))
		}
	}
	revise(2, 30)
	revise(9, 20)
	pages := func(command string) (count, lines int) {
		texts = nil
		reply := n.ask("ria", "news", command)
		for {
			n.must(reply)
			count++
			for _, b := range reply.Message.Blocks {
				line := bot.PlainText(bot.Message{Blocks: []bot.Block{b}})
				if strings.Contains(line, "The message") || strings.HasPrefix(line, "- Update") {
					texts = append(texts, line)
				}
			}
			i := slices.IndexFunc(reply.Message.Buttons, func(b bot.Button) bool { return b.Label == "Older" })
			if i < 0 {
				break
			}
			reply = n.pressed("ria", "news", bot.ActionWhy, reply.Message.Buttons[i].Arg)
			if !slices.ContainsFunc(reply.Message.Buttons, func(b bot.Button) bool { return b.Label == "Newest" }) {
				t.Errorf("%s: page %d has no way back", command, count+1)
			}
		}
		return count, len(texts)
	}
	if count, lines := pages("/why sony-hack 2"); count < 2 || lines != 1+2*30 {
		t.Errorf("of one update %d lines on %d pages:\n%s", lines, count, strings.Join(texts, "\n"))
	}
	if count, lines := pages("/why sony-hack"); count < 3 || lines != 10+2*30+2*20 {
		t.Errorf("of all %d lines on %d pages:\n%s", lines, count, strings.Join(texts, "\n"))
	}
}

// A page begins where the one before it ended.
func TestWhyNextPage(t *testing.T) {
	story := stories.Story{Updates: 9}
	rows := func(places ...int) (rows []whyRow) {
		for _, p := range places {
			rows = append(rows, whyRow{place: p})
		}
		return rows
	}
	for name, c := range map[string]struct {
		from  whyPage
		rows  []whyRow
		shown int
		want  whyPage
		more  bool
	}{
		"nothing":                       {whyPage{}, nil, 0, whyPage{}, false},
		"all of five":                   {whyPage{}, rows(9, 8, 7, 6, 5), 5, whyPage{top: 4}, true},
		"the last":                      {whyPage{top: 4}, rows(4, 3, 2, 1), 4, whyPage{}, false},
		"between two":                   {whyPage{}, rows(9, 8, 7), 2, whyPage{top: 7}, true},
		"inside one":                    {whyPage{}, rows(9, 8, 8, 8), 3, whyPage{top: 8, skip: 2}, true},
		"inside the first":              {whyPage{}, rows(9, 9, 9, 8), 2, whyPage{top: 9, skip: 2}, true},
		"inside the first again":        {whyPage{top: 9, skip: 2}, rows(9, 9, 9, 8), 2, whyPage{top: 9, skip: 4}, true},
		"inside the one after the rest": {whyPage{top: 9, skip: 2}, rows(9, 8, 8), 2, whyPage{top: 8, skip: 1}, true},
		"of one update":                 {whyPage{number: 3, skip: 5}, rows(9, 9, 9), 2, whyPage{number: 3, skip: 7}, true},
		"of one update, the last":       {whyPage{number: 3, skip: 5}, rows(9, 9, 9), 3, whyPage{number: 3, skip: 8}, false},
	} {
		if got, more := c.from.next(story, c.rows, c.shown); more != c.more || more && got != c.want {
			t.Errorf("%s: %+v, %v; want %+v", name, got, more, c.want)
		}
	}
}
