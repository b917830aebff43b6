"""Under which rules is an enrolment's account kept: the hours policy, the window, and what each activity asks?

A case names activities '<course code>:<activity key>', because one account spans all courses of a class.
"""
