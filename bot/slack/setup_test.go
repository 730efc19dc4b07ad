package slack

import "testing"

func TestChannelsAsPeopleWriteThem(t *testing.T) {
	channel := Kit().Channel
	for typed, want := range map[string]string{
		"C024BE91L":                                 "C024BE91L",
		"slack:C024BE91L":                           "C024BE91L",
		"slack:T012AB3CD/C024BE91L":                 "C024BE91L",
		"<#C024BE91L|general>":                      "C024BE91L",
		"https://acme.slack.com/archives/C024BE91L": "C024BE91L",
		"https://acme.slack.com/archives/C024BE91L/p1355517523000008":                                        "C024BE91L",
		"https://app.slack.com/client/T012AB3CD/C024BE91L":                                                   "C024BE91L",
		"https://acme.enterprise.slack.com/archives/C024BE91L/p1355517523000008?thread_ts=1.2&cid=C024BE91L": "C024BE91L",
		"":                                       "",
		"general":                                "",
		"#general":                               "",
		"T012AB3CD":                              "",
		"155101607195836416":                     "",
		"https://example.org/archives/C024BE91L": "",
		"discord:C024BE91L":                      "",
		"https://acme.slack.com/":                "",
	} {
		if got := channel(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	if channel(Kit().ChannelExample) == "" {
		t.Error("the example is none")
	}
}
