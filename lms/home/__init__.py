"""What has a teacher earned, what is missing, and what do they do next?"""
