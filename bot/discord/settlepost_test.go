package discord

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"storybot/bot"
	"storybot/stories"
)

// forumOf is a far side with one forum, all of whose threads are archived.
type forumOf struct {
	archived []time.Time // when, the last first; a thread's id is of an hour before
	ours     string      // id of the thread with our message
	key      string
	pages    int
	noPages  int // the status of a list of archived threads, 0 for there
	undated  bool
}

func (f *forumOf) id(i int) string {
	return strconv.FormatUint(snowflake(f.archived[i].Add(-time.Hour))+uint64(i), 10)
}

func (f *forumOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := strings.TrimPrefix(r.URL.Path, "/api/v9"); {
	case path == "/users/@me":
		respond(w, 200, `{"id":"`+testBot+`"}`)
	case strings.HasSuffix(path, "/threads/active"):
		respond(w, 200, `{"threads":[]}`)
	case !strings.HasSuffix(path, "/threads/archived/public"): // a first message
		text := "[]"
		if strings.HasSuffix(path, "/"+f.ours) {
			id, _ := json.Marshal("x" + marker + f.key)
			text = fmt.Sprintf(`[{"custom_id":%s}]`, id)
		}
		respond(w, 200, `{"components":`+text+`}`)
	case f.noPages != 0:
		f.pages++
		respond(w, f.noPages, `{"code":0,"message":"x"}`)
	default:
		f.pages++
		f.page(w, r)
	}
}

func (f *forumOf) page(w http.ResponseWriter, r *http.Request) {
	var list []string
	more := false
	before, err := time.Parse(time.RFC3339, r.URL.Query().Get("before"))
	for i, at := range f.archived {
		if err == nil && !at.Before(before) {
			continue
		}
		if more = len(list) == pageSize; more {
			break
		}
		stamp := at.Format(time.RFC3339Nano)
		if f.undated {
			stamp = ""
		}
		list = append(list, fmt.Sprintf(`{"id":%q,"parent_id":%q,"owner_id":%q,"thread_metadata":{"archived":true,"archive_timestamp":%q}}`, f.id(i), testChannel, testBot, stamp))
	}
	respond(w, 200, fmt.Sprintf(`{"threads":[%s],"has_more":%v}`, strings.Join(list, ","), more))
}

// A forum post that was archived while nobody knew whether it had been made is
// found among the archived threads, as far back as it can be.
func TestArchivedForumPostsAreFound(t *testing.T) {
	now := time.Now().UTC()
	minutes := func(n int) (all []time.Time) {
		for i := range n {
			all = append(all, now.Add(-time.Duration(i)*time.Minute))
		}
		return all
	}
	for name, c := range map[string]struct {
		far   forumOf
		ours  int // -1 for none
		want  bot.Outcome
		pages int
	}{
		"no thread at all":               {forumOf{}, -1, bot.NotSent, 1},
		"the last that was archived":     {forumOf{archived: minutes(3)}, 0, bot.Delivered, 1},
		"on the third page":              {forumOf{archived: minutes(290)}, 210, bot.Delivered, 3},
		"none is ours":                   {forumOf{archived: minutes(90)}, -1, bot.NotSent, 1},
		"older ones are not looked at":   {forumOf{archived: minutes(2000)}, -1, bot.NotSent, 7},
		"without times there is no way":  {forumOf{archived: minutes(150), undated: true}, -1, bot.Unreadable, 1},
		"the history may not be read":    {forumOf{noPages: 403}, -1, bot.Unreadable, 1},
		"a far side without such a list": {forumOf{noPages: 404}, -1, bot.Unreadable, 1},
		"a fault":                        {forumOf{noPages: 500}, -1, bot.Unsettled, 1},
	} {
		t.Run(name, func(t *testing.T) {
			far := c.far
			p, _ := platformAt(t, &far)
			o := old(10*time.Hour, 10*time.Hour)
			o.Delivery.Op, far.key = stories.OpForum, o.Delivery.Key
			if c.ours >= 0 {
				far.ours = far.id(c.ours)
			}
			v := p.Settle(t.Context(), o)
			if v.Outcome != c.want || far.pages != c.pages {
				t.Errorf("%+v after %d pages", v, far.pages)
			}
			if c.ours >= 0 && v.MessageID != far.ours+"/"+far.ours {
				t.Errorf("found as %q, made as %q", v.MessageID, far.ours)
			}
		})
	}
}
