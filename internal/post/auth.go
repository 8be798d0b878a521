package post

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// authenticate signs in with the strongest way that the server offers, if a
// username is set. go-mail's own choice is not used, because it refuses PLAIN
// to a relay on this machine and hides at which stage the server refused.
func (s *SMTP) authenticate(client *smtp.Client) error {
	if s.Username == "" {
		return nil
	}
	_, list := client.Extension("AUTH")
	offered := strings.Fields(strings.ToUpper(list))
	if len(offered) == 0 {
		return errors.New("a username is set, but the server offers no authentication")
	}
	auth, err := s.mechanism(client, offered)
	if err != nil {
		return err
	}
	if err := client.UpdateDeadline(s.Timeout); err != nil {
		return err
	}
	return client.Auth(auth)
}

func (s *SMTP) mechanism(client *smtp.Client, offered []string) (smtp.Auth, error) {
	has := func(name string) bool { return slices.Contains(offered, name) }
	state, err := client.GetTLSConnectionState()
	bound := err == nil // SCRAM-…-PLUS ties the password to the TLS connection
	switch {
	case bound && has("SCRAM-SHA-256-PLUS"):
		return smtp.ScramSHA256PlusAuth(s.Username, s.Password, state), nil
	case has("SCRAM-SHA-256"):
		return smtp.ScramSHA256Auth(s.Username, s.Password), nil
	case bound && has("SCRAM-SHA-1-PLUS"):
		return smtp.ScramSHA1PlusAuth(s.Username, s.Password, state), nil
	case has("SCRAM-SHA-1"):
		return smtp.ScramSHA1Auth(s.Username, s.Password), nil
	case has("CRAM-MD5"):
		return smtp.CRAMMD5Auth(s.Username, s.Password), nil
	case has("PLAIN"):
		return smtp.PlainAuth("", s.Username, s.Password, s.Host, loopback(s.Host)), nil
	case has("LOGIN"):
		return smtp.LoginAuth(s.Username, s.Password, s.Host, loopback(s.Host)), nil
	}
	return nil, fmt.Errorf("the server offers only %s, none of which is known here", strings.Join(offered, ", "))
}

// redact takes the password out of a text, as some servers say back what they
// were given.
func (s *SMTP) redact(text string) string {
	if s.Password == "" {
		return text
	}
	for _, secret := range []string{
		base64.StdEncoding.EncodeToString([]byte("\x00" + s.Username + "\x00" + s.Password)),
		base64.StdEncoding.EncodeToString([]byte(s.Password)),
		s.Password,
	} {
		text = strings.ReplaceAll(text, secret, "(password)")
	}
	return text
}
