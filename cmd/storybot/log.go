package main

import (
	"io"
	"log/slog"
)

// newLog returns the log of the process: text or JSON lines to w, secrets
// masked. A time span is a number of seconds in JSON.
func newLog(cfg *config, level slog.Level, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: cfg.hidden.unaddressedAttr}
	w = cfg.hidden.writer(w)
	if cfg.logFormat == "json" {
		options.ReplaceAttr = func(groups []string, a slog.Attr) slog.Attr { return inSeconds(cfg.hidden.unaddressedAttr(groups, a)) }
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// inSeconds is an attribute with a span of time as a number of seconds: slog writes
// nanoseconds, which nobody reads.
func inSeconds(a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		return slog.Float64(a.Key, a.Value.Duration().Seconds())
	}
	return a
}
