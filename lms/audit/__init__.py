"""Is everything from which hours follow as it was written, and how can that be shown later?"""
