package sqlstore

// syncFolder does nothing: Windows has no such call, and NTFS keeps a journal of
// its names.
func syncFolder(string) error { return nil }
