package bot

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Trial is one check of a platform: Parts without Places and Started, and
// Memory only to be read.
type Trial struct {
	Parts
	// Alone says that no bot runs on these settings, as far as is known. Otherwise
	// nothing may be done that takes anything from it.
	Alone bool
	// Post is the channel to post to, as Kit.Channel returned it; "" for none.
	Post   string
	Report func(Finding)
}

// Finding is what a check found out about one thing.
type Finding struct {
	About string // a few words: "token", "server Newsroom"
	State State
	Said  string // for people: what is so; whole sentences
	Cure  string // for people: what to do about it, and where; "" for nothing
}

// State says how well something is.
type State int

// The states, from the best to the worst. Only with Fine and Noted is all well.
const (
	Fine    State = iota
	Noted         // nothing is wrong; it is worth knowing, or could not be tried
	Wanting       // it works, and should be otherwise
	Failing       // it does not work
)

// String names the state for programs.
func (s State) String() string { return [...]string{"ok", "note", "warning", "failed"}[s] }

// Worst is the worst state of some findings, Fine for none.
func Worst(findings []Finding) (worst State) {
	for _, f := range findings {
		worst = max(worst, f.State)
	}
	return worst
}

// skewed is how far clocks may be apart before something is to be done: times
// that people read and what is scheduled are wrong by it.
const skewed = 5 * time.Second

// Clocks is what is found about this machine's clock by a platform's, called
// title, which is ahead of it by so much.
func Clocks(title string, ahead time.Duration) Finding {
	if ahead.Abs() < skewed {
		return Finding{About: "clock", Said: "This machine's clock agrees with that of " + title + "."}
	}
	where := "behind"
	if ahead < 0 {
		where = "ahead of"
	}
	return Finding{About: "clock", State: Wanting,
		Said: fmt.Sprintf("This machine's clock is %v %s that of %s.", ahead.Abs().Round(time.Second), where, title),
		Cure: "Have it set from the network: timedatectl set-ntp true, or what the system has for that."}
}

// Told is a finding of what does not work: the first sentence says so, the rest
// is the cure.
func Told(about, sentences string) Finding {
	f := Finding{About: about, State: Failing, Said: AsSentence(sentences)}
	if said, cure, more := strings.Cut(f.Said, ". "); more {
		f.Said, f.Cure = said+".", cure
	}
	return f
}

// AsSentence is text with the beginning and the end of a sentence.
func AsSentence(text string) string {
	text = OneLine(text)
	if first, size := utf8.DecodeRuneInString(text); size > 0 {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	if text != "" && !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}
