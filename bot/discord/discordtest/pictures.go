package discordtest

import (
	"encoding/json"
	"fmt"
	"net/url"
)

// maxPicture is how long an address in an embed may be.
// https://docs.discord.com/developers/resources/message#embed-object-embed-image-structure
const maxPicture = 2048

// RefusePicture makes every message whose embed shows the picture at an address be
// refused as an invalid form, as Discord refuses what is no address of a picture to
// it. That breaks no rule: nobody can know before.
func (s *Server) RefusePicture(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.faults.pictures == nil {
		s.faults.pictures = map[string]bool{}
	}
	s.faults.pictures[address] = true
}

// refusesPicture says what of r is refused for its picture. s.mu is held.
func (s *Server) refusesPicture(r *request) []problem {
	if len(s.faults.pictures) == 0 || r.operation.body == nil {
		return nil
	}
	type shown struct {
		Embeds []embed `json:"embeds"`
	}
	var all struct {
		shown
		Message, Data shown
	}
	if json.Unmarshal(r.raw, &all) != nil {
		return nil // a request without a message
	}
	for at, embeds := range map[string][]embed{"": all.Embeds, "message.": all.Message.Embeds, "data.": all.Data.Embeds} {
		for i, e := range embeds {
			if e.Image != nil && s.faults.pictures[e.Image.URL] {
				return []problem{{fmt.Sprintf("%sembeds.%d.image.url", at, i), "not a well formed URL of a picture"}}
			}
		}
	}
	return nil
}

// picture checks the address of a picture in an embed. Discord takes http as well;
// https is asked for because clients show nothing else.
func (c *checker) picture(where, address string) {
	u, err := url.Parse(address)
	switch {
	case address == "":
		c.bad(where, "this field is required")
	case length(address) > maxPicture:
		c.bad(where, "must be %d or fewer in length, not %d", maxPicture, length(address))
	case err != nil || u.Scheme != "https" || u.Host == "":
		c.bad(where, "not a well formed https URL: %q", address)
	}
}

// Pictures are the addresses of the pictures that a message shows.
func (m Message) Pictures() (all []string) {
	for _, raw := range m.Embeds {
		var e embed
		decodeInto(raw, &e)
		if e.Image != nil {
			all = append(all, e.Image.URL)
		}
	}
	return all
}
