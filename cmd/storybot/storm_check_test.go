package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"storybot/bot/discord/discordtest"
)

// shownPost is a message as a channel shows it: with what a notification says, and what it
// showed first.
type shownPost struct {
	text, notified, first string
	remove                func()
}

// shown are the messages of a channel, in order.
func (s *storm) shown(p *spot) (list []shownPost) {
	if p.discord != "" {
		for _, m := range s.discord.Messages(p.discord) {
			first := m.Text
			if len(m.Earlier) > 0 {
				first = m.Earlier[0]
			}
			list = append(list, shownPost{m.Text, m.Content, first, func() { s.discord.DeleteMessage(p.discord, m.ID) }})
		}
		return list
	}
	for _, m := range s.slack.Messages(p.at.team, p.at.channel) {
		first := m.Text
		if len(m.Edits) > 0 {
			first = m.Edits[0].Text
		}
		list = append(list, shownPost{m.Visible(), m.Text, first, func() { s.slack.DeleteMessage(m) }})
	}
	return list
}

// settleHeld waits until what healed has what it was owed.
func (s *storm) settleHeld() {
	s.t.Helper()
	again := time.NewTicker(400 * time.Millisecond)
	defer again.Stop()
	for {
		s.settle()
		held := s.deliveries(s.t, "held")
		if !slices.ContainsFunc(s.of(heals), func(p *spot) bool { return strings.Contains(held, p.id()) }) {
			return
		}
		select {
		case <-again.C:
		case <-s.ctx.Done():
			s.t.Fatalf("still held:\n%s", held)
		}
	}
}

// id is how the channel is listed.
func (p *spot) id() string {
	if p.discord != "" {
		return p.discord
	}
	return p.at.channel
}

var (
	ofUpdate = regexp.MustCompile(`flood, update (\d+)`)
	gauge    = regexp.MustCompile(`Gauge (\d+) reads (\d+) metres`)
)

// check compares every channel with what it is due, and what people are told with that.
func (s *storm) check() {
	s.t.Helper()
	for _, p := range s.spots {
		if p.fate == gone {
			continue
		}
		s.checkSpot(p)
	}
	if s.wrong > 5 {
		s.t.Errorf("and %d more", s.wrong-5)
	}
	s.checkWhy()
	s.checkDesk()
}

func (s *storm) checkSpot(p *spot) {
	s.t.Helper()
	list := s.shown(p)
	fail := func(format string, args ...any) {
		s.t.Helper()
		if s.wrong++; s.wrong > 5 {
			return
		}
		var all strings.Builder
		for _, m := range list {
			fmt.Fprintf(&all, "\n    %s | first %s", oneLine(m.text), oneLine(m.first))
		}
		s.t.Errorf("%s, which %q: %s%s", p.name, p.fate, fmt.Sprintf(format, args...), all.String())
	}
	cards, stops, order := 0, 0, []int{}
	copies, tells := map[int][]shownPost{}, map[int][]telling{}
	for i, m := range list {
		if strings.Contains(m.text, "subscribed this channel") {
			cards++
			continue
		}
		if p.fate == leaver && strings.Contains(m.text, "stopped flood here") {
			stops++
			continue
		}
		of := ofUpdate.FindStringSubmatch(m.text)
		if of == nil {
			fail("a message of another kind: %q", m.text)
			return
		}
		number, _ := strconv.Atoi(of[1])
		if t, ok := tellingOf(m); ok {
			if len(copies[number]) == 0 && !(number == 1 && p.lost != "") {
				fail("message %d tells of update %d, whose copy is not there before it", i, number)
			}
			tells[number] = append(tells[number], t)
			continue
		}
		copies[number] = append(copies[number], m)
		if !s.news[number-1].withheld() {
			order = append(order, number)
		}
	}
	if cards != 1 || stops > 1 {
		fail("%d cards, and stopped %d times", cards, stops)
	}
	if !slices.IsSorted(order) {
		fail("out of order: %v", order)
	}
	for i, n := range s.news {
		s.checkUpdate(p, i+1, n, copies[i+1], tells[i+1], fail)
	}
}

