package discord

import "storybot/bot/platformtest"

// carry makes p reach everything over n.
func carry(n *platformtest.MemNet, p *Platform) {
	p.rest.posts.DialContext, p.rest.answers.DialContext = n.Dial, n.Dial
	p.rest.posts.Proxy, p.rest.answers.Proxy = nil, nil
}
