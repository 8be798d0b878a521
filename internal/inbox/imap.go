package inbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// IMAP is a mailbox on another server (RFC 9051), which is looked into, by one
// goroutine at a time.
type IMAP struct {
	Host     string
	Port     int    // 0: 993 for tls, 143 otherwise
	TLS      string // tls, starttls or none
	Username string
	Password string
	Folder   string
	Config   *tls.Config // nil: the system's certificates
	Handler  *Handler

	last imap.UID // where the last look ended
}

const (
	imapTimeout = 5 * time.Minute // for one look
	// imapAtOnce is how many mails one look handles; the next goes on.
	imapAtOnce = 1000
)

// open logs in and selects the folder. The connection ends with ctx.
func (m *IMAP) open(ctx context.Context) (*imapclient.Client, error) {
	port := m.Port
	if port == 0 {
		port = map[string]int{"tls": 993}[m.TLS]
		if port == 0 {
			port = 143
		}
	}
	config := m.Config.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	config.ServerName = m.Host
	conn, err := (&net.Dialer{Timeout: 30 * time.Second}).DialContext(ctx, "tcp", net.JoinHostPort(m.Host, strconv.Itoa(port)))
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	options := &imapclient.Options{TLSConfig: config}
	var c *imapclient.Client
	switch m.TLS {
	case "tls":
		c = imapclient.New(tls.Client(conn, config), options)
	case "starttls":
		c, err = imapclient.NewStartTLS(conn, options)
	default:
		c = imapclient.New(conn, options)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if err := c.Login(m.Username, m.Password).Wait(); err != nil {
		return nil, errors.Join(fmt.Errorf("log in: %w", err), c.Close())
	}
	if _, err := c.Select(m.Folder, nil).Wait(); err != nil {
		return nil, errors.Join(fmt.Errorf("open folder %s: %w", m.Folder, err), c.Close())
	}
	return c, nil
}

// unseen are the mails that nobody has looked at.
func unseen(c *imapclient.Client) ([]imap.UID, error) {
	found, err := c.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen, imap.FlagDeleted}}, nil).Wait()
	if err != nil {
		return nil, err
	}
	return found.AllUIDs(), nil
}

// Check logs in and counts the mails that wait.
func (m *IMAP) Check(ctx context.Context) (waiting int, err error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c, err := m.open(ctx)
	if err != nil {
		return 0, fmt.Errorf("IMAP server %s: %w", m.Host, err)
	}
	defer c.Close()
	uids, err := unseen(c)
	return len(uids), err
}

// Poll looks into the mailbox once: the inbox's mails are removed, the others
// are marked as seen and left for people. One that can't be handled now is left
// as it is, and stops none behind it.
func (m *IMAP) Poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, imapTimeout)
	defer cancel()
	c, err := m.open(ctx)
	if err != nil {
		return fmt.Errorf("IMAP server %s: %w", m.Host, err)
	}
	defer c.Close()
	uids, err := unseen(c)
	if err != nil {
		return fmt.Errorf("IMAP server %s: search: %w", m.Host, err)
	}
	var errs []error
	for _, uid := range m.next(uids) {
		if ctx.Err() != nil {
			break
		}
		m.last = uid
		if err := m.one(ctx, c, uid); err != nil {
			errs = append(errs, fmt.Errorf("mail %d: %w", uid, err))
		}
	}
	return errors.Join(firstOf(errs), c.Logout().Wait())
}

// next are the mails that this look handles. Where there are more than that, it
// goes on behind those of the last look: many that have to wait must not hold
// up the others.
func (m *IMAP) next(uids []imap.UID) []imap.UID {
	if len(uids) <= imapAtOnce {
		return uids
	}
	slices.Sort(uids)
	at, _ := slices.BinarySearch(uids, m.last+1)
	return slices.Concat(uids[at:], uids[:at])[:imapAtOnce]
}

func (m *IMAP) one(ctx context.Context, c *imapclient.Client, uid imap.UID) error {
	raw, err := fetch(c, uid)
	if err != nil || raw == nil {
		return err
	}
	ours, err := m.Handler.Handle(ctx, Mail{Raw: raw})
	if err != nil {
		return err
	}
	flag := imap.FlagSeen
	if ours {
		flag = imap.FlagDeleted
	}
	set := imap.UIDSetNum(uid)
	err = c.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{flag}}, nil).Close()
	if err != nil || !ours {
		return err
	}
	// Without UIDPLUS a plain EXPUNGE would take along what people deleted; the
	// mail then stays marked.
	if caps := c.Caps(); caps.Has(imap.CapUIDPlus) || caps.Has(imap.CapIMAP4rev2) {
		return c.UIDExpunge(set).Close()
	}
	return nil
}

// fetch reads the beginning of a mail and leaves it unseen; nil where it is
// gone.
func fetch(c *imapclient.Client, uid imap.UID) ([]byte, error) {
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: MaxMail}}
	got, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil || len(got) == 0 {
		return nil, err
	}
	if len(got[0].BodySection) == 0 {
		return nil, errors.New("the server returned no text")
	}
	return got[0].BodySection[0].Bytes, nil
}
