package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTheDesksOffersArePressed makes each answer of the desk's that offers something,
// lets something happen, and presses each offer then, on every platform: at once and
// once more, by another moderator and by a reader, when the story was closed, renamed or
// merged meanwhile, and after a restart. Each press is answered, to who pressed alone, in
// words that lead on. testdata/desk/presses-*.golden holds all answers, to be read.
func TestTheDesksOffersArePressed(t *testing.T) {
	for name, open := range stages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &pressedDesk{t: t, stage: open(t)}
			d.begin()
			for _, w := range d.whens() {
				d.under(w, deskOffers())
			}
			d.restarted()
			d.withUndo()
			d.golden(name)
		})
	}
}

// pressedDesk is a desk whose offers are pressed.
type pressedDesk struct {
	t      *testing.T
	stage  *stage
	editor person
	other  person // another moderator
	reader person
	count  int
	out    strings.Builder
}

// deskOffer is an answer of the desk's about a story of its own, and what is pressed in it.
type deskOffer struct {
	name  string
	label string
	make  func(d *pressedDesk, slug string) seen
}

// private says that only its author is shown it, and may press it.
func (o deskOffer) private() bool { return strings.Contains(o.name, "preview") || o.name == "drafts" }

const addedMessage = "a message's preview"

// meanwhile is what happens between an answer and the press.
type meanwhile struct {
	name    string
	happens func(d *pressedDesk, slug string)
	closes  bool
	lasts   bool   // its answer has buttons of its own
	by      person // nil for who asked
	twice   bool   // by a reader first, and once more in the end
}

func (d *pressedDesk) whens() []meanwhile {
	nothing := func(*pressedDesk, string) {}
	return []meanwhile{
		{name: "at once", happens: nothing, twice: true},
		{name: "by another moderator", happens: nothing, by: d.other},
		{name: "the story was closed", closes: true, happens: func(d *pressedDesk, slug string) { d.tells(ask("desk close", "story", slug)) }},
		{name: "the story was renamed", happens: func(d *pressedDesk, slug string) { d.tells(ask("desk rename", "story", slug, "slug", slug+"-new")) }},
		{name: "the story was merged", lasts: true, happens: func(d *pressedDesk, slug string) {
			d.tells(ask("desk track", "slug", slug+"-into", "headline", "What "+slug+" goes on as"))
			d.presses(d.tells(ask("desk merge", "story", slug, "into", slug+"-into")), "Merge into")
		}},
	}
}

