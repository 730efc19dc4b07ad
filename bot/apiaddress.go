package bot

import (
	"errors"
	"net/url"
	"strings"
)

// Read checks the base address of an API, in the setting called name, and puts
// it into the form its platform wants. "" stays "". Errors are for people.
func (a API) Read(name, v string) (string, error) {
	if v == "" {
		return "", nil
	}
	u, err := url.Parse(v)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.RawQuery != "", u.Fragment != "", u.User != nil, strings.HasSuffix(v, "?"):
		return "", errors.New("this is no base address of an API. It begins with https:// or http://, names a host and has no user, ? or # in it. Example: " + a.Official)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	if a.Asked != nil && a.Asked.MatchString(u.Path) {
		return "", errors.New("this address goes on to something that is asked of the API. Leave that out: the base ends before a version and before the name of a method. Example: " + a.Official + a.Ending)
	}
	if a.Version != nil {
		u.Path = strings.TrimRight(a.Version.ReplaceAllString(u.Path, ""), "/")
	}
	if official, _ := url.Parse(a.Official); isHost(u, official.Hostname()) {
		if u.Path == "" {
			u.Path = official.Path
		}
		if u.Scheme != "https" || u.Path != official.Path {
			return "", errors.New("the official address is " + a.Official + a.Ending + ". Leave " + name + " out to use it")
		}
	}
	return u.String() + a.Ending, nil
}

// Leads says whether v is an address of the official API's host.
func (a API) Leads(v string) bool {
	u, err := url.Parse(v)
	official, _ := url.Parse(a.Official)
	return err == nil && isHost(u, official.Hostname())
}

func isHost(u *url.URL, name string) bool {
	return strings.EqualFold(strings.TrimSuffix(u.Hostname(), "."), name)
}
