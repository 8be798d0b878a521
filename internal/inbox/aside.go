package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// Folder keeps mails aside in a folder, which it makes when it is first needed,
// readable to its owner only.
func Folder(path string) func(key string, raw []byte) error {
	return func(key string, raw []byte) error {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(path, key+".eml"), raw, 0o600)
	}
}

// Watch calls poll at once and then after every pause, until ctx is done. A
// look that fails is logged, once for each new error, and the next one tries
// again.
func Watch(ctx context.Context, log *slog.Logger, what string, pause time.Duration, poll func(context.Context) error) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	last := ""
	for {
		err := poll(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			last = ""
		case err.Error() != last:
			last = err.Error()
			log.ErrorContext(ctx, "inbox could not be read", "from", what, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// firstOf joins some errors, and tells how many more there are: a thousand mails
// that wait do so for one reason.
func firstOf(errs []error) error {
	const some = 3
	if more := len(errs) - some; more > 0 {
		errs = append(errs[:some:some], fmt.Errorf("and %d more", more))
	}
	return errors.Join(errs...)
}
