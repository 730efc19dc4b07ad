package main

import (
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// uptime returns a name of the machine's last start and how long it has been up
// since, sleep included: by it a clock that was set is told from time that passed
// while the bot was down. "" when the system does not tell.
func uptime() (boot string, up time.Duration) {
	// https://www.kernel.org/doc/html/latest/admin-guide/sysctl/kernel.html#random
	id, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", 0
	}
	var at unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &at); err != nil {
		return "", 0
	}
	return strings.TrimSpace(string(id)), time.Duration(at.Nano())
}
