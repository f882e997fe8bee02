"""Third-party files from ../shared/real, read where they lie; skipped aloud when they are not there."""
