package command

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"storybot/bot"
	"storybot/stories"
)

// Reading never looks at more than a few times the length of the text, however
// many quotes are begun in it.
func TestQuotesAreReadInProportion(t *testing.T) {
	looked := func(piece string, times int) (n int) {
		text := strings.Repeat(piece, times)
		for i := range text {
			if _, size, seen, ok, err := scanQuoted(text[i:]); ok {
				n += seen
				if open := []rune(text[i:])[0]; err == nil {
					_, seen := orphan(text[i+size:], open, closers[open])
					n += seen
				}
			}
		}
		return n
	}
	for _, piece := range []string{`topics:"a" `, `topics:"a `, "topics:“a” ", "topics:“a ", "topics: «a ", "topics:« a ", "topics:«a» ", `a:'b' c'd `, `x:"1" `} {
		small, large := looked(piece, 500), looked(piece, 2000)
		if large > 5*small || large > 400*len(piece)*2000 {
			t.Errorf("%q: %d bytes looked at for 500, %d for 2000", piece, small, large)
		}
	}
}

// Who may not write is told so whatever they wrote, before it is read.
func TestTheRightComesBeforeTheText(t *testing.T) {
	n := openTracked(t)
	for _, line := range []string{
		"/desk track " + strings.Repeat(`topics:"a" `, 4000), "/update sony-hack " + strings.Repeat("x", 40<<10), `/desk track topics:"a`, "/update sony-hack level:loud x", "/desk close a b c d",
	} {
		if text := bot.PlainText(n.ask("ria", "general", line).Message); !strings.Contains(text, "Only moderators") {
			t.Errorf("%.40s: %s", line, text)
		}
	}
	for _, line := range []string{"/update help", "/update sony-hack help", "/desk track help", "/update"} {
		if text := bot.PlainText(n.ask("ria", "general", line).Message); strings.Contains(text, "Only moderators") && line != "/update" {
			t.Errorf("%s: %s", line, text)
		}
	}
	if reply := n.typed("ria", "general", "update", map[string]string{"story": "sony-hack", "text": "level:breaking x"}); !strings.Contains(bot.PlainText(reply.Message), "Only moderators") {
		t.Errorf("options: %s", transcript(reply))
	}
}

// A command longer than any can be is refused with the limit, in every form.
func TestACommandHasALimit(t *testing.T) {
	n := openTracked(t)
	before := n.state()
	long := strings.Repeat("word ", 8000)
	for _, text := range []string{long, "—level:breaking " + long, long + " level:breaking", "level:breaking " + strings.Repeat("🔥 a", 2700), "—level:breaking " + strings.Repeat("🔥 a", 2700)} {
		for _, reply := range []bot.Reply{n.ask("mo", "general", "/update sony-hack "+text), n.typed("mo", "general", "update", map[string]string{"story": "sony-hack", "text": text})} {
			if said := bot.PlainText(reply.Message); !reply.Failed || len(reply.Message.Buttons) > 0 || !strings.Contains(said, "at most 8000 fit") {
				t.Errorf("%.30s: %s", text, said)
			}
		}
	}
	if n.state() != before {
		t.Error("something was changed")
	}
}

