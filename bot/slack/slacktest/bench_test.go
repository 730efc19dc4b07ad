package slacktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// BenchmarkPost posts without limits, as a push does: the same blocks to many
// channels, with metadata of their own.
func BenchmarkPost(b *testing.B) {
	s := Start(b)
	token := s.AddWorkspace("T1")
	ids := s.AddChannels("T1", 1000)
	c := newBenchClient(token, s.URL())
	defer c.CloseIdleConnections()
	blocks, err := json.Marshal(json.RawMessage(section))
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			if err := c.post(ids[i%len(ids)], string(blocks), i); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}

// benchClient posts as fast as net/http allows.
type benchClient struct {
	*http.Client
	token, url string
}

func newBenchClient(token, url string) *benchClient {
	return &benchClient{&http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, token, url}
}

func (c *benchClient) post(channel, blocks string, i int) error {
	v := url.Values{
		"token": {c.token}, "channel": {channel}, "text": {"hi"}, "blocks": {blocks}, "unfurl_links": {"false"}, "unfurl_media": {"false"},
		"metadata": {fmt.Sprintf(`{"event_type":"delivery","event_payload":{"id":"d%d"}}`, i)},
	}
	r, err := c.Post(c.url+"chat.postMessage", formType, strings.NewReader(v.Encode()))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || !strings.HasPrefix(string(b), `{"ok":true`) {
		return fmt.Errorf("%v: %s", err, b)
	}
	return nil
}
