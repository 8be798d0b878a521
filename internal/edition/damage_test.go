package edition

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"paperboy/internal/peers/smtpfault"
	"paperboy/internal/post"
)

// A letter whose picks can't be read in the outbox fails alone.
func TestADamagedLetterFailsAlone(t *testing.T) {
	file, source := crashWorld(t)
	down := smtpfault.New(t)
	refuse(down, "@", "451 4.3.0 later")
	if err := round(t, file, down, &life{}, 1, source, crashNow); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Exec(`UPDATE letters SET picks = x'01ff' WHERE reader = (SELECT id FROM readers WHERE address LIKE 'bo@%')`)
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	server := smtpfault.New(t)
	s := mustOpen(t, file)
	defer s.Close()
	smtp, err := post.NewSMTP(post.Config{Host: server.Host, Port: server.Port, TLS: "none"})
	if err != nil {
		t.Fatal(err)
	}
	e := newEdition(t, s, func(ctx context.Context) (Conn, error) { return smtp.Open(ctx) })
	report, err := e.Send(t.Context(), crashNow.Add(12*time.Hour))
	if err != nil || report.Delivered != 2 || report.Failed != 1 {
		t.Errorf("report %+v, %v", report, err)
	}
	got := arrived(t, server)
	if len(got["ana@example.net"]) != 1 || len(got["cy@example.net"]) != 1 || len(got["bo@example.net"]) != 0 {
		t.Errorf("arrived: %v", got)
	}
}
