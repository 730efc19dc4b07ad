//go:build linux || darwin

package sqlstore

import "golang.org/x/sys/unix"

// modesMatter says that files have modes that keep others away.
const modesMatter = true

// freeSpace is how many bytes a user may still write in a folder, -1 where that
// is not known.
func freeSpace(folder string) int64 {
	var at unix.Statfs_t
	if err := unix.Statfs(folder, &at); err != nil {
		return -1
	}
	return int64(at.Bavail) * int64(at.Bsize)
}
