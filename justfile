# Short names for what is typed often. `just` lists them.

default:
    @just --list

# The debug build.
build:
    cargo build --locked

# Everything: unit, integration, doc tests, and those against real peers (installs them where it can).
test *ARGS:
    scripts/test {{ARGS}}

# What CI holds besides the tests.
lint:
    cargo fmt --check
    cargo clippy --all-targets --locked -- -D warnings
    RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --locked
    cargo deny check licenses bans sources

# Ratios against coturn's own tools, and the micro benchmarks.
bench:
    scripts/bench
    cargo bench --locked

# Throw mutated input at the decoders: each target of fuzz/ for SECONDS with cargo-fuzz where it is installed, otherwise the property tests with CASES cases.
fuzz SECONDS="60" CASES="200000":
    #!/usr/bin/env bash
    set -euo pipefail
    if cargo +nightly fuzz --version > /dev/null 2>&1; then
        mkdir -p fuzz/corpus/sdp fuzz/corpus/stats fuzz/corpus/capture && cp fixtures/*.json fixtures/sdp/*.sdp fuzz/corpus/sdp && cp fixtures/stats/* fuzz/corpus/stats && cp fixtures/*.pcap fixtures/pcap/*.pcap fuzz/corpus/capture
        for target in stun sdp ice_servers candidate capture packets dtls media stats; do
            cargo +nightly fuzz run "$target" -- -max_total_time={{SECONDS}} -timeout=10 -rss_limit_mb=2048
        done
    else
        echo 'no cargo-fuzz (cargo install cargo-fuzz, rustup toolchain install nightly): the property tests instead'
        PROPTEST_CASES={{CASES}} PROPTEST_RNG_SEED=$RANDOM cargo test --locked --release --lib
    fi

# Write completions/ and man/ anew from the program.
completions:
    UPDATE_GENERATED=1 cargo test --locked --test generated
