"""Components shared by pages: navigation, forms, job monitoring, diagnostics, tables."""
