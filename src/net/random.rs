//! Randomness from the operating system: transaction ids, made-up credentials.

use crate::probe::NewTransactionId;
use crate::proto::stun::TransactionId;

/// Random octets of the operating system.
///
/// # Panics
/// When the operating system has no randomness to give: STUN must not run on guessable ids (RFC 8489 §5).
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system provides randomness");
    bytes
}

/// `N` random octets as lower-case hex.
pub fn hex<const N: usize>() -> String {
    bytes::<N>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A source of random transaction ids for one probe.
pub fn transaction_ids() -> NewTransactionId {
    Box::new(|| TransactionId::new(bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ() {
        let mut new_id = transaction_ids();
        assert_ne!(new_id(), new_id());
        assert_eq!(hex::<8>().len(), 16);
    }
}
