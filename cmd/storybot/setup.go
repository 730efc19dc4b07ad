package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"storybot/bot"
)

type setupCommand struct{}

// Help shows how it is called.
func (*setupCommand) Help() string {
	return `It asks for each token, says where it is found, tries it, and writes .env for its owner
alone. A platform whose token is left empty is left out. Tokens are not shown while they
are typed; they can come by a pipe too, one answer a line, in the order in which they are
asked for.

  storybot setup
  printf '%s\n' "$DISCORD" "$SLACK_BOT" "$SLACK_APP" | storybot setup`
}

// tryTime bounds one question to a platform.
const tryTime = 30 * time.Second

// Run asks for the tokens, tries them and writes them down.
func (*setupCommand) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings()
	var wrong wrongSettings
	if errors.As(err, &wrong) && wrong.what != "" {
		return err // a .env that cannot be read cannot be added to
	}
	if err := keptElsewhere(cfg, p); err != nil {
		return err
	}
	s := &session{p: p, cfg: cfg, ask: newPrompter(p.stdin, p.hidden.writer(p.stdout)), out: p.hidden.writer(p.stdout)}
	fmt.Fprintf(s.out, "This sets up Storybot in %s. Enter alone leaves a platform out.\n", envFile)
	for _, k := range p.kits {
		if err := s.platform(ctx, k); err != nil {
			return err
		}
	}
	return s.finish(ctx)
}

// keptElsewhere refuses to begin where a token is to come by a file that has none: written
// to .env beside that it would be one too many, and no command could read the settings.
func keptElsewhere(cfg *config, p *program) error {
	inFile, err := readEnvFile()
	if err != nil {
		return wrongSettings{what: err.Error()}
	}
	for _, s := range allSettings(p.kits) {
		if !s.token || cfg.found[s.name].byFile {
			continue
		}
		where, path := "the environment", ""
		if path, _ = p.environ.lookup(s.name + "_FILE"); trimmed(path) == "" {
			where, path = envFile, inFile[s.name+"_FILE"]
		}
		if trimmed(path) != "" {
			return fmt.Errorf("%[1]s_FILE is set in %[2]s, and no token is read from the file that it names. Put the token into that file, or remove %[1]s_FILE; then start storybot setup again. Nothing was written", s.name, where)
		}
	}
	return nil
}

// session is one run of setup.
type session struct {
	p     *program
	cfg   *config
	ask   *prompter
	out   io.Writer
	given []assignment // what is to be written
	set   []string     // the titles of the platforms that are set up
}

// say writes a paragraph.
func (s *session) say(text string) { fmt.Fprintf(s.out, "\n%s\n", text) }

// platform asks for one platform's tokens, and tells what else is to be done there.
func (s *session) platform(ctx context.Context, k bot.Kit) error {
	fmt.Fprintf(s.out, "\n%s\n%s\n", k.Title(), strings.Repeat("─", len(k.Title())))
	parts := s.p.asked(s.cfg)
	if k.Begin != nil {
		text, err := k.Begin(parts)
		if err != nil {
			return err
		}
		s.say(text)
	}
	for i, setting := range k.Settings {
		if !setting.Token {
			continue
		}
		if s.cfg.found[setting.Name].byFile {
			s.say(setting.Name + " is read from the file that " + setting.Name + "_FILE names; it stays so.")
			continue
		}
		took, err := s.token(ctx, k, setting, parts)
		if err != nil {
			return err
		}
		if !took && !s.anyBefore(k, i) {
			s.say(k.Title() + " is left out.")
			return nil
		}
		if !took {
			return fmt.Errorf("%s needs %s too. %s. Nothing was written; start again when you have it", k.Title(), setting.Name, setting.Found)
		}
	}
	s.set = append(s.set, k.Title())
	if k.End == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	text, err := k.End(ctx, parts)
	if err != nil {
		text = s.cfg.hidden.unaddressed(err.Error()) + "\nWhat is left to do, storybot doctor says once that works."
	}
	s.say(strings.TrimSpace(text))
	return nil
}

// anyBefore says whether a token of the platform is set that was asked for before.
func (s *session) anyBefore(k bot.Kit, i int) bool {
	for _, earlier := range k.Settings[:i] {
		if earlier.Token && s.cfg.value(earlier.Name) != "" {
			return true
		}
	}
	return false
}

// maxTries is how often a token is asked for.
const maxTries = 3

