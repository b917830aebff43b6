"""Offices: classes, teachers' progress, and exports of transcripts."""
