package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// The stories of a stage's newsroom. There are more of them than one page of a
// list shows, and more updates of the first than one page of its timeline.
const (
	rhine       = "flood"
	harbour     = "harbour" // followed by the busy channel, and paused there
	bridge      = "bridge"  // followed by nobody
	manyPages   = 11        // stories beside these
	manyEvents  = 12        // updates of rhine
	manyMembers = 9
	// manyScheduled are more than one page of their list shows.
	manyScheduled = 8
)

// newsroom tells the stories and makes the busy channel follow: a story, a
// topic of it, everything, and a story that is paused.
func newsroom(t *testing.T, s *stage) {
	t.Helper()
	editor := s.editor(busy)
	tell(t, editor, ask("desk track", "slug", rhine, "topics", "weather,rivers", "summary", "The Rhine rises.", "headline", "Rhine rises above nine metres"))
	tell(t, editor, ask("desk track", "slug", harbour, "topics", "weather", "headline", "Harbour is closed"))
	tell(t, editor, ask("desk track", "slug", bridge, "headline", "Bridge is closed"))
	for n := range manyPages {
		tell(t, editor, ask("desk track", "slug", fmt.Sprintf("river-%d", n), "headline", fmt.Sprintf("The river number %d rises as well", n)))
	}
	for n := range manyEvents {
		text := fmt.Sprintf("Gauge %d is above its mark. ", n)
		if n%4 == 1 {
			text = long(text, s.longest)
		}
		tell(t, editor, ask("update", "story", rhine, "source", "https://gauges.example/"+fmt.Sprint(n), "text", text))
	}
	for _, target := range []string{rhine, "topic:weather", "all", harbour} {
		if got := tell(t, editor, ask("subscribe", "target", target)); !strings.Contains(got.text, "now follows") {
			t.Fatalf("/subscribe %s: %s", target, got.text)
		}
	}
	for n := range manyScheduled {
		tell(t, editor, ask("update", "story", bridge, "at", "tomorrow 09:00", "text", long(fmt.Sprintf("The bridge opens at gate %d. ", n), s.longest)))
	}
	push(t, tell(t, editor, ask("subscriptions", "target", harbour)), "Pause")
	tell(t, editor, ask("update", "story", rhine, "level", "breaking", "text", "The first dyke breaks."))
	tell(t, editor, ask("update", "story", rhine, "text", long("The dykes are looked after. ", s.longest)))
	withWords(t, editor, "The first dyke breaks.")
	withWords(t, editor, "The dykes are looked after.")
	newest := fmt.Sprint(manyEvents + 2)
	revise(t, tell(t, editor, ask("desk correct", "story", rhine, "number", newest, "reason", "They are not", "text", long("Nobody looks after the dykes. ", s.longest))), "Correct it")
	withWords(t, editor, "CORRECTION")
	revise(t, tell(t, editor, ask("desk fix", "story", rhine, "number", "1", "text", "Gauge 1 is above its mark.")), "Fix it")
}

