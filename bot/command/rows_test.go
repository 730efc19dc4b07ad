package command

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// TestAnswersFitTheSmallestPlatform tells stories whose every text is as long as it
// may be and full of what has to be escaped: handle holds each answer against what
// fits, and nothing is lost that a row or a button does not lead to.
func TestAnswersFitTheSmallestPlatform(t *testing.T) {
	n := openStaffed(t)
	marks := func(length int) string { return ("x" + strings.Repeat("*_", length))[:length] }
	mo := user("mo")
	mo.Name = marks(60)
	act := func() stories.Act { return stories.Act{By: mo} }
	var topics []string
	for i := range stories.MaxTopics {
		topics = append(topics, fmt.Sprintf("%s-%d", strings.Repeat("t", 60), i))
	}
	slug := func(i int) string { return fmt.Sprintf("%s-%d", strings.Repeat("a-", 30)+"b", i) }
	for i := range 8 {
		n.now = n.now.Add(time.Minute)
		story := stories.Story{Slug: slug(i), Headline: marks(stories.MaxHeadline), Summary: marks(stories.MaxSummary), Topics: topics}
		if _, err := n.service.Editor.Track(t.Context(), act(), story); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 8 {
		n.now = n.now.Add(time.Minute)
		a := stories.Append{Slug: slug(7), Text: fmt.Sprint(i) + marks(stories.MaxUpdateText-10), Level: stories.Breaking, At: n.now.Add(-100 * time.Hour)}
		for k := range stories.MaxSources {
			a.Sources = append(a.Sources, fmt.Sprintf("https://%s.example/%d?%s", strings.Repeat("h", 50), k, strings.Repeat("a_", 20)))
		}
		if _, _, _, err := n.service.Publisher.Append(t.Context(), act(), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range []string{"/stories", "/stories x", "/story", "/story nosuch", "/desk log", "/desk log " + slug(7), "/desk status", "/desk moderators", "/story " + slug(7)} {
		n.ask("mo", "general", line)
		if len(offers(n.last.Message)) == 0 && !strings.HasPrefix(line, "/desk log ") {
			t.Errorf("%s offers nothing:\n%s", line, transcript(n.last))
		}
	}
	n.press("mo", "general", "Timeline")
	for _, want := range []string{"Update 8", "Update 4"} {
		if !slices.ContainsFunc(offers(n.last.Message), func(b bot.Button) bool { return b.Label == want }) {
			t.Errorf("no row opens %s:\n%s", want, transcript(n.last))
		}
	}
}

// A list divides its room: nobody gets more than they need, what one leaves others
// get, and all of it together is never more than there is.
func TestShares(t *testing.T) {
	if got := shares(100, []int{10, 200, 30, 200}); !slices.Equal(got, []int{10, 30, 30, 30}) {
		t.Errorf("shares = %v", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		room := rapid.IntRange(-50, 2000).Draw(t, "room")
		needs := rapid.SliceOf(rapid.IntRange(0, 3000)).Draw(t, "needs")
		given := shares(room, needs)
		sum, left := 0, false
		for i, g := range given {
			if sum += g; g < 0 || g > needs[i] {
				t.Fatalf("of %d needs %v are given %v", room, needs, given)
			}
			left = left || g < needs[i]
		}
		if sum > max(room, 0) || left && sum < room-len(needs) {
			t.Fatalf("of %d needs %v are given %v", room, needs, given)
		}
	})
}

func TestRangesCountFromTheNewest(t *testing.T) {
	for want, got := range map[string]string{
		"13–9 of 13": rangeWords(13, 9, 13), "1–6 of 1,204": rangeWords(1, 6, 1204), "3 of 3": rangeWords(3, 3, 3),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// The verdict is the first line of a status, the worst first.
func TestVerdict(t *testing.T) {
	now := time.Date(2014, 12, 20, 15, 0, 0, 0, time.UTC)
	up := []bot.Health{{ID: "discord gateway", Up: true}, {ID: "slack socket", Up: true}, {ID: "slack token 1", Up: true}}
	names := bot.Names{Platforms: []bot.Refs{{Platform: "discord", Title: "Discord"}, {Platform: "slack", Title: "Slack"}}}
	waiting := []stories.LaneStatus{{Lane: "discord", Pending: 340, Sending: 7, OldestDue: now.Add(-12 * time.Second)}}
	for _, tt := range []struct {
		want string
		is   machinery
	}{
		{"All is well: nothing waits, 12 channels follow, Discord and Slack are connected.", machinery{desk: stories.DeskStatus{Followers: 12}, connections: up}},
		{"All is well: nothing waits, 1 channel follows, Discord is connected.", machinery{desk: stories.DeskStatus{Followers: 1}, connections: up[:1]}},
		{"All is well: nothing waits, no channel follows anything.", machinery{}},
		{"All is well: nothing waits to be sent, no channel follows anything.", machinery{desk: stories.DeskStatus{Deferred: 1}}},
		{"347 messages wait, the oldest for 12 s.", machinery{desk: stories.DeskStatus{Lanes: waiting}, connections: up}},
		{"1 message waits, for 12 s.", machinery{desk: stories.DeskStatus{Lanes: []stories.LaneStatus{{Pending: 1, OldestDue: now.Add(-12 * time.Second)}}}}},
		{"2 channels cannot be written to.", machinery{desk: stories.DeskStatus{Lanes: waiting, FailingTotal: 2}, connections: up}},
		{"Slack socket is not connected: the handshake timed out.", machinery{desk: stories.DeskStatus{Lanes: waiting, FailingTotal: 2}, connections: []bot.Health{{ID: "slack socket", Detail: "the handshake timed out"}}}},
		{"Deliveries to Slack are stopped: the token was revoked. Put a new one in.", machinery{lanes: []LaneHealth{{Lane: "slack:T1", Stopped: "cannot be reached: the token was revoked. Put a new one in."}}}},
		{"Deliveries to Slack are stopped: the token was revoked.", machinery{desk: stories.DeskStatus{Lanes: waiting, FailingTotal: 2}, back: stories.PutBack{Waiting: 3, Channels: 2, At: now}, lanes: []LaneHealth{{Lane: "slack:T1", Stopped: "the token was revoked"}}, connections: []bot.Health{{ID: "discord gateway"}}}},
	} {
		tt.is.names, tt.is.desk.At = names, now
		first := bot.PlainText(bot.Message{Blocks: tt.is.verdict()[:1]})
		if first != tt.want {
			t.Errorf("it begins with %q, want %q", first, tt.want)
		}
		if whole := bot.PlainText(tt.is.page(0)); !strings.HasPrefix(whole, tt.want) {
			t.Errorf("the answer begins otherwise than with %q:\n%s", tt.want, whole)
		}
	}
}

// Every channel that fails is on some page of the status.
func TestStatusTurnsPages(t *testing.T) {
	s := machinery{desk: stories.DeskStatus{FailingTotal: 40}}
	for i := range 40 {
		s.desk.Failing = append(s.desk.Failing, stories.FailingDestination{Destination: stories.Destination{Platform: "console", Channel: fmt.Sprintf("#c%d", i)}, Held: 3, Reason: strings.Repeat("refuses posts ", 6)})
	}
	s.names = bot.Names{Platforms: []bot.Refs{{Platform: "console", Title: "console", Named: true}}}
	seen, from := "", 0
	for range 40 {
		page := s.page(from)
		checkMessage(t, page)
		seen += bot.PlainText(page)
		more := page.Buttons[len(page.Buttons)-1]
		if more.Label != "More" {
			break
		}
		args, err := (bot.Press{Action: more.Action, Arg: more.Arg}).Args()
		if err != nil || int(args.Number(0)) <= from {
			t.Fatalf("from %d on it goes on with %+v, %v", from, more, err)
		}
		from = int(args.Number(0))
	}
	for i := range 40 {
		if n := strings.Count(seen, fmt.Sprintf("#c%d (console)", i)); n != 1 {
			t.Errorf("#c%d is there %d times", i, n)
		}
	}
}

// A warning about the channel is the first line of every answer but shared ones.
func TestAWarningIsTheFirstLine(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "news", "/update sony-hack The studio cancels the film."))
	n.work(blocking)
	for _, line := range []string{"/story sony-hack", "/stories", "/why sony-hack", "/desk log", "/desk status", "/subscriptions", "/update sony-hack A further one.", "/story help"} {
		n.now = n.now.Add(blockedTell + time.Minute)
		text := bot.PlainText(n.ask("mo", "general", line).Message)
		if !strings.HasPrefix(text, "Updates do not arrive here since") {
			t.Errorf("%s: %s", line, text)
		}
		if n.last.Live != nil {
			if m, _, err := n.last.Live(t.Context()); err != nil || !strings.HasPrefix(bot.PlainText(m), "Updates do not arrive") {
				t.Errorf("%s, later: %s, %v", line, bot.PlainText(m), err)
			}
		}
	}
	if _, err := n.store.Restored(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.now = n.now.Add(blockedTell + time.Minute)
	text := bot.PlainText(n.ask("ria", "general", "/story sony-hack").Message)
	if strings.Contains(text, "comes then") || strings.Contains(text, "come then") || !strings.Contains(text, "from before the database was put back wait for a moderator to decide") {
		t.Errorf("after a put-back: %s", text)
	}
}

// A row says that there is a picture behind its button only where there is one.
func TestARowTellsOfThePictureThatIsShown(t *testing.T) {
	for standing, tells := range map[stories.Standing]bool{stories.Stands: true, stories.Unverified: false, stories.OnHold: false, stories.Withdrawn: false} {
		u := stories.Update{Number: 4, Text: "The dam broke.", Picture: stories.Picture{URL: "https://example.org/dam.jpg", Alt: "Water"}, Marks: stories.Marks{Standing: standing}}
		row := bot.PlainText(bot.Message{Blocks: []bot.Block{rowPrint(u, time.Unix(1, 0), false, 500)}})
		if strings.Contains(row, "with a picture") != tells {
			t.Errorf("%q: %q", standing, row)
		}
	}
}
