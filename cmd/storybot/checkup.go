package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"storybot/bot"
	"storybot/stories"
	"storybot/stories/sqlstore"
)

// privateFiles are the files with secrets that others can read.
func privateFiles(cfg *config) (found []bot.Finding) {
	if runtime.GOOS == "windows" {
		return nil // has no such modes
	}
	files := []string{envFile}
	for _, s := range allSettings(cfg.kits) {
		if from := cfg.found[s.name]; from.byFile && s.secret {
			files = append(files, from.path)
		}
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm()&0o077 == 0 || !info.Mode().IsRegular() {
			continue
		}
		called, state := file, bot.Wanting
		if file != envFile { // its path may be a secret, and containers mount theirs so
			called, state = "a file with a token", bot.Noted
		}
		found = append(found, bot.Finding{About: "file modes", State: state,
			Said: fmt.Sprintf("Other users of this machine can read %s (%v).", called, info.Mode().Perm()), Cure: "Make it its owner's alone: chmod 600."})
	}
	return found
}

// spoilt says whether a setting of a platform could not be read.
func (c *config) spoilt(k bot.Kit) bool {
	for _, s := range k.Settings {
		if c.wrong[s.Name] {
			return true
		}
	}
	return false
}

// leastSpace is how much must be free where the database is: a day of updates to
// thousands of channels fits into it.
const leastSpace = 200 << 20

// database looks at the database. It says whether a bot uses it, or may, and
// returns what is kept in it for platforms.
func (d *diagnosis) database(ctx context.Context, cfg *config) (used bool, memory bot.Memory) {
	memory = nothing{}
	if cfg.wrong[databaseSetting] {
		d.report(bot.Finding{About: databaseSetting, State: bot.Failing, Said: "Not tried: the setting is wrong.", Cure: "Mend what is said of it above."})
		return true, memory
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	url := cfg.databaseURL.reveal()
	x, err := sqlstore.Examine(ctx, url)
	if err != nil {
		d.report(bot.Told(databaseSetting, cfg.hidden.unaddressed(inWords(err))))
		return true, memory
	}
	for _, f := range aboutDatabase(x) {
		f.Said, f.Cure = cfg.hidden.unaddressed(f.Said), cfg.hidden.unaddressed(f.Cure)
		d.report(f)
	}
	if x.Version == x.Known {
		if store, err := sqlstore.Look(ctx, url); err == nil {
			memory, d.close = looked{store.Recall}, store.Close
			if mark, err := store.Recall(ctx, tryOutMark); err == nil && mark != "" && cfg.hasPlatform() {
				d.report(bot.Told("contents", triedOut))
			}
		}
	}
	return x.Used, memory
}

// aboutDatabase says what was found about a database.
func aboutDatabase(x sqlstore.Examination) (found []bot.Finding) {
	say := func(about string, state bot.State, said, cure string) {
		found = append(found, bot.Finding{About: about, State: state, Said: said, Cure: cure})
	}
	switch {
	case x.Version > x.Known:
		say("tables", bot.Failing, fmt.Sprintf("They were written by a newer storybot: they have version %d, this program knows %d.", x.Version, x.Known), "Start the newer program, or restore a backup from before.")
	case x.Version == 0:
		say("tables", bot.Noted, x.Engine+": there are none yet; the first start makes them.", "")
	case x.Version < x.Known:
		say("tables", bot.Noted, fmt.Sprintf("%s: they have version %d; the next start upgrades them to %d.", x.Engine, x.Version, x.Known), "Make a backup first: storybot backup FILE.")
	default:
		say("tables", bot.Fine, fmt.Sprintf("%s: they have version %d, this program's.", x.Engine, x.Version), "")
	}
	if x.Used {
		say("use", bot.Fine, "A bot has it open now, and is left alone: writing is its affair.", "")
	}
	for _, err := range x.Refused {
		found = append(found, bot.Told("writing", inWords(err)))
	}
	if len(x.Refused) == 0 && !x.Used {
		say("writing", bot.Fine, "It can be written to.", "")
	}
	if x.Free >= 0 {
		free := fmt.Sprintf("%d MB are free where it is.", x.Free>>20)
		if x.Free < leastSpace {
			say("free space", bot.Wanting, free, "Make room on that disk: with none left, nothing is stored and nothing sent.")
		} else {
			say("free space", bot.Fine, free, "")
		}
	}
	if x.Open != 0 {
		say("file modes", bot.Wanting, fmt.Sprintf("Other users of this machine can get at its files (%v).", x.Open), "Make them their owner's alone: chmod 600, of those beside it too (-wal, -shm, .lock).")
	}
	return found
}

// inWords is an error for people: its sentence, and its cause behind it.
func inWords(err error) string {
	var known *stories.Error
	if !errors.As(err, &known) || known.Err == nil {
		return bot.OneLine(err.Error())
	}
	why := whyAway(known.Err)
	if why == "" {
		why = "The cause: " + bot.OneLine(known.Err.Error())
	}
	return bot.AsSentence(known.Message) + " " + why
}

// askTime is how long the bot's own server may take to answer.
const askTime = 3 * time.Second

// monitor looks whether health and metrics can be served, or are.
func (d *diagnosis) monitor(ctx context.Context, cfg *config) {
	switch {
	case cfg.wrong["HTTP_ADDR"]:
		d.report(bot.Finding{About: "address", State: bot.Failing, Said: "Not tried: the setting is wrong.", Cure: "Mend what is said of it above."})
		return
	case cfg.httpAddr == "":
		d.report(bot.Finding{About: "address", State: bot.Noted, Said: "Not set: health and metrics are served nowhere.", Cure: "To watch the bot, set HTTP_ADDR=127.0.0.1:8080."})
		return
	}
	listener, err := net.Listen("tcp", cfg.httpAddr)
	if err == nil {
		_ = listener.Close()
		d.report(bot.Finding{About: "address", Said: "It is free to listen on."})
		d.exposed(cfg.httpAddr)
		return
	}
	if isOurs(ctx, cfg.httpAddr) {
		d.report(bot.Finding{About: "address", Said: "A storybot serves there."})
		d.exposed(cfg.httpAddr)
		return
	}
	said := cfg.hidden.unaddressed(bot.OneLine(err.Error()))
	d.report(bot.Finding{About: "address", State: bot.Failing, Said: bot.AsSentence("It cannot be listened on: " + said),
		Cure: "Stop what has the port (ss -ltnp tells), or set HTTP_ADDR to another one of this machine."})
}

// exposed warns of an address that others can reach.
func (d *diagnosis) exposed(addr string) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host == "localhost" || ip != nil && ip.IsLoopback() {
		return
	}
	d.report(bot.Finding{About: "address", State: bot.Noted, Said: "Other machines may reach it, and it has no login.", Cure: "Keep it behind a firewall or a proxy, or set HTTP_ADDR to 127.0.0.1 with the port."})
}

// isOurs says whether a storybot serves at addr.
func isOurs(ctx context.Context, addr string) bool {
	_, text, err := askReady(ctx, addr)
	return err == nil && strings.HasPrefix(text, "database: ")
}

// askReady asks the bot that listens on addr whether it is ready.
func askReady(ctx context.Context, addr string) (ready bool, text string, err error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false, "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return false, "", err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // never through a proxy
	answer, err := client.Do(request)
	if err != nil {
		return false, "", err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	return answer.StatusCode == http.StatusOK, string(raw), err
}