// goBack has the database put back while an update is owed in it.
func goBack(t *testing.T, s *stage) {
	t.Helper()
	s.restart(func(database string) {
		store, err := sqlstore.Open(t.Context(), database, sqlstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		story, err := store.StoryBySlug(t.Context(), rhine)
		if err != nil {
			t.Fatal(err)
		}
		act := stories.Act{By: stories.User{Ref: "console:ana", Name: "Ana"}, At: time.Now()}
		if _, _, err := store.AppendUpdate(t.Context(), act, stories.Update{StoryID: story.ID, Text: "The second dyke breaks.", Level: stories.Normal, Author: act.By, At: act.At}); err != nil {
			t.Fatal(err)
		}
		for n := range manyMembers { // more than one page of their list shows
			if _, err := store.SetRole(t.Context(), act, stories.User{Ref: fmt.Sprintf("console:member%d", n), Name: fmt.Sprintf("Member %d", n)}, stories.Moderator); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := store.Restored(t.Context()); err != nil || n == 0 {
			t.Fatalf("%d deliveries wait, %v", n, err)
		}
	})
}

// long repeats a text to a length.
func long(text string, length int) string {
	return strings.TrimSpace(strings.Repeat(text, length/len(text)))
}

// news are commands that change the newsroom when somebody may give them, or
// ask about it.
func news(s *stage) []line {
	lines := []line{
		ask("desk track", "headline", "The tide turns"),
		ask("update", "story", rhine, "text", "The dykes hold."),
		ask("update", "story", rhine, "text", "The dykes hold."), // is asked about
		ask("update", "story", rhine, "text", "The water falls. level:breaking"),
		ask("update", "story", rhine, "text", "Level: 3 emergency along the river"),
		ask("update", "story", rhine, "unverified", "yes", "text", "The third dyke is said to break."),
		ask("desk correct", "story", rhine, "number", "2", "text", "Gauge 2 is below its mark."),
		ask("desk hold", "story", rhine, "number", "2"),
		ask("desk withdraw", "story", rhine, "number", "3", "reason", "There is no such gauge."),
	}
	if s.types {
		lines = append(lines, typed("/update flood levle:breaking The water stands."), typed("/update flood —level:breaking The water stands."),
			typed("/desk track topcis:weather The ebb comes"))
	}
	return lines
}

// questions are commands that change nothing.
func questions(s *stage) []line {
	lines := []line{
		ask("stories"),
		ask("stories", "words", "river"),
		ask("stories", "words", "nothing holds this"),
		ask("stories", "words", strings.Repeat("river rises as well ", 4)), // too long for a button
		ask("story", "story", rhine),
		ask("story", "story", rhine, "number", "2"),
		ask("story", "story", rhine, "number", "2000"),
		ask("story", "story", bridge),
		ask("story", "story", "flod"),
		ask("story", "story", "help"),
		ask("why", "story", rhine),
		ask("why", "story", rhine, "number", "1"),
		ask("why", "story", "flod"),
		ask("subscriptions"),
		ask("subscriptions", "target", rhine),
		ask("subscriptions", "target", "flod"),
		ask("subscribe", "target", "flod"),
		ask("subscribe", "target", "topic:wether"), ask("unsubscribe", "target", "topic:wether"),
		ask("unsubscribe", "target", "flod"),
		ask("desk track", "headline", "help"),
		ask("desk close", "story", "flod"),
		ask("desk reopen", "story", "flod"),
		ask("desk log"),
		ask("desk log", "story", rhine),
		ask("desk log", "story", "flod"),
		ask("desk status"),
		ask("desk scheduled"),
		ask("desk merge", "story", "river-1", "into", "river-0"),
		ask("desk moderators"),
		ask("desk correct", "story", "flod", "number", "1", "text", "Whatever happens."),
		ask("desk release", "story", rhine, "number", "4"),
		ask("update", "story", "flod", "text", "Whatever happens."),
	}
	if s.types {
		lines = append(lines,
			typed("/story"), typed("/subscribe"), typed("/update"), typed("/update flod"), typed("/update flood"), typed("/desk"), typed("/desk help"),
			typed("/desk stauts"), typed("/desk nothing"), typed("/subscribe flod level:braking"), typed("/desk log flood help"), typed("/stories help"),
		)
	}
	return lines
}

// TestDecideAboutWhatWasPutBack presses on each platform what a moderator is
// offered about a database that was put back, with something waiting each time.
func TestDecideAboutWhatWasPutBack(t *testing.T) {
	t.Parallel()
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			editor := s.editor(busy)
			tell(t, editor, ask("desk track", "slug", rhine, "headline", "Rhine rises above nine metres"))
			tell(t, editor, ask("subscribe", "target", rhine))
			says := func(what seen, words string) {
				t.Helper()
				if !strings.Contains(what.text, words) {
					t.Errorf("want %q in: %s", words, what.text)
				}
			}
			const nothing = "Nothing of a database that was put back waits any more."

			goBack(t, s)
			status := tell(t, editor, ask("desk status"))
			says(status, "waits for a decision: the database was put back")
			says(tell(t, editor, ask("why", "story", rhine)), "This channel may have got it already")
			question := push(t, status, "Release by hand")
			says(question, "Send 1 message to 1 channel, although it may be there twice then?")
			released := push(t, question, "Send all of it")
			says(released, "Released 1 message: it is being sent")
			withWords(t, editor, "The second dyke breaks.")
			if s.visitor != nil { // a console presses the newest message only
				says(push(t, question, "Send all of it"), nothing)
				says(push(t, status, "Settle against history"), nothing)
			}

			goBack(t, s)
			status = tell(t, editor, ask("desk status"))
			settled := push(t, status, "Settle against history")
			says(settled, "1 message: being looked for in its channel.")
			if s.visitor != nil { // and what it has shown cannot be looked at
				if _, err := editor.await("the message that was not there", func(all []seen) bool { return times(all, "The second dyke breaks.") == 2 }); err != nil {
					t.Error(err)
				}
				says(push(t, status, "Settle against history"), nothing)
			}
		})
	}
}

