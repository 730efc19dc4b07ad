package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// stopTime is how long a stop may take in all: requests on their way and
// answers in the making get to finish, a hanging one does not hold the rest.
const stopTime = 20 * time.Second

// teardowns are what has to be undone at the end, in the order it was done.
type teardowns []teardown

type teardown struct {
	name string
	do   func(context.Context) error
}

// add notes how to undo what was just done.
func (t *teardowns) add(name string, do func(context.Context) error) {
	*t = append(*t, teardown{name, do})
}

// run undoes everything, the last thing first, within stopTime. A teardown
// that does not return by then is left behind and named in the error.
func (t teardowns) run() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	var errs []error
	for _, step := range slices.Backward(t) {
		done := make(chan error, 1)
		go func() { done <- step.do(ctx) }()
		select {
		case err := <-done:
			if err != nil {
				errs = append(errs, fmt.Errorf("stop the %s: %w", step.name, err))
			}
		case <-ctx.Done():
			errs = append(errs, fmt.Errorf("stop the %s: it did not end within %v", step.name, stopTime))
		}
	}
	return errors.Join(errs...)
}
