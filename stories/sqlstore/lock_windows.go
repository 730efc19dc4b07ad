package sqlstore

import (
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks f for this process until it is closed or the process ends,
// however it ends. The locked byte lies far behind the text, which others may
// still read.
func tryLock(f *os.File) error {
	const how = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	return windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &windows.Overlapped{Offset: 1 << 30})
}
