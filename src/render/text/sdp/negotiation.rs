//! What an offer and an answer agreed on.

use std::io::{self, Write};

use super::{Paint, SHOWN, Style, codec_name, field, more, short, write_table};
use crate::proto::sdp::extension_name;
use crate::render::table::{Column, Table};
use crate::render::units;
use crate::report::sdp_negotiation::{
    CodecLeftOut, CodecPair, Dtls, Ice, IceSide, Layer, Media, Negotiation, Reason, Refusal, Sctp, Sending, SentCodec,
};

/// So many entries of a list are shown.
const LISTED: usize = 60;

pub(super) fn write(negotiation: &Negotiation, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", style.paint(Paint::Bold, "What the two agreed on"))?;
    for bundle in negotiation.bundle.iter().take(LISTED) {
        let mids: Vec<&str> = bundle.mids.iter().take(LISTED).map(String::as_str).collect();
        let mut text = match (&bundle.transport_mid, mids.is_empty()) {
            (Some(transport), false) => format!("{}, over the transport of {transport}", mids.join(" ")),
            _ => "nothing is bundled".to_owned(),
        };
        if !bundle.taken_out.is_empty() {
            let list: Vec<&str> = bundle.taken_out.iter().take(LISTED).map(String::as_str).collect();
            text.push_str(&format!("; not {}", list.join(" ")));
        }
        field("BUNDLE", &text, style, out)?;
    }
    let mut told = Vec::new();
    for media in negotiation.media.iter().filter(|media| media.accepted).take(SHOWN) {
        if !told.contains(&media.transport.index) {
            told.push(media.transport.index);
            write_transport(media, style, out)?;
        }
    }
    for media in negotiation.media.iter().take(SHOWN) {
        writeln!(out)?;
        write_media(media, style, out)?;
    }
    if let Some(more) = more(negotiation.media.len(), SHOWN) {
        writeln!(out, "\n{more} m-lines")?;
    }
    writeln!(out)
}

// --- the transport ---

fn write_transport(media: &Media, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let name = media
        .transport
        .mid
        .clone()
        .unwrap_or_else(|| media.transport.index.to_string());
    let of = |text: String| format!("{text} (transport of {})", short(&name, 40));
    if let Some(ice) = &media.ice {
        field("ICE", &of(ice_text(ice)), style, out)?;
    }
    match &media.dtls {
        Some(dtls) => field("DTLS", &of(dtls_text(dtls)), style, out),
        None => Ok(()),
    }
}

fn ice_text(ice: &Ice) -> String {
    let side = |name: &str, side: &IceSide| {
        let mut parts = vec![if side.lite { "lite" } else { "full" }.to_owned()];
        if side.trickle {
            parts.push("trickle".to_owned());
        }
        parts.push(units::count(side.candidates, "candidate"));
        if side.end_of_candidates {
            parts.push("no more to come".to_owned());
        }
        format!("{name} {}", parts.join(", "))
    };
    format!(
        "the {} controls; {}; {}",
        ice.controlling,
        side("offerer", &ice.offerer),
        side("answerer", &ice.answerer)
    )
}

fn dtls_text(dtls: &Dtls) -> String {
    let setup = |setup: &Option<String>| setup.clone().unwrap_or_else(|| "nothing".to_owned());
    let said = format!("offer {}, answer {}", setup(&dtls.offered), setup(&dtls.answered));
    let mut text = match &dtls.client {
        Some(client) => format!("the {client} starts the handshake ({said})"),
        None => format!("no handshake ({said})"),
    };
    if let Some(problem) = &dtls.problem {
        text.push_str(&format!(": {problem}"));
    }
    text
}

// --- an m-line ---