// deskOffers are all of them.
func deskOffers() []deskOffer {
	preview := func(l func(slug string) line, values map[string]string) func(d *pressedDesk, slug string) seen {
		return func(d *pressedDesk, slug string) seen {
			d.t.Helper()
			return d.submits(d.tells(l(slug)), values)
		}
	}
	command := func(name string, options ...string) func(d *pressedDesk, slug string) seen {
		return func(d *pressedDesk, slug string) seen {
			d.t.Helper()
			return d.tells(ask(name, append([]string{"story", slug}, options...)...))
		}
	}
	write := preview(func(slug string) line { return ask("desk write", "story", slug) }, map[string]string{"text": "The second dyke breaks."})
	correct := preview(func(slug string) line { return ask("desk correct", "story", slug, "number", "1") }, map[string]string{"text": "The first dyke holds."})
	wordy := func(d *pressedDesk, slug string) seen { // the message beside copies is told of where there are some
		d.t.Helper()
		d.tells(ask("subscribe", "target", slug))
		withWords(d.t, d.editor, told+slug)
		d.tells(ask("update", "story", slug, "text", "The first dyke of "+slug+" breaks."))
		withWords(d.t, d.editor, "The first dyke of "+slug+" breaks.")
		return d.submits(d.tells(ask("desk correct", "story", slug, "number", "2")), map[string]string{"text": long("The first dyke holds for hours. ", 3000)})
	}
	fix := preview(func(slug string) line { return ask("desk fix", "story", slug, "number", "1") }, map[string]string{"text": "The first dyke broke."})
	edit := preview(func(slug string) line { return ask("desk edit", "story", slug) }, map[string]string{"headline": "It falls"})
	added := func(d *pressedDesk, slug string) seen {
		d.t.Helper()
		return d.submits(d.must(d.stage.add("The *ferry* stops.")), map[string]string{"story": slug})
	}
	late := func(d *pressedDesk, slug string) seen {
		d.t.Helper()
		shown := write(d, slug)
		d.tells(ask("desk close", "story", slug))
		return d.presses(shown, "Post")
	}
	scheduled := command("update", "at", "tomorrow 09:00", "text", "The third dyke breaks.")
	cancelled := func(d *pressedDesk, slug string) seen { d.t.Helper(); return d.presses(scheduled(d, slug), "Cancel") }
	drafts := func(d *pressedDesk, slug string) seen {
		d.t.Helper()
		write(d, slug)
		return d.tells(ask("desk drafts"))
	}
	held := func(d *pressedDesk, slug string) seen {
		d.t.Helper()
		d.presses(d.tells(ask("desk hold", "story", slug, "number", "1")), "Put it on hold")
		return d.tells(ask("desk release", "story", slug, "number", "1"))
	}
	mended := func(d *pressedDesk, slug string) seen {
		d.t.Helper()
		d.presses(d.tells(ask("desk hold", "story", slug, "number", "1")), "Put it on hold")
		return d.tells(ask("story", "story", slug, "number", "1"))
	}
	all := []deskOffer{
		{"a preview", "Post", write}, {"a preview", "Change", write}, {"a preview", "Discard", write},
		{"a correction's preview", "Post", correct}, {"a correction's preview", "Change", correct}, {"a correction's preview", "Discard", correct},
		{"a long correction's preview", "Show CORRECTION", wordy},
		{"a fix's preview", "Post", fix}, {"a fix's preview", "Change", fix},
		{"a changed story's preview", "Post", edit}, {"a changed story's preview", "Change", edit},
		{"a preview whose story was closed", "Reopen and post", late}, {"a preview whose story was closed", "Change", late}, {"a preview whose story was closed", "Discard", late},
		{addedMessage, "Post", added}, {addedMessage, "Discard", added},
		{"a hold asked about", "Put it on hold", command("desk hold", "number", "1")},
		{"a release asked about", "Release it", held},
		{"a withdrawal asked about", "Withdraw it", command("desk withdraw", "number", "1", "reason", "It was another one")},
		{"a scheduled update", "Publish now", scheduled}, {"a scheduled update", "Change", scheduled}, {"a scheduled update", "Cancel", scheduled},
		{"a cancelled update", "Make it a draft", cancelled},
		{"drafts", "Continue", drafts}, {"drafts", "Discard", drafts},
		{"an update on hold", "History", mended},
		{"an update on hold's history", "Show update", func(d *pressedDesk, slug string) seen { d.t.Helper(); return d.presses(mended(d, slug), "History") }},
		{"a merge asked about", "Merge into", func(d *pressedDesk, slug string) seen {
			d.t.Helper()
			d.tells(ask("desk track", "slug", slug+"-other", "headline", "The other"))
			return d.tells(ask("desk merge", "story", slug, "into", slug+"-other"))
		}},
	}
	return all
}

func (d *pressedDesk) begin() {
	d.t.Helper()
	d.editor = d.stage.editor(busy)
	d.other, d.reader = d.stage.others()
	d.tells(ask("desk moderators", "action", "add", "user", d.stage.colleague))
	d.tells(ask("desk track", "slug", "anchor", "headline", "What all can press"))
	d.tells(ask("subscribe", "target", "anchor"))
	withWords(d.t, d.editor, told+"anchor")
}

func (d *pressedDesk) tells(l line) seen { d.t.Helper(); return tell(d.t, d.editor, l) }

