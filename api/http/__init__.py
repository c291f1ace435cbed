"""What every HTTP door needs: errors as problems, ETags, formats, cursors, times, streams, and bounds on requests."""
