package stories

import (
	"strings"
	"testing"
	"time"
)

func TestPicturesHaveAnAddressAndADescription(t *testing.T) {
	const url, alt = "https://example.org/dam.jpg?w=1200&h=800#x", "Water over the dam"
	for _, tt := range []struct{ name, url, alt, want string }{
		{"both", url, alt, ""},
		{"none", "", "", ""},
		{"upper case", "HTTPS://EXAMPLE.ORG/DAM.JPG", alt, ""},
		{"port", "https://example.org:8443/dam.jpg", alt, ""},
		{"blank parts are none", " ", "\n ", ""},
		{"white space around", " " + url + "\n", "  Water\nover the   dam ", ""},
		{"address as long as fits", "https://example.org/" + strings.Repeat("a", MaxPictureURL-20), alt, ""},
		{"description as long as fits", url, strings.Repeat("é", MaxPictureAlt), ""},
		{"no description", url, "", "alt:"},
		{"blank description", url, " \n", "alt:"},
		{"no address", "", alt, "image:"},
		{"http", "http://example.org/dam.jpg", alt, "A picture is a whole link that begins with https://. Example: image:"},
		{"HTTP", "HTTP://example.org/dam.jpg", alt, "begins with https://"},
		{"no scheme", "example.org/dam.jpg", alt, "begins with https://"},
		{"data", "data:image/png;base64,AAAA", alt, "begins with https://"},
		{"javascript", "javascript:alert(1)", alt, "begins with https://"},
		{"longer scheme", "https+x://example.org/dam.jpg", alt, "begins with https://"},
		{"part of a scheme", "s://example.org/dam.jpg", alt, "begins with https://"},
		{"no host", "https:///dam.jpg", alt, "host of a picture link is missing"},
		{"user", "https://mo@example.org/dam.jpg", alt, "user name"},
		{"two words", "https://example.org/a b.jpg", alt, "A picture link is one word"},
		{"end of a link", "https://example.org/a>b.jpg", alt, "cannot hold >"},
		{"other script", "https://example.org/ä.jpg", alt, "percent-encode"},
		{"address too long", "https://example.org/" + strings.Repeat("a", MaxPictureURL-19), alt, "at most 2048 characters; this one has 2049"},
		{"description too long", url, strings.Repeat("é", MaxPictureAlt+7), "Shorten it by 7"},
		{"description nobody sees", url, "\u200b\u2060", "nobody can see"},
		{"description of signs", url, "…!?", "no letter"},
		{"description with NUL", url, "a\x00b", "NUL"},
		{"broken encoding", url, "caf\xe9", "UTF-8"},
	} {
		u := Append{Slug: "sony-hack", Text: "It rises.", Picture: Picture{tt.url, tt.alt}}.update(Act{At: time.Unix(1, 0)})
		checkRefusal(t, tt.name, checkUpdate(u, time.Unix(1, 0)), tt.want)
		if tt.want == "" && !u.Picture.IsZero() && u.Picture.Alt != strings.Join(strings.Fields(tt.alt), " ") {
			t.Errorf("%s: the description is %q", tt.name, u.Picture.Alt)
		}
	}
}
