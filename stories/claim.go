package stories

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"strings"
)

// ClaimCode returns the code that makes the first admin, in the form
// ABCD-EFGH-JKLM, for whoever runs the bot to read; "" once somebody is an
// admin, by the settings or by the desk's list. The installation has one, made
// at the first call and kept in the store, so that all its processes print and
// accept the same. It is dropped when it is used.
func (s *Rights) ClaimCode(ctx context.Context) (code string, err error) {
	if len(s.admins) > 0 {
		return "", nil
	}
	return s.store.ClaimCode(ctx, newClaimCode())
}

// newClaimCode makes a code. Guessing it would take about 10^18 commands.
func newClaimCode() string {
	text := rand.Text()
	return text[0:4] + "-" + text[4:8] + "-" + text[8:12]
}

// Claim makes act.By the first admin when code is the installation's code, in
// any case, with or without its hyphens. CodeForbidden when it is another one,
// CodeExists when there is an admin, CodeInvalid when act.By names nobody.
func (s *Rights) Claim(ctx context.Context, act Act, code string) error {
	if len(s.admins) > 0 {
		return s.claimed(ctx, act.By)
	}
	if err := s.checkPerson(act.By.Ref); err != nil {
		return err
	}
	err := s.store.ClaimAdmin(ctx, s.stamp(act), code)
	switch CodeOf(err) {
	case CodeExists:
		return s.claimed(ctx, act.By)
	case CodeForbidden:
		return Errorf(CodeForbidden, "That is not the code. The bot printed it in its log when it started; who runs the bot can read it there.")
	}
	return err
}

// claimed refuses u a claim once there is an admin, who may be u. CodeExists.
func (s *Rights) claimed(ctx context.Context, u User) error {
	if role, err := s.RoleOf(ctx, u); err == nil && role == Admin {
		return Errorf(CodeExists, "You are an admin already: there is nothing to claim.")
	}
	return Errorf(CodeExists, "There is nothing to claim: this bot has an admin already. Ask them for a role, or whoever runs the bot: STORYBOT_ADMINS in its settings names more admins.")
}

// SameClaimCode says whether given is the code, in any case, with or without
// hyphens and white space. No code is the same as none.
func SameClaimCode(given, code string) bool {
	given, code = bareCode(given), bareCode(code)
	return code != "" && subtle.ConstantTimeCompare([]byte(given), []byte(code)) == 1
}

// HoldsClaimCode says whether the code stands in text, written as SameClaimCode
// takes it, with whatever around it. No text holds no code.
func HoldsClaimCode(text, code string) bool {
	code = bareCode(code)
	return code != "" && strings.Contains(bareCode(text), code)
}

// bareCode is a code's letters and digits, in capitals.
func bareCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToUpper(code))
}
