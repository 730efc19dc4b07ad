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

type doctorCommand struct {
	Post    string `placeholder:"CHANNEL" help:"Post a message to this channel, edit and delete it: the channel's id, or the link to it."`
	Connect bool   `help:"Connect although a bot may run: it loses the commands that come meanwhile."`
	JSON    bool   `name:"json" help:"Print the list for programs."`
}

// Help shows how it is called.
func (*doctorCommand) Help() string {
	return `It changes nothing, may be run beside the bot, and ends with status 0 only when all is
well: with 1 where anything has to be mended, and says how.

  storybot doctor
  storybot doctor --post https://discord.com/channels/81384788765712384/155101607195836416
  storybot doctor --json`
}

// checkTime bounds the checks of one platform.
const checkTime = 2 * time.Minute

// Run checks everything that is configured.
func (c *doctorCommand) Run(ctx context.Context, p *program) error {
	cfg, err := p.settings()
	d := &diagnosis{close: func() error { return nil }}
	defer func() { _ = d.close() }() // it was only read
	d.settings(cfg, err)
	to, wrongTarget := c.target(cfg)
	if wrongTarget != nil {
		return wrongTarget
	}
	if wrong := (wrongSettings{}); !errors.As(err, &wrong) || wrong.what == "" { // else nothing is known
		d.all(ctx, cfg, p.asked(cfg), to, c.Connect)
	}
	if c.JSON {
		err = p.printJSON(d.asJSON())
	} else {
		err = d.write(p.hidden.writer(p.stdout))
	}
	if err == nil && d.worst() > bot.Noted {
		err = errNotWell
	}
	return err
}

// all checks what there is beside the settings themselves.
func (d *diagnosis) all(ctx context.Context, cfg *config, asked bot.Parts, to map[string]string, connect bool) {
	d.in("database")
	used, memory := d.database(ctx, cfg)
	d.in("HTTP_ADDR")
	d.monitor(ctx, cfg)
	asked.Memory = memory
	for _, k := range cfg.kits {
		d.in(k.Title())
		d.platform(ctx, cfg, k, bot.Trial{Parts: asked, Alone: !used || connect, Post: to[k.Name()], Report: d.report})
	}
	if !cfg.hasPlatform() {
		d.in("platforms")
		d.report(bot.Finding{About: "tokens", State: bot.Failing, Said: "No platform is configured, so there is nothing to run.", Cure: "storybot setup asks for the tokens."})
	}
}

// target is the channel to post to, by the name of the platform it is of.
func (c *doctorCommand) target(cfg *config) (map[string]string, error) {
	if c.Post == "" {
		return nil, nil
	}
	var examples []string
	for _, k := range cfg.kits {
		if k.Channel == nil {
			continue
		}
		examples = append(examples, k.ChannelExample)
		switch channel := k.Channel(c.Post); {
		case channel == "":
		case !cfg.uses(k):
			return nil, usageError{fmt.Errorf("--post names a channel of %s, of which no token is set", k.Title())}
		default:
			return map[string]string{k.Name(): channel}, nil
		}
	}
	return nil, usageError{fmt.Errorf("--post takes a channel: its id, the link to it, or %s", strings.Join(examples, " or "))}
}

// diagnosis is what doctor found.
type diagnosis struct {
	parts []diagnosed
	close func() error // what was opened to look
}

// diagnosed is what was found of one part.
type diagnosed struct {
	part     string
	findings []bot.Finding
}

// in begins a part, whose findings follow.
func (d *diagnosis) in(part string) { d.parts = append(d.parts, diagnosed{part: part}) }

func (d *diagnosis) report(f bot.Finding) {
	last := &d.parts[len(d.parts)-1]
	last.findings = append(last.findings, f)
}

func (d *diagnosis) worst() (worst bot.State) {
	for _, p := range d.parts {
		worst = max(worst, bot.Worst(p.findings))
	}
	return worst
}

