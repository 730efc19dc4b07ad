package bot

import (
	"testing"

	"storybot/stories"
)

// Nobody is promised a ping that never comes: what a card or a digest shows pings nobody.
func TestPingsArePromisedWhereTheyCome(t *testing.T) {
	t.Parallel()
	const role = "<@&1>"
	at := func(level stories.Level, mode stories.Mode, digest stories.Digest) stories.Options {
		return stories.Options{Mention: role, MentionLevel: level, Mode: mode, Digest: digest}
	}
	for _, c := range []struct {
		o    stories.Options
		want string
	}{
		{at(stories.Minor, "", ""), "pings @desk at every update"},
		{at(stories.Minor, stories.ModeThread, ""), "pings @desk at every update"},
		{at(stories.Minor, stories.ModeCard, ""), "pings @desk at breaking updates (a card pings nobody)"},
		{at(stories.Normal, "", "hourly"), "pings @desk at breaking updates (a digest pings nobody)"},
		{at(stories.Normal, stories.ModeCard, "hourly"), "pings @desk at breaking updates (a digest pings nobody)"},
		{at(stories.Breaking, stories.ModeCard, "hourly"), "pings @desk at breaking updates"},
	} {
		if got := OptionWords(stories.OptionMention, c.o, "@desk"); got != c.want {
			t.Errorf("%+v: %q, want %q", c.o, got, c.want)
		}
	}
	const want = "as one live card now, a message for each update before; pings @desk at breaking updates (a card pings nobody) now, pings @desk at every update before"
	if got := ChangedWords(at(stories.Minor, stories.ModeCard, ""), at(stories.Minor, "", ""), "@desk", "@desk"); got != want {
		t.Errorf("a card came: %q, want %q", got, want)
	}
}
