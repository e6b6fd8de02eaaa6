// Calls between two peer connections of this browser, for tests/support/sdp_call.rs: `wanted` names them. What is returned
// is their offer and answer, with all candidates in them, and what each side says of itself after it.
// With `offer` in a wanted call, only the answerer is here, and it may be refused.

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));
const until = async (done, ms) => {
  for (const end = performance.now() + ms; performance.now() < end; await pause(50)) if (await done()) return true;
  return false;
};

const canvas = Object.assign(document.createElement('canvas'), {width: 640, height: 360});
let frame = 0;
setInterval(() => {
  const context = canvas.getContext('2d');
  context.fillStyle = `hsl(${frame++ % 360} 80% 50%)`;
  context.fillRect(0, 0, 640, 360);
}, 50);
canvas.getContext('2d');
const stream = canvas.captureStream(20);
const video = () => stream.getVideoTracks()[0];
const audio = () => {
  const context = new AudioContext();
  const sink = context.createMediaStreamDestination();
  const tone = context.createOscillator();
  tone.connect(sink);
  tone.start();
  stream.addTrack(sink.stream.getAudioTracks()[0]);
  return sink.stream.getAudioTracks()[0];
};

const codecs = (kind, test) => {
  const all = RTCRtpReceiver.getCapabilities(kind).codecs;
  return [...all.filter(test), ...all.filter(codec => /rtx|red|ulpfec/i.test(codec.mimeType))];
};
// Not the first one that the others name. Firefox has no H.264 before it has loaded it from the network.
const isH264 = codec => /h264/i.test(codec.mimeType) && /packetization-mode=1/.test(codec.sdpFmtpLine ?? '');
const isVp9 = codec => /vp9/i.test(codec.mimeType);
const another = RTCRtpReceiver.getCapabilities('video').codecs.some(isH264) ? isH264 : isVp9;
const prefer = (pc, kind, test) => {
  for (const one of pc.getTransceivers()) if (one.receiver.track.kind === kind) one.setCodecPreferences(codecs(kind, test));
};
const tracks = (pc, direction) => {
  pc.addTransceiver(audio(), {direction, streams: [stream]});
  pc.addTransceiver(video(), {direction, streams: [stream]});
};
const answerWithTracks = async (pc, direction = 'sendrecv') => {
  for (const one of pc.getTransceivers()) {
    await one.sender.replaceTrack(one.receiver.track.kind === 'audio' ? audio() : video());
    one.sender.setStreams?.(stream);
    one.direction = direction;
  }
};

const calls = {
  'av-data': {
    offer: pc => { tracks(pc, 'sendrecv'); pc.createDataChannel('chat'); },
    answer: pc => answerWithTracks(pc),
  },
  'data-only': {offer: pc => { pc.createDataChannel('chat'); }, answer: () => {}},
  'recvonly': {
    offer: pc => { pc.addTransceiver('audio', {direction: 'recvonly'}); pc.addTransceiver('video', {direction: 'recvonly'}); },
    answer: pc => answerWithTracks(pc),
  },
  'sendonly': {offer: pc => tracks(pc, 'sendonly'), answer: () => {}},
  'simulcast': {
    offer: pc => {
      const sendEncodings = [{rid: 'q', scaleResolutionDownBy: 4}, {rid: 'h', scaleResolutionDownBy: 2}, {rid: 'f'}];
      pc.addTransceiver(video(), {direction: 'sendonly', streams: [stream], sendEncodings});
    },
    answer: () => {},
    // No browser says by itself that it takes all layers; servers do.
    agree: sdp => sdp.replace(/a=mid:0\r\n/, '$&a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f\r\n'),
  },
  'simulcast-refused': {offer: pc => calls['simulcast'].offer(pc), answer: () => {}},
  'answerer-prefers-another': {
    offer: pc => { tracks(pc, 'sendrecv'); },
    answer: async pc => { await answerWithTracks(pc); prefer(pc, 'video', another); },
  },
  'offerer-prefers-vp9': {
    offer: pc => { tracks(pc, 'sendrecv'); prefer(pc, 'video', codec => /vp9|vp8/i.test(codec.mimeType)); },
    answer: pc => answerWithTracks(pc),
  },
  'video-rejected': {
    offer: pc => tracks(pc, 'sendrecv'),
    answer: async pc => { await answerWithTracks(pc); pc.getTransceivers()[1].stop(); },
  },
  'answer-inactive': {offer: pc => tracks(pc, 'sendrecv'), answer: pc => answerWithTracks(pc, 'inactive')},
};

const described = async (pc, description) => {
  await pc.setLocalDescription(description);
  await until(() => pc.iceGatheringState === 'complete', 30000);
  const {type, sdp} = pc.localDescription;
  return {type, sdp};
};

const stats = async pc => {
  const list = [...(await pc.getStats()).values()];
  const codec = id => list.find(one => one.id === id);
  const sent = list.filter(one => one.type === 'outbound-rtp' && one.packetsSent > 0 && codec(one.codecId)).map(one => ({
    mid: one.mid ?? null, kind: one.kind, rid: one.rid ?? null, payloadType: codec(one.codecId).payloadType,
  }));
  const transport = list.find(one => one.type === 'transport' && one.dtlsRole);
  return {sent, dtlsRole: transport?.dtlsRole ?? null, iceRole: transport?.iceRole ?? null};
};

const facts = async pc => ({
  transceivers: pc.getTransceivers().filter(one => one.mid !== null).map(one => {
    const {codecs = [], encodings = [], headerExtensions = []} = one.sender.getParameters();
    return {
      mid: one.mid, kind: one.receiver.track.kind, currentDirection: one.currentDirection,
      codecs: codecs.map(codec => ({payloadType: codec.payloadType, mimeType: codec.mimeType})),
      rids: encodings.map(encoding => encoding.rid ?? null).filter(rid => rid !== null),
      // Firefox tells none at all.
      headerExtensions: headerExtensions.length ? headerExtensions.map(({uri, id}) => ({uri, id})) : null,
    };
  }),
  maxMessageSize: pc.sctp?.maxMessageSize ?? null,
  connected: pc.connectionState === 'connected',
  ...await stats(pc),
});

const expected = pc => pc.getTransceivers()
  .filter(one => one.sender.track && ['sendrecv', 'sendonly'].includes(one.currentDirection)).length;

const made = [];
for (const want of wanted) {
  const call = calls[want.name];
  const [offerer, answerer] = [new RTCPeerConnection(), new RTCPeerConnection()];
  let offer = want.offer;
  if (!offer) {
    await call.offer(offerer);
    offer = await described(offerer, await offerer.createOffer());
  }
  try {
    await answerer.setRemoteDescription(offer);
  } catch (error) {
    if (!want.offer) throw error;
    made.push({refused: String(error)});
    continue;
  }
  await call.answer(answerer);
  const answer = await described(answerer, await answerer.createAnswer());
  if (!want.offer) {
    answer.sdp = call.agree?.(answer.sdp) ?? answer.sdp;
    await offerer.setRemoteDescription(answer);
    const both = [offerer, answerer];
    await until(() => both.every(pc => pc.connectionState === 'connected'), 30000);
    await until(async () => {
      const sent = await Promise.all(both.map(async pc => new Set((await stats(pc)).sent.map(one => one.mid ?? one.kind)).size));
      return both.every((pc, index) => sent[index] >= expected(pc));
    }, 30000);
  }
  made.push({
    name: want.name, offer, answer, offerer: want.offer ? null : await facts(offerer), answerer: await facts(answerer),
  });
  offerer.close();
  answerer.close();
}
return made;