// What a question about a headline offers tears nothing.
func TestReadingsTearNothing(t *testing.T) {
	for _, tt := range []struct{ text, options, left, typed string }{
		{"topics: film, security The hack", `topics:"film, security"`, "The hack", "topics: film, security The hack"},
		{"topics:film, security The hack", `topics:"film, security"`, "The hack", "topics:film, security The hack"},
		{"topics:film, security the hack", `topics:"film, security"`, "the hack", "security the hack"},
		{"topics=film, security The hack", `topics:"film, security"`, "The hack", "topics=film, security The hack"},
		{"topics:film, The hack", "", "", "The hack"},
		{"The hack. summary:It was bad", `summary:"It was bad"`, "The hack.", "The hack. summary:It was bad"},
		{"The hack. summary:It was bad, very bad.", `summary:"It was bad, very bad."`, "The hack.", "The hack. summary:It was bad, very bad."},
		{"The hack. summary: it was bad", `summary:"it was bad"`, "The hack.", "The hack. summary: it was bad"},
		{"The hack\nsummary:It was bad", `summary:"It was bad"`, "The hack", "The hack\nsummary:It was bad"},
		{"The hack summary:It was bad topics:film", `summary:"It was bad" topics:film`, "The hack", "The hack summary:It was bad topics:film"},
		{"The hack *summary:It was bad*", `summary:"It was bad"`, "The hack", "The hack *summary:It was bad*"},
		{"The hack sumary:It was bad", `summary:"It was bad"`, "The hack", "The hack sumary:It was bad"},
		{"summary:It was bad\nThe hack", "", "", "The hack"},
	} {
		read, err := commandNamed(t, "desk track").read(tt.text)
		if err != nil || typedOptions(read.options) != tt.options || read.typed.get("headline") != tt.typed {
			t.Errorf("%q: options %q, typed %q, %v", tt.text, typedOptions(read.options), read.typed, err)
		} else if got := read.taken.get("headline"); tt.options != "" && got != tt.left {
			t.Errorf("%q: %q is left, want %q", tt.text, got, tt.left)
		}
	}
	for _, text := range []string{"summary:It was bad The hack", "sumary:It was bad The hack", "summary=It was bad The hack", "topics:film summary:It was bad"} {
		if _, err := commandNamed(t, "desk track").read(text); err == nil || !strings.Contains(err.Error(), `summary:"…"`) && !strings.Contains(err.Error(), "missing") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// With options taken, what is left is what was typed without the pieces shown,
// and nothing else is lost or moved.
func TestWhatIsLeftIsWhatWasTyped(t *testing.T) {
	c := commandNamed(t, "desk track")
	words := func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !isWordRune(r) }), " ")
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"The", "hack", "of", "film,", "security", "topics:film,", "topics: film,", "asia", "summary:It", "summary:", "was bad.", "slug:hack", "—slug=x1", "\n", `summary:"A b"`, "sumary:Was"}), 1, 8, rapid.ID[string]).Draw(t, "pieces"), " ")
		read, err := c.read(text)
		if err != nil || !read.doubtful() {
			return
		}
		rest := text
		for _, o := range read.options {
			before, after, ok := strings.Cut(rest, o.source)
			if !ok {
				t.Fatalf("%q: the piece %q is not in %q", text, o.source, rest)
			}
			if next := starts(after); o.open && !isJunk(after) && !slices.ContainsFunc(next, func(i int) bool {
				_, ok := (&parser{command: c, values: values{}}).resembling(after[i:], true)
				return ok
			}) {
				t.Fatalf("%q: a text option is taken out of the middle: %q is after it", text, after)
			}
			rest = before + "\n" + after
		}
		if left := words(read.taken.get("headline")); !strings.HasSuffix(words(rest), left) {
			t.Fatalf("%q: %q is left of %q", text, left, words(rest))
		}
	})
}

func TestWrappedOptionsAndNamesOfTheText(t *testing.T) {
	for _, tt := range []struct{ text, options, left string }{
		{"<b>level:breaking</b> River rises", "level:breaking", "River rises"},
		{"<strong>level:breaking</strong> River rises", "level:breaking", "River rises"},
		{`<span class="x">level:breaking</span> River rises`, "level:breaking", "River rises"},
		{"<b>level:</b> breaking River rises", "level:breaking", "River rises"},
		{"level:<b>breaking</b> River rises", "level:breaking", "River rises"},
		{"<b><i>level:breaking</i></b> River rises", "level:breaking", "River rises"},
		{"River rises. <b>level:breaking</b>", "level:breaking", "River rises."},
		{"[level:breaking](x) River rises", "level:breaking", "River rises"},
		{"[level:breaking](https://a.example) River rises", "level:breaking", "River rises"},
		{"**[level:breaking](x)** River rises", "level:breaking", "River rises"},
		{"River rises. [level:breaking](x)", "level:breaking", "River rises."},
		{"<b>source:https://a.example/x</b> River rises", "source:https://a.example/x", "River rises"},
		{"*source:https://a.example/x* River rises", "source:https://a.example/x", "River rises"},
		{"<b>at:15:04</b> River rises", "at:15:04", "River rises"},
		{"text=River rises", "", "River rises"}, {"text = River rises", "", "River rises"}, {"txt:River rises", "", "River rises"}, {"txt: River rises", "", "River rises"},
		{"text :River rises", "", "River rises"}, {"text;River rises", "", "River rises"}, {"—text:River rises", "", "River rises"}, {"*text:* River rises", "", "River rises"}, {"level:minor text=River rises", "", "River rises"},
	} {
		read, err := commandNamed(t, "update").read("sony-hack " + tt.text)
		if err != nil || !read.doubtful() || tt.options != "" && typedOptions(read.options) != tt.options || read.taken.get("text") != tt.left {
			t.Errorf("%q: options %q, left %q, %v", tt.text, typedOptions(read.options), read.taken.get("text"), err)
		}
	}
	for _, text := range []string{"Test: the river", "Next: the trial", "<b>River</b> rises", "[River](https://a.example) rises", "Txt is short", "Text messages leaked", "The text: a leak"} {
		if read, err := commandNamed(t, "update").read("sony-hack " + text); err != nil || read.doubtful() || read.typed.get("text") != text {
			t.Errorf("%q: %q, %v", text, typedOptions(read.options), err)
		}
	}
	read, err := commandNamed(t, "desk track").read("<b>slug:rhine-flood</b> River *topics:film*")
	if err != nil || read.taken.get("slug") != "rhine-flood" || read.taken.get("topics") != "film" || read.taken.get("headline") != "River" {
		t.Errorf("%v, %v", read.taken, err)
	}
}

