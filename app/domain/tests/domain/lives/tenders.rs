//! Nobody carries it: no accepted tender, no named carrier, no open offer.

use super::{open, start};
use crate::support::facts::{accepted, offered, offered_until, passed, rejected};
use crate::support::{syncline, tms};
use domain::Fact;
use domain::deadline::DeadlineKind;
use domain::event::Event;
use domain::fact::TenderAnswer;

fn expired(when: &str, tender: &str) -> Event {
    tms(when, Fact::TenderExpired(TenderAnswer { tender: tender.to_owned(), reason: None }))
}

#[test]
fn a_tender_that_expired_is_a_no() {
    let world = start([tms("1 06:10", offered_until("T1", "Alfa", "1 07:00")), expired("1 07:00", "T1")]);
    assert_eq!(open(&world), ["tender_rejected, T1"]);
    assert_eq!(world.told(), ["erp plan.due 4711"]);
}

#[test]
fn a_carrier_that_says_no_after_another_said_yes_is_nobodys_matter() {
    let world = start([
        tms("1 06:10", offered("T1", "Alfa")),
        tms("1 06:10", offered("T2", "Beta")).named_again(),
        tms("1 06:30", accepted("T2")),
        tms("1 07:00", rejected("T1")),
    ]);
    assert_eq!((open(&world), world.told()), (vec![], vec![]));
}

#[test]
fn of_two_that_were_asked_side_by_side_one_may_still_say_yes() {
    let asked = || {
        vec![
            tms("1 06:10", offered("T1", "Alfa")),
            tms("1 06:10", offered("T2", "Beta")).named_again(),
            tms("1 06:30", rejected("T1")),
        ]
    };
    let world = start(asked());
    assert_eq!(open(&world), [""; 0]);
    assert!(
        world
            .shipment()
            .deadlines()
            .iter()
            .any(|one| one.deadline == DeadlineKind::TenderAnswer && one.stop == "T2")
    );
    let late = syncline("1 08:10", passed(DeadlineKind::TenderAnswer, "T2", "1 08:10"));
    let world = start(asked().into_iter().chain([late]));
    assert_eq!(open(&world), ["tender_rejected, T1", "tender_unanswered, T2"]);
}

#[test]
fn a_tender_number_that_is_given_to_another_carrier_is_another_matter() {
    let world = start([
        tms("1 06:10", offered("T1", "Alfa")),
        tms("1 06:20", rejected("T1")),
        tms("1 06:30", offered("T1", "Beta")),
        tms("1 06:40", rejected("T1")),
    ]);
    assert_eq!(open(&world), ["tender_rejected, T1, offer 2"]);
}

trait Again {
    fn named_again(self) -> Self;
}

impl Again for Event {
    /// Another event of the same kind and moment.
    fn named_again(self) -> Self {
        use crate::support::Told as _;
        self.named("again")
    }
}
