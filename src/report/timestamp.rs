//! Wall-clock times as the documents write them: RFC 3339 in UTC with nine decimals.

use std::time::Duration;

use ::time::OffsetDateTime;

/// The time `since_epoch` after 1970-01-01T00:00:00Z. Times that no calendar has (after the year 9999) become the last one.
pub fn rfc3339(since_epoch: Duration) -> String {
    let nanos = i128::try_from(since_epoch.as_nanos()).unwrap_or(i128::MAX);
    let time =
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(::time::macros::datetime!(9999-12-31 23:59:59 UTC));
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.nanosecond()
    )
}

/// [`rfc3339`] of nanoseconds, which may be of any calendar; nothing readable comes of years that have not four digits.
pub fn rfc3339_nanos(nanos: i128) -> String {
    rfc3339(Duration::from_nanos(u64::try_from(nanos).unwrap_or(0)))
}

/// The same for whole seconds, which may lie before 1970 (certificates have such times).
pub fn rfc3339_seconds(unix: i64) -> String {
    match OffsetDateTime::from_unix_timestamp(unix) {
        Ok(time) => format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            time.year(),
            u8::from(time.month()),
            time.day(),
            time.hour(),
            time.minute(),
            time.second()
        ),
        Err(_) => format!("@{unix}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_decimals_always() {
        assert_eq!(
            rfc3339(Duration::new(1_795_080_000, 7)),
            "2026-11-19T09:20:00.000000007Z"
        );
        assert_eq!(rfc3339(Duration::ZERO), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(rfc3339(Duration::MAX), "9999-12-31T23:59:59.000000000Z");
    }

    #[test]
    fn seconds_before_the_epoch() {
        assert_eq!(rfc3339_seconds(-1), "1969-12-31T23:59:59Z");
        assert_eq!(rfc3339_seconds(i64::MAX), "@9223372036854775807");
    }
}