func (d *pressedDesk) presses(on seen, label string) seen {
	d.t.Helper()
	return d.must(on.pressed(d.editor, label))
}

func (d *pressedDesk) must(s seen, err error) seen {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *pressedDesk) submits(form seen, values map[string]string) seen {
	d.t.Helper()
	if form.submit == nil {
		d.t.Fatalf("no form was opened: %s", form.text)
	}
	if d.stage.name == "console" && values["headline"] != "" {
		values = map[string]string{"text": values["headline"]} // the first line that is asked for
	}
	return d.must(form.submit(values))
}

// story starts a story with an update.
func (d *pressedDesk) story() string {
	d.t.Helper()
	d.count++
	slug := fmt.Sprintf("story-%d", d.count)
	d.tells(ask("desk track", "slug", slug, "headline", "It rises"))
	d.tells(ask("update", "story", slug, "text", "The first dyke breaks."))
	return slug
}

// pressed presses an offer of a message as one who sees it. On a console that is the
// number of a button of the newest message.
func (s seen) pressed(by person, label string) (seen, error) {
	i := s.offered(label)
	if i < 0 {
		return seen{}, fmt.Errorf("no %q among %q in: %s", label, s.labels(), s.text)
	}
	if p, console := by.(*consolePerson); console {
		return p.say(typed(strconv.Itoa(i + 1)))
	}
	return s.offers[i].press()
}

// offered is the place of an offer, -1 where there is none.
func (s seen) offered(label string) int {
	if i := slices.IndexFunc(s.offers, func(o offer) bool { return strings.HasPrefix(o.label, label) }); i >= 0 {
		return i
	}
	return slices.IndexFunc(s.offers, func(o offer) bool { return rowOf(label) != "" && strings.Contains(o.key, rowOf(label)) })
}

// rowOf is how a menu's options for the buttons of a row begin.
func rowOf(label string) string {
	return map[string]string{"Continue": "rows draft:", "Discard": "rows discard:"}[label]
}

// under makes each answer, lets something happen and presses.
func (d *pressedDesk) under(w meanwhile, offers []deskOffer) {
	d.t.Helper()
	if d.stage.name == "console" && w.lasts {
		return // the newest message is another one then
	}
	for _, o := range offers {
		if w.by != nil && o.private() && d.stage.name != "discord" {
			continue // one platform is enough for what nobody else can see
		}
		if o.name == addedMessage && d.stage.add == nil {
			continue
		}
		slug := d.story()
		on := o.make(d, slug)
		w.happens(d, slug)
		way := fmt.Sprintf("%s > %s (%s)", o.name, o.label, w.name)
		if w.twice && d.stage.name != "console" { // there the next number is one of the answer's
			got, err := on.forged(d.reader, o.label)
			d.judge(way+", by a reader", slug, got, err, o.private())
		}
		if w.by == nil {
			got, err := on.pressed(d.editor, o.label)
			d.judge(way, slug, got, err, false)
		} else {
			got, err := on.forged(w.by, o.label)
			d.judge(way, slug, got, err, o.private())
		}
		if w.twice && d.stage.name != "console" {
			if view, _ := on.payload.(map[string]any); view["title"] != nil {
				continue // what was shown for the press stands in its place
			}
			if again, err := on.pressed(d.editor, o.label); !errors.Is(err, errStale) { // another message stands there
				d.judge(way+", again", slug, again, err, false)
			}
		}
	}
	d.tidy()
}

// tidy discards what is left in drafts, of which nobody may have ever more.
func (d *pressedDesk) tidy() {
	d.t.Helper()
	for {
		list := d.tells(ask("desk drafts"))
		if list.offered("Discard") < 0 {
			return
		}
		d.presses(list, "Discard")
	}
}

