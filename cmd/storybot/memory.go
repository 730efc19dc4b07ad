package main

import (
	"context"
	"log/slog"
)

// nothing is a memory with nothing in it that keeps nothing.
type nothing struct{}

func (nothing) Recall(context.Context, string) (string, error) { return "", nil }
func (nothing) Remember(context.Context, string, string) error { return nil }

// looked is a memory that is only read.
type looked struct {
	recall func(ctx context.Context, key string) (string, error)
}

func (l looked) Recall(ctx context.Context, key string) (string, error) { return l.recall(ctx, key) }
func (looked) Remember(context.Context, string, string) error           { return nil }

// levelSilent is above every message of a log: what the platforms would log of a
// check is in what it finds.
const levelSilent = slog.LevelError + 100
