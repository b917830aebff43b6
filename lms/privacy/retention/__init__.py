"""When do old statements go, what holds them back, and what was done?"""
