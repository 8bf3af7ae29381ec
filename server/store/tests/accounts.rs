//! Accounts and sessions: who may sign in, and that a session ends when it should.

mod common;

use chrono::TimeDelta;
use common::*;
use domain::account::AccountRole;
use store::{Account, Commit};

fn account(name: &str, role: AccountRole) -> Account {
    Account {
        account: name.into(),
        name: name.to_uppercase(),
        role,
        customer: (role == AccountRole::Customer).then(|| customer("C-1")),
        customer_name: (role == AccountRole::Customer).then(|| "Acme".to_owned()),
        disabled: false,
    }
}

fn ended(commits: &[std::sync::Arc<Commit>]) -> Vec<String> {
    commits.iter().flat_map(|commit| commit.ended_sessions.clone()).collect()
}

#[tokio::test]
async fn an_account_is_kept_replaced_and_removed() {
    let bench = Bench::new().await;
    let ana = account("ana", AccountRole::Agent);
    let kim = account("kim", AccountRole::Customer);
    bench.store.put_account(ana.clone(), "hash-1".into()).await.expect("put");
    bench.store.put_account(kim.clone(), "hash-2".into()).await.expect("put");
    let bench = bench.reopened().await;
    assert_eq!(bench.store.accounts().await.expect("read"), [ana.clone(), kim.clone()]);
    assert_eq!(bench.store.password_hash("kim").await.expect("read"), Some((kim, "hash-2".into())));
    let renamed = Account { name: "Ana B.".into(), ..ana };
    bench.store.put_account(renamed.clone(), "hash-3".into()).await.expect("put");
    assert_eq!(bench.store.password_hash("ana").await.expect("read"), Some((renamed, "hash-3".into())));
    assert!(bench.store.remove_account("ana").await.expect("removed"));
    assert!(!bench.store.remove_account("ana").await.expect("nothing to remove"));
    assert_eq!(bench.store.password_hash("ana").await.expect("read"), None);
}

#[tokio::test]
async fn a_session_ends_when_it_expires_is_closed_or_loses_its_account() {
    let bench = Bench::new().await;
    let later = now() + TimeDelta::hours(8);
    bench.store.put_account(account("ana", AccountRole::Agent), "h".into()).await.expect("put");
    bench.store.put_account(account("kim", AccountRole::Customer), "h".into()).await.expect("put");
    for (token, name) in [("t1", "ana"), ("t2", "ana"), ("t3", "kim"), ("t4", "kim")] {
        bench.store.open_session(token, name, later).await.expect("opened");
    }
    let viewer = bench.store.session("t3", now()).await.expect("read").expect("signed in");
    assert_eq!((viewer.role, viewer.customer), (AccountRole::Customer, Some(customer("C-1"))));
    assert_eq!(bench.store.session("t3", later).await.expect("read"), None, "expired");
    assert_eq!(bench.store.session("t9", now()).await.expect("read"), None, "never opened");

    bench.store.close_session("t1").await.expect("closed");
    assert_eq!(bench.store.session("t1", now()).await.expect("read"), None);
    assert!(bench.store.session("t2", now()).await.expect("read").is_some());
    bench.store.remove_account("ana").await.expect("removed");
    assert_eq!(bench.store.session("t2", now()).await.expect("read"), None);
    let disabled = Account { disabled: true, ..account("kim", AccountRole::Customer) };
    bench.store.put_account(disabled, "h".into()).await.expect("put");
    assert_eq!(bench.store.session("t3", now()).await.expect("read"), None);
    let commits = bench.commits.clone();
    bench.store.close().await;
    let mut ended = ended(&commits.lock().expect("whole"));
    ended.sort();
    assert_eq!(ended, ["t1", "t2", "t3", "t4"], "live sockets are told");
}

#[tokio::test]
async fn expired_sessions_are_forgotten() {
    let bench = Bench::new().await;
    bench.store.put_account(account("ana", AccountRole::Agent), "h".into()).await.expect("put");
    bench.store.open_session("old", "ana", now()).await.expect("opened");
    bench.store.open_session("new", "ana", now() + TimeDelta::hours(1)).await.expect("opened");
    assert_eq!(bench.store.purge_sessions(now()).await.expect("purged"), 1);
    let while_it_lasted = now() - TimeDelta::hours(1);
    assert_eq!(bench.store.session("old", while_it_lasted).await.expect("read"), None);
    assert!(bench.store.session("new", now()).await.expect("read").is_some());
}

#[tokio::test]
async fn a_customers_account_is_named_as_master_data_names_the_customer() {
    let bench = Bench::new().await;
    let kim = account("kim", AccountRole::Customer);
    bench.store.put_account(Account { customer_name: None, ..kim.clone() }, "h".into()).await.expect("put");
    assert_eq!(bench.store.accounts().await.expect("read")[0].customer_name, None);
    let terms = domain::fact::CustomerTerms { name: "Acme GmbH".into(), tier: domain::party::Tier::Standard };
    bench.deliver("d-1", vec![erp("1", "C-1", 1, domain::Fact::CustomerRegistered(terms))]).await;
    bench.store.put_account(kim, "h".into()).await.expect("put");
    let named = bench.store.accounts().await.expect("read")[0].customer_name.clone();
    assert_eq!(named.as_deref(), Some("Acme GmbH"));
}