// TestTheDesksButtonsWork presses on each platform what the desk's own messages
// offer.
func TestTheDesksButtonsWork(t *testing.T) {
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			editor, desk := s.editor(busy), s.editor(quiet)
			tell(t, editor, ask("desk track", "slug", rhine, "headline", "Rhine rises above nine metres"))
			tell(t, editor, ask("subscribe", "target", rhine))
			tell(t, desk, ask("desk here"))
			tell(t, editor, ask("update", "story", rhine, "text", "The first dyke breaks."))
			told := withWords(t, desk, "Delivered to the one channel.")
			if answer := push(t, told, "Timeline"); !strings.Contains(answer.text, "The first dyke breaks.") {
				t.Errorf("the timeline: %s", answer.text)
			}
		})
	}
}

// TestWhatIsScheduledIsDecidedAbout presses on each platform what is offered about
// updates that wait for their time, and what the desk is asked once that has passed.
func TestWhatIsScheduledIsDecidedAbout(t *testing.T) {
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			editor, desk := s.editor(busy), s.editor(quiet)
			says := func(what seen, words string) {
				t.Helper()
				if !strings.Contains(what.text, words) {
					t.Errorf("want %q in: %s", words, what.text)
				}
			}
			tell(t, editor, ask("desk track", "slug", rhine, "headline", "Rhine rises above nine metres"))
			tell(t, editor, ask("subscribe", "target", rhine))
			tell(t, desk, ask("desk here"))
			for _, text := range []string{"The mayor speaks.", "The minister speaks."} {
				says(tell(t, editor, ask("update", "story", rhine, "at", "tomorrow 09:00", "text", text)), "Scheduled for")
			}
			list := tell(t, editor, ask("desk scheduled"))
			says(list, "The minister speaks.")
			row := rhine
			if _, err := list.named(row); err != nil {
				row = "scheduled" // an option of a menu
			}
			says(push(t, push(t, list, row), "Publish now"), "Published update 1")
			withWords(t, editor, "The mayor speaks.")
			left := tell(t, editor, ask("desk scheduled"))
			says(left, "The minister speaks.")
			says(push(t, left, "Cancel"), "was cancelled")
			says(tell(t, editor, ask("desk scheduled")), "Nothing is scheduled")

			soon := time.Now().Add(2 * time.Second)
			tell(t, editor, ask("update", "story", rhine, "at", soon.UTC().Format(time.RFC3339), "text", "The king speaks."))
			tell(t, editor, ask("desk close", "story", rhine))
			var asked seen
			if s.visitor != nil {
				asked = withWords(t, desk, "was not published at its time")
			} else { // a console presses what it printed last
				<-time.After(time.Until(soon) + time.Second)
				asked = tell(t, desk, ask("desk scheduled"))
			}
			says(asked, "The story was closed at that time.")
			// What was pressed on says so too, and may have been edited before it is answered.
			if done := push(t, asked, "Publish anyway"); !strings.Contains(done.text, "was published as update 2") {
				says(done, "Published update 2")
			}
			withWords(t, editor, "The king speaks.")
			if s.visitor != nil { // what a console printed stays as it is
				withWords(t, desk, "was published as update 2")
			}
		})
	}
}
