package delivery

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheDeskSeesALongPushInOneMessage(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		defer process()()
		p.publish(10000)
		time.Sleep(tellAfter - time.Millisecond)
		heard(t, "before the push is long", p.all(), "")
		time.Sleep(2 * tellTick)
		heard(t, "at first", p.all(), "1.1: Delivered 0 of 10,000.")
		time.Sleep(time.Minute)
		heard(t, "while nothing moves", p.all(), "1.1: Delivered 0 of 10,000.")
		p.sends(1, 5120, 3)
		time.Sleep(tellEvery + tellTick)
		if got := p.last(); !strings.HasPrefix(got, "1.2: Delivered 5,120 of 10,000, 3 blocked, about ") || !strings.HasSuffix(got, " left.") {
			t.Errorf("half way: %s", got)
		}
		for sent := 5200; sent < 9000; sent += 100 { // one every second
			p.sends(1, sent, 3)
			time.Sleep(time.Second)
		}
		p.sends(1, 9997, 3)
		time.Sleep(tellTick)
		if got := p.last(); !strings.HasSuffix(got, ": Delivered 9,997 of 10,000, 3 blocked. /desk status tells why.") {
			t.Errorf("at the end: %s", got)
		}
		n := len(p.said)
		for i := 1; i < n-1; i++ {
			if since := p.said[i].at.Sub(p.said[i-1].at); since < tellEvery {
				t.Errorf("edit %d is %v after the one before", i, since)
			}
		}
		time.Sleep(time.Hour)
		if len(p.said) != n {
			t.Errorf("it is edited after the end:\n%s", p.all())
		}
	})
}

// TestAShortPushIsOneMessage: its end, and nothing before.
func TestAShortPushIsOneMessage(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		defer process()()
		p.publish(60)
		time.Sleep(tellAfter - tellTick/2)
		p.sends(1, 60, 0)
		time.Sleep(time.Minute)
		heard(t, "a push of two seconds", p.all(), "1.1: Delivered to all 60 channels.")
	})
}

func TestTheNextProcessGoesOnWithTheSameMessage(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		p.publish(100)
		stop := process()
		time.Sleep(tellAfter + tellTick)
		stop()
		p.sends(1, 50, 0)
		stop = process()
		time.Sleep(tellEvery + 2*tellTick)
		stop()
		p.sends(1, 100, 0)
		defer process()()
		time.Sleep(2 * tellTick)
		heard(t, "three processes", p.all(), "1.1: Delivered 0 of 100.\n1.2: Delivered 50 of 100.\n1.3: Delivered to all 100 channels.")
	})
}

// TestTwoProcessesTellAlike: none of them says a thing twice or too soon.
func TestTwoProcessesTellAlike(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		p.publish(1000)
		defer process()()
		time.Sleep(tellTick / 2)
		defer process()()
		for sent := range 60 {
			p.sends(1, sent, 0)
			time.Sleep(time.Second)
		}
		for i, s := range p.said[1:] {
			if since := s.at.Sub(p.said[i].at); since < tellEvery-tellTick {
				t.Errorf("%q is %v after the one before", s.text, since)
			}
		}
		p.sends(1, 1000, 0)
		time.Sleep(time.Minute)
		if n := strings.Count(p.all(), "all 1,000"); n != 1 {
			t.Errorf("the end was told %d times", n)
		}
	})
}

// TestManyPushesLeaveRoomForOtherEdits: Slack takes 50 edits a minute.
func TestManyPushesLeaveRoomForOtherEdits(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		defer process()()
		const pushes = 30
		for range pushes {
			p.publish(1000)
		}
		for sent := 1; sent <= 180; sent++ {
			for id := range pushes {
				p.sends(int64(id+1), sent, 0)
			}
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if n := len(p.said); n < 100 || n > 120 {
			t.Errorf("the desk was owed %d things in three minutes", n)
		}
		for id := range pushes { // and none is forgotten
			if n := strings.Count(p.all(), fmt.Sprintf("%d.2: ", id+1)); n == 0 {
				t.Errorf("push %d was told of once or never", id+1)
			}
		}
	})
}

func TestAlarmsAreCollected(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		defer process()()
		for range 40 { // over two seconds
			p.set(func() { p.alarms++ })
			time.Sleep(50 * time.Millisecond)
		}
		heard(t, "meanwhile", p.all(), "")
		time.Sleep(collectFor + tellTick)
		heard(t, "after a moment", p.all(), "40 alarms")
		p.set(func() { p.alarms = 1 })
		time.Sleep(collectFor - tellTick)
		heard(t, "the next one", p.all(), "40 alarms")
		time.Sleep(3 * tellTick)
		heard(t, "is collected too", p.all(), "40 alarms\n1 alarms")
	})
}

// TestWhatAnEarlierProcessLeftIsTold: also what nobody collects any more.
func TestWhatAnEarlierProcessLeftIsTold(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		p.alarms = 3
		p.publish(10)
		p.sends(1, 10, 0)
		defer process()()
		time.Sleep(collectFor + 2*tellTick)
		synctest.Wait()
		heard(t, "after a start", p.all(), "1.1: Delivered to all 10 channels.\n3 alarms")
	})
}

func TestWithoutADeskNobodyIsToldUntilTheEnd(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		p.desks = 0
		defer process()()
		p.publish(10)
		time.Sleep(time.Minute)
		heard(t, "meanwhile", p.all(), "")
		p.sends(1, 10, 0)
		time.Sleep(2 * tellTick)
		if left, err := p.Pushes(t.Context(), 10); err != nil || len(left) != 0 {
			t.Errorf("%d pushes are looked at for ever, %v", len(left), err)
		}
	})
}

// TestTellIsAtOnce is the end of a pipe: nothing is left for later.
func TestTellIsAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		p := &paper{desks: 1, alarms: 2}
		p.publish(1)
		p.sends(1, 1, 0)
		kicks := 0
		notifier := NewNotifier(p, nil, func() { kicks++ }, slog.New(slog.DiscardHandler), time.Now)
		for i, want := range []bool{true, false} {
			if told, err := notifier.Tell(t.Context()); told != want || err != nil {
				t.Errorf("time %d: %v, %v", i, told, err)
			}
		}
		heard(t, "told", p.all(), "2 alarms\n1.1: Delivered to the one channel.")
		if kicks != 1 {
			t.Errorf("%d kicks", kicks)
		}
	})
}

// TestTheEndIsToldWhereNoEditTellsIt: as soon as it is known that none does.
func TestTheEndIsToldWhereNoEditTellsIt(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), _ *strings.Builder) {
		defer process()()
		time.Sleep(time.Minute)
		p.set(func() { p.frozen = 2 })
		time.Sleep(2 * tellTick)
		heard(t, "after the edits failed", p.all(), "2 ends anew")
	})
}

func TestAnOutageIsLoggedOnce(t *testing.T) {
	telling(t, func(t *testing.T, p *paper, process func() func(), logged *strings.Builder) {
		defer process()()
		p.set(func() { p.failing = errors.New("no database"); p.alarms = 1 })
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := logged.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "no database") || p.all() != "" {
			t.Errorf("the log says\n%s", got)
		}
		p.set(func() { p.failing = nil })
		time.Sleep(collectFor + 2*tellTick)
		synctest.Wait()
		heard(t, "after it", p.last(), "1 alarms")
	})
}
