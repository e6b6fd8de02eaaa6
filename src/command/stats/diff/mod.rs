//! `--diff`: both ends of one call side by side, or what differs between two calls. Which of them it is, the files tell.

mod calls;
mod ends;

use std::path::PathBuf;

use super::{Looked, chosen, id_text, look, open, window};
use crate::cli;
use crate::error::{Error, place};
use crate::report::stats::diff::{Diff, Kind, Which};
use crate::stats::facts::between::End;
use crate::stats::facts::ends::{Link, Marks, pairs, pairs_within};
use crate::stats::facts::offset::{Offset, offset};
use crate::stats::{Dump, PeerConnection};

/// A file that is compared.
struct Input {
    path: PathBuf,
    dump: Dump,
    /// Its first time, before anything is left out.
    start: Option<f64>,
    /// The connections that are looked at.
    chosen: Vec<usize>,
}

/// Two ends of one call, by their indices.
struct Pair {
    a: usize,
    b: usize,
    link: Link,
    offset: Offset,
}

/// Reads one file or two, looks at each as ever, and compares.
/// `every` interval is told of, or a few longer ones.
pub(super) fn run(options: &cli::Stats, every: bool, looked: &mut Looked) -> Result<Diff, Error> {
    if options.files.len() > 2 {
        return Err(Error::new(format!("two files are compared, {} are named", options.files.len())).at("--diff"));
    }
    let mut inputs = Vec::new();
    for path in &options.files {
        let dump = open(path)?;
        let start = dump.start();
        inputs.push(Input {
            path: path.clone(),
            chosen: taken(&dump, options, inputs.is_empty())?,
            dump,
            start,
        });
    }
    let pairs = pair_up(&inputs, options)?;
    // A time is one of the first file's clock; the other end's goes otherwise.
    let ahead = pairs.first().map(|pair| pair.offset.ms);
    let first = inputs.first().and_then(|input| input.start);
    for (index, input) in inputs.iter_mut().enumerate() {
        let start = match ahead.filter(|_| index > 0) {
            Some(ahead) => first.map(|first| first + ahead),
            None => input.start,
        };
        window::apply(
            &mut input.dump,
            options,
            start,
            ahead.filter(|_| index > 0).unwrap_or(0.0),
        )?;
    }
    // Who asks for one end asks for the other as well.
    if !pairs.is_empty() && options.peer_connection.is_some() {
        let last = inputs.len() - 1;
        inputs[0].chosen = pairs.iter().map(|pair| pair.a).collect();
        let others = pairs.iter().map(|pair| pair.b);
        match last {
            0 => inputs[0].chosen.extend(others),
            _ => inputs[last].chosen = others.collect(),
        }
        inputs.iter_mut().for_each(|input| input.chosen.sort_unstable());
    }
    let mut counts = vec![0];
    for input in &inputs {
        look(&input.path, &input.dump, input.start, &input.chosen, options, looked);
        counts.push(looked.findings.len());
    }
    if pairs.is_empty() {
        let (before, after) = (&looked.findings[..counts[1]], &looked.findings[counts[1]..]);
        return Ok(calls::diff(&inputs, &looked.files, before, after));
    }
    Ok(ends::diff(&inputs, &pairs, options, every, looked))
}

/// The connections of a file that are looked at. What was asked for is one of the first file.
fn taken(dump: &Dump, options: &cli::Stats, first: bool) -> Result<Vec<usize>, Error> {
    match first {
        true => chosen(dump, options),
        false => Ok((0..dump.peer_connections.len()).collect()),
    }
}

/// Which connections are the ends of one call; none if these are two calls.
fn pair_up(inputs: &[Input], options: &cli::Stats) -> Result<Vec<Pair>, Error> {
    let marks = |input: &Input| -> Vec<Marks> {
        let connections = input.dump.peer_connections.iter();
        connections.map(|pc| Marks::of(pc, &input.dump.names)).collect()
    };
    let (found, other) = match inputs {
        [one] => (pairs_within(&marks(one)), one),
        [one, other, ..] => (pairs(&marks(one), &marks(other)), other),
        [] => return Err(Error::new("no file was named")),
    };
    let first = &inputs[0];
    let alone = inputs.len() == 1;
    let wanted = |(a, b, _): &(usize, usize, Link)| first.chosen.contains(a) || alone && first.chosen.contains(b);
    let pairs: Vec<Pair> = found
        .into_iter()
        .filter(|pair| wanted(pair))
        .filter_map(|(a, b, link)| {
            let (one, two) = (End::of(&first.dump, a)?, End::of(&other.dump, b)?);
            let offset = offset(&one, &two, link.between, alone);
            Some(Pair { a, b, link, offset })
        })
        .collect();
    if alone && pairs.is_empty() {
        let which = match &options.peer_connection {
            Some(wanted) => format!("the other end of peer connection {wanted} is not in the file"),
            None => "the file does not hold both ends of a call".to_owned(),
        };
        return Err(Error::new(which).at(place(&first.path)).hint(
            "name a second file: that of the other end, or that of another call; ends are known by ICE user fragments, \
             certificates and SSRCs",
        ));
    }
    Ok(pairs)
}

fn which(inputs: &[Input], file: usize, index: usize) -> Which {
    let input = &inputs[file];
    Which {
        file: input.path.to_string_lossy().into_owned(),
        file_number: file + 1,
        peer_connection: input.dump.peer_connections[index].id.clone(),
        number: index + 1,
    }
}

/// `peer connection 8-1`, with its file where there are two.
fn label(inputs: &[Input], file: usize, index: usize) -> String {
    let input = &inputs[file];
    let id = id_text(&input.dump.peer_connections[index].id);
    let id = if id.len() > 24 || id.is_empty() || id == "null" {
        (index + 1).to_string()
    } else {
        id.into_owned()
    };
    match inputs.len() {
        1 => format!("peer connection {id}"),
        _ => format!("peer connection {id} of {}", input.path.to_string_lossy()),
    }
}

/// Whether there is anything to compare.
fn is_empty(pc: &PeerConnection) -> bool {
    pc.stats.is_empty() && pc.events.is_empty() && pc.history.is_empty()
}

fn empty(kind: Kind) -> Diff {
    Diff {
        kind,
        ..Diff::default()
    }
}
