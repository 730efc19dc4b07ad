package storetest

import (
	"fmt"
	"strings"
	"sync"

	"storybot/stories"
)

// services are two processes of one installation.
func (d *desk) services(admins ...string) (a, b *stories.Service) {
	c := stories.Config{Stores: d.Store.Families(), Admins: admins, CheckPerson: func(ref string) error {
		if ref == "" {
			return stories.Errorf(stories.CodeInvalid, "This names nobody.")
		}
		return nil
	}}
	return stories.NewService(c), stories.NewService(c)
}

var claimTests = []test{
	{"the installation has one code, the one that was kept first, until somebody claims the bot", func(d *desk) {
		for _, fresh := range []string{"AAAA", "BBBB"} {
			code, err := d.ClaimCode(d.ctx, fresh)
			d.ok(err)
			same(d, "code", code, "AAAA")
		}
		d.refused(d.ClaimAdmin(d.ctx, stories.Act{By: ben, At: d.now}, "BBBB"), stories.CodeForbidden)
		d.ok(d.ClaimAdmin(d.ctx, d.act(), "AAAA"))
		role, err := d.RoleOf(d.ctx, ana.Ref)
		d.ok(err)
		same(d, "role", role, stories.Admin)
		code, err := d.ClaimCode(d.ctx, "CCCC")
		d.ok(err)
		same(d, "code beside an admin", code, "")
		d.refused(d.ClaimAdmin(d.ctx, stories.Act{By: ben, At: d.now}, "AAAA"), stories.CodeExists)
		role, err = d.RoleOf(d.ctx, ben.Ref)
		d.ok(err)
		same(d, "the second's role", role, stories.Reader)
	}},
	{"a code that was used is worth nothing when there is no admin any more", func(d *desk) {
		d.ok(d.ClaimAdmin(d.ctx, d.act(), d.code()))
		_, err := d.SetRole(d.ctx, d.act(), ana, stories.Reader)
		d.ok(err)
		d.refused(d.ClaimAdmin(d.ctx, d.act(), "ABCD-EFGH-JKLM"), stories.CodeForbidden)
		code, err := d.ClaimCode(d.ctx, "NEWS-NEWS-NEWS")
		d.ok(err)
		same(d, "code", code, "NEWS-NEWS-NEWS")
	}},
	{"nobody claims a bot whose code was never asked for", func(d *desk) {
		for _, code := range []string{"", "-", "ABCD-EFGH-JKLM"} {
			d.refused(d.ClaimAdmin(d.ctx, d.act(), code), stories.CodeForbidden)
		}
	}},
	{"many who ask for the code at once get the same", func(d *desk) {
		var mu sync.Mutex
		codes := map[string]int{}
		together(8, func(i int) {
			code, err := d.ClaimCode(d.ctx, fmt.Sprint("CODE", i))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				d.Errorf("code: %v", err)
			}
			codes[code]++
		})
		same(d, "different codes", len(codes), 1)
	}},
	{"one of many claims the bot", func(d *desk) {
		code := d.code()
		var mu sync.Mutex
		admins := 0
		together(8, func(i int) {
			err := d.ClaimAdmin(d.ctx, stories.Act{By: stories.User{Ref: fmt.Sprint("console:u", i)}, At: d.now}, code)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				admins++
			} else if stories.CodeOf(err) != stories.CodeExists {
				d.Errorf("claim: %v", err)
			}
		})
		same(d, "admins", admins, 1)
	}},
	{"two services over one store print one code, and each takes it as people type it", func(d *desk) {
		a, b := d.services()
		code, err := a.Rights.ClaimCode(d.ctx)
		d.ok(err)
		other, err := b.Rights.ClaimCode(d.ctx)
		d.ok(err)
		same(d, "the other's code", other, code)
		if len(code) != 14 || strings.Count(code, "-") != 2 {
			d.Errorf("the code is %q", code)
		}
		for _, wrong := range []string{"", code[:13], code + "X", "AAAA-BBBB-CCCC", strings.Repeat("-", 14)} {
			d.refused(b.Rights.Claim(d.ctx, d.act(), wrong), stories.CodeForbidden)
		}
		d.refused(b.Rights.Claim(d.ctx, stories.Act{At: d.now}, code), stories.CodeInvalid) // by nobody
		d.ok(b.Rights.Claim(d.ctx, d.act(), "  "+strings.ToLower(strings.ReplaceAll(code, "-", ""))+" "))
		d.refused(a.Rights.Claim(d.ctx, stories.Act{By: ben, At: d.now}, code), stories.CodeExists)
		code, err = a.Rights.ClaimCode(d.ctx)
		d.ok(err)
		same(d, "code beside an admin", code, "")
	}},
	{"admins of the settings leave nothing to claim", func(d *desk) {
		open, _ := d.services()
		code, err := open.Rights.ClaimCode(d.ctx)
		d.ok(err)
		configured, _ := d.services(ben.Ref)
		none, err := configured.Rights.ClaimCode(d.ctx)
		d.ok(err)
		same(d, "code", none, "")
		d.refused(configured.Rights.Claim(d.ctx, d.act(), code), stories.CodeExists)
	}},
}
