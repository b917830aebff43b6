"""What does an office see of the record store, and what can it do with it? The office's window on `xapi`."""
