//! Accounts and sources, to look at; they are changed with the command line.

use crate::api::{self, AccountLine, Admin, SourceAccess};
use crate::components::page::content;
use crate::components::section::section;
use crate::plain::IntoPlain;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Page() -> impl IntoView {
    let show = |Admin { accounts, sources }| {
        view! {
            <Accounts accounts />
            <Sources sources />
        }
        .plain()
    };
    view! {
        <Title text="Admin" />
        <div class="page-head">
            <h1>"Admin"</h1>
        </div>
        {content(String::new, api::admin, show)}
    }
    .plain()
}

#[component]
fn Accounts(accounts: Vec<AccountLine>) -> impl IntoView {
    let rows = accounts
        .into_iter()
        .map(|account| {
            view! {
                <tr>
                    <th scope="row">{account.account}</th>
                    <td data-label="Name">{account.name}</td>
                    <td data-label="Role">{account.role.as_str()}</td>
                    <td data-label="Customer">{account.customer}</td>
                    <td data-label="State">{if account.disabled { "disabled" } else { "active" }}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {section("Accounts", view! {
            <table class="rows">
                <caption class="unseen">"Accounts"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Account"</th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="hint">"Change them with " <code>"syncline user --help"</code> "."</p>
        })}
    }
}

#[component]
fn Sources(sources: Vec<SourceAccess>) -> impl IntoView {
    let rows = sources
        .into_iter()
        .map(|source| {
            view! {
                <tr>
                    <th scope="row">{source.name}</th>
                    <td data-label="Role">{source.role.label()}</td>
                    <td data-label="Valid secrets" class="number">
                        {source.secrets}
                    </td>
                    <td data-label="State">{if source.disabled { "disabled" } else { "active" }}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {section("Sources", view! {
            <table class="rows">
                <caption class="unseen">"Sources"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Source"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col" class="number">
                            "Valid secrets"
                        </th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="hint">"Change them with " <code>"syncline source --help"</code> "."</p>
        })}
    }
}
