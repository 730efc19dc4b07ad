package slacktest

import (
	"encoding/json"
	"net/url"
)

// RefusePicture makes everything that shows the picture at an address be refused as
// Slack does with what it cannot load: with invalid_blocks, and nothing is posted.
// That breaks no rule: nobody can know before.
func (s *Server) RefusePicture(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.plan.pictures == nil {
		s.plan.pictures = map[string]bool{}
	}
	s.plan.pictures[address] = true
}

// loads refuses blocks that show a picture that cannot be loaded. The caller holds
// mu.
func (s *Server) loads(blocks json.RawMessage) error {
	if len(s.plan.pictures) == 0 {
		return nil
	}
	for _, address := range picturesIn(blocks) {
		if s.plan.pictures[address] {
			return refuse("invalid_blocks", "[ERROR] downloading image failed [json-pointer:/blocks/0/image_url]")
		}
	}
	return nil
}

// picturesIn are the addresses of the pictures in blocks.
func picturesIn(blocks json.RawMessage) (all []string) {
	var list any
	if json.Unmarshal(blocks, &list) != nil {
		return nil // judged elsewhere
	}
	walk(list, func(e map[string]any) bool {
		if address, ok := e["image_url"].(string); ok {
			all = append(all, address)
		}
		return true
	})
	return all
}

// Pictures are the addresses of the pictures that a message shows.
func (m Message) Pictures() []string { return picturesIn(m.Blocks) }

// secure asks for an address of https, from which alone Slack's clients show
// pictures.
func secure(j *judge, at string, v any) {
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || u.Scheme != "https" || u.Host == "" {
		j.refuse(at, "must be an https address")
	}
}
