"""Calls between two peer connections of aiortc, for tests/support/sdp_call.rs: stdin names them, stdout has their offer and
answer and what each side says of itself. With `offer` in a wanted call, only the answerer is here."""

import asyncio
import json
import sys

from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack

TRACKS = {"audio": AudioStreamTrack, "video": VideoStreamTrack}


def tracks(pc, direction):
    for make in TRACKS.values():
        pc.addTransceiver(make(), direction=direction)


def answer_with_tracks(pc, direction="sendrecv"):
    for one in pc.getTransceivers():
        one.sender.replaceTrack(TRACKS[one.kind]())
        one.direction = direction


def prefer(pc, kind, names):
    codecs = RTCRtpSender.getCapabilities(kind).codecs
    chosen = [codec for name in names for codec in codecs if codec.mimeType.lower() == f"{kind}/{name}"]
    for one in pc.getTransceivers():
        if one.kind == kind:
            one.setCodecPreferences(chosen)


def av_data(pc):
    tracks(pc, "sendrecv")
    pc.createDataChannel("chat")


def recvonly(pc):
    for kind in TRACKS:
        pc.addTransceiver(kind, direction="recvonly")


def prefers_h264(pc):
    answer_with_tracks(pc)
    prefer(pc, "video", ["h264", "rtx"])


CALLS = {
    "av-data": (av_data, answer_with_tracks),
    "data-only": (lambda pc: pc.createDataChannel("chat"), lambda pc: None),
    "recvonly": (recvonly, answer_with_tracks),
    "sendonly": (lambda pc: tracks(pc, "sendonly"), lambda pc: None),
    "simulcast-refused": (None, lambda pc: None),
    "answerer-prefers-another": (lambda pc: tracks(pc, "sendrecv"), prefers_h264),
    "answer-inactive": (lambda pc: tracks(pc, "sendrecv"), lambda pc: answer_with_tracks(pc, "inactive")),
}


def roles(pc):
    """Of the first transport; aiortc has no other way to tell."""
    senders = [one.sender.transport for one in pc.getTransceivers()] + ([pc.sctp.transport] if pc.sctp else [])
    dtls = senders[0]
    role = getattr(dtls, "_role", None)
    return {"dtlsRole": role if role in ("client", "server") else None, "iceRole": dtls.transport.role}


def facts(pc):
    def codecs(one):
        return [{"payloadType": codec.payloadType, "mimeType": codec.mimeType} for codec in one._codecs]

    def extensions(one):
        return [{"uri": extension.uri, "id": extension.id} for extension in one._headerExtensions]

    transceivers = [
        {
            "mid": one.mid,
            "kind": one.kind,
            "currentDirection": one.currentDirection,
            "codecs": codecs(one),
            "rids": [],
            "headerExtensions": extensions(one),
        }
        for one in pc.getTransceivers()
    ]
    connected = pc.connectionState == "connected"
    return {"transceivers": transceivers, "maxMessageSize": None, "connected": connected, "sent": [], **roles(pc)}


def plain(description):
    return {"type": description.type, "sdp": description.sdp}


async def call(want):
    make_offer, make_answer = CALLS[want["name"]]
    offerer, answerer = RTCPeerConnection(), RTCPeerConnection()
    offer = want.get("offer")
    alone = offer is not None
    if not alone:
        make_offer(offerer)
        await offerer.setLocalDescription(await offerer.createOffer())
        offer = plain(offerer.localDescription)
    await answerer.setRemoteDescription(RTCSessionDescription(**offer))
    make_answer(answerer)
    await answerer.setLocalDescription(await answerer.createAnswer())
    answer = plain(answerer.localDescription)
    if not alone:
        await offerer.setRemoteDescription(RTCSessionDescription(**answer))
        for _ in range(100):
            if offerer.connectionState == answerer.connectionState == "connected":
                break
            await asyncio.sleep(0.05)
    made = {
        "name": want["name"],
        "offer": offer,
        "answer": answer,
        "offerer": None if alone else facts(offerer),
        "answerer": facts(answerer),
    }
    await asyncio.gather(offerer.close(), answerer.close())
    return made


async def main():
    json.dump([await call(want) for want in json.load(sys.stdin)], sys.stdout)


asyncio.run(main())
