package main

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// aDatabase is how the address of a database is written.
const aDatabase = "a database is sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME. Example: sqlite:" + defaultFile

func setDatabase(c *config, v string) error {
	scheme, rest, ok := strings.Cut(v, ":")
	switch {
	case ok && scheme == "sqlite" && strings.HasPrefix(rest, "//"):
		// Programs differ in whether such a path begins in this folder or at the root.
		return errors.New("behind sqlite: stands the path of a file as the system writes it, without the two slashes of an address. Example: sqlite:" + defaultFile + ", or sqlite:/var/lib/storybot/" + defaultFile)
	case ok && scheme == "sqlite" && strings.TrimLeft(rest, "/") != "":
	case ok && (scheme == "postgres" || scheme == "postgresql"):
		if u, err := url.Parse(v); err != nil || u.Opaque != "" {
			return errors.New("this postgres:// address cannot be read. It is postgres://USER:PASSWORD@HOST:PORT/NAME, with special characters of the password percent-encoded")
		}
	default:
		return errors.New(aDatabase)
	}
	c.databaseURL = newSecret(v)
	return nil
}

func setHTTPAddr(c *config, v string) error {
	if v == "" {
		return nil
	}
	_, port, err := net.SplitHostPort(v)
	if n, bad := strconv.Atoi(port); err != nil || bad != nil || n < 0 || n > 65535 {
		return quoted{[]string{v}, "is no address to listen on. It is HOST:PORT or :PORT. Example: 127.0.0.1:8080"}
	}
	c.httpAddr = v
	return nil
}
