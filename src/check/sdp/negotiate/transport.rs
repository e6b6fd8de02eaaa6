//! What is below the media: BUNDLE, DTLS roles, ICE roles, SCTP.

use std::net::IpAddr;

use foldhash::HashMap;

use crate::proto::sdp::effective::{Effective, effective};
use crate::proto::sdp::{CandidateLine, MaxMessageSize, SctpMap, SctpPort, Section, Setup};
use crate::report::sdp_negotiation::{Dtls, Ice, IceSide, Sctp, Transport};

use super::Party;

/// The transports that have been looked at: sections of one BUNDLE share one.
#[derive(Default)]
pub(super) struct Transports(HashMap<(usize, usize), (Option<Dtls>, Option<Ice>)>);

impl Transports {
    /// The transport of an m-line that both have.
    pub(super) fn of(
        &mut self,
        offer: &Party<'_>,
        answer: &Party<'_>,
        index: usize,
    ) -> (Transport, Option<Dtls>, Option<Ice>) {
        // Bundled is what the answer bundles; the offer's transport of that m-line is used (RFC 9143 §7.3.2).
        let at = answer.bundles.transport_of(index);
        let offer_at = match offer.bundles.transport_of(at) {
            // An answer that takes the tagged m-line out of the group gives the rest another transport.
            tag if answer.bundles.transport_of(tag) == at => tag,
            _ => at,
        };
        let (dtls, ice) = self.0.entry((offer_at, at)).or_insert_with(|| {
            let offered = effective(offer.description, &offer.bundles, offer_at);
            let answered = effective(answer.description, &answer.bundles, at);
            match (offered, answered) {
                (Some(offered), Some(answered)) => {
                    let (offerer, answerer) = (ice_side(offer, &offered), ice_side(answer, &answered));
                    (dtls(&offered, &answered), ice(offerer, answerer))
                }
                _ => (None, None),
            }
        });
        let mid = answer.description.media_section(at).and_then(|section| section.mid());
        let transport = Transport {
            bundled: answer.bundles.group_of(index).is_some(),
            mid: mid.map(str::to_owned),
            index: at,
        };
        (transport, dtls.clone(), ice.clone())
    }
}

/// RFC 8842 §5.3: who starts the handshake.
fn dtls(offered: &Effective<'_, '_>, answered: &Effective<'_, '_>) -> Option<Dtls> {
    let (from_offer, from_answer) = (offered.fingerprints(), answered.fingerprints());
    let is_dtls = |one: &Effective<'_, '_>| one.section.media().is_some_and(|media| media.is_dtls());
    let wanted = is_dtls(offered) && is_dtls(answered);
    if !wanted && (from_offer.is_empty() || from_answer.is_empty()) {
        return None;
    }
    let setup = |one: &Effective<'_, '_>| one.setup().map(|(_, setup)| setup);
    let (offer, answer) = (setup(offered), setup(answered));
    let hashes = |list: &[(_, crate::proto::sdp::Fingerprint<'_>)]| -> Vec<String> {
        list.iter()
            .map(|(_, fingerprint)| fingerprint.hash.to_ascii_lowercase())
            .collect()
    };
    let roles = roles(offer, answer);
    let problem = match &roles {
        Err(problem) => Some((*problem).to_owned()),
        Ok(_) if from_offer.is_empty() => Some("the offer has no a=fingerprint".to_owned()),
        Ok(_) if from_answer.is_empty() => Some("the answer has no a=fingerprint".to_owned()),
        Ok(_) => None,
    };
    let name = |setup: Option<Setup>| setup.map(|setup| setup.name().to_owned());
    Some(Dtls {
        offered: name(offer),
        answered: name(answer),
        client: roles.ok().map(|(client, _)| client.to_owned()),
        server: roles.ok().map(|(_, server)| server.to_owned()),
        offer_fingerprints: hashes(&from_offer),
        answer_fingerprints: hashes(&from_answer),
        problem,
    })
}

/// Client and server, or why there are none.
fn roles(offer: Option<Setup>, answer: Option<Setup>) -> Result<(&'static str, &'static str), &'static str> {
    const OFFERER_STARTS: (&str, &str) = ("offerer", "answerer");
    const ANSWERER_STARTS: (&str, &str) = ("answerer", "offerer");
    match (offer, answer) {
        (Some(Setup::HoldConn), _) | (_, Some(Setup::HoldConn)) => Err("holdconn: no handshake for now"),
        (_, Some(Setup::ActPass)) => Err("the answer says actpass: it has to choose"),
        (Some(Setup::Active), Some(Setup::Active)) => Err("both want to start the handshake"),
        (Some(Setup::Passive), Some(Setup::Passive)) => Err("both wait for the other one to start the handshake"),
        (_, Some(Setup::Active)) => Ok(ANSWERER_STARTS),
        (_, Some(Setup::Passive)) => Ok(OFFERER_STARTS),
        // The offer has left nothing to choose.
        (Some(Setup::Active), None) => Ok(OFFERER_STARTS),
        (Some(Setup::Passive), None) => Ok(ANSWERER_STARTS),
        (_, None) => Err("the answer has no a=setup: it has to choose"),
    }
}

