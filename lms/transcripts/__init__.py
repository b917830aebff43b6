"""What stands on a transcript, why, and how is it taken away: page, PDF, sheet, evidence bundle?"""
