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

# Throw mutated input at the decoders: the property tests, with many more cases than usual.
fuzz CASES="200000":
    PROPTEST_CASES={{CASES}} cargo test --locked --release --lib

# Write completions/ and man/ anew from the program.
completions:
    UPDATE_GENERATED=1 cargo test --locked --test generated
