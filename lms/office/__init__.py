"""How far are the teachers of a class, and how does an office take their transcripts away?"""