// Only what can be done is offered; what cannot be done either way is refused.
func TestOnlyWhatCanBeDoneIsOffered(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "general", "/desk track slug:over Another story"))
	n.must(n.ask("mo", "general", "/update over It ends."))
	n.must(n.ask("mo", "general", "/desk close over"))
	before := n.state()
	for _, tt := range []struct {
		line    string
		buttons []string
		says    string
	}{
		{"/update over —level:breaking Sony waits.", nil, "over is closed"},
		{"/update over It ends.", nil, "over is closed"},
		{"/update sony-hack —at:2030-01-01 Sony waits.", []string{"As typed"}, "in the future"},
		{"/update sony-hack Sony waits. source=https://a:b@c.example", []string{"As typed"}, "user name or a password"},
		{"/update sony-hack —level:breaking", []string{"As typed"}, "text is missing"},
		{"/update sony-hack Sony waits. " + strings.Repeat("x", 7980) + " level:breaking", []string{"Use level:breaking"}, "at most 8000 fit"},
		{"/desk track Sony waits slug:sony-hack", []string{"As typed"}, "slug:sony-hack-2"},
		{"/desk track Sony waits slug:Sony_Hack!", []string{"As typed"}, "small letters"},
		{"/desk track " + strings.Repeat("x", 149) + " topics:film", []string{"Use topics:film"}, "at most 150 fit"},
		{"/desk track " + strings.Repeat("x", 160) + " topics:film", nil, "at most 150 fit"},
	} {
		n.now = n.now.Add(time.Second)
		reply := n.ask("mo", "general", tt.line)
		var labels []string
		for _, b := range reply.Message.Buttons {
			labels = append(labels, b.Label)
		}
		if !reply.Failed || strings.Join(labels, "|") != strings.Join(tt.buttons, "|") || !strings.Contains(bot.PlainText(reply.Message), tt.says) {
			t.Errorf("%.60s: %s", tt.line, transcript(reply))
		}
	}
	if n.state() != before {
		t.Error("something was published unasked")
	}
}

// The same request asks the same question in another process, for an hour.
func TestAQuestionIsAskedOnce(t *testing.T) {
	n := openTracked(t)
	c := n.request("mo", "general")
	c.Input = bot.Typed{Name: "update", Text: "sony-hack —level:breaking Sony waits."}
	first := n.handle(c).Message.Buttons
	n.now = n.now.Add(time.Minute)
	n.Mux = New(Config{Stories: n.service})
	second := n.handle(c).Message.Buttons
	if len(first) != 2 || len(second) != 2 || first[0] != second[0] || first[1] != second[1] {
		t.Fatalf("%v and %v", first, second)
	}
	n.must(n.pressed("mo", "general", first[0].Action, first[0].Arg))
	n.must(n.pressed("mo", "general", second[1].Action, second[1].Arg))
	if got := n.levels(); got != "normal breaking" {
		t.Errorf("levels %s", got)
	}
	third := n.ask("mo", "general", "/update sony-hack —level:breaking Sony waits.").Message.Buttons
	if third[0].Arg == first[0].Arg {
		t.Error("another request has the same question")
	}
	n.now = n.now.Add(time.Hour + time.Second)
	if reply := n.pressed("mo", "general", third[0].Action, third[0].Arg); !reply.Failed || !strings.Contains(bot.PlainText(reply.Message), "for an hour") || n.levels() != "normal breaking" {
		t.Errorf("an hour later: %s", transcript(reply))
	}
}

