//go:build !linux

package main

import "time"

// uptime is not known here: after a start the clock people set is believed.
func uptime() (boot string, up time.Duration) { return "", 0 }
