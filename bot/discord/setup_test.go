package discord

import (
	"math/bits"
	"net/url"
	"strconv"
	"testing"
)

// Setup names each permission that the invitation asks for.
func TestTheInvitationIsExplained(t *testing.T) {
	u, err := url.Parse(invitation("1"))
	if err != nil {
		t.Fatal(err)
	}
	asked, err := strconv.ParseUint(u.Query().Get("permissions"), 10, 64)
	if err != nil || bits.OnesCount64(asked) != len(neededNames()) {
		t.Errorf("%v, %d permissions are asked for, %q are named", err, bits.OnesCount64(asked), neededNames())
	}
}

func TestChannelsAsPeopleWriteThem(t *testing.T) {
	channel := Kit().Channel
	for typed, want := range map[string]string{
		"155101607195836416":                           "155101607195836416",
		" 155101607195836416 ":                         "155101607195836416",
		"discord:155101607195836416":                   "155101607195836416",
		"discord:81384788765712384/155101607195836416": "155101607195836416",
		"<#155101607195836416>":                        "155101607195836416",
		"https://discord.com/channels/81384788765712384/155101607195836416":                        "155101607195836416",
		"https://ptb.discord.com/channels/81384788765712384/155101607195836416/155101607195836499": "155101607195836416",
		"https://discord.com/channels/81384788765712384/155101607195836416/":                       "155101607195836416",
		"":                                 "",
		"general":                          "",
		"#general":                         "",
		"155":                              "",
		"C024BE91L":                        "",
		"https://discord.com/channels/@me": "",
		"https://example.org/channels/81384788765712384/155101607195836416": "",
		"slack:155101607195836416": "",
	} {
		if got := channel(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	if channel(Kit().ChannelExample) == "" {
		t.Error("the example is none")
	}
}
