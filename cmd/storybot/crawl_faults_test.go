package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"storybot/bot/slack/slacktest"
)

// slackFaults are the ways in which a question about a person or a channel goes
// wrong.
var slackFaults = map[string]slacktest.Fault{
	"500":            slacktest.Error500Before,
	"503":            slacktest.Unavailable,
	"429":            slacktest.RateLimited(1),
	"a bare 429":     slacktest.NoRetryAfter,
	"silence":        slacktest.Hangs,
	"a reset":        slacktest.ResetBefore,
	"half an answer": slacktest.CutBody,
	"a page":         slacktest.HTML200,
	"a redirect":     slacktest.Redirect,
	"nothing":        slacktest.EmptyObject,
	"no reason":      slacktest.NotOK,
	"a fault":        slacktest.APIError("internal_error"),
	"an outage":      slacktest.APIError("service_unavailable"),
	"an odd word":    slacktest.APIError("never_heard_of"),
	"no user":        {Status: 200, Body: `{"ok":true}`, Stored: true},
	"another type":   {Status: 200, Body: `{"ok":true,"user":[1],"channel":"C1"}`, Stored: true},
	"an empty user":  {Status: 200, Body: `{"ok":true,"user":{},"channel":{}}`, Stored: true},
}

// deed is something that needs a right.
type deed struct {
	name string
	do   func(p person) (seen, error)
}

// pressing is the deed of pressing the button of an answer.
func pressing(l line, label string) func(person) (seen, error) {
	return func(p person) (seen, error) {
		s, err := p.say(l)
		if err != nil {
			return s, err
		}
		o, err := s.named(label)
		if err != nil {
			return s, err
		}
		return o.press()
	}
}

// rightful are the deeds of people who manage a channel that follows lock and,
// paused, dam, but not mill.
var rightful = []deed{
	{"/subscribe", func(p person) (seen, error) { return p.say(ask("subscribe", "target", "mill")) }},
	{"/unsubscribe", func(p person) (seen, error) { return p.say(ask("unsubscribe", "target", "lock")) }},
	{"Follow here", pressing(ask("story", "story", "mill"), "Follow")},
	{"Pause", pressing(ask("subscriptions", "target", "lock"), "Pause")},
	{"Resume", pressing(ask("subscriptions", "target", "dam"), "Resume")},
	{"Stop", func(p person) (seen, error) {
		for _, s := range p.read() {
			if o, err := s.named("Stop"); err == nil {
				return o.press()
			}
		}
		return seen{}, fmt.Errorf("no message with Stop")
	}},
}

// TestSlackRightsUnderFaults has people whom the bot does not know yet use
// their rights, and others rights they do not have, while Slack does not tell
// who they are. Nothing is changed, and a moment later who may succeeds.
func TestSlackRightsUnderFaults(t *testing.T) {
	t.Parallel()
	rig, s := newSlackStage(t)
	for _, slug := range []string{"lock", "dam", "mill"} {
		tell(t, s.editor(quiet), ask("desk track", "slug", slug, "headline", "About the "+slug))
	}
	for _, target := range []string{"lock", "dam"} {
		tell(t, s.editor(quiet), ask("subscribe", "target", target))
	}
	push(t, tell(t, s.editor(quiet), ask("subscriptions", "target", "dam")), "Pause")
	tell(t, s.editor(quiet), ask("update", "story", "lock", "text", "The lock is shut."))
	withWords(t, s.editor(quiet), "The lock is shut.")
	stands := tell(t, s.editor(quiet), ask("subscriptions")).text
	unchanged := func(when string) {
		t.Helper()
		if got := tell(t, s.editor(quiet), ask("subscriptions")).text; got != stands {
			t.Fatalf("%s: the channel followed\n%s\nand now\n%s", when, stands, got)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(slackFaults)) {
		rig.server.Fail(slacktest.Match{Method: "users.info"}, -1, slackFaults[name])
		done := make(chan error)
		var member person
		for _, deed := range rightful {
			member = rig.newcomer(false)
			go func(who person) { done <- refusedForNow(deed, who) }(member)
			go func(who person) { done <- refusedForNow(deed, who) }(rig.newcomer(true))
		}
		for range 2 * len(rightful) {
			if err := <-done; err != nil {
				t.Errorf("users.info answers with %s: %v", name, err)
			}
		}
		rig.server.Heal()
		unchanged("users.info answers with " + name)
		for label, words := range map[string]string{"Pause": "Paused", "Resume": "again"} {
			target := map[string]string{"Pause": "lock", "Resume": "dam"}[label]
			if err := succeeds(deed{label, pressing(ask("subscriptions", "target", target), label)}, member, words); err != nil {
				t.Errorf("after %s: %v", name, err)
			}
		}
		push(t, tell(t, s.editor(quiet), ask("subscriptions", "target", "lock")), "Resume")
		push(t, tell(t, s.editor(quiet), ask("subscriptions", "target", "dam")), "Pause")
		unchanged("after " + name)
		if t.Failed() {
			return // the others say the same
		}
	}
	for _, deed := range rightful {
		if got, err := deed.do(rig.newcomer(true)); err != nil || !strings.Contains(got.text, "uest") {
			t.Errorf("%s by a guest: %q, %v", deed.name, got.text, err)
		}
	}
	unchanged("guests whom Slack calls guests")
}

// newcomer is a person in the quiet channel who has not been there before.
func (r *slackStage) newcomer(guest bool) person {
	r.people++
	id := fmt.Sprintf("U0NEW%03d", r.people)
	r.server.AddUser(team, slacktest.User{ID: id, Name: strings.ToLower(id), RealName: "Somebody New", Guest: guest})
	return r.person(id)(quiet)
}

// refusedForNow does what cannot be allowed now.
func refusedForNow(d deed, p person) error {
	s, err := d.do(p)
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", d.name, err)
	case s.public || !strings.Contains(strings.ToLower(s.text), "try again"):
		return fmt.Errorf("%s: %s", d.name, s.text)
	}
	return nil
}

