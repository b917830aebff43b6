"""Where may this server connect to, and how does it?"""
