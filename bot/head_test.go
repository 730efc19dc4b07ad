package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"storybot/stories"
)

// A live card says the news first, then what the story is, how it stands, how many updates
// it has and when it changed last.
func TestALiveCard(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	story := stories.Story{ID: 1, Slug: "flood", Headline: "Rhine rises", State: stories.Developing, Updates: 12, ActiveAt: at, Summary: "Since Monday"}
	news := func(n int, text string) stories.News {
		return stories.News{Story: story, Update: stories.Update{ID: int64(n), StoryID: 1, Number: n, Level: stories.Normal, Text: text, At: at, CreatedAt: at}}
	}
	c := stories.Content{Live: true, Story: story, Newest: []stories.News{news(12, "The dykes hold."), news(11, strings.Repeat("Water. ", 100)), news(9, "Rain.")},
		Notice: stories.Notice{ID: stories.CardsID, Kind: stories.CardsNotice}}
	c.Update = c.Newest[0].Update
	text := func(c stories.Content) string {
		var b strings.Builder
		m := RenderContent(c)
		b.WriteString(m.Title + "\n")
		for _, block := range m.Blocks {
			for _, s := range block.Spans {
				b.WriteString(s.Text)
			}
			b.WriteString("\n")
		}
		return b.String()
	}
	got := text(c)
	for i, want := range []string{"The dykes hold.", "Water. Water.", "Rain.", "Rhine rises", "flood · developing · 12 updates, the last change "} {
		at := strings.Index(got, want)
		if at < 0 {
			t.Errorf("%q is not in:\n%s", want, got)
			continue
		}
		if i > 0 {
			got = got[at:]
		}
	}
	if m := RenderContent(c); m.Thread != "Rhine rises" || len(m.Tags) != 1 || roomOf(text(c)) > messageRoom {
		t.Errorf("the thread is %q, the tags are %v, room %d", m.Thread, m.Tags, roomOf(text(c)))
	}
	c.Story.State = stories.Closed
	if got := text(c); !strings.Contains(got, "flood · closed: nothing more comes of it") {
		t.Errorf("closed:\n%s", got)
	}
	c.Was, c.Story.State = stories.Story{Slug: "storm", Headline: "Storm"}, stories.Developing
	c.Notice.Body.Change = stories.Change{Kind: stories.Subscribed, Target: stories.Target{Kind: stories.TargetStory, Name: "flood"}, StoryID: 1, By: stories.User{Name: "Mia"}}
	if tags := RenderContent(c).Tags; !slices.Equal(tags, []string{"closed"}) {
		t.Errorf("a post in which nothing more comes has the tags %v", tags)
	}
	if got := text(c); !strings.Contains(got, "Mia subscribed this channel to storm") {
		t.Errorf("who subscribed to what, merged:\n%s", got)
	}
	if got := text(c); !strings.Contains(got, "storm goes on as flood") || !strings.Contains(got, "The dykes hold.") || strings.Contains(got, "Rhine rises") {
		t.Errorf("merged:\n%s", got)
	}
	if got := text(stories.Content{Live: true, Story: stories.Story{ID: 1, Slug: "flood", Headline: "Rhine rises", State: stories.Developing, Summary: "Since Monday"}}); !strings.Contains(got, "Rhine rises\nSince Monday\nflood · developing · no updates yet") {
		t.Errorf("without updates:\n%s", got)
	}
}

// The card that a minor update makes is as silent as a message of it, where no message of
// a subscription is it.
func TestACardIsAsSilentAsItsUpdate(t *testing.T) {
	story := stories.Story{ID: 1, Slug: "flood", Headline: "Rhine rises", State: stories.Developing, Updates: 2}
	followed := stories.Notice{Kind: stories.FollowNotice, Body: stories.NoticeBody{Change: stories.Change{Kind: stories.Subscribed, Target: stories.Target{Kind: stories.TargetStory, Name: "flood"}, StoryID: 1}}}
	cards := stories.Notice{ID: stories.CardsID, Kind: stories.CardsNotice}
	for _, c := range []struct {
		level  stories.Level
		notice stories.Notice
		silent bool
	}{{stories.Minor, cards, true}, {stories.Normal, cards, false}, {stories.Breaking, cards, false}, {stories.Minor, followed, false}} {
		older := stories.News{Story: story, Update: stories.Update{ID: 1, Number: 1, Level: stories.Minor, Text: "Rain."}}
		newest := stories.News{Story: story, Update: stories.Update{ID: 2, Number: 2, Level: c.level, Text: "More rain."}}
		m := RenderContent(stories.Content{Live: true, Story: story, Update: newest.Update, Newest: []stories.News{newest, older}, Notice: c.notice})
		if m.Silent != c.silent {
			t.Errorf("the card of a %s update under a notice of kind %s: silent %v", c.level, c.notice.Kind, m.Silent)
		}
	}
}