// withheld says that the update did not stand at some time.
func (n bulletin) withheld() bool {
	return slices.ContainsFunc(n.wordings, func(w wording) bool { return w.standing == "ON HOLD" || w.standing == "WITHDRAWN" })
}

// due says how many copies of an update a channel has at least and at most.
func (s *storm) due(p *spot, number int, n *bulletin) (least, most int) {
	switch {
	case p.fate == urgent && n.level != "breaking", number < p.from, p.fate == leaver && number > 1, p.fate == blocked && number > 1:
		return 0, 0
	case p.lost != "" && number == 1:
		return 0, 0
	case n.now().standing == "WITHDRAWN" && number > 1:
		return 0, 1 // what waited is not sent at all
	}
	return 1, 1
}

func (s *storm) checkUpdate(p *spot, number int, n *bulletin, copies []shownPost, told []telling, fail func(string, ...any)) {
	s.t.Helper()
	if least, most := s.due(p, number, n); len(copies) < least || len(copies) > most {
		fail("%d copies of update %d, not %d to %d", len(copies), number, least, most)
		return
	}
	deleted := number == 1 && p.lost != ""
	if len(copies) == 0 && !deleted {
		if len(told) > 0 {
			fail("told of update %d, of which it has no copy", number)
		}
		return
	}
	first := p.lost
	if !deleted {
		first = copies[0].first
		if p.fate != blocked {
			for what, text := range map[string]string{"shows": copies[0].text, "notifies of": copies[0].notified} {
				if wrong := n.missing(number, first, text); wrong != "" {
					fail("update %d %s %q: %s", number, what, text, wrong)
				}
			}
		}
	}
	if p.fate == leaver || p.fate == blocked {
		if len(told) > 0 {
			fail("told of update %d", number)
		}
		return
	}
	if wrong := n.follows(number, first, told, p.fate != heals); wrong != "" {
		fail("of update %d: %s", number, wrong)
	}
}

// missing says what is wrong with a copy that should show the newest wording, and the
// marks of what was done since the one that it showed first.
func (n bulletin) missing(number int, first, text string) (wrong string) {
	text = oneLine(text)
	began := n.began(number, first)
	if len(began) == 0 {
		return fmt.Sprintf("it said first what the update never did: %q", first)
	}
	for _, from := range began {
		if wrong = n.marked(number, from, text); wrong == "" {
			return ""
		}
	}
	return wrong
}

// began are the wordings that a copy may have begun with which said this.
func (n bulletin) began(number int, first string) (list []int) {
	for i, w := range n.wordings {
		if strings.Contains(first, fmt.Sprintf("Gauge %d reads %d metres.", number, w.says)) && standing(first) == w.standing {
			list = append(list, i)
		}
	}
	return list
}

// standing is the word over a copy.
func standing(text string) string {
	for _, word := range []string{"UNVERIFIED", "ON HOLD", "WITHDRAWN"} {
		if strings.Contains(text, word) {
			return word
		}
	}
	return ""
}

// marked says what is wrong with a copy that began as the wording from and should show
// the newest.
func (n bulletin) marked(number, from int, text string) string {
	w, since := n.now(), map[string]string{}
	for _, later := range n.wordings[from+1:] {
		since[later.kind] = later.reason
	}
	_, corrected := since["correct"]
	_, edited := since["fix"]
	_, released := since["release"]
	for words, is := range map[string]bool{
		fmt.Sprintf("Gauge %d reads %d metres.", number, w.says): true,
		"BREAKING":   n.level == "breaking" && (w.standing == "" || w.standing == "UNVERIFIED"),
		"UNVERIFIED": w.standing == "UNVERIFIED", "ON HOLD": w.standing == "ON HOLD", "WITHDRAWN": w.standing == "WITHDRAWN",
		"Corrected": corrected, ": " + since["correct"]: corrected, " · edited ": edited, "Released": released && w.standing == "",
	} {
		if words != ": " && strings.Contains(text, words) != is {
			return fmt.Sprintf("that it holds %q should be %v", words, is)
		}
	}
	if n := len(gauge.FindAllString(text, -1)); n != 1 {
		return fmt.Sprintf("%d wordings in one", n)
	}
	return ""
}

// telling is a message beside a copy: what it is labelled, and which text it tells of.
type telling struct {
	label    string
	was, now int
	text     string
}

