package storetest

import (
	"fmt"

	"storybot/stories"
)

// putBackBesideTests say that a channel is not told of a revision before it is known
// whether the copy is there that was revised.
var putBackBesideTests = []test{
	{"what is told beside a copy that is looked for stands behind it, and behind all else", func(d *desk) {
		d.eachLooked(func(what string, u stories.Update, l stories.Lease) {
			s, err := d.StoryByID(d.ctx, u.StoryID)
			d.ok(err)
			d.append(s, stories.Minor)
			open, err := d.Publications(d.ctx, lane, nil, 100)
			d.ok(err)
			read := ""
			for _, p := range open {
				switch {
				case p.NoticeID != 0:
					read += "told "
				case p.UpdateID == 0:
					read += "looked for "
				}
			}
			same(d, what+": read in the order", read, "looked for told ")
			stands := ""
			for _, r := range d.owedRows(l) {
				if r.PutBack {
					stands += fmt.Sprintf("in doubt %v, ", r.Doubtful)
				}
			}
			same(d, what+": behind all else", stands, "in doubt true, in doubt false, ")
			d.drain(l, 1)
		})
	}},
	{"a channel that has no copy is sent the update as it reads, and told nothing", func(d *desk) {
		d.eachLooked(func(what string, u stories.Update, l stories.Lease) {
			v := d.claim(l, 1)[0]
			same(d, what+": looked for", fmt.Sprint(v.Op, v.About.UpdateID == u.ID, v.Tries.Doubtful), "post true true")
			d.advance(l, 0, d.retry(v))
			same(d, what+": shown at last", d.shows(l, u, 0), "1, post")
			name := v.Destination.Channel[1:]
			d.because(u, name, "the channel has the update as it reads now, or not at all")
		})
	}},
	{"one that has it is told once it is found", func(d *desk) {
		d.eachLooked(func(what string, u stories.Update, l stories.Lease) {
			v := d.claim(l, 1)[0]
			d.advance(l, 0, d.sent(v))
			same(d, what+": shown at last", d.shows(l, u, 0), "1, "+v.Destination.Channel[1:]+" 0>1")
		})
	}},
}

// eachLooked runs a test for each time at which an update may be corrected of which a copy
// is looked for since the database was put back.
func (d *desk) eachLooked(run func(what string, u stories.Update, l stories.Lease)) {
	d.Helper()
	for _, before := range []bool{true, false} {
		name := map[bool]string{true: "before", false: "after"}[before]
		u := d.putBackFor(name)
		if before {
			d.reword(u, corrected("Newer"))
		}
		d.settleAll()
		if !before {
			d.reword(u, corrected("Newer"))
		}
		l := d.hold(lane, "w")
		same(d, name+": told", d.tellings(l), name+" 0>1")
		run("corrected "+name+" it is looked for", u, l)
		d.queueAgrees()
		d.ok(d.ReleaseLease(d.ctx, l))
	}
}
