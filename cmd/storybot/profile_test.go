package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestProfilesAreServedWhenAskedFor and not otherwise; that http/pprof puts its pages
// into the default server says nothing, which nobody serves.
func TestProfilesAreServedWhenAskedFor(t *testing.T) {
	t.Parallel()
	for _, asked := range []bool{false, true} {
		m := &monitor{metrics: newRegistry(), log: slog.New(slog.DiscardHandler), profile: asked}
		server := httptest.NewServer(m.handler())
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/goroutine?debug=1", "/debug/pprof/cmdline", "/debug/pprof/trace?seconds=0.01", "/debug/pprof/heap"} {
			answer, err := http.Get(server.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			if served := answer.StatusCode == http.StatusOK && len(text) > 0; served != asked {
				t.Errorf("asked for %v: %s answers %d", asked, path, answer.StatusCode)
			}
		}
		server.Close()
	}
}

// TestHowProfilesAreAskedFor by a setting.
func TestHowProfilesAreAskedFor(t *testing.T) {
	t.Parallel()
	for v, want := range map[string]bool{"yes": true, "Yes": true, "1": true, "true": true, "no": false, "off": false} {
		c := &config{}
		if err := setProfile(c, v); err != nil || c.httpProfile != want {
			t.Errorf("%s: %v, %v", v, c.httpProfile, err)
		}
	}
	if err := setProfile(&config{}, "maybe"); err == nil || !strings.Contains(err.Error(), "neither yes nor no") {
		t.Errorf("maybe: %v", err)
	}
}
