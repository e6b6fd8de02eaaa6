//! Real DTLS handshakes: OpenSSL's client and server talk through a relay that sees, drops and refuses nothing but what a test
//! wants. Skipped, loudly, where there is no `openssl`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rtcdiag::datagram::Seen;
use rtcdiag::flow::Direction;
use rtcdiag::flow::dtls::{Dtls, Role};
use rtcdiag::proto::tls::{SrtpProfile, Version};
use rtcdiag::time::At;

/// A child that ends with the test.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn openssl(arguments: &[&str], folder: &Path) -> Guard {
    let child = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    Guard(child.unwrap())
}

/// Where a server listens, as it says; whatever it says after that is thrown away.
fn listening(server: &mut Guard) -> SocketAddr {
    let mut said = BufReader::new(server.0.stdout.take().unwrap());
    let mut line = String::new();
    while said.read_line(&mut line).unwrap() > 0 {
        if let Some(address) = line.strip_prefix("ACCEPT ") {
            let address = address.trim().parse().unwrap();
            std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
            return address;
        }
        line.clear();
    }
    panic!("openssl s_server does not say where it listens");
}

/// A certificate and its fingerprint as OpenSSL says it.
fn certificate(folder: &Path, name: &str) -> String {
    let (key, file) = (format!("{name}.key"), format!("{name}.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
        ])
        .args([&format!("/CN={name}"), "-days", "30", "-keyout", &key, "-out", &file])
        .current_dir(folder)
        .output();
    assert!(made.unwrap().status.success());
    let said = Command::new("openssl")
        .args(["x509", "-in", &file, "-noout", "-fingerprint", "-sha256"])
        .current_dir(folder)
        .output();
    let said = String::from_utf8(said.unwrap().stdout).unwrap();
    said.trim().split_once('=').unwrap().1.to_owned()
}

/// Lets the two talk until `done`, or for a minute. `passes` decides what arrives; all that is sent is seen.
fn talk(
    server: &[&str],
    client: &[&str],
    folder: &Path,
    passes: impl Fn(Direction) -> bool,
    done: impl Fn(&Dtls) -> bool,
) -> Dtls {
    let relay = UdpSocket::bind("127.0.0.1:0").unwrap();
    relay.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    let to_relay = relay.local_addr().unwrap().to_string();
    let common = ["-dtls", "-use_srtp", "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80"];
    let accept = [
        "s_server",
        "-accept",
        "127.0.0.1:0",
        "-cert",
        "server.pem",
        "-key",
        "server.key",
    ];
    let connect = ["s_client", "-quiet", "-connect", &to_relay];
    let mut server = openssl(&[&accept[..], &common, server].concat(), folder);
    let to_server = listening(&mut server);
    let _client = openssl(&[&connect[..], &common, client].concat(), folder);

    let (mut dtls, start, mut frame, mut peer) = (Dtls::default(), Instant::now(), 0, None);
    let mut buffer = [0; 65536];
    while start.elapsed() < Duration::from_secs(60) && !done(&dtls) {
        let Ok((length, from)) = relay.recv_from(&mut buffer) else {
            continue;
        };
        let direction = if from == to_server {
            Direction::Backward
        } else {
            Direction::Forward
        };
        frame += 1;
        let at = At::new(start.elapsed());
        dtls.feed(direction, Seen { frame, at }, &buffer[..length], 0);
        if direction == Direction::Forward {
            peer = Some(from);
        }
        let to = match direction {
            Direction::Forward => to_server,
            Direction::Backward => peer.unwrap(),
        };
        if passes(direction) {
            relay.send_to(&buffer[..length], to).unwrap();
        }
    }
    dtls
}

/// A folder with certificates of both sides, and their fingerprints.
fn setup() -> Option<(tempfile::TempDir, [String; 2])> {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("skipped: there is no openssl");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let fingerprints = ["client", "server"].map(|name| certificate(folder.path(), name));
    assert!(fs::exists(folder.path().join("client.pem")).unwrap());
    Some((folder, fingerprints))
}

fn outcome(dtls: &Dtls) -> String {
    let last = dtls.handshakes.last();
    last.map(|handshake| handshake.outcome().to_string())
        .unwrap_or_default()
}

const WITH_CERTIFICATE: &[&str] = &["-cert", "client.pem", "-key", "client.key"];

#[test]
fn a_handshake_with_certificates_of_both() {
    let Some((folder, [client, server])) = setup() else {
        return;
    };
    let done = |dtls: &Dtls| outcome(dtls).starts_with("complete");
    // Certificates in pieces: records are as small as OpenSSL makes them.
    let dtls = talk(
        &["-Verify", "1", "-mtu", "300"],
        &[WITH_CERTIFICATE, &["-mtu", "300"]].concat(),
        folder.path(),
        |_| true,
        done,
    );
    let handshake = dtls.handshakes.last().unwrap();
    assert!(done(&dtls), "{}", outcome(&dtls));
    assert_eq!(handshake.version(), Some(Version::DTLS_1_2));
    assert_eq!(handshake.srtp_profile(), Some(SrtpProfile::SRTP_AEAD_AES_128_GCM));
    assert_eq!(handshake.certificate(Role::Server).unwrap().sha256, server);
    assert_eq!(handshake.certificate(Role::Client).unwrap().sha256, client);
    assert!(handshake.certificate_requested && handshake.group.is_some());
    let pieces = handshake
        .flights
        .iter()
        .flat_map(|flight| &flight.steps)
        .map(|step| step.records)
        .max();
    assert!(pieces > Some(1), "no message came in pieces");
}

#[test]
fn a_server_that_nobody_hears() {
    let Some((folder, _)) = setup() else {
        return;
    };
    let passes = |direction| direction == Direction::Forward;
    let done = |dtls: &Dtls| {
        dtls.handshakes
            .last()
            .is_some_and(|handshake| handshake.retransmissions() >= 2)
    };
    let dtls = talk(&[], &[], folder.path(), passes, done);
    // The client sends its hello again, and the server its flight; the client never goes on.
    let said = outcome(&dtls);
    assert!(said.starts_with("the client never answered flight"), "{said}");
}

#[test]
fn a_server_that_takes_no_cipher_of_the_client() {
    let Some((folder, _)) = setup() else {
        return;
    };
    let done = |dtls: &Dtls| outcome(dtls).starts_with("alert");
    let (server, client) = (
        ["-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"],
        ["-cipher", "ECDHE-RSA-AES256-GCM-SHA384"],
    );
    let dtls = talk(&server, &client, folder.path(), |_| true, done);
    assert_eq!(outcome(&dtls), "alert handshake_failure from the server");
}
