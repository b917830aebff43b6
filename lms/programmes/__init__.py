"""What does a programme demand, who runs its classes, and who takes part?"""
