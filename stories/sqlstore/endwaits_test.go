package sqlstore_test

import (
	"testing"
	"time"

	"storybot/stories"
)

// failing has the store fail to end what waits in the channel #b.
var failing = map[string]string{
	"sqlite": `CREATE TRIGGER failing BEFORE UPDATE OF due_at ON subscriptions WHEN NEW.destination_id = (SELECT id FROM destinations WHERE channel = '#b')
		BEGIN SELECT RAISE(ABORT, 'no'); END`,
	"postgres": `CREATE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF NEW.destination_id = (SELECT id FROM destinations WHERE channel = '#b') THEN RAISE EXCEPTION 'no'; END IF;
			RETURN NEW; END $$;
		CREATE TRIGGER failing BEFORE UPDATE OF due_at ON subscriptions FOR EACH ROW EXECUTE FUNCTION failing()`,
}

func TestAChannelInWhichWhatWaitsCannotBeEndedHoldsNoOtherUp(t *testing.T) {
	for kind, database := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			url := database(t)
			s := open(t, url)
			ctx, now := t.Context(), time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
			act := stories.Act{By: stories.User{Ref: "console:ana", Name: "Ana"}, At: now}
			story, err := s.CreateStory(ctx, act, stories.Story{Slug: "sony", Headline: "Sony", State: stories.Developing})
			if err != nil {
				t.Fatal(err)
			}
			for _, channel := range []string{"#a", "#b", "#c"} {
				_, _, err := s.Subscribe(ctx, act, stories.Subscription{Destination: stories.Destination{Platform: "console", Channel: channel},
					Target: stories.Target{Kind: stories.TargetAll}, Options: stories.Options{Quiet: "22:00-07:00"}}, benchLane)
				if err != nil {
					t.Fatal(err)
				}
			}
			if _, _, err := s.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: "First", Level: stories.Normal, At: now}); err != nil {
				t.Fatal(err)
			}
			execute(t, url, failing[kind])
			morning := now.Add(9 * time.Hour)
			if n, err := s.EndWaits(ctx, morning); n != 0 || err == nil {
				t.Errorf("all at once: %d went out, %v", n, err)
			}
			if n, err := s.EndWaits(ctx, morning); n != 2 || err == nil {
				t.Errorf("one by one: %d went out, %v", n, err)
			}
			if n, err := s.EndWaits(ctx, morning); n != 0 || err == nil {
				t.Errorf("what failed: %d went out, %v", n, err)
			}
			drop := `DROP TRIGGER failing`
			if kind == "postgres" {
				drop += ` ON subscriptions`
			}
			execute(t, url, drop)
			if n, err := s.EndWaits(ctx, morning); n != 1 || err != nil {
				t.Errorf("mended: %d went out, %v", n, err)
			}
		})
	}
}
