"""Is it complete: SHACL shapes for GDPR Articles 13 and 14, their validation and its reports."""
