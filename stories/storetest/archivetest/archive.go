// Package archivetest makes up what a newsroom of some years has in its database: stories,
// and updates of them in words as frequent as those of a language. The same numbers
// always give the same texts, so that runs compare.
package archivetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// What stories are called by: any two of a subject and a place have about fifty
// stories of ten thousand in common.
var (
	subjects = []string{"election", "budget", "flood", "strike", "hack", "trial", "quake", "fire", "summit", "merger", "outage", "vote"}
	places   = []string{"kyiv", "paris", "tokyo", "boston", "cairo", "lagos", "lima", "oslo", "delhi", "rome", "quito", "sofia", "perth", "dakar", "minsk"}
)

// sounds are what the words of updates are made of.
var sounds = strings.Fields("ba be bi bo bra ca ce co con cre da de di do dra fa fe fi for ga ge gra ha he in inter ka ko la le li lo ma me mi mo na ne no pa pe pre pro ra re ri ro sa se si so sta ta te ti to tra un va ve vi")

// Story is the i-th story, counted from 0.
type Story int

// Subject is one of twelve, and the story's topic.
func (i Story) Subject() string { return subjects[int(i)%len(subjects)] }

// Place is one of fifteen.
func (i Story) Place() string { return places[int(i)/len(subjects)%len(places)] }

// Slug is like kyiv-fire-0187.
func (i Story) Slug() string { return fmt.Sprintf("%s-%s-%04d", i.Place(), i.Subject(), int(i)) }

// Headline is the story's, and no other's.
func (i Story) Headline() string {
	return fmt.Sprintf("The %s of %s is news number %d to somebody %x", i.Subject(), i.Place(), int(i), int(i)*7919)
}

// Summary is the same for all.
func (i Story) Summary() string {
	return "What is known so far, in as many words as people write: it began in the morning, nobody was hurt, and the authorities have promised a report."
}

// Closed says that the story is: every third one.
func (i Story) Closed() bool { return i%3 == 0 }

// Updates makes up the texts of updates, one after another.
type Updates struct {
	words *rand.Zipf
	n     int
}

// NewUpdates starts with the first one.
func NewUpdates() *Updates {
	return &Updates{words: rand.NewZipf(rand.New(rand.NewPCG(1, 2)), 1.1, 5, 30_000)}
}

// Next is the text of the next update, one of the story: "every", the story's subject and
// place, and twenty-eight words more; in one of twenty also "twentieth"; in one of a
// thousand the word rareN, N being the update's number divided by a thousand.
func (u *Updates) Next(of Story) string {
	text := []string{"Every", of.Subject(), of.Place()}
	for range 28 {
		text = append(text, word(u.words.Uint64()))
	}
	if u.n%20 == 7 {
		text = append(text, "twentieth")
	}
	if u.n%1000 == 7 {
		text = append(text, fmt.Sprintf("rare%d", u.n/1000))
	}
	u.n++
	return strings.Join(text, " ") + "."
}

// word is the n-th of a language in which the first are the most frequent.
func word(n uint64) string {
	text := sounds[n%60]
	for n /= 60; ; n /= 60 {
		text += sounds[n%60]
		if n < 60 {
			return text
		}
	}
}
