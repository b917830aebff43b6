"""Forward statements to other record stores: in the order of storing, at least once, under their own ids."""
