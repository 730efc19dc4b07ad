//go:build !windows

package sqlstore

import (
	"errors"
	"os"
	"path/filepath"
)

// syncFolder makes the names in the folder of path outlive a power cut.
func syncFolder(path string) error {
	f, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
