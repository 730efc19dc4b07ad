package discordtest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// BenchmarkPosts says how many posts a second the fake takes from a bare
// keep-alive client; a benchmark of the bot against it can be no faster.
func BenchmarkPosts(b *testing.B) {
	s := Start(b, NoLimits())
	channels := s.AddChannels(1000)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	defer client.CloseIdleConnections()
	var n atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range 16 {
		wg.Go(func() {
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				body := fmt.Sprintf(`{"content":"","embeds":[{"title":"Sony hack","description":%q,"color":255,"footer":{"text":"sony-hack"}}],"components":[{"type":1,"components":[{"type":2,"style":2,"label":"Timeline","custom_id":"timeline:%d"}]}],"nonce":"n%d","enforce_nonce":true,%s}`,
					strings.Repeat("word ", 40), i, i, quiet)
				hr, err := http.NewRequest("POST", s.URL()+"/v9/channels/"+channels[i%1000].ID+"/messages", strings.NewReader(body))
				if err != nil {
					b.Error(err)
					return
				}
				hr.Header = http.Header{"Authorization": {"Bot " + Token}, "User-Agent": {"DiscordBot (x, 1)"}, "Content-Type": {"application/json"}}
				resp, err := client.Do(hr)
				if err != nil {
					b.Error(err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}
