package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// query is an expression of a rule or a panel, and where it stands.
type query struct{ at, expr, words string }

// alertQueries are the expressions of the alert rules; each rule says what to do.
func alertQueries(t *testing.T) (all []query) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("deploy", "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				For         string            `yaml:"for"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(raw)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if r.Alert == "" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["cure"] == "" {
				t.Errorf("rule %q lacks its name, severity, summary or cure", r.Alert)
			}
			all = append(all, query{"alert " + r.Alert, r.Expr, r.Annotations["summary"]})
		}
	}
	return all
}

// panelQueries are those of the dashboard's panels.
func panelQueries(t *testing.T) (all []query) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("deploy", "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr, LegendFormat string }
		}
	}
	if err := json.Unmarshal(raw, &board); err != nil {
		t.Fatal(err)
	}
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			all = append(all, query{"panel " + p.Title, target.Expr, target.LegendFormat})
		}
	}
	return all
}

var (
	metricName  = regexp.MustCompile(`\bstorybot_[a-z_]+`)
	selector    = regexp.MustCompile(`(storybot_[a-z_]+)\{([^}]*)\}`)
	grouping    = regexp.MustCompile(`by \(([^)]*)\)`)
	labelOf     = regexp.MustCompile(`(\w+)\s*(?:=~|!=|!~|=)`)
	shownLabels = regexp.MustCompile(`\{\{\s*(?:\$labels\.)?([a-z]+)\s*\}\}`)
)

// strays are the metrics and labels of a query that are not served.
func (q query) strays(served map[string]map[string]bool) (strays []string) {
	has := map[string]bool{"le": true}
	for _, name := range metricName.FindAllString(q.expr, -1) {
		labels, known := served[name]
		if !known {
			strays = append(strays, name)
		}
		for l := range labels {
			has[l] = true
		}
	}
	var used []string
	for _, s := range selector.FindAllStringSubmatch(q.expr, -1) {
		for _, l := range labelOf.FindAllStringSubmatch(s[2], -1) {
			used = append(used, l[1])
		}
	}
	for _, g := range grouping.FindAllStringSubmatch(q.expr, -1) {
		used = append(used, strings.Split(strings.ReplaceAll(g[1], " ", ""), ",")...)
	}
	for _, l := range shownLabels.FindAllStringSubmatch(q.words, -1) {
		used = append(used, l[1])
	}
	for _, l := range used {
		if !has[l] {
			strays = append(strays, l)
		}
	}
	return strays
}

// TestAlertsAndDashboardAreOfRealMetrics holds what operators copy against what a
// connected bot serves, and that something is said of each fault there is.
func TestAlertsAndDashboardAreOfRealMetrics(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	p := f.connect(t)
	f.track(t)
	f.publish(t, "The dykes break.", 2, 2)
	_, body := p.get("/metrics")
	served := servedMetrics(body)
	// A lane that waits is there while something does; so it is named in the README.
	for _, name := range []string{"storybot_queue_depth", "storybot_queue_oldest_seconds"} {
		if served[name] == nil {
			served[name] = map[string]bool{"lane": true, "state": name == "storybot_queue_depth"}
		}
	}
	alerts, panels := alertQueries(t), panelQueries(t)
	for _, q := range slices.Concat(alerts, panels) {
		if strays := q.strays(served); len(strays) > 0 {
			t.Errorf("%s: not served: %v", q.at, strays)
		}
	}
	if len(panels) < 8 {
		t.Errorf("the dashboard has %d queries", len(panels))
	}
	for _, metric := range []string{"storybot_connection_up", "storybot_lane_stopped", "storybot_queue_oldest_seconds", "storybot_database_up"} {
		if !slices.ContainsFunc(alerts, func(q query) bool { return strings.Contains(q.expr, metric) }) {
			t.Errorf("no alert on %s", metric)
		}
	}
}

// TestStraysAreFound in queries that name what there is not.
func TestStraysAreFound(t *testing.T) {
	t.Parallel()
	served := map[string]map[string]bool{"storybot_lane_stopped": {"lane": true}}
	for _, c := range []struct {
		q    query
		want string
	}{
		{query{expr: "storybot_lane_stopped == 1", words: "{{ $labels.lane }} stands"}, ""},
		{query{expr: "storybot_lane_halted == 1"}, "storybot_lane_halted"},
		{query{expr: `storybot_lane_stopped{platform="slack"} == 1`}, "platform"},
		{query{expr: "sum by (lane, outcome) (storybot_lane_stopped)"}, "outcome"},
		{query{expr: "storybot_lane_stopped", words: "{{connection}}"}, "connection"},
	} {
		if got := strings.Join(c.q.strays(served), " "); got != c.want {
			t.Errorf("%v: %q, want %q", c.q, got, c.want)
		}
	}
}

// TestCountersBeginAtNothing: an increase from no series to the first one is seen by no
// rule, so that they are there before anything is sent.
func TestCountersBeginAtNothing(t *testing.T) {
	t.Parallel()
	f := newFar(t)
	p := f.connect(t)
	_, body := p.get("/metrics")
	for _, line := range []string{
		`storybot_deliveries_total{outcome="payload",platform="discord"} 0`, `storybot_deliveries_total{outcome="account",platform="slack"} 0`,
		`storybot_rate_limited_total{platform="discord",scope="lane"} 0`, `storybot_reconnects_total{connection="discord"} 0`,
		`storybot_database_up 1`, `storybot_connection_standby{connection="discord"} 0`, `storybot_connection_info{connection="discord",name="discord gateway"} 1`,
		`storybot_build_info{`,
	} {
		if !strings.Contains(body, "\n"+line) {
			t.Errorf("the first scrape has no %s in\n%s", line, body)
		}
	}
}
