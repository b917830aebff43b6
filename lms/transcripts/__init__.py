"""Transcripts: their content, explanations, and forms (page, PDF, spreadsheet, evidence bundle)."""
