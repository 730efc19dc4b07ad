package discordtest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestHandshake(t *testing.T) {
	s := started(t)
	b, hello := dial(t, s)
	if hello.Op != opHello || string(field(hello.D, "heartbeat_interval")) != "41250" {
		t.Fatalf("first packet %+v", hello)
	}
	b.send(opIdentify, identity())
	ready := b.event("READY")
	if *ready.S != 1 || !contains(ready.D, `"unavailable":true`) || !contains(ready.D, testGuild) {
		t.Errorf("READY: %s", ready.D)
	}
	guild := b.event("GUILD_CREATE")
	if *guild.S != 2 || !contains(guild.D, testChannel) {
		t.Errorf("GUILD_CREATE: %s", guild.D)
	}
	b.send(opHeartbeat, 2)
	if p := b.next(); p.Op != opHeartbeatAck {
		t.Errorf("after a heartbeat: %+v", p)
	}
	if err := s.WaitConnected(testContext(t), 1); err != nil {
		t.Error(err)
	}
	s.DeleteChannel(testChannel)
	if p := b.event("CHANNEL_DELETE"); string(field(p.D, "id")) != `"`+testChannel+`"` {
		t.Errorf("CHANNEL_DELETE: %s", p.D)
	}
	s.Outage(testGuild)
	if p := b.event("GUILD_DELETE"); string(field(p.D, "unavailable")) != "true" {
		t.Errorf("outage: %s", p.D)
	}
	s.RemoveFromGuild(testGuild)
	if p := b.event("GUILD_DELETE"); field(p.D, "unavailable") != nil {
		t.Errorf("removal: %s", p.D)
	}
	if st := s.GatewayStats(); st.Identifies != 1 || st.Heartbeats != 1 {
		t.Errorf("stats: %+v", st)
	}
}

func TestIdentifyRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		change    func(map[string]any)
		violation string
		code      int
	}{
		"token":      {func(m map[string]any) { m["token"] = "other" }, "", 4004},
		"privileged": {func(m map[string]any) { m["intents"] = 1 | 1<<15 }, "privileged", 4014},
		"shard":      {func(m map[string]any) { m["shard"] = []int{2, 2} }, "no such shard", 4010},
		"decode":     {func(m map[string]any) { m["intents"] = "guilds" }, "IDENTIFY", 4002},
		"long":       {func(m map[string]any) { m["x"] = string(make([]byte, 4096)) }, "cannot be read", 4002},
	} {
		t.Run(name, func(t *testing.T) {
			s := started(t)
			if tc.violation != "" {
				s.ExpectViolation(tc.violation)
			}
			b, _ := dial(t, s)
			ask := identity()
			tc.change(ask)
			b.send(opIdentify, ask)
			if code := b.closeCode(); code != tc.code {
				t.Errorf("closed with %d, want %d", code, tc.code)
			}
		})
	}
}

func TestMoreIntentsThanNeeded(t *testing.T) {
	s := started(t)
	s.ExpectViolation("needs GUILDS (1) only")
	s.ExpectViolation("no properties")
	b, _ := dial(t, s)
	b.send(opIdentify, map[string]any{"token": "Bot " + Token, "intents": 513})
	b.event("READY")
}

func TestWrongPackets(t *testing.T) {
	s := started(t)
	s.ExpectViolation("opcode 42")
	s.ExpectViolation("identified twice")
	s.ExpectViolation("was never sent")
	b, _ := dial(t, s)
	b.send(42, nil)
	if code := b.closeCode(); code != closeUnknownOp {
		t.Errorf("unknown opcode: %d", code)
	}
	b = connected(t, s)
	b.send(opHeartbeat, 99)
	b.send(opIdentify, identity())
	if code := b.closeCode(); code != closeAlready {
		t.Errorf("second IDENTIFY: %d", code)
	}
}

