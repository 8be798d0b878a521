package inbox

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"
)

const (
	// maxTaken is the largest mail that the listener takes, in bytes. Of larger
	// ones than MaxMail the beginning is read.
	maxTaken = 64 << 20
	// maxRecipients is for one mail.
	maxRecipients = 50
	talkTimeout   = 2 * time.Minute
	// atOnce is how many conversations are held at once: each may hold a whole
	// mail in memory.
	atOnce = 100
)

// Serve takes mail over SMTP (RFC 5321), or LMTP (RFC 2033), for the addresses
// that are the inbox's, until ctx is done. A mail is accepted once its
// conclusion is drawn and recorded; where that fails it is refused for now, and
// the mail server tries again.
func (h *Handler) Serve(ctx context.Context, l net.Listener, lmtp bool) error {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{ctx: context.WithoutCancel(ctx), handler: h}, nil
	}))
	s.LMTP = lmtp
	s.Domain = h.Host
	s.MaxMessageBytes = maxTaken
	s.MaxRecipients = maxRecipients
	s.ReadTimeout, s.WriteTimeout = talkTimeout, talkTimeout
	s.EnableSMTPUTF8 = true
	s.ErrorLog = slog.NewLogLogger(h.Log.Handler(), slog.LevelWarn)
	served := make(chan error, 1)
	go func() { served <- s.Serve(netutil.LimitListener(l, atOnce)) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	// A conversation that has begun gets some seconds to come to its end.
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := s.Shutdown(end); err != nil {
		_ = s.Close()
	}
	<-served
	return nil
}

// session is one conversation. It lives as long as the context it holds.
type session struct {
	ctx     context.Context
	handler *Handler
	from    string
	to      []string
}

var (
	errNobody = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox here"}
	errLater  = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Not now, try again later"}
)

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if !s.handler.Takes(to) {
		return errNobody
	}
	s.to = append(s.to, to)
	return nil
}

// Data handles the mail for all its recipients.
func (s *session) Data(r io.Reader) error {
	raw, err := readMail(r)
	if err != nil {
		return err
	}
	for _, to := range s.to {
		if err := s.handle(raw, to); err != nil {
			return err
		}
	}
	return nil
}

// LMTPData answers for each recipient.
func (s *session) LMTPData(r io.Reader, status smtp.StatusCollector) error {
	raw, err := readMail(r)
	if err != nil {
		return err
	}
	for _, to := range s.to {
		status.SetStatus(to, s.handle(raw, to))
	}
	return nil
}

func (s *session) handle(raw []byte, to string) error {
	ours, err := s.handler.Handle(s.ctx, Mail{From: s.from, To: to, Null: s.from == "", Raw: raw})
	if err != nil {
		if !errors.Is(err, ErrBusy) {
			s.handler.Log.ErrorContext(s.ctx, "a mail could not be handled now", "error", err)
		}
		return errLater
	}
	if !ours {
		s.handler.Log.WarnContext(s.ctx, "a mail that says nothing to the inbox was taken and dropped", "mailbox", plainMailbox(to))
	}
	return nil
}

// plainMailbox is an address of ours without its token.
func plainMailbox(to string) string {
	local, domain, _ := strings.Cut(to, "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// readMail reads a mail to its end and keeps its beginning: the reader's error
// says that it did not arrive whole, or is too large.
func readMail(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxMail))
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, err
	}
	return raw, nil
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (s *session) Logout() error { return nil }

// ReadMail reads one mail, of at most 64 MiB, and returns its beginning.
func ReadMail(r io.Reader) ([]byte, error) {
	counted := &io.LimitedReader{R: r, N: maxTaken + 1}
	raw, err := readMail(counted)
	if err == nil && counted.N == 0 {
		err = errors.New("the mail is larger than 64 MiB")
	}
	return raw, err
}