// settings reports what is wrong with the settings, and what looks like a mistake.
func (d *diagnosis) settings(cfg *config, err error) {
	d.in("settings")
	var wrong wrongSettings
	if errors.As(err, &wrong) {
		for _, text := range wrong.wrong {
			d.report(bot.Told("settings", text))
		}
		if wrong.what != "" {
			d.report(bot.Told(envFile, wrong.what))
		}
	}
	for _, warning := range cfg.warnings {
		f := bot.Told("settings", warning)
		f.State = bot.Wanting
		d.report(f)
	}
	for _, f := range privateFiles(cfg) {
		d.report(f)
	}
	if bot.Worst(d.parts[0].findings) == bot.Fine {
		d.report(bot.Finding{About: "settings", Said: "All that is set can be read, and no name looks mistaken."})
	}
}

// platform checks one, where a token of it is set and its settings are right.
func (d *diagnosis) platform(ctx context.Context, cfg *config, k bot.Kit, t bot.Trial) {
	switch {
	case cfg.spoilt(k):
		d.report(bot.Finding{About: "settings", State: bot.Failing, Said: "Not tried: a setting of it is wrong.", Cure: "Mend what is said of the settings above."})
	case !cfg.uses(k):
		d.report(bot.Finding{About: "tokens", State: bot.Noted, Said: "Not configured."})
	case k.Check == nil:
		d.report(bot.Finding{About: "tokens", State: bot.Noted, Said: "Configured; there is no check of it."})
	default:
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		k.Check(ctx, t)
	}
}

// signs are what stands before a finding.
var signs = map[bot.State]string{bot.Fine: "ok", bot.Noted: "note", bot.Wanting: "WARNING", bot.Failing: "FAILED"}

// write writes what was found for people.
func (d *diagnosis) write(w io.Writer) error {
	var b strings.Builder
	bad := 0
	for _, p := range d.parts {
		if len(p.findings) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", p.part)
		for _, f := range p.findings {
			if f.State > bot.Noted {
				bad++
			}
			writeFinding(&b, f)
		}
		b.WriteString("\n")
	}
	switch {
	case bad == 0:
		b.WriteString("All is well.\n")
	case bad == 1:
		b.WriteString("1 thing has to be mended.\n")
	default:
		fmt.Fprintf(&b, "%d things have to be mended.\n", bad)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// findingWidth is how long the lines of a finding are, its indent not counted.
const findingWidth = 78

// writeFinding writes one, and its cure on lines of its own.
func writeFinding(b *strings.Builder, f bot.Finding) {
	head := fmt.Sprintf("  %-9s", signs[f.State])
	for _, line := range wrap(f.About+": "+f.Said, findingWidth) {
		b.WriteString(head + line + "\n")
		head = strings.Repeat(" ", len(head))
	}
	head = strings.Repeat(" ", len(head)) + "→ "
	for _, line := range wrap(f.Cure, findingWidth-2) {
		if line != "" {
			b.WriteString(head + line + "\n")
		}
		head = strings.Repeat(" ", len([]rune(head)))
	}
}

// diagnosisJSON is what was found, for programs.
type diagnosisJSON struct {
	OK      bool          `json:"ok"`
	Version string        `json:"version"`
	Checks  []findingJSON `json:"checks"`
}

type findingJSON struct {
	Part  string `json:"part"`
	Check string `json:"check"`
	State string `json:"state"` // "ok", "note", "warning", "failed"
	Said  string `json:"said"`
	Cure  string `json:"cure,omitempty"`
}

func (d *diagnosis) asJSON() diagnosisJSON {
	all := diagnosisJSON{OK: d.worst() <= bot.Noted, Version: version(), Checks: []findingJSON{}}
	for _, p := range d.parts {
		for _, f := range p.findings {
			all.Checks = append(all.Checks, findingJSON{p.part, f.About, f.State.String(), f.Said, f.Cure})
		}
	}
	return all
}
