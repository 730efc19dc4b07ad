//go:build !linux && !darwin

package sqlstore

import "runtime"

// modesMatter says that files have modes that keep others away.
const modesMatter = runtime.GOOS != "windows"

// freeSpace is not known here.
func freeSpace(string) int64 { return -1 }