fn write_media(media: &Media, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let title = format!("m-line {}: {}", media.index, short(&media.kind, 40));
    let mid = media
        .mid
        .as_ref()
        .map_or(String::new(), |mid| format!(", mid {}", short(mid, 40)));
    let state = media.not_accepted.map_or("accepted", Refusal::text);
    let paint = if media.accepted { Paint::Green } else { Paint::Dim };
    writeln!(
        out,
        "{}{mid}, {}",
        style.paint(Paint::Bold, &title),
        style.paint(paint, state)
    )?;
    if !media.accepted {
        return Ok(());
    }
    if media.rtcp_mux.is_some() {
        field("direction", &direction(media), style, out)?;
        for (label, sending) in [("offerer", &media.offerer_sends), ("answerer", &media.answerer_sends)] {
            field(label, &sends(sending.as_ref()), style, out)?;
            if let Some(note) = sending.as_ref().and_then(|sending| sending.note.as_ref()) {
                field("note", note, style, out)?;
            }
        }
        for (codec, note) in media
            .codecs
            .iter()
            .filter_map(|codec| Some((codec, codec.note.as_ref()?)))
            .take(LISTED)
        {
            let name = codec_name(&codec.encoding, codec.clock_rate, Some(codec.channels));
            field(
                "note",
                &format!("{name} {}: {note}", codec.answer_payload_type),
                style,
                out,
            )?;
        }
        write_table(&codecs(media), style, out)?;
        write_left_out(&media.codecs_left_out, style, out)?;
        field("extensions", &extensions(media), style, out)?;
        field("not both", &extensions_left_out(media), style, out)?;
        field("RTCP", &rtcp(media), style, out)?;
    }
    if let Some(sctp) = &media.sctp {
        field("data", &data_channels(sctp), style, out)?;
    }
    if let Some(simulcast) = &media.simulcast {
        field("simulcast", &layers("offerer", &simulcast.offerer_sends), style, out)?;
        field("simulcast", &layers("answerer", &simulcast.answerer_sends), style, out)?;
        let left: Vec<&str> = simulcast
            .left_out
            .offer
            .iter()
            .take(LISTED)
            .map(String::as_str)
            .collect();
        if !left.is_empty() {
            field(
                "simulcast",
                &format!("the answer left out {}", left.join(", ")),
                style,
                out,
            )?;
        }
    }
    Ok(())
}

fn direction(media: &Media) -> String {
    let direction = &media.direction;
    let said = |text: &Option<String>| text.clone().unwrap_or_default();
    let flow = match direction.offerer.as_str() {
        "sendrecv" => "both send",
        "sendonly" => "only the offerer sends",
        "recvonly" => "only the answerer sends",
        _ => "nobody sends",
    };
    format!(
        "{flow} (offer {}, answer {})",
        said(&direction.offered),
        said(&direction.answered)
    )
}

fn name(codec: &SentCodec) -> String {
    codec_name(&codec.encoding, codec.clock_rate, Some(codec.channels))
}

fn sends(sending: Option<&Sending>) -> String {
    let Some(sending) = sending else {
        return "sends nothing".to_owned();
    };
    let Some(codec) = &sending.codec else {
        return "has no codec to send".to_owned();
    };
    let mut parts = vec![format!("sends {} as {}", name(codec), codec.payload_type)];
    parts.extend(codec.level.as_ref().map(|level| format!("up to level {level}")));
    parts.extend(codec.rtx_payload_type.map(|rtx| format!("rtx {rtx}")));
    parts.extend(codec.red_payload_type.map(|red| format!("red {red}")));
    // Tones and comfort noise go with a codec of their clock rate.
    let companions = sending
        .companions
        .iter()
        .filter(|one| one.clock_rate == codec.clock_rate);
    parts.extend(
        companions
            .take(8)
            .map(|one| format!("{} {}", one.encoding, one.payload_type)),
    );
    parts.extend(sending.max_bitrate.map(|limit| format!("at most {limit} bit/s")));
    let others: Vec<String> = sending
        .alternatives
        .iter()
        .skip(1)
        .take(8)
        .map(|one| format!("{} {}", one.encoding, one.payload_type))
        .collect();
    let others = match others.is_empty() {
        true => String::new(),
        false => format!("; or else {}", others.join(", ")),
    };
    format!("{}{others}", parts.join(", "))
}

const CODECS: [Column; 7] = [
    Column::right("offer"),
    Column::right("answer"),
    Column::left("codec"),
    Column::left("rtx"),
    Column::left("parameters of the answer"),
    Column::left("feedback of both"),
    Column::left("offered only"),
];

/// The codecs of both; retransmissions stand with what they retransmit.
fn codecs(media: &Media) -> Table {
    let pair = |pair: &CodecPair| match pair.offer_payload_type == pair.answer_payload_type {
        true => pair.offer_payload_type.to_string(),
        false => format!("{}/{}", pair.offer_payload_type, pair.answer_payload_type),
    };
    let mut table = Table::new(&CODECS);
    for one in media
        .codecs
        .iter()
        .filter(|one| one.retransmits.is_none())
        .take(LISTED * 2)
    {
        let rtx = media
            .codecs
            .iter()
            .find(|rtx| rtx.retransmits == Some(one.offer_payload_type));
        table.row(vec![
            one.offer_payload_type.to_string().into(),
            one.answer_payload_type.to_string().into(),
            codec_name(&one.encoding, one.clock_rate, Some(one.channels)).into(),
            rtx.map_or(String::new(), pair).into(),
            short(one.answer_fmtp.as_deref().unwrap_or(""), 80).into(),
            short(&one.rtcp_fb.join(", "), 100).into(),
            short(&one.rtcp_fb_offer_only.join(", "), 60).into(),
        ]);
    }
    table
}

