//! Floor 6: the report.
