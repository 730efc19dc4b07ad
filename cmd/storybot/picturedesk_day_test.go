package main

import (
	"fmt"
	"strings"
)

const (
	gaugeLink      = "https://example.org/gauges/cologne"
	gaugeSaid      = "The gauge at Cologne shows 9.12 metres; 4,700 peple have left their homes."
	gaugeCorrected = "The gauge at Cologne shows 8.12 metres; 4,700 peple have left their homes."
	gaugeFixed     = "The gauge at Cologne shows 8.12 metres; 4,700 people have left their homes."
)

func (d *deskPictures) published() {
	d.t.Helper()
	d.asks("track", ask("desk track", "slug", "rhine-flood", "topics", "flood,weather", "summary", "After a week of rain the old town is closed off.",
		"headline", "The Rhine rises above nine metres at Cologne"))
	tell(d.t, d.news, ask("subscribe", "target", "rhine-flood"))
	d.keep("card-first", "", withWords(d.t, d.news, told+"rhine-flood"))
	d.asks("update", ask("update", "story", "rhine-flood", "source", gaugeLink, "text", gaugeSaid))
	d.reads("copy-posted", gaugeSaid)
	tell(d.t, d.desk, ask("subscribe", "target", "rhine-flood", "level", "breaking"))
	d.keep("card-with-update", "", withWords(d.t, d.desk, told+"rhine-flood"))
}

func (d *deskPictures) unverified() {
	d.t.Helper()
	const text = "A dyke is said to have given way at Rodenkirchen."
	d.asks("update-unverified", ask("update", "story", "rhine-flood", "level", "breaking", "unverified", "yes", "text", text))
	d.reads("copy-unverified", text)
	withWords(d.t, d.desk, text)
	question := d.asks("release", ask("desk release", "story", "rhine-flood", "number", "2"))
	d.ends("release-end", d.presses("release-pressed", question, "Release it"), "Edited 2 of 2 copies; posted RELEASED to 2 of 2")
	d.reads("notice-released-unverified", "RELEASED", text)
	d.reads("copy-unverified-released", "BREAKING", "Released", text)
}

func (d *deskPictures) corrected() {
	d.t.Helper()
	form := d.form("correct", ask("desk correct", "story", "rhine-flood", "number", "1"))
	d.submits("correct-unchanged", form, map[string]string{"reason": "The gauge was read wrongly"})
	form = d.form("correct-again", ask("desk correct", "story", "rhine-flood", "number", "1"))
	preview := d.submits("correct-preview", form, map[string]string{"text": gaugeCorrected, "reason": "The gauge was read wrongly"})
	form = d.presses("correct-change", preview, "Change")
	preview = d.submits("correct-preview-again", form, map[string]string{"reason": "The gauge was misread"})
	d.ends("correct-end", d.presses("correct-posted", preview, "Post"), "Edited 1 of 1 copy; posted CORRECTION to 1 of 1")
	d.reads("notice-correction", "CORRECTION", "It said", gaugeCorrected)
	d.reads("copy-corrected", gaugeCorrected, "Corrected")

	form = d.form("fix", ask("desk fix", "story", "rhine-flood", "number", "1"))
	preview = d.submits("fix-preview", form, map[string]string{"text": gaugeFixed})
	d.ends("fix-end", d.presses("fix-posted", preview, "Post"), "Edited 1 of 1 copy")
	d.reads("copy-corrected-and-fixed", gaugeFixed, "edited")
	d.card("card-corrected", d.desk, gaugeFixed)
}

// form opens a form, whichever way the platform opens it.
func (d *deskPictures) form(kind string, l line) seen {
	d.t.Helper()
	return d.asks(kind+"-form", l)
}

