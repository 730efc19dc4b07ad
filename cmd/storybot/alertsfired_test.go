package main

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// measured is one line of what is served.
type measured struct {
	labels map[string]string
	value  float64
}

var (
	sampleForm   = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? (\S+)$`)
	labelForm    = regexp.MustCompile(`(\w+)(=~|!=|=)"((?:[^"\\]|\\.)*)"`)
	compareForm  = regexp.MustCompile(`^(.+?) (==|>) ([0-9.]+)$`)
	increaseForm = regexp.MustCompile(`^sum by \(([a-z, ]+)\) \(increase\((.+)\[15m\]\)\)$`)
	seriesForm   = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})?$`)
)

// scrapes are what was served, the newest last.
type scrapes []map[string][]measured

func scraped(t *testing.T, bodies ...string) (all scrapes) {
	t.Helper()
	for _, body := range bodies {
		at := map[string][]measured{}
		for line := range strings.Lines(body) {
			m := sampleForm.FindStringSubmatch(strings.TrimSpace(line))
			if m == nil {
				continue
			}
			v, err := strconv.ParseFloat(m[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			s := measured{map[string]string{}, v}
			for _, l := range labelForm.FindAllStringSubmatch(m[2], -1) {
				s.labels[l[1]] = l[3]
			}
			at[m[1]] = append(at[m[1]], s)
		}
		all = append(all, at)
	}
	return all
}

// series are those of one scrape that a selector names.
func series(t *testing.T, at map[string][]measured, expr string) (found []measured) {
	t.Helper()
	m := seriesForm.FindStringSubmatch(expr)
	if m == nil {
		t.Fatalf("%s is not understood here", expr)
	}
	for _, s := range at[m[1]] {
		fits := true
		for _, l := range labelForm.FindAllStringSubmatch(m[2], -1) {
			is := s.labels[l[1]] == l[3]
			if l[2] == "=~" {
				is = regexp.MustCompile("^(?:" + l[3] + ")$").MatchString(s.labels[l[1]])
			}
			fits = fits && is != (l[2] == "!=")
		}
		if fits {
			found = append(found, s)
		}
	}
	return found
}

// eval is what an expression of the rules' kind says at the newest scrape, as
// https://prometheus.io/docs/prometheus/latest/querying/operators/ has it.
func (all scrapes) eval(t *testing.T, expr string) (found []measured) {
	t.Helper()
	if left, right, ok := strings.Cut(expr, " or "); ok {
		return append(all.eval(t, left), all.eval(t, right)...)
	}
	if left, right, ok := strings.Cut(expr, " unless "); ok {
		but := all.eval(t, right)
		return slices.DeleteFunc(all.eval(t, left), func(s measured) bool {
			return slices.ContainsFunc(but, func(o measured) bool { return maps.Equal(s.labels, o.labels) })
		})
	}
	if m := compareForm.FindStringSubmatch(expr); m != nil {
		than, _ := strconv.ParseFloat(m[3], 64)
		return slices.DeleteFunc(all.eval(t, m[1]), func(s measured) bool { return s.value == than != (m[2] == "==") || m[2] == ">" && s.value < than })
	}
	newest := all[len(all)-1]
	if inner, ok := strings.CutPrefix(expr, "absent("); ok {
		if len(series(t, newest, strings.TrimSuffix(inner, ")"))) == 0 {
			found = []measured{{map[string]string{}, 1}}
		}
		return found
	}
	if m := increaseForm.FindStringSubmatch(expr); m != nil {
		sums := map[string]measured{}
		before := series(t, all[0], m[2])
		for _, s := range series(t, newest, m[2]) {
			from := slices.IndexFunc(before, func(o measured) bool { return maps.Equal(s.labels, o.labels) })
			if from < 0 {
				continue // a first value is no increase
			}
			by := map[string]string{}
			for _, l := range strings.Split(strings.ReplaceAll(m[1], " ", ""), ",") {
				by[l] = s.labels[l]
			}
			key := strings.Join(slices.Sorted(maps.Values(by)), "\x00")
			sums[key] = measured{by, sums[key].value + s.value - before[from].value}
		}
		return slices.Collect(maps.Values(sums))
	}
	return series(t, newest, expr)
}

// TestEachAlertFires at its fault, of what a bot really serves, and at no other; and none
// of them while all is well.
func TestEachAlertFires(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	p := f.connect(t)
	f.track(t)
	f.publish(t, "The dykes break.", 2, 2)
	_, body := p.get("/metrics")
	well := body + "\nup{job=\"storybot\"} 1\n"
	changed := func(old, new string) string {
		if !strings.Contains(well, "\n"+old) {
			t.Errorf("%s is not served", old)
		}
		return strings.Replace(well, "\n"+old, "\n"+new, 1)
	}
	faults := map[string]string{
		"":                               well,
		"alert StorybotAway":             changed(`up{job="storybot"} 1`, `up{job="storybot"} 0`),
		"alert StorybotAway ":            changed(`up{job="storybot"} 1`, ""),
		"alert StorybotAway  ":           "up{job=\"storybot\"} 0\n", // then nothing else is read
		"alert StorybotQueueOld":         well + "storybot_queue_oldest_seconds{lane=\"discord\"} 1801\n",
		" ":                              well + "storybot_queue_oldest_seconds{lane=\"discord\"} 1799\n",
		"alert StorybotDatabaseAway":     changed("storybot_database_up 1", "storybot_database_up 0"),
		"alert StorybotConnectionDown":   changed(`storybot_connection_up{connection="discord"} 1`, `storybot_connection_up{connection="discord"} 0`),
		"alert StorybotLaneStopped":      changed(`storybot_lane_stopped{lane="discord"} 0`, `storybot_lane_stopped{lane="discord"} 1`),
		"alert StorybotMessagesRefused":  changed(`storybot_deliveries_total{outcome="payload",platform="discord"} 0`, `storybot_deliveries_total{outcome="payload",platform="discord"} 1`),
		"alert StorybotMessagesRefused ": changed(`storybot_deliveries_total{outcome="account",platform="slack"} 0`, `storybot_deliveries_total{outcome="account",platform="slack"} 1`),
		// Another process has the connection, so that this one's is no fault.
		"  ": strings.NewReplacer(`storybot_connection_up{connection="discord"} 1`, `storybot_connection_up{connection="discord"} 0`,
			`storybot_connection_standby{connection="discord"} 0`, `storybot_connection_standby{connection="discord"} 1`).Replace(well),
	}
	fired := map[string]bool{}
	for fault, body := range faults {
		want := strings.TrimSpace(fault)
		for _, q := range alertQueries(t) {
			found := scraped(t, well, body).eval(t, q.expr)
			if (len(found) > 0) != (q.at == want) {
				t.Errorf("%q: %s: %v", fault, q.at, found)
			}
			for _, s := range found {
				fired[q.at] = true
				for _, label := range regexp.MustCompile(`\$labels\.([a-z]+)`).FindAllStringSubmatch(q.words, -1) {
					if s.labels[label[1]] == "" {
						t.Errorf("%s does not say which %s", q.at, label[1])
					}
				}
			}
		}
	}
	for _, q := range alertQueries(t) {
		if !fired[q.at] {
			t.Errorf("%s never fires", q.at)
		}
	}
}
