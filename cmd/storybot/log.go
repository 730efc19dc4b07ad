package main

import (
	"io"
	"log/slog"
)

// newLog returns the log of the process: text or JSON lines to w, secrets
// masked.
func newLog(cfg *config, level slog.Level, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: cfg.hidden.unaddressedAttr}
	w = cfg.hidden.writer(w)
	if cfg.logFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
