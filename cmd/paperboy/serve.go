package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"time"

	"paperboy/internal/edition"
)

func serveCommand(f *flag.FlagSet) func(context.Context, []string, streams) error {
	config := configFlag(f)
	return func(ctx context.Context, args []string, s streams) error {
		if err := noArguments(args); err != nil {
			return err
		}
		a, err := openConfigured(ctx, *config, s)
		if err != nil {
			return err
		}
		defer a.close()
		return a.serve(ctx)
	}
}

// serve shows the pages and runs the loop until ctx is done.
func (a *app) serve(ctx context.Context) error {
	e, err := a.edition()
	if err != nil {
		return err
	}
	loop := edition.NewLoop(e)
	pages, err := a.pages(loop.Wake, time.Now)
	if err != nil {
		return err
	}
	schedule := edition.Schedule{Pull: a.Schedule.Pull, Wake: a.Schedule.Wake}
	work, err := a.withInbox(loop.Wake, func(ctx context.Context) error { return loop.Run(ctx, schedule) })
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", a.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	a.log.Info("serving", "listen", listener.Addr().String(), "url", a.site.URL)
	err = serveWith(ctx, listener, pages, work)
	return errors.Join(err, e.Close(context.WithoutCancel(ctx)))
}

// serveWith serves pages beside work until ctx is done or one of them fails,
// and then ends both in good order.
func serveWith(ctx context.Context, l net.Listener, pages http.Handler, work func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	server := &http.Server{
		Handler:           pages,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	served := make(chan error, 1)
	go func() {
		err := server.Serve(l)
		cancel(err)
		served <- err
	}()
	workErr := work(ctx)
	// Pages that are being read get some seconds to arrive.
	shutdown, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	err := errors.Join(workErr, server.Shutdown(shutdown))
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
