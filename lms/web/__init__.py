"""What is true of every page: its host, its headers, its errors, its health?"""
