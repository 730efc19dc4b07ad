package pictures

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

const dam = "https://a.example/dam.jpg"

func at(workspace, channel string) stories.Destination {
	return stories.Destination{Platform: "p", Workspace: workspace, Channel: channel}
}

func pictured(url string) *bot.Message {
	return &bot.Message{Blocks: []bot.Block{bot.Para(bot.Text("It broke."))}, Image: &bot.Image{URL: url, Alt: "Water"}}
}

func operation(m *bot.Message, d stories.Destination) bot.Operation {
	return bot.Operation{Message: m, Delivery: stories.Delivery{Destination: d}}
}

// A refusal holds as far as it reaches, and as long as it is worth.
func TestHowFarARefusalReaches(t *testing.T) {
	here, beside, elsewhere := at("w", "c"), at("w", "d"), at("v", "e")
	for name, tt := range map[string]struct {
		extent                     Extent
		here, beside, other, there bool // shown still: here, in the workspace, another picture here, elsewhere
		rest                       time.Duration
	}{
		"nowhere":    {Nowhere, true, true, true, true, 0},
		"everywhere": {Everywhere, false, false, true, false, pictureRest},
		"workspace":  {Workspace, false, false, true, true, pictureRest},
		"place":      {Place, false, true, false, true, placeRest},
	} {
		now := time.Unix(1_800_000_000, 0)
		g := NewGuard(func() time.Time { return now })
		g.Refuse(*pictured(dam).Image, here, tt.extent)
		got := []bool{g.Shows(*pictured(dam), here), g.Shows(*pictured(dam), beside), g.Shows(*pictured(dam + "?2"), here), g.Shows(*pictured(dam), elsewhere)}
		for i, want := range []bool{tt.here, tt.beside, tt.other, tt.there} {
			if got[i] != want {
				t.Errorf("%s: shown %v, want %v", name, got, []bool{tt.here, tt.beside, tt.other, tt.there})
				break
			}
		}
		now = now.Add(tt.rest - time.Millisecond)
		if tt.rest > 0 && g.Shows(*pictured(dam), here) {
			t.Errorf("%s: tried again too early", name)
		}
		now = now.Add(time.Millisecond)
		if !g.Shows(*pictured(dam), here) {
			t.Errorf("%s: not tried again", name)
		}
	}
	direct := at("", "person")
	g := NewGuard(time.Now)
	if g.Refuse(*pictured(dam).Image, direct, Workspace); g.Shows(*pictured(dam), direct) || !g.Shows(*pictured(dam), at("", "other")) {
		t.Error("a rule of one direct message is another's too")
	}
	if g.Shows(bot.Plainly("It broke."), elsewhere) {
		t.Error("a picture where there is none")
	}
}

// All rows of a push share the message without its picture, as they share the one
// with it.
func TestAMessageIsDrawnWithoutItsPictureOnce(t *testing.T) {
	g, m := NewGuard(time.Now), pictured(dam)
	o, shown := g.Draw(operation(m, at("w", "c")))
	if o.Message != m || !shown {
		t.Fatalf("drawn %v, %v", o.Message, shown)
	}
	v := g.Verdict(o, bot.Verdict{Outcome: bot.BadPayload, Code: "x", Cure: "Report it.", Err: errors.New("cause"), Invalid: true}, Everywhere)
	if v.Outcome != bot.Redrawn || v.Code != "picture_refused" || v.Cure != "" || v.Err == nil || !v.Invalid || !strings.HasPrefix(v.Reason, "does not take the picture") {
		t.Errorf("%+v", v)
	}
	first, shown := g.Draw(operation(m, at("w", "c")))
	again, _ := g.Draw(operation(m, at("v", "d")))
	if shown || first.Message == m || first.Message != again.Message || first.Message.Image != nil || !strings.Contains(bot.PlainText(*first.Message), "Picture: Water") {
		t.Errorf("drawn %v and %v", first.Message, again.Message)
	}
	if m.Image == nil || len(m.Blocks) != 1 {
		t.Errorf("the message was changed: %+v", m)
	}
	if other, _ := g.Draw(operation(pictured(dam), at("w", "c"))); other.Message == first.Message {
		t.Error("another message is drawn as this one")
	}
	thread := operation(m, at("v", "x"))
	thread.Delivery.Op = stories.OpThread
	if o, shown := NewGuard(time.Now).Draw(thread); o.Message != m || shown {
		t.Errorf("a thread is opened with %v, %v", o.Message, shown)
	}
	for _, m := range []*bot.Message{nil, {}} {
		if o, shown := g.Draw(operation(m, at("w", "c"))); o.Message != m || shown {
			t.Errorf("%v drawn as %v, %v", m, o.Message, shown)
		}
	}
}

// A refusal that is not about the picture stays what it is.
func TestOtherRefusalsStay(t *testing.T) {
	g, o := NewGuard(time.Now), operation(pictured(dam), at("w", "c"))
	if v := g.Verdict(o, bot.Verdict{Outcome: bot.Blocked, Code: "50001"}, Nowhere); v.Outcome != bot.Blocked || v.Code != "50001" {
		t.Errorf("%+v", v)
	}
	if _, shown := g.Draw(o); !shown {
		t.Error("the picture is taken for refused")
	}
}

// However many pictures are refused, few are remembered.
func TestFewRefusalsAreRemembered(t *testing.T) {
	g := NewGuard(time.Now)
	for i := range 3 * maxRefusals {
		g.Refuse(*pictured(dam).Image, at("w", fmt.Sprint(i)), Place)
	}
	g.Refuse(*pictured(dam).Image, at("w", "c"), Everywhere)
	for range 3 * maxPlain {
		g.Draw(operation(pictured(dam), at("w", "c")))
	}
	if n := g.refused.Len(); n != maxRefusals {
		t.Errorf("%d refusals are kept", n)
	}
	if n := g.plain.Len(); n != maxPlain {
		t.Errorf("%d messages are kept", n)
	}
}
