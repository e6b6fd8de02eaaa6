//! `--impair loss=5%,delay=50ms,...`: what is to be done to the datagrams of a direction.

use std::time::Duration;

use crate::error::Error;
use crate::net::peer::impair::Impairment;

/// Reads the list of `option`, for datagrams or for streams of TCP.
///
/// A stream has the delay, its jitter and the rate of its path, and it keeps its order: a queue that is full holds its writer back. What happens
/// to single packets below it (loss, order, copies) only the kernel could do; TCP repairs that, and it would show as delay.
///
/// # Errors
/// A name or a value that there is not; an impairment that a stream cannot have.
pub fn parse(text: &str, option: &str, tcp: bool) -> Result<Impairment, Error> {
    let mut impairment = Impairment::default();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let wrong = |what: String| {
            Error::new(what)
                .at(option)
                .hint("such as loss=5%,burst=3,delay=50ms,jitter=10ms,rate=2mbit,queue=200ms,reorder=1%,duplicate=1%")
        };
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| wrong(format!("`{part}` has no value")))?;
        if tcp && matches!(name, "loss" | "burst" | "reorder" | "duplicate") {
            return Err(Error::new(format!("a stream of TCP has no `{name}`: what happens to its packets TCP repairs"))
                .at(format!("--tcp {option}"))
                .hint("delay, jitter, rate and queue remain; a loss would show as a delay of at least 200 ms, the least time to retransmit"));
        }
        let bad = |wanted: &str| wrong(format!("`{value}` is no {wanted}"));
        match name {
            "loss" => impairment.loss = share(value).ok_or_else(|| bad("share from 0% to 100%"))?,
            "reorder" => impairment.reorder = share(value).ok_or_else(|| bad("share from 0% to 100%"))?,
            "duplicate" => impairment.duplicate = share(value).ok_or_else(|| bad("share from 0% to 100%"))?,
            "burst" => {
                impairment.burst = burst(value).ok_or_else(|| bad("number of losses in a row from 1 to 1000"))?
            }
            "delay" => impairment.delay = span(value).ok_or_else(|| bad("time up to 60s"))?,
            "jitter" => impairment.jitter = span(value).ok_or_else(|| bad("time up to 60s"))?,
            "queue" => impairment.queue = Some(span(value).ok_or_else(|| bad("time up to 60s"))?),
            "rate" => impairment.rate = Some(rate(value).ok_or_else(|| bad("rate, such as 500kbit or 2mbit"))?),
            other => return Err(wrong(format!("there is no impairment `{other}`"))),
        }
    }
    if impairment.jitter > impairment.delay {
        return Err(Error::new("the jitter is longer than the delay that it strays from")
            .at(option)
            .hint("give a delay that is at least as long: delay=20ms,jitter=20ms"));
    }
    Ok(impairment)
}

fn share(text: &str) -> Option<f64> {
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok()? / 100.0,
        None => text.parse().ok()?,
    };
    (0.0..=1.0).contains(&share).then_some(share)
}

fn burst(text: &str) -> Option<f64> {
    text.parse().ok().filter(|burst| (1.0..=1000.0).contains(burst))
}

fn span(text: &str) -> Option<Duration> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 0.001),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * unit;
    (0.0..=60.0)
        .contains(&seconds)
        .then(|| Duration::from_secs_f64(seconds))
}

fn rate(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let number = lower.strip_suffix("bit")?;
    let (number, unit) = match number.as_bytes().last()? {
        b'k' => (&number[..number.len() - 1], 1e3),
        b'm' => (&number[..number.len() - 1], 1e6),
        b'g' => (&number[..number.len() - 1], 1e9),
        _ => (number, 1.0),
    };
    let rate = number.parse::<f64>().ok()? * unit;
    (1000.0..=1e12).contains(&rate).then_some(rate as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let all = "loss=5%, burst=3,delay=50ms,jitter=0.01s,rate=2mbit,queue=100ms,reorder=0.5%,duplicate=0.02";
        let wanted = Impairment {
            loss: 0.05,
            burst: 3.0,
            delay: Duration::from_millis(50),
            jitter: Duration::from_millis(10),
            rate: Some(2_000_000),
            queue: Some(Duration::from_millis(100)),
            reorder: 0.005,
            duplicate: 0.02,
        };
        assert_eq!(parse(all, "--impair", false).unwrap(), wanted);
        assert_eq!(parse("", "--impair", false).unwrap(), Impairment::default());
        assert_eq!(parse("rate=64kbit", "", false).unwrap().rate, Some(64_000));
    }

    #[test]
    fn nonsense_is_refused_with_a_word_about_it() {
        for bad in [
            "loss",
            "loss=",
            "loss=101%",
            "loss=-1%",
            "loss=x",
            "delay=50",
            "delay=61s",
            "delay=-1ms",
            "rate=2",
            "rate=0bit",
            "rate=-5mbit",
            "lost=1%",
            "burst=0",
            "burst=nan",
            "jitter=5ms",
            "delay=nanms",
            "rate=bit",
            "reorder=inf",
        ] {
            let error = parse(bad, "--impair", false).unwrap_err();
            assert!(!error.hints.is_empty() && error.where_.is_some(), "{bad}: {error}");
        }
    }

    #[test]
    fn a_stream_has_a_delay_and_a_rate_and_nothing_else() {
        let path = "delay=50ms,jitter=10ms,rate=2mbit,queue=100ms";
        assert_eq!(parse(path, "--impair", true), parse(path, "--impair", false));
        for one in ["loss=1%", "burst=2", "reorder=1%", "duplicate=1%", "loss=0%"] {
            let error = parse(&format!("delay=1ms,{one}"), "--impair", true).unwrap_err();
            assert!(error.to_string().contains("TCP") && !error.hints.is_empty(), "{error}");
        }
    }
}
