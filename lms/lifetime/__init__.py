"""A teacher's hours over all programmes and years: multi-year rules, the record in every form, and hours earned elsewhere."""
