//! `syncline user`.

use crate::auth::{check_password, hash_password};
use crate::cli::source::open;
use crate::config::{DatabaseOption, password};
use clap::{Args, Subcommand};
use domain::CustomerId;
use domain::account::AccountRole;
use std::path::PathBuf;
use store::Account;

/// What can be done with accounts.
#[derive(Subcommand, Debug)]
pub enum User {
    /// Make an account, or change the one of that name
    Add(Add),
    /// Print all accounts
    List(DatabaseOption),
    /// Remove an account; its sessions end at once, and the live views of a running server within half a minute
    Remove {
        #[command(flatten)]
        database: DatabaseOption,
        /// The name to sign in with
        account: String,
    },
}

/// Make an account
#[derive(Args, Debug)]
pub struct Add {
    #[command(flatten)]
    database: DatabaseOption,
    /// The name to sign in with
    account: String,
    /// customer, agent, manager or admin
    #[arg(long)]
    role: AccountRole,
    /// As others see it; the account's name without it
    #[arg(long)]
    name: Option<String>,
    /// The ERP's code of the customer, for the role customer
    #[arg(long, required_if_eq("role", "customer"))]
    customer: Option<String>,
    #[arg(long, env = "SYNCLINE_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// A file that holds the password
    #[arg(long, env = "SYNCLINE_PASSWORD_FILE")]
    password_file: Option<PathBuf>,
}

impl User {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(database) => {
                let opened = open(&database.database).await?;
                println!("{:<20} {:<10} {:<24} customer", "account", "role", "name");
                for account in opened.store.accounts().await? {
                    let customer = account
                        .customer_name
                        .or_else(|| account.customer.map(|_| "not in the master data yet".to_owned()))
                        .unwrap_or_default();
                    println!(
                        "{:<20} {:<10} {:<24} {customer}",
                        account.account,
                        account.role.as_str(),
                        account.name
                    );
                }
                opened.close().await?;
                Ok(())
            }
            Self::Remove { database, account } => {
                let opened = open(&database.database).await?;
                let is_last = is_last_admin(&opened.store.accounts().await?, &account);
                let removed = !is_last && opened.store.remove_account(&account).await?;
                opened.close().await?;
                anyhow::ensure!(
                    !is_last,
                    "{account} is the last account of an admin: add another one first, by `syncline user add NAME --role admin`"
                );
                anyhow::ensure!(removed, "there is no account `{account}`: `syncline user list` shows all");
                println!("removed {account}");
                Ok(())
            }
        }
    }
}

impl Add {
    async fn run(self) -> anyhow::Result<()> {
        let password = password(self.password, self.password_file)?;
        check_password(&password, &self.account)?;
        anyhow::ensure!(
            !self.account.is_empty()
                && self.account.chars().all(|c| c.is_alphanumeric() || "-_.@+".contains(c)),
            "`{}` can't be an account: use letters, digits and - _ . @ +",
            self.account
        );
        anyhow::ensure!(
            self.customer.is_none() || self.role == AccountRole::Customer,
            "an account of the house sees all customers: leave --customer out, or use --role customer"
        );
        let account = Account {
            name: self.name.unwrap_or_else(|| self.account.clone()),
            account: self.account,
            role: self.role,
            customer: self.customer.as_deref().map(CustomerId::numbered),
            customer_name: None,
            disabled: false,
        };
        let (name, is_admin) = (account.account.clone(), account.role == AccountRole::Admin);
        let opened = open(&self.database.database).await?;
        let is_last = !is_admin && is_last_admin(&opened.store.accounts().await?, &name);
        if is_last {
            opened.close().await?;
            anyhow::bail!("{name} is the last account of an admin: add another one first");
        }
        println!("{} signs in as {name}", account.role);
        opened.store.put_account(account, hash_password(&password)?).await?;
        let accounts = opened.store.accounts().await?;
        opened.close().await?;
        let customer =
            accounts.iter().find(|one| one.account == name).and_then(|one| one.customer_name.as_ref());
        match (self.customer, customer) {
            (Some(_), Some(customer)) => println!("it sees the shipments of {customer}"),
            (Some(code), None) => println!(
                "no customer `{code}` is in the master data: check the code, unless the ERP has yet to send it"
            ),
            (None, _) => {}
        }
        Ok(())
    }
}

/// Whether nobody could administer without this account.
fn is_last_admin(accounts: &[Account], account: &str) -> bool {
    let admins = || accounts.iter().filter(|one| one.role == AccountRole::Admin && !one.disabled);
    admins().any(|one| one.account == account) && admins().count() == 1
}