func (d *deskPictures) held() {
	d.t.Helper()
	const text = "Bonn opens its flood gates tonight."
	tell(d.t, d.desk, ask("update", "story", "rhine-flood", "text", text))
	d.reads("copy-before-hold", text)
	question := d.asks("hold", ask("desk hold", "story", "rhine-flood", "number", "3", "reason", "The city of Bonn denies it"))
	d.ends("hold-end", d.presses("hold-pressed", question, "Put it on hold"), "Edited 1 of 1 copy; posted ON HOLD to 1 of 1")
	d.reads("notice-on-hold", "ON HOLD", "Bonn denies", "update 3")
	d.reads("copy-on-hold", "ON HOLD", text)
	d.asks("story-on-hold", ask("story", "story", "rhine-flood", "number", "3"))
	question = d.asks("release-hold", ask("desk release", "story", "rhine-flood", "number", "3"))
	d.ends("release-hold-end", d.presses("release-hold-pressed", question, "Release it"), "Edited 1 of 1 copy; posted RELEASED to 1 of 1")
	d.reads("notice-released", "RELEASED", text)
	d.reads("copy-released", "Released", text)
}

const wrong = "The cathedral is under water."

func (d *deskPictures) withdrawn() {
	d.t.Helper()
	tell(d.t, d.desk, ask("update", "story", "rhine-flood", "level", "breaking", "text", wrong))
	d.reads("copy-before-withdrawal", wrong)
	withWords(d.t, d.desk, wrong)
	question := d.asks("withdraw", ask("desk withdraw", "story", "rhine-flood", "number", "4", "reason", "The picture was an old one"))
	d.ends("withdraw-end", d.presses("withdraw-pressed", question, "Withdraw it"), "Edited 2 of 2 copies; posted WITHDRAWN to 2 of 2")
	d.reads("notice-withdrawn", "WITHDRAWN", "does not stand")
	d.reads("copy-withdrawn", "WITHDRAWN", "Does not stand since")
	for _, in := range []person{d.news, d.desk} {
		if _, err := in.await("all that withdraws it", func(all []seen) bool { return times(all, "WITHDRAWN") == 2 }); err != nil {
			d.t.Error(err)
		}
		for _, s := range in.read() {
			// Also what a notification of it is made of says first that it does not stand.
			if first := strings.TrimLeft(s.notified(), "# "); strings.Contains(s.text, wrong) && !strings.HasPrefix(first, "WITHDRAWN") {
				d.t.Errorf("what was withdrawn stands: %q, notified as %q", s.text, first)
			}
		}
	}
}

func (d *deskPictures) written() {
	d.t.Helper()
	form := d.form("write", ask("desk write", "story", "rhine-flood"))
	refused := d.submits("write-refused", form, map[string]string{"text": "The water falls at Mainz.", "source": "example.org", "at": "soon"})
	if d.platform == "discord" {
		form = d.presses("write-refused-change", refused, "Change")
	}
	preview := d.submits("write-preview", form, map[string]string{"text": "The water falls at Mainz.", "source": gaugeLink, "at": "", "level": "breaking"})
	d.ends("write-end", d.presses("write-posted", preview, "Post"), "Delivered to")
	d.form("write-any", ask("desk write"))
	if d.stage.types {
		form = d.form("track", ask("desk track"))
		d.submits("track-refused", form, map[string]string{"headline": "The Moselle rises", "slug": "rhine-flood"})
		d.submits("track-preview", form, map[string]string{"headline": "The Moselle rises", "slug": "moselle", "topics": "flood"})
	}
}

func (d *deskPictures) kept() {
	d.t.Helper()
	preview := d.submits("late-preview", d.form("late", ask("desk write", "story", "rhine-flood")), map[string]string{"text": "Everybody is home again."})
	d.asks("drafts", ask("desk drafts"))
	d.asks("close", ask("desk close", "story", "rhine-flood"))
	offered := d.presses("late-refused", preview, "Post")
	d.ends("late-end", d.presses("late-reopened", offered, "Reopen and post"), "Delivered to")
	preview = d.submits("discard-preview", d.form("discard", ask("desk write", "story", "rhine-flood")), map[string]string{"text": "Nobody is home."})
	d.presses("discarded", preview, "Discard")
}

