//! STUB
use super::carrier::CarrierReason;
#[derive(PartialEq)]
pub enum Party { Customer, Desk }
pub struct Playbook { pub actor: Party, pub unknown: Vec<CarrierReason> }
pub fn playbook(r: &[CarrierReason]) -> Playbook { Playbook{ actor: if r.iter().any(|x| x.code.contains("NOT_PORTABLE")) {Party::Desk} else {Party::Customer}, unknown: vec![] } }
