//! Candidate lines. What is read and written is read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcdiag::proto::ice::Candidate;

fuzz_target!(|text: &str| {
    match Candidate::parse(text) {
        Ok(candidate) => {
            assert_eq!(
                Candidate::parse(&candidate.to_string()).as_ref(),
                Ok(&candidate),
                "{text}"
            );
        }
        Err(error) => {
            let _ = error.to_string();
        }
    }
});
