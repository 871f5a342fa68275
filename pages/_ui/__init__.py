"""What pages share: navigation, the draft, forms, the live view, tables, errors shown."""
