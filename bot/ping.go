package bot

// Naming is m with a line behind its text that names whom it pings, or pinged: where
// that is shown in words, which ping nobody. A message that names nobody is m itself.
func Naming(m *Message, name string) *Message {
	name = OneLine(Unmark(name))
	if m == nil || name == "" {
		return m
	}
	body, small := m.SmallPrint()
	named := *m
	named.Blocks = append(append(append(make([]Block, 0, len(m.Blocks)+1), body...), Para(Text(name))), small...)
	return &named
}