/// RFC 8445 §6.1.1: the full agent controls; of two equal ones the offerer.
fn ice(offerer: IceSide, answerer: IceSide) -> Option<Ice> {
    if offerer.ufrag.is_none() && answerer.ufrag.is_none() {
        return None;
    }
    let controlling = match (offerer.lite, answerer.lite) {
        (true, false) => "answerer",
        _ => "offerer",
    };
    Some(Ice {
        controlling: controlling.to_owned(),
        offerer,
        answerer,
    })
}

fn ice_side(party: &Party<'_>, side: &Effective<'_, '_>) -> IceSide {
    IceSide {
        lite: party.ice_lite,
        trickle: side.has_ice_option("trickle"),
        ice2: side.has_ice_option("ice2"),
        ufrag: side.ice_ufrag().map(|(_, ufrag)| ufrag.0.to_owned()),
        candidates: side.transport.attribute_lines("candidate").count(),
        families: families(&side.transport),
        end_of_candidates: party.end_of_candidates || side.transport.has("end-of-candidates"),
    }
}

/// The families of the addresses of the candidates, each once.
fn families(transport: &Section<'_>) -> Vec<String> {
    let mut seen = [("ipv4", false), ("ipv6", false), ("name", false)];
    for (_, candidate) in transport.all::<CandidateLine<'_>>() {
        let at = match candidate.address.parse() {
            Ok(IpAddr::V4(_)) => 0,
            Ok(IpAddr::V6(_)) => 1,
            Err(_) => 2,
        };
        seen[at].1 = true;
    }
    let seen = seen.into_iter().filter(|(_, seen)| *seen);
    seen.map(|(name, _)| name.to_owned()).collect()
}

/// RFC 8841 §6.1: what `a=max-message-size` is where nothing is written.
const DEFAULT_MESSAGE_SIZE: u64 = 65_536;

/// Ports and sizes of data channels.
pub(super) fn sctp(offered: &Section<'_>, answered: &Section<'_>) -> Sctp {
    let port = |section: &Section<'_>| {
        let port = section.first::<SctpPort>().map(|(_, port)| port.0);
        port.or_else(|| section.first::<SctpMap<'_>>().map(|(_, map)| map.port))
    };
    let taken_by = |section: &Section<'_>| {
        let size = section.first::<MaxMessageSize>();
        let size = size.map_or(DEFAULT_MESSAGE_SIZE, |(_, size)| size.0);
        (size != 0).then_some(size)
    };
    Sctp {
        offer_port: port(offered),
        answer_port: port(answered),
        offerer_may_send: taken_by(answered),
        answerer_may_send: taken_by(offered),
    }
}