func TestGatewayFaults(t *testing.T) {
	s := started(t, WithHeartbeat(50*time.Millisecond))
	s.NextConnections(FirstPacket(opReconnect, nil), InvalidSession(true), CloseOnIdentify(4009), NoSession(), NoAcks(), Mute())
	if _, first := dial(t, s); first.Op != opReconnect {
		t.Errorf("first packet: %+v", first)
	}
	b, _ := dial(t, s)
	b.send(opIdentify, identity())
	if p := b.next(); p.Op != opInvalidSession || string(p.D) != "true" {
		t.Errorf("invalid session: %+v", p)
	}
	b, _ = dial(t, s)
	b.send(opIdentify, identity())
	if code := b.closeCode(); code != 4009 {
		t.Errorf("close: %d", code)
	}
	b, _ = dial(t, s)
	b.send(opIdentify, identity())
	if p := b.event("READY"); field(p.D, "session_id") != nil {
		t.Errorf("READY without a session: %s", p.D)
	}
	s.ExpectViolation("no heartbeat within two intervals") // the test's bot has none
	b = connected(t, s)
	b.send(opHeartbeat, nil)
	b.send(opHeartbeat, 1)
	for p := b.next(); p.Op != -1; p = b.next() {
		if p.Op == opHeartbeatAck {
			t.Error("a heartbeat was acknowledged")
		}
	}
	b, _ = dial(t, s)
	b.send(opIdentify, identity())
	if p := b.next(); p.Op != -1 {
		t.Errorf("a mute gateway says %+v", p)
	}
}

func TestRefusedUpgrade(t *testing.T) {
	s := started(t)
	s.NextConnections(RefuseUpgrade(503), HangUp(), NoHello())
	url := call(t, s, "GET", "/gateway", "").field("url") + "/?v=9&encoding=json"
	if _, resp, err := websocket.DefaultDialer.Dial(url, nil); err == nil || resp.StatusCode != 503 {
		t.Errorf("upgrade: %v", err)
	}
	if _, _, err := websocket.DefaultDialer.Dial(url, nil); err == nil {
		t.Error("the upgrade was not reset")
	}
	ws, _, err := websocket.DefaultDialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	ws.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if _, _, err := ws.ReadMessage(); err == nil {
		t.Error("something was said without HELLO")
	}
}

func TestStartLimit(t *testing.T) {
	s := started(t, WithShards(2))
	s.ExpectViolation("no session start is left")
	s.SetStartLimit(StartLimit{Total: 1000, Remaining: 1, ResetAfter: time.Hour, MaxConcurrency: 1})
	if r := call(t, s, "GET", "/gateway/bot", ""); !contains([]byte(r.body), `"remaining":1,"reset_after":3600000`) || r.field("shards") != "2" {
		t.Errorf("%s", r.body)
	}
	connected(t, s)
	b, _ := dial(t, s)
	b.send(opIdentify, identity())
	if p := b.next(); p.Op != opInvalidSession {
		t.Errorf("the second IDENTIFY: %+v", p)
	}
}

func TestShards(t *testing.T) {
	s := Start(t)
	even, odd := formatID(2<<22), formatID(3<<22)
	s.AddChannel(even, "155101607195836416")
	s.AddChannel(odd, "155101607195836417")
	for shard, want := range []string{even, odd} {
		b, _ := dial(t, s)
		ask := identity()
		ask["shard"] = []int{shard, 2}
		b.send(opIdentify, ask)
		var ready struct{ Guilds []struct{ ID string } }
		decodeInto(b.event("READY").D, &ready)
		if len(ready.Guilds) != 1 || ready.Guilds[0].ID != want {
			t.Errorf("shard %d: %+v, want %s", shard, ready, want)
		}
	}
}

func TestSilence(t *testing.T) {
	s := started(t)
	b := connected(t, s)
	b.event("GUILD_CREATE")
	s.Silence()
	b.send(opHeartbeat, 1)
	if err := s.Wait(testContext(t), func() bool { return s.GatewayStats().Heartbeats == 1 }); err != nil {
		t.Fatal(err)
	}
	select {
	case p := <-b.events:
		t.Errorf("a silent gateway says %+v", p)
	default:
	}
}

func TestDispatchAnything(t *testing.T) {
	s := started(t)
	b := connected(t, s)
	s.Dispatch("SOMETHING_NEW", json.RawMessage(`{"a":null}`))
	if p := b.event("SOMETHING_NEW"); string(p.D) != `{"a":null}` {
		t.Errorf("%s", p.D)
	}
}
