"""Exchange statements with other record stores: forward ours, import theirs."""
