//! A word that was stored and that this program does not know is refused: no meaning is guessed for it.

use jiff::{SignedDuration, Timestamp};
use portolan::args;
use portolan::db::access::{self, Pass, PassPurpose};
use portolan::db::inbound::{self, Inbound, InboundState};
use portolan::db::papers::{self, Link, LinkState, Purpose};
use portolan::db::tickets::{self, Message, Ticket};
use portolan::db::{DbError, Engine};
use portolan::domain::ticket::{Author, TicketState};
use portolan::ids::{InboundId, TicketId};
use pretty_assertions::assert_eq;

use crate::support::app::TestApp;
use crate::support::database::{TestDb, on_both};

const HASH: [u8; 32] = [7; 32];

/// Writes a word over another one, past the rule that keeps it out, as another version of this program may have.
async fn overwrite(test: &TestDb, table: &str, column: &str) {
    let mut tx = test.db.write().await.expect("begins");
    let rule = format!("{table}_{column}");
    let past = match test.engine() {
        Engine::Sqlite => "PRAGMA ignore_check_constraints = ON".to_owned(),
        Engine::Postgres => format!("ALTER TABLE {table} DROP CONSTRAINT {rule}"),
    };
    tx.execute(past, args![]).await.expect("past the rule");
    tx.execute(format!("UPDATE {table} SET {column} = 'other'"), args![])
        .await
        .expect("overwritten");
    tx.commit().await.expect("commits");
}

fn refused<T: std::fmt::Debug>(read: Result<T, DbError>, column: &str) {
    let says = read.expect_err("a word that nobody knows").to_string();
    assert!(says.contains(&format!("column `{column}`")), "{says}");
    assert!(says.ends_with(": other"), "{says}");
}

#[tokio::test]
async fn the_purpose_of_a_link_to_an_account_is_not_guessed() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let account = t.account("Harbor Dental").await;
        let ana = t.submitter(&account, "Ana Ruiz").await;
        let mut tx = test.db.write().await.expect("begins");
        let pass = Pass {
            user: ana.user.id,
            purpose: PassPurpose::Password,
            email: ana.user.email.clone(),
            state: "live".to_owned(),
            created_wall: Timestamp::UNIX_EPOCH,
            expires_wall: Timestamp::UNIX_EPOCH,
        };
        access::insert_pass(&mut tx, HASH, &pass)
            .await
            .expect("stored");
        tx.commit().await.expect("commits");
        let mut read = test.db.read().await.expect("begins");
        let found = access::pass(&mut read, HASH).await.expect("read");
        assert_eq!(found.expect("there").purpose, PassPurpose::Password);
        drop(read);
        overwrite(&test, "passes", "purpose").await;
        let mut read = test.db.read().await.expect("begins");
        refused(access::pass(&mut read, HASH).await, "purpose");
    })
    .await;
}

#[tokio::test]
async fn what_a_link_to_a_letter_is_for_and_whether_it_works_is_not_guessed() {
    for column in ["purpose", "state"] {
        on_both(|test| async move {
            let t = TestApp::on(&test).await;
            let account = t.account("Harbor Dental").await;
            let ana = t.submitter(&account, "Ana Ruiz").await;
            let port = t.complete_port(&ana, &["+14045550123"]).await;
            let now = Timestamp::UNIX_EPOCH;
            let link = Link {
                id: t.app.ids.next(now),
                port: port.parse().expect("an id"),
                purpose: Purpose::Upload,
                token_hash: HASH,
                state: LinkState::Live,
                email: "owner@harbor.example".to_owned(),
                created_at: now,
                expires_at: now + SignedDuration::from_hours(1),
                opened_at: None,
            };
            let mut tx = test.db.write().await.expect("begins");
            papers::insert_link(&mut tx, &link).await.expect("stored");
            tx.commit().await.expect("commits");
            overwrite(&test, "links", column).await;
            let mut read = test.db.read().await.expect("begins");
            refused(papers::link(&mut read, HASH).await, column);
        })
        .await;
    }
}

#[tokio::test]
async fn what_became_of_a_mail_is_not_guessed() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let now = Timestamp::UNIX_EPOCH;
        let id: InboundId = t.app.ids.next(now);
        let mail = Inbound {
            id,
            digest: HASH,
            state: InboundState::Unplaced,
            reason: "no port is named".to_owned(),
            from_name: "Ana Ruiz".to_owned(),
            from_address: "ana@harbor.example".to_owned(),
            subject: "Our numbers".to_owned(),
            port: None,
            blob: None,
            size: 1,
            received_at: now,
            settled_at: None,
            settled_by: None,
        };
        let mut tx = test.db.write().await.expect("begins");
        assert!(inbound::insert(&mut tx, &mail).await.expect("stored"));
        tx.commit().await.expect("commits");
        overwrite(&test, "inbound_mails", "state").await;
        let mut read = test.db.read().await.expect("begins");
        refused(inbound::get(&mut read, id).await, "state");
    })
    .await;
}

#[tokio::test]
async fn the_state_of_a_ticket_and_who_wrote_in_it_are_not_guessed() {
    on_both(|test| async move {
        let t = TestApp::on(&test).await;
        let now = Timestamp::UNIX_EPOCH;
        let id: TicketId = t.app.ids.next(now);
        let ticket = Ticket {
            id,
            number: 1,
            subject: "Our bill".to_owned(),
            from_name: "Ana Ruiz".to_owned(),
            from_address: "ana@harbor.example".to_owned(),
            user: None,
            state: TicketState::Closed,
            messages: 1,
            last_message_id: None,
            opened_at: now,
            changed_at: now,
        };
        let message = Message {
            seq: 1,
            author: Author::Desk,
            by: "Dana".to_owned(),
            user: None,
            text: "It is on its way.".to_owned(),
            files: Vec::new(),
            inbound: None,
            at: now,
        };
        let mut tx = test.db.write().await.expect("begins");
        tickets::insert(&mut tx, &ticket).await.expect("stored");
        tickets::insert_message(&mut tx, id, &message)
            .await
            .expect("stored");
        tx.commit().await.expect("commits");
        overwrite(&test, "tickets", "state").await;
        overwrite(&test, "ticket_messages", "author").await;
        let mut read = test.db.read().await.expect("begins");
        refused(tickets::get(&mut read, id).await, "state");
        refused(tickets::messages(&mut read, id).await, "author");
    })
    .await;
}
