package bot

import "storybot/stories"

// renderTest is the message that tests a subscription, and what it says once it has
// arrived and cannot be taken away again. It pings nobody and makes no sound.
func renderTest(n stories.Notice) Message {
	c := n.Body.Change
	what := TargetWords(c.Target)
	m := Message{Silent: true}
	if n.Kind == stories.PassedNotice {
		m.Again = true
		m.Blocks = []Block{Para(Bold("Test passed: "), Text("updates of "+what+" can be posted here. This message was only the test."))}
	} else {
		m.Blocks = []Block{Para(Bold("This is a test: "), Text("updates of "+what+" arrive here like this message. Nothing has happened, and it goes again where messages can be taken away."))}
	}
	m.Blocks = append(m.Blocks, Block{Kind: Small, Spans: []Span{Text(testedBy(c) + " · " + changeOptions(c))}})
	return m
}

func testedBy(c stories.Change) string {
	if c.Alone {
		return "You pressed Test"
	}
	return UserName(c.By) + " pressed Test"
}