var wordsOfTelling = regexp.MustCompile(`(?s)^\W*(CORRECTION|WITHDRAWN|ON HOLD|RELEASED)\b`)

// tellingOf reads a message beside a copy; other messages are none.
func tellingOf(m shownPost) (t telling, ok bool) {
	label := wordsOfTelling.FindStringSubmatch(m.text)
	if label == nil {
		return t, false
	}
	t.label = label[1]
	switch text := oneLine(m.text); t.label {
	case "WITHDRAWN":
		ok = strings.Contains(text, "This update does not stand.")
	case "ON HOLD":
		ok = strings.Contains(text, "It says:")
	default:
		ok = true
	}
	found := gauge.FindAllStringSubmatch(m.text, -1)
	if !ok || len(found) == 0 {
		return t, ok
	}
	t.was, _ = strconv.Atoi(found[0][2])
	t.now, _ = strconv.Atoi(found[len(found)-1][2])
	t.text = oneLine(m.text)
	return t, true
}

// due is the label of what somebody is to be told who knows the wording from and is to
// know the wording to, "" for nothing.
func (n bulletin) due(from, to int) string {
	was, is := n.wordings[from], n.wordings[to]
	corrected := slices.ContainsFunc(n.wordings[from+1:to+1], func(w wording) bool { return w.kind == "correct" })
	switch {
	case from == to:
		return ""
	case is.standing == "WITHDRAWN" && was.standing != "WITHDRAWN":
		return "WITHDRAWN"
	case is.standing == "ON HOLD" && was.standing != "ON HOLD":
		return "ON HOLD"
	case corrected:
		return "CORRECTION"
	case is.standing == "" && was.standing != "":
		return "RELEASED"
	}
	return ""
}

// skips says that between two wordings there is one that everybody was told of.
func (n bulletin) skips(from, to int, each bool) bool {
	for i := from + 1; each && i < to; i++ {
		if n.wordings[i].settled && n.due(from, i) != "" {
			return true
		}
	}
	return false
}

// follows says what is wrong with what a channel was told of an update whose copy
// said first what it did: that is to lead from there to the newest wording, once each,
// and, where each is to be told, to those between that everybody was told of.
func (n bulletin) follows(number int, first string, told []telling, each bool) string {
	knows := map[int]bool{}
	for _, i := range n.began(number, first) {
		knows[i] = true
	}
	newest := len(n.wordings) - 1
	for _, t := range told {
		next := map[int]bool{}
		for from := range knows {
			for to := from + 1; to <= newest; to++ {
				if n.wordings[to].says != t.now || t.label == "CORRECTION" && n.wordings[from].says != t.was || n.skips(from, to, each) {
					continue
				}
				due := n.due(from, to)
				if due == "" && t.label == "RELEASED" { // it saw the mark in between
					due = n.due(to-1, to)
				}
				if due == t.label {
					next[to] = true
				}
			}
		}
		if len(next) == 0 {
			return fmt.Sprintf("after wordings %v it was told %q", knows, t.text)
		}
		knows = next
	}
	for from := range knows {
		if n.due(from, newest) == "" {
			return ""
		}
	}
	return fmt.Sprintf("it was told last of wordings %v of %d, and not of the rest", knows, newest)
}

// checkWhy asks in every channel for one of the updates.
func (s *storm) checkWhy() {
	s.t.Helper()
	for i, p := range s.spots {
		if p.fate == gone {
			continue
		}
		number := 1 + i%len(s.news)
		n := s.news[number-1]
		said := oneLine(s.types(p, "why", "flood", strconv.Itoa(number), ""))
		copies, told := 0, 0
		for _, m := range s.shown(p) {
			if of := ofUpdate.FindStringSubmatch(m.text); of == nil || of[1] != strconv.Itoa(number) {
				continue
			}
			if _, is := tellingOf(m); is {
				told++
			} else {
				copies++
			}
		}
		if number == 1 && p.lost != "" {
			copies++ // it was there
		}
		if sent := strings.Contains(said, fmt.Sprintf("Update %d was sent.", number)); sent != (copies == 1) {
			s.t.Errorf("%s, which %q, has %d copies of update %d: /why says %q", p.name, p.fate, copies, number, said)
		}
		if posted := strings.Count(said, " was posted "); posted != told {
			s.t.Errorf("%s, which %q, was told %d times of update %d: /why says %q", p.name, p.fate, told, number, said)
		}
		if p.lost != "" && number == 1 && len(n.wordings) > 1 && !strings.Contains(said, "no longer has the message") {
			s.t.Errorf("%s, whose copy was deleted: /why says %q", p.name, said)
		}
	}
}