// forged presses an offer of a message that somebody else was shown.
func (s seen) forged(by person, label string) (seen, error) {
	if _, console := by.(*consolePerson); console {
		return s.pressed(by, label)
	}
	i := s.offered(label)
	if i < 0 {
		return seen{}, fmt.Errorf("no %q among %q in: %s", label, s.labels(), s.text)
	}
	key := s.offers[i].key
	if _, row, is := strings.Cut(key, "rows "); is {
		key = row
	}
	action, arg, _ := strings.Cut(strings.Replace(key, ":", " ", 1), " ")
	return by.forge(action, arg)
}

// restarted makes each answer, restarts the program and presses.
func (d *pressedDesk) restarted() {
	d.t.Helper()
	if d.stage.name == "console" {
		return // its messages went with its terminal
	}
	d.tidy()
	offers := deskOffers()
	made, slugs := make([]seen, len(offers)), make([]string, len(offers))
	for i, o := range offers {
		slugs[i] = d.story()
		made[i] = o.make(d, slugs[i])
	}
	d.stage.restart(nil)
	for i, o := range offers {
		got, err := made[i].pressed(d.editor, o.label)
		d.judge(fmt.Sprintf("%s > %s (after a restart)", o.name, o.label), slugs[i], got, err, false)
	}
}

// withUndo has every update go out later, and presses what is offered until then.
func (d *pressedDesk) withUndo() {
	d.t.Helper()
	d.tidy()
	d.stage.restart(func(database string) {
		dir := filepath.Dir(strings.TrimPrefix(database, "sqlite:"))
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte("UNDO_WINDOW=300\n"), 0o600); err != nil {
			d.t.Fatal(err)
		}
	})
	updated := func(d *pressedDesk, slug string) seen {
		d.t.Helper()
		return d.tells(ask("update", "story", slug, "text", "The fourth dyke breaks."))
	}
	posted := func(d *pressedDesk, slug string) seen {
		d.t.Helper()
		return d.presses(d.submits(d.tells(ask("desk write", "story", slug)), map[string]string{"text": "The fifth dyke breaks."}), "Post")
	}
	for _, w := range d.whens() {
		if w.closes {
			continue // that is refused until the update is out
		}
		d.under(w, []deskOffer{{"an update that can be undone", "Undo", updated}, {"an update that can be undone", "Publish now", updated}, {"a draft that can be undone", "Undo", posted}})
	}
}

// judge says what is wrong with any answer, and keeps it.
func (d *pressedDesk) judge(way, slug string, s seen, err error, private bool) {
	d.t.Helper()
	switch {
	case err != nil:
		d.t.Errorf("%s: %v", way, err)
		return
	case strings.TrimSpace(s.text) == "":
		d.t.Errorf("%s: an empty answer", way)
	case private && strings.Contains(s.text, "older message"): // nobody is told that there is another's draft
	case dead.MatchString(s.text):
		d.t.Errorf("%s: %s", way, s.text)
	case s.public:
		d.t.Errorf("%s: all of the channel see the answer: %s", way, s.text)
	}
	text := strings.ReplaceAll(oneLine(s.text), slug, "SLUG")
	if strings.HasPrefix(text, "a form: ") {
		text = "a form"
	}
	text = dayIDs.ReplaceAllString(dayClock.ReplaceAllString(now.ReplaceAllString(text, "NOW"), "NOW"), "ID")
	fmt.Fprintf(&d.out, "%s\n    %s\n", way, elapsed.ReplaceAllString(text, "NOW"))
	if labels := s.labels(); len(labels) > 0 {
		fmt.Fprintf(&d.out, "    [%s]\n", strings.ReplaceAll(strings.Join(labels, "] ["), slug, "SLUG"))
	}
}

var elapsed = regexp.MustCompile(`\b(in )?\d+ (seconds?|minutes?|s|min|h)\b( ago)?`)

func (d *pressedDesk) golden(name string) {
	d.t.Helper()
	file := filepath.Join("testdata", "desk", "presses-"+name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(d.out.String()), 0o644); err != nil {
			d.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(d.out.String(), "\n")); diff != "" {
		d.t.Errorf("%s differs; write it with -update and read it\n%s", file, diff)
	}
}