// Both readings may have been posted before: each asks again, one is posted.
func TestAQuestionThatLeadsToAnotherIsOneDeed(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("mo", "general", "/update sony-hack text:River rises"))
	n.must(n.ask("mo", "general", "/update sony-hack text:River rises level:minor"))
	asked := n.ask("mo", "general", "/update sony-hack River rises level:minor").Message.Buttons
	var again []bot.Button
	for _, b := range asked {
		reply := n.pressed("mo", "general", b.Action, b.Arg)
		if len(reply.Message.Buttons) != 1 {
			t.Fatalf("%s: %s", b.Label, transcript(reply))
		}
		again = append(again, reply.Message.Buttons[0])
	}
	for _, b := range again {
		n.must(n.pressed("mo", "general", b.Action, b.Arg))
	}
	if got := n.levels(); got != "normal normal normal minor" {
		t.Errorf("levels %s", got)
	}
}

// countingNotes counts what is kept, or refuses it.
type countingNotes struct {
	stories.Store
	kept int
	full bool
}

func (c *countingNotes) PutNote(ctx context.Context, by, id, text string, now time.Time) error {
	if c.full {
		return &stories.Error{Code: stories.CodeUnavailable, Message: "The disk of the database is full."}
	}
	c.kept++
	return c.Store.PutNote(ctx, by, id, text, now)
}

func TestASearchIsShownWhateverCanBeKept(t *testing.T) {
	long := strings.Repeat("word ", 20)
	n := openStaffed(t)
	for i := range 8 {
		n.must(n.ask("mo", "general", "/desk track slug:s-"+string(rune('a'+i))+" "+long))
	}
	notes := &countingNotes{Store: n.store}
	n.Mux = New(Config{Stories: stories.NewService(stories.Config{Store: notes, Now: func() time.Time { return n.now }})})
	n.must(n.ask("ria", "general", "/stories "+long))
	n.must(n.press("ria", "general", "Older"))
	n.must(n.press("ria", "general", "Newer"))
	if word, _, _ := strings.Cut(n.shown[0].Arg[2:], "."); notes.kept != 1 || word[0] != 'n' {
		t.Errorf("kept %d times, under %q", notes.kept, word)
	}
	notes.full = true
	n.must(n.ask("ria", "general", "/stories "+long+" wor"))
	if got := transcript(n.last); !strings.Contains(got, "1 to 6 of 8") || strings.Contains(got, "[Older]") || !strings.Contains(got, "cannot be shown now") {
		t.Errorf("answer:\n%s", got)
	}
	n.must(n.ask("ria", "general", "/stories word"))
	n.must(n.press("ria", "general", "Older"))
}

// A refused subscription releases nothing of what a blocked channel waits for.
func TestARefusalReleasesNothing(t *testing.T) {
	n := openTracked(t)
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	n.must(n.ask("mo", "general", "/update sony-hack Sony waits."))
	n.work(blocking)
	state := func() stories.DestinationState {
		subs, err := n.service.Subscriptions(t.Context(), channel("general"))
		if err != nil {
			t.Fatal(err)
		}
		return subs[0].DestinationState
	}
	for _, line := range []string{"/subscribe nosuch", "/subscribe topic:a/b", "/subscribe sony-hack level:loud"} {
		if reply := n.ask("ria", "general", line); !reply.Failed || state() != stories.Blocked {
			t.Errorf("%s: %s, the channel is %s", line, transcript(reply), state())
		}
	}
	n.must(n.ask("ria", "general", "/subscribe sony-hack"))
	if !strings.Contains(transcript(n.last), "what waited comes now") || state() == stories.Blocked {
		t.Errorf("the channel is %s: %s", state(), transcript(n.last))
	}
}

func TestNothingResemblesMeansTheNewest(t *testing.T) {
	n := openTracked(t)
	got := transcript(n.ask("ria", "general", "/story zzzzqqq"))
	if strings.Contains(got, "Did you mean") || !strings.Contains(got, "The newest: sony-hack.") || !strings.Contains(got, "[sony-hack]") {
		t.Errorf("answer:\n%s", got)
	}
	if got := transcript(n.ask("ria", "general", "/story sony-hakc")); !strings.Contains(got, "Did you mean sony-hack?") {
		t.Errorf("answer:\n%s", got)
	}
}

// A find of rapid's: brackets around nothing are no link.
func TestBracketsAroundNothingAreNoLink(t *testing.T) {
	if got := linksIn("< >"); len(got) > 0 {
		t.Errorf("links %q", got)
	}
}
