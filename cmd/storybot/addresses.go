package main

import (
	"errors"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

func setDatabase(c *config, v string) error {
	scheme, rest, ok := strings.Cut(v, ":")
	switch {
	case ok && scheme == "sqlite" && strings.TrimLeft(rest, "/") != "":
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		if u, err := url.Parse(v); err != nil || u.Opaque != "" {
			return errors.New("this postgres:// address cannot be read. It is postgres://USER:PASSWORD@HOST:PORT/NAME, with special characters of the password percent-encoded")
		}
	default:
		return errors.New("a database is sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME. Example: sqlite:storybot.db")
	}
	c.databaseURL = newSecret(v)
	return nil
}

func setHTTPAddr(c *config, v string) error {
	if v == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(v)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
		return quoted{[]string{v}, "is no address to listen on. It is HOST:PORT or :PORT. Example: 127.0.0.1:8080"}
	}
	c.httpAddr = v
	return nil
}

// apiAddress is what is known of the address of a platform's API.
type apiAddress struct {
	official string // without what is appended to it
	setting  string
	// foreign is the host of another platform, whose address was perhaps meant
	// for another setting.
	foreign, theirs string
	ending          string // what the platform's folder wants at the end
}

var (
	// https://discord.com/developers/docs/reference#api-reference-base-url
	discordAPI = apiAddress{official: "https://discord.com/api", setting: "DISCORD_API_URL", foreign: "slack.com", theirs: "SLACK_API_URL"}
	// https://docs.slack.dev/apis/web-api/#basics
	slackAPI = apiAddress{official: "https://slack.com/api", setting: "SLACK_API_URL", foreign: "discord.com", theirs: "DISCORD_API_URL", ending: "/"}
)

// versionEnd is the version that Discord's documentation has at the end of its
// base address (https://discord.com/developers/docs/reference#api-versioning).
// The program appends the one it speaks.
var versionEnd = regexp.MustCompile(`(?i)/+v[0-9]+$`)

// methodPath finds what is no base address any more, because it goes on to
// something that is asked of the API: anything below a version, the resources of
// Discord (https://discord.com/developers/docs/reference, in the list of pages)
// below /api, and of what is asked at the start also alone, as a proxy has it.
// And the methods of Slack (https://docs.slack.dev/reference/methods). A version
// or a word of a proxy's own is none of that.
var methodPath = regexp.MustCompile(`(?i)/api/+v[0-9]+/` +
	`|/(api|v[0-9]+)/+(applications|channels|gateway|guilds|interactions|invites|oauth2|skus|soundboard-default-sounds|stage-instances|sticker-packs|stickers|users|voice|webhooks)(/|$)` +
	`|/gateway/+bot$|/users/+@me(/|$)` +
	`|/api/+[a-z]+(\.[a-z]+)+$|/(api|apps|auth|bots|chat|conversations|files|oauth|reactions|team|users|views)(\.[a-z]+)+$`)

// apiURL checks the base address of an API and puts it into the form its
// platform wants. "" stays "".
func apiURL(v string, a apiAddress) (string, error) {
	if v == "" {
		return "", nil
	}
	u, err := url.Parse(v)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.RawQuery != "", u.Fragment != "", u.User != nil, strings.HasSuffix(v, "?"):
		return "", errors.New("this is no base address of an API. It begins with https:// or http://, names a host and has no user, ? or # in it. Example: " + a.official)
	case isHost(u, a.foreign):
		return "", errors.New("this is the address of another platform; it belongs in " + a.theirs)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	if methodPath.MatchString(u.Path) {
		return "", errors.New("this address goes on to something that is asked of the API. Leave that out: the base ends before a version and before the name of a method. Example: " + a.official + a.ending)
	}
	u.Path = strings.TrimRight(versionEnd.ReplaceAllString(u.Path, ""), "/")
	if official, _ := url.Parse(a.official); isHost(u, official.Hostname()) {
		if u.Path == "" {
			u.Path = official.Path
		}
		if u.Scheme != "https" || u.Path != official.Path {
			return "", errors.New("the official address is " + a.official + a.ending + ". Leave " + a.setting + " out to use it")
		}
	}
	return u.String() + a.ending, nil
}

func isHost(u *url.URL, name string) bool {
	return strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), name)
}
