package slacktest

// Direct returns the id of the bot's conversation with one person, which begins
// when it is asked for first.
func (s *Server) Direct(team, user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.direct(s.workspace(team), user).id
}
