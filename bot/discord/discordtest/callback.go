package discordtest

import (
	"encoding/json"
	"net/http"
	"time"
)

// Types of callback.
// https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
const (
	callbackMessage     = 4
	callbackDefer       = 5
	callbackDeferUpdate = 6
	callbackUpdate      = 7
	callbackChoices     = 8
	callbackModal       = 9
)

// callback takes the first answer to an interaction. s.mu is held.
func (s *Server) callback(r *request) reply {
	in := s.people.byID[r.id("interaction_id")]
	switch {
	case in == nil || in.token != r.id("interaction_token"):
		return apiError(http.StatusNotFound, 10062, "Unknown interaction")
	case in.callback != 0:
		in.repeats++
		return apiError(http.StatusBadRequest, 40060, "Interaction has already been acknowledged.")
	case s.now().Sub(in.created) > callbackDeadline:
		return apiError(http.StatusNotFound, 10062, "Unknown interaction")
	}
	var ask struct {
		Type int
		Data json.RawMessage
	}
	decodeInto(r.raw, &ask)
	if what := in.refuses(ask.Type); what != "" {
		s.violate(r.op, r.path, "type: %s", what)
		return invalidForm([]problem{{"type", what}})
	}
	in.callback = ask.Type
	in.latency = time.Since(in.sent)
	s.carryOut(in, ask.Data, r.fields)
	if r.query.Get("with_response") != "true" {
		return reply{status: http.StatusNoContent}
	}
	answer := map[string]any{
		"interaction": map[string]any{"id": in.id, "type": in.kind, "response_message_loading": in.thinking, "response_message_ephemeral": in.ephemeral},
	}
	if in.original != nil && !in.thinking {
		answer["resource"] = map[string]any{"type": ask.Type, "message": json.RawMessage(in.original.json(false))}
	}
	return ok(answer)
}

// refuses says why an interaction cannot be answered with a type of callback.
func (in *interaction) refuses(callback int) string {
	completes := in.kind == interactComplete
	switch {
	case completes != (callback == callbackChoices):
		return "choices answer autocomplete, and nothing else does"
	case callback == callbackModal && in.kind == interactForm:
		return "a form cannot answer a form"
	case (callback == callbackUpdate || callback == callbackDeferUpdate) && in.source == nil:
		return "there is no message to update"
	case callback < callbackMessage || callback > callbackModal:
		return "no type of callback that this bot may use"
	}
	return ""
}

func (s *Server) carryOut(in *interaction, data json.RawMessage, fields map[string]json.RawMessage) {
	switch in.callback {
	case callbackMessage:
		s.respond(in, fields)
	case callbackDefer:
		in.thinking = true
		in.ephemeral = newBody(fields).flags()&flagEphemeral != 0
	case callbackDeferUpdate:
		in.original = in.source
	case callbackUpdate:
		in.original = in.source
		s.edit(in.original, fields)
	case callbackChoices:
		decodeInto(fields["choices"], &in.choices)
	case callbackModal:
		in.modal = data
	}
}

// respond posts the message that answers an interaction.
func (s *Server) respond(in *interaction, fields map[string]json.RawMessage) {
	m := &message{channel: in.channel, author: BotUserID, body: newBody(fields), reply: in}
	if in.thinking && in.ephemeral { // the deferral has decided
		m.body = m.body.merge(map[string]json.RawMessage{"flags": encode(m.body.flags() | flagEphemeral)})
	}
	in.ephemeral = m.body.flags()&flagEphemeral != 0
	in.thinking = false
	in.original = m
	s.put(m)
}

// webhook serves the routes of an interaction's token. s.mu is held.
func (s *Server) webhook(r *request) reply {
	in := s.people.byToken[r.id("webhook_token")]
	switch {
	case r.id("webhook_id") != ApplicationID || in == nil || in.callback == 0:
		return apiError(http.StatusNotFound, 10015, "Unknown Webhook")
	case s.now().Sub(in.created) > tokenLife:
		return apiError(http.StatusUnauthorized, 50027, "Invalid Webhook Token")
	case r.op == CreateFollowup && in.thinking, r.op == EditOriginal && in.thinking:
		if empty(r.fields) {
			return apiError(http.StatusBadRequest, 50006, "Cannot send an empty message")
		}
		s.respond(in, r.fields)
		return reply{status: http.StatusOK, body: in.original.json(false)}
	case r.op == CreateFollowup:
		return s.followup(in, r.fields)
	}
	m := in.original
	if id := r.id("message_id"); id != "" {
		m = in.followup(id)
	}
	if m == nil || m.deleted {
		return apiError(http.StatusNotFound, 10008, "Unknown Message")
	}
	switch r.op {
	case GetOriginal, GetFollowup:
		return reply{status: http.StatusOK, body: m.json(false)}
	case EditOriginal, EditFollowup:
		return s.edit(m, r.fields)
	}
	m.deleted = true
	return reply{status: http.StatusNoContent}
}

func (in *interaction) followup(id string) *message {
	for _, m := range append([]*message{in.original}, in.followups...) {
		if m != nil && formatID(m.id) == id {
			return m
		}
	}
	return nil
}

func (s *Server) followup(in *interaction, fields map[string]json.RawMessage) reply {
	m := &message{channel: in.channel, author: BotUserID, body: newBody(fields), reply: in}
	s.put(m)
	in.followups = append(in.followups, m)
	return reply{status: http.StatusOK, body: m.json(false)}
}
