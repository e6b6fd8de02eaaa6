"""One side of a call by aiortc, for tests/pcap_scenarios.rs: `call.py offerer|answerer FOLDER`.

With `http` (address and port) in `call.json` the answerer is a web server as well: a page that calls it, and `POST /offer`.

FOLDER/call.json says what to do; descriptions pass through FOLDER (`offer.json`, `answer.json`), each written whole before
it gets its name. What the other side is given may be changed on the way: `call.json` names the faults. At its end, or when
it is told to end (SIGTERM), a side writes FOLDER/ROLE.json: its states, and for how many seconds it was held up at most."""

import asyncio
import fractions
import json
import os
import re
import signal
import sys

from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack
from av import VideoFrame


class SmallVideo(VideoStreamTrack):
    """A moving picture that costs next to nothing to encode."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame(160, 120, "yuv420p")
        for number, plane in enumerate(frame.planes):
            plane.update(bytes([(pts // 3000 * 5 + number * 80) % 256]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base or fractions.Fraction(1, 90000)
        return frame


def write(folder, name, value):
    path = os.path.join(folder, name)
    with open(path + ".part", "w", encoding="utf-8") as handle:
        json.dump(value, handle)
    os.rename(path + ".part", path)


async def read(folder, name):
    path = os.path.join(folder, name)
    while not os.path.exists(path):
        await asyncio.sleep(0.02)
    with open(path, encoding="utf-8") as handle:
        return json.load(handle)


def changed(sdp, faults, candidates):
    """The description as the other side is to see it."""
    lines = sdp.split("\r\n")
    if candidates:
        lines = [line for line in lines if not line.startswith("a=candidate:") or f" typ {candidates}" in line]
    if "password" in faults:
        lines = ["a=ice-pwd:wrongwrongwrongwrongwrong" if line.startswith("a=ice-pwd:") else line for line in lines]
    if "fingerprint" in faults:
        flip = lambda match: match[1] + ("00" if match[2] != "00" else "11")
        lines = [re.sub(r"^(a=fingerprint:\S+ )(..)", flip, line) for line in lines]
    return "\r\n".join(lines)


def tracks(pc, call):
    if call.get("audio", True):
        pc.addTrack(AudioStreamTrack())
    if call.get("video"):
        pc.addTrack(SmallVideo())


PAGE = """<!doctype html><meta charset=utf-8><canvas id=c width=160 height=120></canvas><script type=module>
const canvas = document.getElementById("c").getContext("2d");
setInterval(() => { canvas.fillStyle = `hsl(${Date.now() / 20 % 360} 80% 50%)`; canvas.fillRect(0, 0, 160, 120); }, 50);
const pc = new RTCPeerConnection();
const stream = document.getElementById("c").captureStream(20);
const audio = new AudioContext(), tone = audio.createOscillator(), out = audio.createMediaStreamDestination();
tone.connect(out); tone.start();
for (const track of [...stream.getTracks(), ...out.stream.getTracks()]) pc.addTrack(track, stream);
const channel = pc.createDataChannel("chat");
channel.onopen = () => channel.send("hello");
pc.onconnectionstatechange = () => fetch(`/state/${pc.connectionState}`, {method: "POST"});
await pc.setLocalDescription();
await new Promise(done => { pc.onicegatheringstatechange = () => pc.iceGatheringState == "complete" && done(); setTimeout(done, 3000); });
const answer = await fetch("/offer", {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(pc.localDescription)});
await pc.setRemoteDescription(await answer.json());
</script>"""


async def serve(folder, address, offered, answered):
    """The page and the signaling, in the clear."""

    async def handle(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?i)\r\ncontent-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        path, kind, content = head.split(" ")[1], "text/plain", b""
        if path == "/":
            kind, content = "text/html", PAGE.encode()
        elif path == "/offer":
            write(folder, "offer.json", json.loads(body))
            offered.set_result(json.loads(body))
            kind, content = "application/json", json.dumps(await answered).encode()
        elif path.startswith("/state/"):
            write(folder, f"offerer.{path[7:]}", {})
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n"
                     "Connection: close\r\n\r\n".encode() + content)
        await writer.drain()
        writer.close()

    host, port = address.rsplit(":", 1)
    await asyncio.start_server(handle, host, int(port))
    write(folder, "listening", {})


async def drain(track):
    try:
        while True:
            await track.recv()
    except MediaStreamError:
        pass


class HeldUp:
    """How long the loop does not get to run when it should: on a machine that is too busy for a call, media pauses and
    answers are late."""

    def __init__(self):
        self.worst = 0.0

    async def watch(self):
        loop = asyncio.get_running_loop()
        while True:
            wanted = loop.time() + 0.02
            await asyncio.sleep(0.02)
            self.worst = max(self.worst, loop.time() - wanted)


async def main(role, folder):
    call = await read(folder, "call.json")
    mine = call.get(role, {})
    servers = [RTCIceServer(**server) for server in mine.get("ice_servers", [])]
    # Never the defaults, which ask a server on the Internet.
    pc = RTCPeerConnection(RTCConfiguration(iceServers=servers))
    states, messages, received = [], [], []
    held_up = HeldUp()
    watching = asyncio.ensure_future(held_up.watch())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    pc.on("iceconnectionstatechange", lambda: states.append(f"ice {pc.iceConnectionState}"))

    def connection_state():
        states.append(pc.connectionState)
        write(folder, f"{role}.{pc.connectionState}", {})

    pc.on("connectionstatechange", connection_state)

    def take(track):
        received.append(track.kind)
        asyncio.ensure_future(drain(track))

    pc.on("track", take)
    tracks(pc, call)
    if role == "offerer":
        if call.get("data", True):
            channel = pc.createDataChannel("chat")
            channel.on("open", lambda: channel.send("hello"))
            channel.on("message", messages.append)
        await pc.setLocalDescription(await pc.createOffer())
    else:
        @pc.on("datachannel")
        def on_channel(channel):
            channel.on("message", lambda text: (messages.append(text), channel.send(text)))

        if "http" in call:
            loop = asyncio.get_running_loop()
            offered, answered = loop.create_future(), loop.create_future()
            await serve(folder, call["http"], offered, answered)
            offer = await offered
        else:
            offer = await read(folder, "offer.json")
        await pc.setRemoteDescription(RTCSessionDescription(**offer))
        await pc.setLocalDescription(await pc.createAnswer())

    own = "offer" if role == "offerer" else "answer"
    sdp = changed(pc.localDescription.sdp, mine.get("faults", []), mine.get("candidates"))
    write(folder, f"{own}.local.json", {"type": pc.localDescription.type, "sdp": pc.localDescription.sdp})
    write(folder, f"{own}.json", {"type": pc.localDescription.type, "sdp": sdp})
    if "http" in call:
        answered.set_result({"type": pc.localDescription.type, "sdp": sdp})
    if role == "offerer":
        answer = await read(folder, "answer.json")
        await pc.setRemoteDescription(RTCSessionDescription(**answer))
    try:
        await asyncio.wait_for(stop.wait(), mine.get("seconds", call.get("seconds", 5)))
    except asyncio.TimeoutError:
        pass
    watching.cancel()
    write(folder, f"{role}.json", {"states": states, "messages": messages, "received": received,
                                   "held_up_s": held_up.worst})
    try:
        await asyncio.wait_for(pc.close(), 3)
    except asyncio.TimeoutError:
        pass


asyncio.run(main(sys.argv[1], sys.argv[2]))
