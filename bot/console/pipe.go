package console

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/muesli/cancelreader"

	"storybot/bot"
)

// maxLine is the longest line read from a pipe, in bytes, continuations
// included. It is far beyond what any command takes, so that a text that is
// too long is refused by the newsroom's own words.
const maxLine = 1 << 20

// pipe is a screen without a person: lines in, texts out.
type pipe struct {
	source source
	in     *bufio.Reader
	out    io.Writer
	prompt string
	echo   bool // what is read is shown behind the prompt
}

func newPipe(in io.Reader, out io.Writer, echo bool) *pipe {
	s := newSource(in)
	return &pipe{source: s, in: bufio.NewReader(s), out: out, echo: echo}
}

// source is an input of which a read that waits can be interrupted.
type source struct {
	io.Reader
	interrupt func() error
}

// newSource makes one of in. A file is read so that a read of it can be cancelled, where
// it can make wait: it is the process's own. Anything else is closed, where it can be.
func newSource(in io.Reader) source {
	if file, ok := in.(*os.File); ok {
		cancellable, err := cancelreader.NewReader(file)
		if err != nil { // as of a plain file, which is always ready
			return source{in, func() error { return nil }}
		}
		return source{cancellable, func() error { cancellable.Cancel(); return nil }}
	}
	if closer, ok := in.(io.Closer); ok {
		return source{in, closer.Close}
	}
	return source{in, func() error { return nil }}
}

func (*pipe) open() error       { return nil }
func (p *pipe) close() error    { return p.source.interrupt() }
func (*pipe) above([]byte) bool { return false }
func (*pipe) interactive() bool { return false }

func (p *pipe) setPrompt(prompt prompt) { p.prompt = prompt.shown }

// print writes lines, each in one row however long, and an empty one.
func (p *pipe) print(all []line) error {
	var text strings.Builder
	for _, l := range all {
		text.WriteString(l.plain() + "\n")
	}
	_, err := io.WriteString(p.out, text.String()+"\n")
	return err
}

// readLine reads a line; one that ends in a backslash goes on in the next.
func (p *pipe) readLine() (string, error) {
	line, err := joinLines(p.physicalLine)
	if err == nil && p.echo {
		_, err = io.WriteString(p.out, bot.Clean(p.prompt+line)+"\n")
	}
	return line, err
}

// joinLines reads lines from next until one does not end in a backslash.
func joinLines(next func() (string, error)) (string, error) {
	var whole strings.Builder
	for long := false; ; {
		line, err := next()
		if errors.Is(err, errTooLong) || whole.Len()+len(line) > maxLine {
			long, err = true, nil
		}
		if err != nil && (whole.Len() == 0 || !errors.Is(err, io.EOF)) {
			return "", err
		}
		head, more := strings.CutSuffix(line, `\`)
		if more && err == nil {
			if !long {
				whole.WriteString(head + "\n")
			}
			continue
		}
		if long {
			return "", errTooLong
		}
		whole.WriteString(head)
		return whole.String(), nil
	}
}

// physicalLine reads up to a line break. The last line needs none.
func (p *pipe) physicalLine() (string, error) {
	var line []byte
	for long := false; ; {
		part, err := p.in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			line, long = nil, true
		}
		if !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || len(line) == 0 && !long):
			return "", err
		case long:
			return "", errTooLong
		}
		return strings.TrimRight(string(line), "\r\n"), nil
	}
}
