package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"storybot/stories"
)

// counting is an engine that counts the statements it runs.
type counting struct {
	engine
	n *int
}

func (c counting) reader() querier { return counted{c.engine.reader(), c.n} }

func (c counting) write(ctx context.Context, fn func(querier) error) error {
	return c.engine.write(ctx, func(q querier) error { return fn(counted{q, c.n}) })
}

type counted struct {
	querier
	n *int
}

func (c counted) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	*c.n++
	return c.querier.query(ctx, text, args...)
}

func (c counted) exec(ctx context.Context, text string, args ...any) (int64, error) {
	*c.n++
	return c.querier.exec(ctx, text, args...)
}

// What is shown or written of many things takes no statement for each.
func TestStatementsAreNotOneForEach(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "storybot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	s.engine = counting{s.engine, &n}
	act := stories.Act{By: stories.User{Ref: "console:ana"}, At: time.Now()}
	for i := range 2 * stories.NewestShown {
		story, err := s.CreateStory(t.Context(), act, stories.Story{Slug: fmt.Sprint("story-", i), Headline: "H", Topics: []string{"film"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.AppendUpdate(t.Context(), act, stories.Update{StoryID: story.ID, Text: "News", Level: stories.Normal, At: act.At}); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range []stories.Target{{Kind: stories.TargetAll}, {Kind: stories.TargetTopic, Name: "film"}} {
		n = 0
		c := stories.Content{Notice: stories.Notice{Kind: stories.FollowNotice, Body: stories.NoticeBody{Change: stories.Change{Kind: stories.Subscribed, Target: target}}}}
		if err := s.fillChange(t.Context(), s.reader(), &c); err != nil || len(c.Newest) != stories.NewestShown || n > 2 {
			t.Errorf("the card of %s shows %d stories by %d statements: %v", target, len(c.Newest), n, err)
		}
		for _, news := range c.Newest {
			if news.Update.Number != 1 {
				t.Errorf("%s is shown without its newest update", news.Story.Slug)
			}
		}
	}
	n = 0
	var told stories.Sighting
	for i := range mostNames {
		told.Places = append(told.Places, stories.PlaceName{Place: stories.Destination{Platform: "far", Channel: fmt.Sprint(i)}, Name: "n"})
		told.People = append(told.People, stories.User{Ref: fmt.Sprint("far:", i), Name: "n"})
	}
	if err := s.KeepNames(t.Context(), told, act.At); err != nil || n > 6 {
		t.Errorf("%d names are kept by %d statements: %v", 2*mostNames, n, err)
	}
}
