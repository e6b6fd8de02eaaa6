//! From the options to what is known of the call, and to what of the capture is wanted.

use std::path::Path;

use crate::cli::{self, Subject};
use crate::command::input::{SECRET_LIMIT, from_environment, from_file, read_text};
use crate::error::Error;
use crate::flow::filter::Filter;
use crate::flow::passwords::Passwords;
use crate::flow::signaling::{Known, Source};
use crate::flow::{SessionId, turn};
use crate::proto::sdp::unwrap;
use crate::proto::stun::{AttributeType, Message, Method};
use crate::secret::Secret;

/// Octets of a file with descriptions.
const DESCRIPTIONS_LIMIT: u64 = 64 << 20;

/// What is made of the options.
pub(super) struct Prepared {
    pub passwords: Passwords,
    pub known: Known,
    pub filter: Filter,
}

pub(super) fn prepare(options: &cli::Pcap) -> Result<Prepared, Error> {
    let mut passwords = Passwords::new();
    let mut known = Known::default();
    for path in &options.sdp {
        describe(path, &mut known, &mut passwords)?;
    }
    for pair in &options.ice_password {
        learn(pair, "--ice-password", &mut passwords)?;
    }
    if let Some(variable) = &options.ice_password_env {
        let pair = from_environment(variable, "--ice-password-env")?;
        learn(&pair, "--ice-password-env", &mut passwords)?;
    }
    if let Some(path) = &options.ice_password_file {
        let text = Secret::new(read_text(path, SECRET_LIMIT, "read the ICE passwords")?);
        for line in text.expose().lines().filter(|line| !line.trim().is_empty()) {
            learn(&Secret::new(line.trim()), "--ice-password-file", &mut passwords)?;
        }
    }
    if let Some(variable) = &options.turn_password_env {
        passwords.learn_turn(from_environment(variable, "--turn-password-env")?);
    }
    if let Some(path) = &options.turn_password_file {
        passwords.learn_turn(from_file(path, "read the TURN password")?);
    }
    let filter = Filter {
        frames: options.frame.map(|(first, last)| first..=last),
        hosts: options.host.clone(),
        ports: options.port.clone(),
        session: options.flow.map(SessionId),
    };
    Ok(Prepared {
        passwords,
        known,
        filter,
    })
}

/// `UFRAG:PWD`; neither has a colon in it (RFC 8839 §5.4).
fn learn(pair: &Secret, option: &str, passwords: &mut Passwords) -> Result<(), Error> {
    match pair.expose().split_once(':') {
        Some((ufrag, password)) if !ufrag.is_empty() && !password.is_empty() => {
            passwords.learn_ice(ufrag, &Secret::new(password), option);
            Ok(())
        }
        _ => Err(Error::new("not UFRAG:PWD (not shown: it may be a password)")
            .at(option)
            .hint("write the ufrag, a colon and the password: the values of a=ice-ufrag and a=ice-pwd")),
    }
}

fn describe(path: &Path, known: &mut Known, passwords: &mut Passwords) -> Result<(), Error> {
    let text = read_text(path, DESCRIPTIONS_LIMIT, "read the description")?;
    let name = crate::error::place(path);
    if known.read(&text, &Source::File(name.clone()), passwords) {
        return Ok(());
    }
    match unwrap::unwrap(&text) {
        Err(error) => Err(Error::new(error.to_string()).at(name).hint(error.hint())),
        Ok(_) => Err(Error::new("no description in it").at(name)),
    }
}

/// Whether a message is about one of the subjects.
pub(super) fn wants(subjects: &[Subject], message: &Message<'_>) -> bool {
    let about = |subject: &Subject| match subject {
        Subject::Stun => true,
        Subject::Turn => turn::is_turn(message.method()),
        Subject::Ice => {
            matches!(message.method(), Method::BINDING | Method::GOOG_PING)
                && [
                    AttributeType::USERNAME,
                    AttributeType::MESSAGE_INTEGRITY,
                    AttributeType::GOOG_MESSAGE_INTEGRITY_32,
                ]
                .iter()
                .any(|&one| message.find(one).is_some())
        }
        Subject::Dtls | Subject::Rtp | Subject::Sctp | Subject::Sdp => false,
    };
    subjects.is_empty() || subjects.iter().any(about)
}
