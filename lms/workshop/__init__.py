"""Make, preview and mend courses: the trainer's workshop. Nothing here measures or earns anything."""