var (
	deskRevision = regexp.MustCompile(`flood, update (\d+), (correction|fix|withdrawal|hold|release): ((?:Edited|Posted|Sent) .*)`)
	deskPart     = regexp.MustCompile(`([\d,]*\d) of ([\d,]*\d)[^(,]*(?:\([^)]*\))?(.*)`)
	deskUpdate   = regexp.MustCompile(`flood, update (\d+), (breaking|normal|minor): Delivered (.*)`)
	numbers      = regexp.MustCompile(`[\d,]*\d`)
)

// checkDesk looks at what the desk was told, and at the status.
func (s *storm) checkDesk() {
	s.t.Helper()
	var ended []work
	finished := func() bool {
		ended = nil
		for _, m := range s.discord.Messages(guildChannel) {
			if r := deskRevision.FindStringSubmatch(plain(m.Text)); r != nil {
				number, _ := strconv.Atoi(r[1])
				ended = append(ended, work{number, r[2], totals(r[3])})
			}
		}
		return len(ended) == len(s.worked) && !slices.ContainsFunc(ended, func(w work) bool { return w.total < 0 })
	}
	if err := s.discord.Wait(s.ctx, finished); err != nil {
		s.t.Errorf("the desk: %v", err)
	}
	inOrder := func(a, b work) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.kind, b.kind), cmp.Compare(a.total, b.total))
	}
	slices.SortFunc(ended, inOrder) // of two that began together either may be told first
	slices.SortFunc(s.worked, inOrder)
	if !slices.Equal(ended, s.worked) {
		s.t.Errorf("the desk was told of\n%v, where the answers said\n%v", ended, s.worked)
	}
	for _, m := range s.discord.Messages(guildChannel) {
		if r := deskUpdate.FindStringSubmatch(plain(m.Text)); r != nil && total(r[3]) < 0 {
			s.t.Errorf("this does not add up: %q", m.Text)
		}
	}
	answer, err := s.discord.Command(s.ctx, discordtest.Interaction{Channel: guildChannel, Name: "desk status"})
	if err != nil {
		s.t.Fatal(err)
	}
	if want := fmt.Sprintf("%d channels cannot be written to.", len(s.of(blocked))); !strings.Contains(answer.Message.Text, want) {
		s.t.Errorf("/desk status is %q, want %q", answer.Message.Text, want)
	}
}

// totals is the number of what a sentence about a revision says is done, or not, where
// the parts of each kind of work add up to that; else it is negative.
func totals(words string) (sum int) {
	for part := range strings.SplitSeq(strings.TrimSuffix(words, "."), "; ") {
		r := deskPart.FindStringSubmatch(part)
		if r == nil {
			return -1
		}
		done, all := number(r[1]), number(r[2])
		for _, more := range numbers.FindAllString(r[3], -1) {
			done += number(more)
		}
		if done != all {
			return -1
		}
		sum += all
	}
	return sum
}

func number(word string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(word, ",", ""))
	return n
}

// total is the number of what a sentence says is done, or not, where its parts add up
// to that; else it is negative.
func total(words string) int {
	var all []int
	for _, word := range numbers.FindAllString(strings.TrimSuffix(words, "."), -1) {
		n, _ := strconv.Atoi(strings.ReplaceAll(word, ",", ""))
		all = append(all, n)
	}
	switch {
	case strings.HasPrefix(words, "the one"):
		return 1
	case strings.HasPrefix(words, "all ") || strings.HasPrefix(words, "to all "):
		return all[0]
	case len(all) < 2:
		return -1
	}
	sum := all[0]
	for _, n := range all[2:] {
		sum += n
	}
	if sum != all[1] {
		return -1
	}
	return sum
}
