"""Transcripts and certificates of many people in one file: of classes, of a programme, or of an office's whole area."""
