package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"storybot/stories/storetest/pgtest"
)

// TestANewsroomMovesToAnotherDatabase and back: what is written afterwards goes to all who
// followed, and a correction reaches the messages that were sent from the one before.
func TestANewsroomMovesToAnotherDatabase(t *testing.T) {
	t.Parallel()
	f, dir := newFar(t), t.TempDir()
	databases := []string{"sqlite:" + filepath.Join(dir, "one.db"), pgtest.URL(t), "sqlite:" + filepath.Join(dir, "two.db")}
	p := f.connect(t, "DATABASE_URL="+databases[0])
	f.track(t)
	f.publish(t, "The dykes break.", 2, 2)
	p.waitLog(`"a push has ended"`)
	p.stop()
	o := &operated{t: t, dir: dir, discord: f.discord, slack: f.slack, bots: "-"}
	for i, database := range databases[1:] {
		file := filepath.Join(dir, database[:4]+".jsonl")
		if status, said := o.runs("", []string{"DATABASE_URL=" + databases[i]}, "export", file); status != exitOK || !strings.Contains(said, "records were written to") {
			t.Fatalf("export: %d %s", status, said)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		if status, said := o.runs("", []string{"DATABASE_URL=" + database}, "import", file); status != exitOK || !strings.Contains(said, "records were imported") {
			t.Fatalf("import: %d %s", status, said)
		}
		if status, said := o.runs("", []string{"DATABASE_URL=" + database}, "import", file); status != exitOK || !strings.Contains(said, "nothing was changed") {
			t.Errorf("again: %d %s", status, said)
		}
	}
	p = f.connect(t, "DATABASE_URL="+databases[2])
	f.publish(t, "The water falls.", 3, 3)
	f.withdraw(t, "flood", "They hold.")
	err := f.discord.Wait(f.ctx, func() bool {
		return strings.Contains(f.discord.Messages(guildChannel)[1].Text, "~~")
	})
	if err != nil {
		t.Errorf("the message from before stands: %q", f.discord.Messages(guildChannel)[1].Text)
	}
	p.stop()
}

// TestTheBarIsTrue at each step.
func TestTheBarIsTrue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		done, all int64
		want      string
	}{
		{0, 100, "\r[" + strings.Repeat(".", 40) + "] 0 %"},
		{1, 2, "\r[" + strings.Repeat("#", 20) + strings.Repeat(".", 20) + "] 50 %"},
		{3, 2, "\r[" + strings.Repeat("#", 40) + "] 100 %"},
		{0, 0, "\r[" + strings.Repeat("#", 40) + "] 100 %"},
	} {
		var out strings.Builder
		b := &bar{to: &out, last: -1}
		b.show(c.done, c.all)
		b.show(c.done, c.all) // once
		if out.String() != c.want {
			t.Errorf("%d of %d: %q", c.done, c.all, out.String())
		}
		b.end()
		if !strings.HasSuffix(out.String(), " \r") {
			t.Errorf("it stays: %q", out.String())
		}
	}
	(&bar{}).show(1, 2) // for nobody
}