func (d *deskPictures) scheduled() {
	d.t.Helper()
	at := func(kind, text string) seen {
		d.t.Helper()
		return d.asks(kind, ask("update", "story", "rhine-flood", "at", "tomorrow 09:00", "text", text))
	}
	one := at("scheduled", "The chancellor visits Cologne.")
	at("scheduled-two", "The president visits Bonn.")
	d.asks("scheduled-list", ask("desk scheduled"))
	d.presses("scheduled-cancelled", one, "Cancel")
	left := d.asks("scheduled-left", ask("desk scheduled"))
	changing := d.presses("scheduled-change", left, "Change")
	d.presses("scheduled-change-form", changing, "Change")
	d.presses("scheduled-again", changing, "Post")
	d.presses("scheduled-published", d.asks("scheduled-last", ask("desk scheduled")), "Publish now")
	d.asks("scheduled-none", ask("desk scheduled"))
}

func (d *deskPictures) undone() {}

func (d *deskPictures) added() {
	d.t.Helper()
	form, err := d.stage.add("The *Rhine ferry* has stopped, says <b>everybody</b> & the harbour master.")
	if err != nil {
		d.t.Fatal(err)
	}
	d.keep("add-form", "Add to story", form)
	d.submits("add-preview", form, map[string]string{"story": "rhine-flood"})
}

func (d *deskPictures) changed() {
	d.t.Helper()
	preview := d.submits("edit-preview", d.form("edit", ask("desk edit", "story", "rhine-flood")), map[string]string{"headline": "The Rhine falls at Cologne", "summary": "After two weeks of rain it is dry."})
	d.presses("edit-posted", preview, "Post")
	d.card("card-edited", d.desk, "The Rhine falls at Cologne")
	d.asks("rename", ask("desk rename", "story", "rhine-flood", "slug", "rhine"))
	d.card("card-renamed", d.desk, "rhine ·")
	d.asks("close-last-word", ask("desk close", "story", "rhine", "text", "The flood is over."))
	d.card("card-closed", d.desk, "closed")
	d.asks("reopen", ask("desk reopen", "story", "rhine"))
	d.card("card-reopened", d.desk, "developing")
	d.asks("track-moselle", ask("desk track", "slug", "moselle", "headline", "The Moselle rises"))
	tell(d.t, d.news, ask("subscribe", "target", "moselle"))
	d.card("card-moselle", d.news, "The Moselle rises")
	tell(d.t, d.desk, ask("update", "story", "moselle", "text", "The Moselle reaches eight metres."))
	withWords(d.t, d.news, "The Moselle reaches")
	question := d.asks("merge", ask("desk merge", "story", "moselle", "into", "rhine"))
	d.presses("merged", question, "Merge into rhine")
	d.card("card-merged", d.news, "goes on as")
}

func (d *deskPictures) told() {
	d.t.Helper()
	card := d.asks("story", ask("story", "story", "rhine"))
	d.presses("timeline", card, "Timeline")
	one := d.asks("story-one", ask("story", "story", "rhine", "number", "1"))
	d.presses("history", one, "History")
	four := d.asks("story-withdrawn", ask("story", "story", "rhine", "number", "4"))
	d.presses("history-withdrawn", four, "History")
	for _, n := range []string{"1", "4"} {
		d.keep(fmt.Sprintf("why-%s", n), "/why rhine "+n, tell(d.t, d.news, ask("why", "story", "rhine", "number", n)))
	}
	d.asks("log", ask("desk log"))
	d.asks("drafts-left", ask("desk drafts"))
}

// card waits until the card of a channel holds words, and keeps it.
func (d *deskPictures) card(kind string, in person, words string) {
	d.t.Helper()
	shows := func(s seen) bool {
		return strings.Contains(s.text, words) && strings.Contains(s.text, "subscribed this channel to")
	}
	all, err := in.await(kind, func(all []seen) bool {
		for _, s := range all {
			if shows(s) {
				return true
			}
		}
		return false
	})
	if err != nil {
		d.t.Fatalf("%s: %v in %q", kind, err, textsOf(all))
	}
	for _, s := range all {
		if shows(s) {
			d.keep(kind, "", s)
		}
	}
}
