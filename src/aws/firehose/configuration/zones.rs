//! Time zones that are at the same distance from UTC all year.
//!
//! Others would need the history of their summer times, which the run's own clock has no use for.

/// Names with minutes ahead of UTC. The first of an offset is the one that it is shown by.
const ZONES: [(&str, i32); 27] = [
    ("UTC", 0),
    ("Etc/UTC", 0),
    ("GMT", 0),
    ("Africa/Abidjan", 0),
    ("Africa/Lagos", 60),
    ("Africa/Johannesburg", 120),
    ("Africa/Nairobi", 180),
    ("Asia/Riyadh", 180),
    ("Europe/Istanbul", 180),
    ("Europe/Moscow", 180),
    ("Asia/Dubai", 240),
    ("Asia/Karachi", 300),
    ("Asia/Kolkata", 330),
    ("Asia/Kathmandu", 345),
    ("Asia/Dhaka", 360),
    ("Asia/Bangkok", 420),
    ("Asia/Jakarta", 420),
    ("Asia/Singapore", 480),
    ("Asia/Shanghai", 480),
    ("Asia/Hong_Kong", 480),
    ("Asia/Tokyo", 540),
    ("Asia/Seoul", 540),
    ("Australia/Brisbane", 600),
    ("America/Argentina/Buenos_Aires", -180),
    ("America/Sao_Paulo", -180),
    ("America/Bogota", -300),
    ("America/Phoenix", -420),
];

/// Minutes ahead of UTC, of a zone that is known.
pub(super) fn offset_minutes(zone: &str) -> Option<i32> {
    ZONES.iter().find(|(name, _)| *name == zone).map(|(_, minutes)| *minutes)
}

/// A zone so far ahead of UTC.
pub(super) fn zone_at(offset_minutes: i32) -> Option<&'static str> {
    ZONES.iter().find(|(_, minutes)| *minutes == offset_minutes).map(|(name, _)| *name)
}