// succeeds does what is allowed now, as soon as the bot asks again.
func succeeds(d deed, p person, words string) error {
	for try := 0; ; try++ {
		s, err := d.do(p)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		if strings.Contains(s.text, words) {
			return nil
		}
		if !strings.Contains(strings.ToLower(s.text), "try again") || try > 2000 {
			return fmt.Errorf("%s, %d tries: %s", d.name, try+1, s.text)
		}
	}
}

// TestSlackChannelsUnderFaults has the bot not find out whether it could post
// to a channel: what rests on that is not confirmed.
func TestSlackChannelsUnderFaults(t *testing.T) {
	t.Parallel()
	rig, s := newSlackStage(t)
	tell(t, s.editor(quiet), ask("desk track", "slug", "lock", "headline", "About the lock"))
	posting := []struct {
		deed
		done string
	}{
		{deed{"/subscribe", func(p person) (seen, error) { return p.say(ask("subscribe", "target", "lock")) }}, "now follows"},
		{deed{"Follow here", pressing(ask("story", "story", "lock"), "Follow")}, "now follows"},
		{deed{"/desk here", func(p person) (seen, error) { return p.say(ask("desk here")) }}, "is the desk"},
	}
	for n, name := range slices.Sorted(maps.Keys(slackFaults)) {
		rig.server.Fail(slacktest.Match{Method: "conversations.info"}, -1, slackFaults[name])
		done := make(chan error)
		var there []person
		for i, p := range posting {
			channel := fmt.Sprintf("C0NEW%02d%d", n, i)
			rig.server.AddChannel(team, channel, slacktest.Public, false)
			who := &slackPerson{rig, slackEditor, channel, false}
			there = append(there, who)
			go func() { done <- refusedForNow(p.deed, who) }()
		}
		for range posting {
			if err := <-done; err != nil {
				t.Errorf("conversations.info answers with %s: %v", name, err)
			}
		}
		rig.server.Heal()
		for i, p := range posting {
			if got := tell(t, there[i], ask("subscriptions")).text; !strings.Contains(got, "follows nothing") {
				t.Errorf("conversations.info answers with %s: after %s %s", name, p.name, got)
			}
			if err := succeeds(p.deed, there[i], p.done); err != nil {
				t.Errorf("after %s: %v", name, err)
			}
		}
		if t.Failed() {
			return // the others say the same
		}
	}
}

// TestSlackRefusesWhereItCannotPost subscribes channels that the bot could
// never post to: nothing is confirmed, and the answer says what to mend.
func TestSlackRefusesWhereItCannotPost(t *testing.T) {
	t.Parallel()
	rig, s := newSlackStage(t)
	tell(t, s.editor(quiet), ask("desk track", "slug", "lock", "headline", "About the lock"))
	archived := true
	rig.server.AddChannel(team, "C0PRIVATE", slacktest.Private, false)
	rig.server.AddChannel(team, "C0ARCHIVED", slacktest.Public, true)
	rig.server.SetChannel(team, "C0ARCHIVED", slacktest.ChangeChannel{Archived: &archived})
	for channel, cure := range map[string]string{"C0PRIVATE": "/invite", "C0ARCHIVED": "rchive"} {
		who := &slackPerson{rig, slackEditor, channel, false}
		for _, l := range []line{ask("subscribe", "target", "lock"), ask("subscribe", "target", "all"), ask("desk here")} {
			if got := tell(t, who, l).text; !strings.Contains(got, cure) || strings.Contains(got, "now follows") || strings.Contains(got, "is the desk") {
				t.Errorf("%s in %s: %s", l.short(), channel, got)
			}
		}
		if got := tell(t, who, ask("subscriptions")).text; !strings.Contains(got, "follows nothing") {
			t.Errorf("%s follows %s", channel, got)
		}
	}
}
