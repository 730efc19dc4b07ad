package sqlstore

import (
	"fmt"
	"testing"

	"storybot/stories"
)

// TestEachStoryShowsItsHit, however many words of another begin as it is asked.
func TestEachStoryShowsItsHit(t *testing.T) {
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, act := t.Context(), stories.Act{By: stories.User{Ref: "console:ada"}}
			s, err := Open(ctx, made(t), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			write := func(slug string, texts ...string) {
				story, err := s.CreateStory(ctx, act, stories.Story{Slug: slug, Headline: "A story"})
				if err != nil {
					t.Fatal(err)
				}
				for _, text := range texts {
					if _, _, err := s.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: text, Level: stories.Normal, Author: act.By}); err != nil {
						t.Fatal(err)
					}
				}
			}
			nothing := make([]string, newestLookedAt)
			for i := range nothing {
				nothing[i] = "Nothing new"
			}
			write("old", append([]string{"The convoy has left"}, nothing...)...)
			var many []string
			for i := range 2 * mostHolders {
				many = append(many, fmt.Sprint("Of con", i))
			}
			write("long", append(many, nothing...)...)
			hits, total, err := s.Search(ctx, "con", 0, 6)
			if err != nil || total != 2 {
				t.Fatalf("%d, %v", total, err)
			}
			for _, hit := range hits {
				if hit.Place != stories.InUpdate {
					t.Errorf("%s shows no hit", hit.Slug)
				}
			}
		})
	}
}

// TestAPageOfHitsTakesNoStatementForEach, however many updates there are to look through.
func TestAPageOfHitsTakesNoStatementForEach(t *testing.T) {
	for kind, made := range databases {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			ctx, act := t.Context(), stories.Act{By: stories.User{Ref: "console:ada"}}
			s, err := Open(ctx, made(t), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			n := 0
			s.engine = counting{s.engine, &n}
			var took [2]int
			for i, several := range []int{1, 6} {
				word := fmt.Sprint("convoy", i)
				for j := range several {
					story, err := s.CreateStory(ctx, act, stories.Story{Slug: fmt.Sprintf("s-%d-%d", i, j), Headline: "A story"})
					if err != nil {
						t.Fatal(err)
					}
					for k := range newestLookedAt + 1 {
						text := "Nothing new"
						if k == 0 {
							text = "The " + word + " has left"
						}
						if _, _, err := s.AppendUpdate(ctx, act, stories.Update{StoryID: story.ID, Text: text, Level: stories.Normal, Author: act.By}); err != nil {
							t.Fatal(err)
						}
					}
				}
				n = 0
				hits, total, err := s.Search(ctx, word, 0, 6)
				if err != nil || total != several {
					t.Fatalf("%d, %v", total, err)
				}
				took[i] = n
				for _, hit := range hits {
					if hit.Place != stories.InUpdate || hit.Update.Number != 1 {
						t.Errorf("%s shows update %d in %v", hit.Slug, hit.Update.Number, hit.Place)
					}
				}
			}
			if took[0] == 0 || took[1] != took[0] {
				t.Errorf("one hit took %d statements, six %d", took[0], took[1])
			}
		})
	}
}