// token asks for one token until the platform takes it; false when none was given.
func (s *session) token(ctx context.Context, k bot.Kit, setting bot.Setting, parts bot.Parts) (bool, error) {
	there := s.cfg.value(setting.Name)
	prompt := setting.Name + " (" + firstDown(setting.Found) + "): "
	if there != "" {
		prompt = setting.Name + " is set already; Enter keeps it: "
	}
	for range maxTries {
		answer, err := s.ask.secret(ctx, prompt)
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return false, err
		case answer == "" && there != "":
			said, _ := s.try(ctx, setting, parts) // either way it stays
			fmt.Fprintf(s.out, "  %s\n", said)
			return true, nil
		case answer == "":
			return false, nil
		}
		value, ok, err := s.check(ctx, k, setting, parts, answer)
		if err != nil {
			return false, err
		}
		if ok {
			s.given = append(s.given, assignment{setting.Name, value, there != ""})
			return true, nil
		}
		if !s.ask.person() { // what follows is another answer
			return false, fmt.Errorf("%s is not taken. Nothing was written", setting.Name)
		}
	}
	return false, fmt.Errorf("%s was asked for %d times. Nothing was written; start again when you have it", setting.Name, maxTries)
}

// check looks whether an answer is a token that the platform takes, and keeps it
// then.
func (s *session) check(ctx context.Context, k bot.Kit, setting bot.Setting, parts bot.Parts, answer string) (value string, ok bool, err error) {
	answer = trimmed(strings.TrimPrefix(answer, setting.Name+"="))
	s.p.hidden.add(answer)
	value, err = readSetting(k, setting, s.p.kits, answer)
	if err != nil {
		fmt.Fprintf(s.out, "  %s\n", bot.AsSentence(err.Error()))
		return "", false, nil
	}
	before := s.cfg.values[setting.Name]
	s.cfg.values[setting.Name] = newSecret(value)
	said, err := s.try(ctx, setting, parts)
	fmt.Fprintf(s.out, "  %s\n", said)
	if err == nil {
		return value, true, nil
	}
	// What cannot be tried is not taken, unless somebody says so.
	if refused := (*bot.Refused)(nil); !errors.As(err, &refused) && s.ask.person() {
		if ok, err = s.ask.yes(ctx, "It could not be tried. Take it all the same?"); ok || err != nil {
			return value, ok, err
		}
	}
	s.cfg.values[setting.Name] = before
	return "", false, nil
}

// firstDown is a sentence as the middle of another.
func firstDown(text string) string {
	if text == "" {
		return "a token"
	}
	return strings.ToLower(text[:1]) + text[1:]
}

// try asks the platform whether it takes a token. said is what it answers, also
// when it does not.
func (s *session) try(ctx context.Context, setting bot.Setting, parts bot.Parts) (said string, err error) {
	if setting.Try == nil {
		return "It is not tried.", nil
	}
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	if said, err = setting.Try(ctx, parts); err != nil {
		said = s.cfg.hidden.unaddressed(bot.OneLine(err.Error()))
	}
	return said, err
}

// finish writes what was given, and says what to do next.
func (s *session) finish(ctx context.Context) error {
	if len(s.given) == 0 && len(s.set) == 0 {
		return errors.New("no token was given, so nothing was written. Start storybot setup again when you have one")
	}
	if len(s.given) > 0 {
		if err := s.write(ctx); err != nil {
			return err
		}
	}
	for _, a := range s.given {
		if value, set := s.p.environ.lookup(a.name); set && trimmed(value) != a.value {
			s.say("The environment has another " + a.name + ", which wins over " + envFile + ": remove it there.")
		}
	}
	s.say(strings.Join([]string{
		"Next:",
		"  storybot doctor      looks whether all of it works",
		"  storybot run         starts the bot, and logs a code",
		"In a channel with the bot, /desk claim and that code make you its first admin;",
		"/desk help tells you how to go on.",
	}, "\n"))
	return nil
}

// write puts what was given into envFile, once somebody has said yes to what that
// replaces.
func (s *session) write(ctx context.Context) error {
	old, err := readForChange()
	if err != nil {
		return err
	}
	for _, a := range s.given {
		if old.has(a.name) {
			yes, err := s.ask.yes(ctx, "Replace "+a.name+" in "+envFile+"?")
			if err != nil {
				return err
			}
			if !yes {
				return errors.New(envFile + " was left as it is, and nothing was written. Move it away, or start again and say yes")
			}
		}
	}
	if err := old.write(s.given); err != nil {
		return err
	}
	s.say("Written to " + envFile + ", which is readable for you alone (mode 0600).")
	return nil
}
