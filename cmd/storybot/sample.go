package main

import (
	"context"
	"fmt"
	"time"

	"storybot/stories"
	"storybot/stories/sqlstore"
)

// sampler is who tells the sample story.
var sampler = stories.User{Ref: "console:storybot", Name: "Storybot"}

// sampleStory is the story newcomers meet, in our own words.
var sampleStory = stories.Story{
	Slug:     "sony-hack",
	Headline: "North Korea denies hacking Sony Pictures and offers a joint inquiry",
	Summary: "The FBI holds North Korea responsible for the attack on Sony Pictures Entertainment, after which the studio called off the release of The Interview. " +
		"Pyongyang denies it, proposes to investigate together with the United States and warns of \"grave consequences\" should Washington refuse; its news agency KCNA threatens retaliation. " +
		"President Obama has criticised the cancellation. Sony says the film may still come out, and is advertising for a director of vulnerability management. " +
		"What a group calling itself Guardians of Peace leaked exposed employees' personal data, and lawsuits have followed.",
	Topics: []string{"film", "north-korea", "security"},
}

var sampleUpdate = stories.Append{
	Slug:  sampleStory.Slug,
	Text:  "The White House's National Security Council says it is \"confident\" that North Korea was behind the attack, and points to the country's history of denying such actions.",
	Level: stories.Normal,
	At:    time.Date(2014, time.December, 20, 0, 0, 0, 0, time.UTC),
}

// addSample puts the sample story into a store, once: a second time changes
// nothing. It announces the update like any other. CodeExists when another
// story has its slug.
func addSample(ctx context.Context, store *sqlstore.Store) error {
	desk := stories.NewService(stories.Config{Stores: store.Families(), Admins: []string{sampler.Ref}, Now: wallClock})
	if _, err := desk.Editor.Track(ctx, stories.Act{Key: "sample/story", By: sampler}, sampleStory); err != nil {
		return err
	}
	_, _, _, err := desk.Publisher.Append(ctx, stories.Act{Key: "sample/update", By: sampler}, sampleUpdate)
	return err
}

type sampleCommand struct{}

// Help shows how it is called.
func (*sampleCommand) Help() string { return "  storybot sample" }

// Run adds the sample story to the configured database.
func (*sampleCommand) Run(ctx context.Context, p *program) error {
	return p.withStore(ctx, func(store *sqlstore.Store) error {
		if err := addSample(ctx, store); err != nil {
			return fmt.Errorf("the sample story was not added: %w", err)
		}
		_, err := fmt.Fprintf(p.stdout, "The sample story is there: /story %s\n", sampleStory.Slug)
		return err
	})
}
