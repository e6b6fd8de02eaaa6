//! `--id`: stats objects, member by member.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `--id`: one stats object, member by member.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// Its stats id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// From when to when it was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_s: Option<f64>,
    /// The last sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_s: Option<f64>,
    /// Its members.
    pub members: Vec<Member>,
}

/// One member of a stats object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// By its W3C name.
    pub name: String,
    /// What it is measured in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// How many samples there are.
    pub samples: usize,
    /// The first value.
    #[serde(default)]
    pub first: Value,
    /// The last value.
    #[serde(default)]
    pub last: Value,
    /// How often the counter began anew.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resets: usize,
    /// How many samples have the time of the one before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub repeated: usize,
    /// How often the clock went back.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backward: usize,
    /// How often samples are missing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gaps: usize,
    /// Whether older samples were likely dropped: Chrome keeps 1000.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub limited: bool,
    /// How it went.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sparkline: String,
    /// `--series`: seconds from the start of the file, and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<(f64, Value)>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
