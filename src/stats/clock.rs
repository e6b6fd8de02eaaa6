//! Times as dumps write them, as milliseconds since 1970.
//!
//! Chrome wrote the times of API calls in the words of the user's language and in the local time of the machine, to the
//! second: `11/16/2020, 3:37:21 PM`, `16.11.2020, 15:37:21`, `2020/11/16 下午3:37:21`. The order of day and month and the zone
//! are not there. What is there is the time of the day; the rest comes from the stats beside it, which are in UTC.

use ::time::OffsetDateTime;
use ::time::format_description::well_known::Rfc3339;

const DAY: f64 = 86_400_000.0;
/// Zones differ by multiples of this.
const ZONE: f64 = 900_000.0;

/// A time such as `2026-11-20T08:50:25.280Z`.
pub fn iso(text: &str) -> Option<f64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some((time.unix_timestamp_nanos() / 1000) as f64 / 1000.0)
}

/// The time of the day in a localized time, in milliseconds.
pub fn time_of_day(text: &str) -> Option<f64> {
    let text: String = text.chars().map(ascii_digit).collect();
    let colon = text.find(':').or_else(|| text.rfind(" klo ").map(|at| at + 5))?;
    let hour = last_number(&text[..colon])?;
    let mut rest = text[colon..]
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty());
    let mut next = || rest.next().and_then(|part| part.parse::<u32>().ok());
    let (minute, second) = (next()?, next().unwrap_or(0));
    let lower = text.to_lowercase();
    let has = |marks: &[&str]| marks.iter().any(|mark| lower.contains(mark));
    let hour = match hour {
        1..12
            if has(&[
                "pm",
                "p.m.",
                "p. m.",
                "p.\u{a0}m.",
                "下午",
                "午後",
                "오후",
                "晚上",
                "ch",
                "μ.μ.",
            ]) =>
        {
            hour + 12
        }
        12 if has(&[
            "am",
            "a.m.",
            "a. m.",
            "a.\u{a0}m.",
            "上午",
            "午前",
            "오전",
            "凌晨",
            "sa",
            "π.μ.",
        ]) =>
        {
            0
        }
        hour => hour,
    };
    (hour < 24 && minute < 60 && second < 61).then(|| f64::from((hour * 60 + minute) * 60 + second) * 1000.0)
}

/// Places times of the day in UTC: the first one is not long before `start`, and none is before the one before it.
///
/// Without a `start` they are taken for times of the first day of 1970, which keeps their distances.
pub fn place(times: &mut [Option<f64>], start: Option<f64>) {
    let Some(first) = times.iter().flatten().next().copied() else {
        return;
    };
    let start = start.unwrap_or(first);
    // The page was opened within minutes of the first sample, so what is left over is the zone.
    let zone = ((first - start.rem_euclid(DAY)) / ZONE).round() * ZONE;
    let midnight = start - start.rem_euclid(DAY) - zone;
    let (mut days, mut last) = (0.0, first);
    for time in times.iter_mut().flatten() {
        if *time < last - DAY / 2.0 {
            days += DAY;
        }
        last = *time;
        *time += midnight + days;
    }
}

/// The digits before the colon: the hour.
fn last_number(text: &str) -> Option<u32> {
    let start = text
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    text[start..].parse().ok()
}

/// Arabic and Persian digits as ASCII.
fn ascii_digit(c: char) -> char {
    match c {
        '\u{660}'..='\u{669}' => char::from(b'0' + (u32::from(c) - 0x660) as u8),
        '\u{6f0}'..='\u{6f9}' => char::from(b'0' + (u32::from(c) - 0x6f0) as u8),
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_times() {
        assert_eq!(iso("2026-11-20T08:50:25.280Z"), Some(1_795_164_625_280.0));
        assert_eq!(iso("2026-11-20T10:50:25.28+02:00"), Some(1_795_164_625_280.0));
        assert_eq!((iso(""), iso("some-ts")), (None, None));
    }

    #[test]
    fn times_in_many_languages() {
        let afternoon = Some(((15.0 * 60.0 + 37.0) * 60.0 + 21.0) * 1000.0);
        for text in [
            "11/16/2020, 3:37:21 PM",
            "16/11/2020, 15:37:21",
            "16.11.2020, 15:37:21",
            "2020/11/16 下午3:37:21",
            "2020. 11. 16. 오후 3:37:21",
            "16/11/2020 15:37:21",
            "2020-11-16 15:37:21",
            "16/11/2020, 3:37:21 p.\u{a0}m.",
            "١٦\u{200f}/١١\u{200f}/٢٠٢٠, ١٥:٣٧:٢١",
        ] {
            assert_eq!(time_of_day(text), afternoon, "{text}");
        }
        assert_eq!(time_of_day("1/2/2020, 12:00:00 AM"), Some(0.0));
        for text in ["", ":", "x:y:z", "99:00:00", "1795164625280"] {
            assert_eq!(time_of_day(text), None, "{text}");
        }
    }

    #[test]
    fn zones_and_midnights() {
        let utc = iso("2024-03-12T13:37:21.886Z").unwrap();
        let mut times = [time_of_day("14:37:20"), None, time_of_day("14:37:22")];
        place(&mut times, Some(utc));
        assert_eq!(times[0], iso("2024-03-12T13:37:20Z"));
        assert_eq!(times[2], iso("2024-03-12T13:37:22Z"));
        let mut night = [time_of_day("23:59:59"), time_of_day("0:00:01")];
        place(&mut night, iso("2024-03-12T23:59:59.5Z"));
        assert_eq!(night[1], iso("2024-03-13T00:00:01Z"));
    }
}
