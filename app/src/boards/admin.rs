//! Accounts and sources, to look at (they are changed with the command line), and the rules.

use super::rules;
use super::table::{Column, Row, figures, table, words};
use crate::components::section::section;
use crate::context::Context;
use domain::Seq;
use leptos::prelude::*;
use store::StoreError;

const ACCOUNTS: &[Column] =
    &[words("Account"), words("Name"), words("Role"), words("Customer"), words("State")];
const SOURCES: &[Column] = &[words("Source"), words("Role"), figures("Valid secrets"), words("State")];

pub async fn draw(context: &Context) -> Result<(Seq, AnyView), StoreError> {
    let state = |disabled| if disabled { "disabled" } else { "active" }.into_any();
    let accounts = context.store.accounts().await?.into_iter().map(|account| Row {
        key: format!("account-{}", account.account),
        cells: vec![
            account.account.into_any(),
            account.name.into_any(),
            account.role.as_str().into_any(),
            account.customer_name.into_any(),
            state(account.disabled),
        ],
    });
    let sources = context.store.sources().await?.into_iter().map(|source| Row {
        key: format!("source-{}", source.name),
        cells: vec![
            source.name.to_string().into_any(),
            source.role.label().into_any(),
            source.secrets.len().into_any(),
            state(source.disabled),
        ],
    });
    let drawn = view! {
        {section("Accounts", view! {
            {table("Accounts", ACCOUNTS, accounts.collect())}
            <p class="hint">"Change them with " <code>"syncline user --help"</code> "."</p>
        })}
        {section("Sources", view! {
            {table("Sources", SOURCES, sources.collect())}
            <p class="hint">"Change them with " <code>"syncline source --help"</code> "."</p>
        })}
        {rules::draw(context).await?}
    };
    Ok((Seq(0), drawn.into_any()))
}
