package bot

import "bytes"

// Shallow returns a JSON object with every object and array inside it replaced
// by null, for platforms: the answer to a post echoes the whole message, which is not read,
// and decoding it would cost more than everything else about a post together.
// What is no whole object comes back as it is, for the decoder to refuse.
func Shallow(body []byte) []byte {
	out := make([]byte, 0, 256)
	depth := 0
	for i := 0; i < len(body); i++ {
		start := i
		switch body[i] {
		case '"':
			end := stringEnd(body, i)
			if end < 0 {
				return body
			}
			i = end
		case '{', '[':
			if depth++; depth == 2 {
				out = append(out, "null"...)
			}
			if depth > 1 {
				continue
			}
		case '}', ']':
			if depth--; depth > 0 {
				continue
			}
		}
		if depth <= 1 {
			out = append(out, body[start:i+1]...)
		}
	}
	if depth != 0 {
		return body
	}
	return out
}

// stringEnd is where the string that begins at start ends, -1 when it does not.
func stringEnd(body []byte, start int) int {
	for i := start + 1; ; {
		n := bytes.IndexByte(body[i:], '"')
		if n < 0 {
			return -1
		}
		quote, escapes := i+n, 0
		for body[quote-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return quote
		}
		i = quote + 1
	}
}
