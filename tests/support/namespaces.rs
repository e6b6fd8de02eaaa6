//! Three network namespaces: a client, a NAT, and a network of servers behind it.
//!
//! ```text
//! client 10.77.1.2 --- 10.77.1.1 NAT 198.51.100.2 --- 198.51.100.1, 198.51.100.3 servers
//! ```
//!
//! Nothing in them can reach the world. Needs root; taken down when dropped.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::peer::{Peer, need, output, which};

/// The client, behind the NAT.
pub const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 2);
/// Inside address of the NAT.
const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 77, 1, 1);
/// Outside address of the NAT.
pub const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 2);
/// Where servers can listen.
pub const SERVERS: [Ipv4Addr; 2] = [Ipv4Addr::new(198, 51, 100, 1), Ipv4Addr::new(198, 51, 100, 3)];
/// The NAT answers packets to here with ICMP (host unreachable).
pub const UNREACHABLE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 1);
/// The NAT drops packets to here.
pub const BLACK_HOLE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 2);

/// How the middle forwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nat {
    /// Addresses are left alone.
    None,
    /// `masquerade`: keeps the source port while it is free, so equal for all destinations.
    Masquerade,
    /// `masquerade fully-random`: a random port for every destination.
    FullyRandom,
}

/// Three namespaces.
#[derive(Debug)]
pub struct Namespaces {
    name: String,
}

impl Namespaces {
    /// Makes them; `None`, with a word on stderr, where that is not possible.
    pub fn make(nat: Nat) -> Option<Namespaces> {
        need(Peer::Namespaces, Namespaces::try_make(nat))
    }

    fn try_make(nat: Nat) -> Result<Namespaces, String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        which("nft")?;
        remove_orphans()?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // From here on Drop takes down what was made, also if something fails half-way.
        let made = Namespaces {
            name: format!("rtcdiag-{}-{number}", std::process::id()),
        };
        let [client, middle, outside] = [made.client(), made.middle(), made.outside()];
        for namespace in [&client, &middle, &outside] {
            // Left by a killed process that had our number.
            let _ = ip(&format!("netns delete {namespace}"));
            ip(&format!("netns add {namespace}"))?;
            ip(&format!("-n {namespace} link set lo up"))?;
        }
        ip(&format!(
            "link add name up0 netns {client} type veth peer name in0 netns {middle}"
        ))?;
        ip(&format!(
            "link add name down0 netns {outside} type veth peer name out0 netns {middle}"
        ))?;
        for (namespace, device, address) in [
            (&client, "up0", CLIENT),
            (&middle, "in0", GATEWAY),
            (&middle, "out0", OUTSIDE),
            (&outside, "down0", SERVERS[0]),
            (&outside, "down0", SERVERS[1]),
        ] {
            ip(&format!("-n {namespace} address add {address}/24 dev {device}"))?;
            ip(&format!("-n {namespace} link set {device} up"))?;
        }
        // What is sent before the kernel has seen that both ends of a cable are there is lost.
        for (namespace, device) in [
            (&client, "up0"),
            (&middle, "in0"),
            (&middle, "out0"),
            (&outside, "down0"),
        ] {
            wait_until_up(namespace, device)?;
        }
        ip(&format!("-n {client} route add default via {GATEWAY}"))?;
        ip(&format!("-n {outside} route add 10.77.1.0/24 via {OUTSIDE}"))?;
        ip(&format!("-n {middle} route add unreachable {UNREACHABLE}"))?;
        ip(&format!("-n {middle} route add blackhole {BLACK_HOLE}"))?;
        output(
            made.command(&middle, "sh")
                .args(["-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]),
        )?;
        let masquerade = match nat {
            Nat::None => return Ok(made),
            Nat::Masquerade => "masquerade",
            Nat::FullyRandom => "masquerade fully-random",
        };
        made.nft(&format!(
            "table ip nat {{\n chain postrouting {{\n type nat hook postrouting priority srcnat\n oifname \"out0\" {masquerade}\n }}\n}}\n"
        ))?;
        Ok(made)
    }

    /// Adds rules to what the middle does with packets; as `nft -f -` reads them.
    pub fn nft(&self, rules: &str) -> Result<(), String> {
        let mut child = self
            .command(&self.middle(), which("nft")?)
            .args(["-f", "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(rules.as_bytes()).map_err(|error| error.to_string())?;
        }
        let output = child.wait_with_output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            Err(format!("nft: {}", String::from_utf8_lossy(&output.stderr)))
        }
    }

    /// Name of the client's namespace.
    pub fn client(&self) -> String {
        format!("{}-client", self.name)
    }

    /// Name of the namespace between them.
    pub fn middle(&self) -> String {
        format!("{}-nat", self.name)
    }

    /// Name of the servers' namespace.
    pub fn outside(&self) -> String {
        format!("{}-servers", self.name)
    }

    /// `program` within one of them.
    pub fn command(&self, namespace: &str, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace]).arg(program.as_ref());
        command
    }
}

impl Drop for Namespaces {
    fn drop(&mut self) {
        for namespace in [self.client(), self.middle(), self.outside()] {
            let _ = ip(&format!("netns delete {namespace}"));
        }
    }
}

/// The servers' addresses as coturn wants them.
pub fn server(n: usize) -> IpAddr {
    SERVERS[n].into()
}

fn ip(words: &str) -> Result<String, String> {
    output(Command::new(which("ip")?).args(words.split(' ')))
}

fn wait_until_up(namespace: &str, device: &str) -> Result<(), String> {
    let started = Instant::now();
    loop {
        let link = ip(&format!("-n {namespace} -o link show dev {device}"))?;
        if link.contains(" state UP ") {
            return Ok(());
        }
        if started.elapsed() > Duration::from_secs(30) {
            return Err(format!("not up: {link}"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Takes down what a killed run left behind.
fn remove_orphans() -> Result<(), String> {
    for line in ip("netns list")?.lines() {
        let name = line.split(' ').next().unwrap_or_default();
        let owner = name.strip_prefix("rtcdiag-").and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            // Unless another run is just doing so.
            let _ = ip(&format!("netns delete {name}"));
        }
    }
    Ok(())
}