const LEFT_OUT: [Column; 4] = [
    Column::left("left out"),
    Column::left("pt"),
    Column::left("codec"),
    Column::left("why"),
];

fn write_left_out(list: &[CodecLeftOut], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    // One row for those of one name with one reason; retransmissions of what is left out go without saying.
    let mut rows: Vec<(&CodecLeftOut, Vec<&str>, Vec<String>)> = Vec::new();
    for one in list
        .iter()
        .filter(|one| one.reason != Reason::RtxOfUnused)
        .take(LISTED * 4)
    {
        let name = codec_name(one.encoding.as_deref().unwrap_or("?"), one.clock_rate, None);
        let rtx = one
            .encoding
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case("rtx"));
        let same = |first: &&mut (&CodecLeftOut, Vec<&str>, Vec<String>)| {
            let same_text = first.0.text == one.text || rtx && first.0.reason == one.reason;
            (first.0.side, &first.0.encoding) == (one.side, &one.encoding) && same_text
        };
        match rows.iter_mut().find(same) {
            Some((_, formats, names)) => {
                formats.push(&one.format);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            None => rows.push((one, vec![&one.format], vec![name])),
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&LEFT_OUT);
    for (first, formats, names) in &rows {
        let why = match formats.len() > 1 && first.text.contains("retransmissions") {
            true => format!("{}, and so on", first.text),
            false => first.text.clone(),
        };
        table.row(vec![
            first.side.name().into(),
            short(&formats.join(", "), 60).into(),
            short(&names.join(", "), 60).into(),
            why.into(),
        ]);
    }
    write_table(&table, style, out)?;
    Ok(())
}

fn extensions(media: &Media) -> String {
    let list = media.extensions.iter().take(LISTED).map(|one| {
        let id = match one.offer_id == one.answer_id {
            true => one.answer_id.to_string(),
            false => format!("{}/{}", one.offer_id, one.answer_id),
        };
        let direction = match one.direction.as_str() {
            "sendrecv" => String::new(),
            direction => format!(" ({direction})"),
        };
        format!("{id} {}{direction}", short(extension_name(&one.uri), 40))
    });
    list.collect::<Vec<_>>().join(", ")
}

fn extensions_left_out(media: &Media) -> String {
    let names = |uris: &[String]| {
        let list: Vec<String> = uris
            .iter()
            .take(LISTED)
            .map(|uri| short(extension_name(uri), 40))
            .collect();
        list.join(", ")
    };
    let left = &media.extensions_left_out;
    let offer = (!left.offer.is_empty()).then(|| format!("{} (offer)", names(&left.offer)));
    let answer = (!left.answer.is_empty()).then(|| format!("{} (answer)", names(&left.answer)));
    [offer, answer].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn rtcp(media: &Media) -> String {
    let mut parts = vec![match media.rtcp_mux {
        Some(true) => "shares the port of RTP",
        _ => "on a port of its own",
    }];
    if media.rtcp_rsize == Some(true) {
        parts.push("reduced size");
    }
    parts.join(", ")
}

fn data_channels(sctp: &Sctp) -> String {
    let port = |port: Option<u32>| port.map_or("5000 (nothing written)".to_owned(), |port| port.to_string());
    let size = |size: Option<u64>| size.map_or("any size".to_owned(), |size| format!("up to {size} octets"));
    format!(
        "SCTP ports {} and {}; the offerer may send messages of {}, the answerer of {}",
        port(sctp.offer_port),
        port(sctp.answer_port),
        size(sctp.offerer_may_send),
        size(sctp.answerer_may_send)
    )
}

fn layers(side: &str, layers: &[Layer]) -> String {
    if layers.is_empty() {
        return String::new();
    }
    let list = layers.iter().take(LISTED).map(|layer| {
        let mut about = layer.restrictions.iter().take(8).cloned().collect::<Vec<_>>();
        if layer.paused {
            about.push("paused".to_owned());
        }
        let about = if about.is_empty() {
            String::new()
        } else {
            format!(" ({})", about.join(", "))
        };
        format!("{}{about}", layer.rids.join(" or "))
    });
    format!("the {side} sends {}", list.collect::<Vec<_>>().join(", "))
}
