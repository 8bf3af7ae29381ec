//! The start page: leads everybody to the page of their role.

use crate::plain::IntoPlain;
use crate::session::Session;
use domain::account::AccountRole;
use leptos::prelude::*;
use leptos_router::components::Redirect;

#[component]
pub fn Page() -> impl IntoView {
    let path = of(Session::current().viewer.map(|viewer| viewer.role));
    view! { <Redirect path /> }.plain()
}

/// The page that somebody begins with.
pub fn of(role: Option<AccountRole>) -> &'static str {
    match role {
        None => "/sign-in",
        Some(AccountRole::Customer) => "/shipments",
        Some(AccountRole::Agent) => "/desk",
        Some(AccountRole::Manager | AccountRole::Admin) => "/kpis",
    }
}
