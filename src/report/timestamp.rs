//! Wall-clock times as the documents write them: RFC 3339 in UTC with nine decimals.

use std::time::Duration;

use ::time::OffsetDateTime;

/// The time `since_epoch` after 1970-01-01T00:00:00Z. Times that no calendar has (after the year 9999) become the last one.
pub fn rfc3339(since_epoch: Duration) -> String {
    rfc3339_nanos(i128::try_from(since_epoch.as_nanos()).unwrap_or(i128::MAX))
}

/// The same for nanoseconds, which may lie before 1970. RFC 3339 has no years before 0 either.
pub fn rfc3339_nanos(unix: i128) -> String {
    let [first, last] = [
        ::time::macros::datetime!(0000-01-01 00:00:00 UTC),
        ::time::macros::datetime!(9999-12-31 23:59:59 UTC),
    ];
    let time = match unix < first.unix_timestamp_nanos() {
        true => first,
        false => OffsetDateTime::from_unix_timestamp_nanos(unix).unwrap_or(last),
    };
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
    fn captures_have_any_time() {
        assert_eq!(rfc3339_nanos(-1), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(rfc3339_nanos(i128::MIN), "0000-01-01T00:00:00.000000000Z");
        assert_eq!(rfc3339_nanos(i128::MAX), "9999-12-31T23:59:59.000000000Z");
    }

    #[test]
    fn seconds_before_the_epoch() {
        assert_eq!(rfc3339_seconds(-1), "1969-12-31T23:59:59Z");
        assert_eq!(rfc3339_seconds(i64::MAX), "@9223372036854775807");
    }
}
