// Package consoletest is a terminal for tests: a pseudo-terminal with an emulator
// behind it, which shows what a person would see. There is one on Linux only.
package consoletest
