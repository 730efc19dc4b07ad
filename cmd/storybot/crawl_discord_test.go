package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"storybot/bot/discord/discordtest"
)

// discordStage is a Discord with one server.
type discordStage struct {
	t        *testing.T
	server   *discordtest.Server
	channels []string
}

const (
	discordGuest     = "80351110224678999"
	discordColleague = "80351110224678998"
)

func onDiscord(t *testing.T) *stage {
	t.Helper()
	rig := &discordStage{t: t, server: discordtest.Start(t), channels: []string{guildChannel, "155101607195836417"}}
	for _, channel := range rig.channels {
		rig.server.AddChannel(guild, channel)
	}
	s := &stage{
		name: "discord", longest: 6000,
		editor:  rig.person(discordtest.DefaultUser, discordtest.DefaultPermissions|discordtest.ManageChannels),
		visitor: rig.person(discordGuest, discordtest.DefaultPermissions),
	}
	s.add = func(text string) (seen, error) {
		p := s.editor(busy).(*discordPerson)
		ctx, cancel := p.within()
		defer cancel()
		i := p.does()
		i.Name = "Add to story"
		return p.answer(rig.server.UseOnMessage(ctx, p.channel, rig.server.Say(p.channel, discordGuest, text), i))
	}
	s.colleague = discordColleague
	s.others = func() (person, person) {
		return rig.person(discordColleague, discordtest.DefaultPermissions)(busy), rig.person(discordGuest, discordtest.DefaultPermissions)(busy)
	}
	s.elsewhere = map[string]person{
		"direct message": &discordPerson{rig, discordtest.DefaultUser, rig.server.AddDM(discordtest.DefaultUser), 0},
	}
	s.runs(t, []string{
		"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + rig.server.URL(), "STORYBOT_ADMINS=discord:" + discordtest.DefaultUser,
	}, rig.server.WaitReady)
	return s
}

func (r *discordStage) person(user string, permissions int64) func(int) person {
	return func(channel int) person { return &discordPerson{r, user, r.channels[channel], permissions} }
}

// discordPerson is a person on Discord.
type discordPerson struct {
	*discordStage
	user, channel string
	permissions   int64
}

func (p *discordPerson) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.t.Context(), answerWait)
}

func (p *discordPerson) does() discordtest.Interaction {
	return discordtest.Interaction{User: p.user, UserName: map[string]string{discordtest.DefaultUser: moderator, discordGuest: asker}[p.user], Channel: p.channel, Permissions: p.permissions}
}

func (p *discordPerson) say(l line) (seen, error) {
	ctx, cancel := p.within()
	defer cancel()
	i := p.does()
	i.Name, i.Options = l.name, l.options
	return p.answer(p.server.Command(ctx, i))
}

func (p *discordPerson) forge(action, arg string) (seen, error) {
	ctx, cancel := p.within()
	defer cancel()
	i := p.does()
	i.Change = func(event map[string]any) {
		data, _ := event["data"].(map[string]any)
		data["custom_id"] = action + ":" + arg
	}
	for _, m := range p.server.Messages(p.channel) {
		if len(m.Buttons) > 0 {
			return p.answer(p.server.Press(ctx, m, m.Buttons[0].CustomID, i))
		}
	}
	return seen{}, fmt.Errorf("no message with a button in %s", p.channel)
}

// answer is what the person is shown.
func (p *discordPerson) answer(a *discordtest.Answer, err error) (seen, error) {
	if err != nil {
		return seen{}, err
	}
	s := p.sees(a.Message)
	if len(a.Modal) > 0 {
		s.text = "a form: " + string(a.Modal)
		s.payload = a.Modal
		s.submit = func(values map[string]string) (seen, error) {
			ctx, cancel := p.within()
			defer cancel()
			return p.answer(p.server.Submit(ctx, a, values, p.does()))
		}
	}
	s.public = !a.Ephemeral && !a.Message.Ephemeral && len(a.Modal) == 0 // in place it is as private as what it replaces
	s.again = func() error {
		ctx, cancel := p.within()
		defer cancel()
		p.server.Replay(a)
		return p.server.WaitConnected(ctx, 1) // all there is has been sent
	}
	s.later = func(words string) (seen, error) {
		ctx, cancel := context.WithTimeout(p.t.Context(), patience)
		defer cancel()
		last, err := p.server.WaitAnswer(ctx, a.ID, func(a *discordtest.Answer) bool { return strings.Contains(a.Message.Text, words) })
		if err != nil {
			return seen{}, fmt.Errorf("waiting for %q in %q: %w", words, p.server.Answer(a.ID).Message.Text, err)
		}
		return p.answer(last, nil)
	}
	return s, nil
}

func (p *discordPerson) sees(m discordtest.Message) seen {
	s := seen{text: m.Text, public: !m.Ephemeral, payload: m.Raw}
	add := func(label, id string, press func(ctx context.Context) (*discordtest.Answer, error)) {
		key, _, _ := strings.Cut(id, "~")
		s.offers = append(s.offers, offer{label: label, key: key, press: func() (seen, error) {
			ctx, cancel := p.within()
			defer cancel()
			return p.answer(press(ctx))
		}})
	}
	for _, b := range m.Buttons {
		switch {
		case b.URL != "" || b.Disabled:
		case b.Menu:
			for _, value := range b.Values {
				add(value, b.CustomID+" "+value, func(ctx context.Context) (*discordtest.Answer, error) {
					return p.server.Pick(ctx, m, b.CustomID, []string{value}, p.does())
				})
			}
		default:
			add(b.Label, b.CustomID, func(ctx context.Context) (*discordtest.Answer, error) {
				return p.server.Press(ctx, m, b.CustomID, p.does())
			})
		}
	}
	return s
}

func (p *discordPerson) read() (all []seen) {
	for _, m := range p.server.Messages(p.channel) {
		if m.Author == discordtest.BotUserID && !m.Ephemeral {
			all = append(all, p.sees(m))
		}
	}
	return all
}

func (p *discordPerson) await(what string, ok func([]seen) bool) ([]seen, error) {
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	if err := p.server.Wait(ctx, func() bool { return ok(p.read()) }); err != nil {
		return p.read(), fmt.Errorf("waiting for %s: %w", what, err)
	}
	return p.read(), nil
}
