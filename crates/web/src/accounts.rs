//! People and their accounts as an admin changes them, for the pages and for the API.

use holter_model::seam::{Clock, Dice, NoChance};
use holter_store::{
    Account, AuditKey, Deed as Noted, Department, Listed, NewAccount, Page, Person, Site, Store, StoreError,
    Writing,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::provider::{Provider, SETTING};
use crate::access::token;
use crate::app::App;
use crate::guard::Caller;
use crate::pages::login;
use crate::role::Role;
use crate::trouble::Trouble;

/// A link to choose a password opens so long.
const OPENS: SignedDuration = SignedDuration::from_hours(72);
/// One that was made on this machine, by whoever is about to use it.
const OPENS_HERE: SignedDuration = SignedDuration::from_hours(1);

/// Somebody the caller may know of: whoever sees one department sees its people, and those who belong to none.
pub(crate) async fn of(app: &App, caller: &Caller, id: i64) -> Result<Person, Trouble> {
    let person = app.store.person(id).await?;
    match knows(caller, &person)? {
        true => Ok(person),
        false => Err(Trouble::Missing),
    }
}

/// Whether the caller may know of them.
pub(crate) fn knows(caller: &Caller, person: &Person) -> Result<bool, Trouble> {
    let own = caller.actor()?.department;
    Ok(own.is_none() || person.department.is_none() || person.department == own)
}

/// People with these words in their names whom the caller may know of.
pub(crate) async fn known(
    app: &App,
    caller: &Caller,
    words: &str,
    page: &Page,
) -> Result<Listed<Person>, Trouble> {
    let own = caller.actor()?.department;
    Ok(app.store.people_known(words, own, page).await?)
}

/// The one person whom somebody means, by a number, a name or an address for e-mail.
pub(crate) async fn meant(app: &App, caller: &Caller, words: &str) -> Result<i64, Trouble> {
    let words = words.trim();
    if let Ok(id) = words.parse() {
        return Ok(id);
    }
    if words.is_empty() {
        return Err(Trouble::Wrong("Say to whom it is given.".to_owned()));
    }
    let mut found = known(app, caller, words, &Page::first(50)).await?.rows;
    found.retain(|person| {
        let is = |name: &str| name.to_lowercase() == words.to_lowercase();
        person.active && (is(&person.name) || person.email.as_deref().is_some_and(is))
    });
    match found.as_slice() {
        [only] => Ok(only.id),
        [] => Err(Trouble::Wrong(format!("Nobody is known as {words:?}."))),
        _ => Err(Trouble::Wrong(format!(
            "Several are known as {words:?}: give the address for e-mail."
        ))),
    }
}

/// The departments that the caller may know of: whoever sees one knows that one.
pub(crate) async fn departments(app: &App, caller: &Caller) -> Result<Vec<Department>, Trouble> {
    let own = caller.actor()?.department;
    let mut all = app.store.departments().await?;
    all.retain(|department| own.is_none_or(|own| department.id == own));
    Ok(all)
}

/// The sites that the caller chooses among: whoever sees one department has nothing to choose.
pub(crate) async fn sites(app: &App, caller: &Caller) -> Result<Vec<Site>, Trouble> {
    match caller.actor()?.department {
        None => Ok(app.store.sites().await?),
        Some(_) => Ok(Vec::new()),
    }
}

/// Somebody new.
#[derive(Deserialize, ToSchema)]
pub(crate) struct New {
    /// Their name.
    pub(crate) shown: String,
    /// Where notices go.
    #[serde(default)]
    pub(crate) email: String,
    /// A department's number.
    #[serde(default)]
    pub(crate) department: String,
    /// The name to sign in with; empty: they do not come in.
    #[serde(default)]
    pub(crate) name: String,
    /// What they may do.
    #[serde(default)]
    pub(crate) role: String,
}

/// Adds somebody: the number of the person, and of the account where a name to sign in with was given.
pub(crate) async fn take_in(app: &App, caller: &Caller, new: &New) -> Result<(i64, Option<i64>), Trouble> {
    let shown = new.shown.trim();
    if shown.is_empty() {
        return Err(Trouble::Wrong("A person needs a name.".to_owned()));
    }
    let person = Person {
        id: 0,
        name: shown.to_owned(),
        email: address(&new.email),
        department: new.department.parse().ok(),
        active: true,
    };
    let name = new.name.trim().to_lowercase();
    let role = match name.as_str() {
        "" => None,
        _ => {
            if let Some(why) = login::name_objection(&name) {
                return Err(Trouble::Wrong(why));
            }
            Some(new.role.parse::<Role>().map_err(Trouble::Wrong)?)
        }
    };
    let mut doing = app.begin().await?;
    let id = doing.add_person(&person).await?;
    let mut account = None;
    if let Some(role) = role {
        let new = NewAccount {
            person: id,
            name: name.clone(),
            role: role.as_str().to_owned(),
            password: String::new(),
            created: app.clock.now(),
        };
        account = Some(doing.add_account(&new).await?);
    }
    let detail = role.map_or_else(String::new, |role| format!("account {name}, {role}"));
    doing
        .keep(caller, "person.added", format!("person {id}"), detail)
        .await?;
    Ok((id, account))
}

/// Where mail goes, where anything was typed.
fn address(typed: &str) -> Option<String> {
    Some(typed.trim().to_owned()).filter(|email| !email.is_empty())
}

/// What is new about somebody.
#[derive(Debug)]
pub(crate) struct Altered {
    pub(crate) department: Option<i64>,
    /// Where notices go; not said: where they went until now.
    pub(crate) email: Option<String>,
    /// Of the account, where there is one.
    pub(crate) role: String,
    pub(crate) active: bool,
}

/// Changes somebody's department, address of mail, role and whether they may come in.
pub(crate) async fn alter(app: &App, caller: &Caller, id: i64, altered: &Altered) -> Result<(), Trouble> {
    let mut person = app.store.person(id).await?;
    person.department = altered.department;
    let before = person.email.clone();
    if let Some(email) = &altered.email {
        person.email = address(email);
    }
    let mut doing = app.begin().await?;
    // Looked at within the transaction's turn: two admins may each be taking the other's role away.
    let account = app.store.account_of(id).await?;
    doing.update_person(&person).await?;
    let department = person
        .department
        .map_or_else(|| "none".to_owned(), |id| id.to_string());
    let mut detail = format!("department {department}");
    if person.email != before {
        detail.push_str("; another address of mail");
    }
    if let Some(account) = account {
        let role: Role = altered.role.parse().map_err(Trouble::Wrong)?;
        let stays = role == Role::Admin && altered.active;
        if !stays {
            indispensable(app, &account).await?;
        }
        if account.role != role.as_str() || account.active != altered.active {
            doing.set_role(account.id, role.as_str(), altered.active).await?;
            let active = if altered.active { "active" } else { "shut out" };
            detail = format!("{detail}; {role}, {active}");
        }
    }
    doing
        .keep(caller, "person.changed", format!("person {id}"), detail)
        .await?;
    Ok(())
}

/// Refuses where nobody could look after accounts without this one.
async fn indispensable(app: &App, account: &Account) -> Result<(), Trouble> {
    let provider = Provider::of(&app.store).await?;
    if provider.is_some_and(|provider| provider.only && provider.emergency == account.name) {
        return Err(Trouble::Conflict(
            "This account is the one that comes in while the provider is away: name another in the settings first."
                .to_owned(),
        ));
    }
    if !is_lone_admin(app, account).await? {
        return Ok(());
    }
    Err(Trouble::Conflict(
        "Nobody else is an admin: make somebody one first.".to_owned(),
    ))
}

/// Whether nobody else is an admin who can come in.
pub(crate) async fn is_lone_admin(app: &App, account: &Account) -> Result<bool, Trouble> {
    let admin = Role::Admin.as_str();
    Ok(account.active && account.role == admin && !app.store.is_another(account.id, admin).await?)
}

/// A link with which the holder of an account chooses a password, and until when it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) account: Account,
    pub(crate) address: String,
    pub(crate) until: Timestamp,
}

/// A link for somebody who has an account. The password until now stays good until another is chosen.
pub(crate) async fn link(app: &App, caller: &Caller, account: Account) -> Result<Link, Trouble> {
    let (fresh, now) = (token::new(app.dice.as_ref())?, app.clock.now());
    let until = now.saturating_add(OPENS).unwrap_or(now);
    let mut doing = app.begin().await?;
    doing.invite(account.id, &token::hash(&fresh), now, until).await?;
    doing
        .keep(caller, "person.invited", format!("account {}", account.name), "")
        .await?;
    Ok(Link {
        account,
        address: format!("{}/join/{fresh}", app.url),
        until,
    })
}

/// Takes from an account all that opens it, and gives a link to begin anew: for whoever has lost the telephone, or had
/// it taken.
pub(crate) async fn reset(app: &App, caller: &Caller, account: Account) -> Result<Link, Trouble> {
    let (fresh, now) = (token::new(app.dice.as_ref())?, app.clock.now());
    let until = now.saturating_add(OPENS).unwrap_or(now);
    let mut doing = app.begin().await?;
    empty(&mut doing, account.id).await?;
    doing.invite(account.id, &token::hash(&fresh), now, until).await?;
    let subject = format!("account {}", account.name);
    doing.keep(caller, "account.reset", subject, EMPTIED).await?;
    Ok(Link {
        account,
        address: format!("{}/join/{fresh}", app.url),
        until,
    })
}

/// What a reset takes away, in words.
const EMPTIED: &str =
    "password, one-time codes, recovery codes, the provider's name for it and all sessions ended";

async fn empty(writing: &mut Writing, account: i64) -> Result<(), StoreError> {
    writing.set_password(account, "").await?;
    writing.set_second(account, "").await?;
    writing.free_subjects(account).await.map(drop)
}

/// The account of a person.
pub(crate) async fn account_of(app: &App, person: i64) -> Result<Account, Trouble> {
    app.store.account_of(person).await?.ok_or(Trouble::Missing)
}

/// Adds a department, or finds the one of that name.
pub(crate) async fn found_department(app: &App, caller: &Caller, name: &str) -> Result<i64, Trouble> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Trouble::Wrong("A department needs a name.".to_owned()));
    }
    let mut doing = app.begin().await?;
    let id = doing.department_named(name).await?;
    doing
        .keep(caller, "department.added", format!("department {id}"), name)
        .await?;
    Ok(id)
}

/// Why an account cannot be reset.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResetError {
    /// Nobody signs in as that.
    #[error("there is no account {name:?}{known}")]
    Unknown {
        /// What was named.
        name: String,
        /// The accounts that there are, in words.
        known: String,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No secret can be made.
    #[error(transparent)]
    Chance(#[from] NoChance),
}

/// Resets an account by whoever holds this machine and its database, for the day on which no admin can come in: the path
/// of a link that opens once within an hour. `as_admin` makes it an admin that comes in by a password, whatever provider
/// is demanded. `by` stands in the audit log.
///
/// # Errors
/// When there is no such account, or the database does not answer.
pub async fn reset_here(
    store: &Store,
    audit_key: &AuditKey,
    (clock, dice): (&dyn Clock, &dyn Dice),
    (name, as_admin): (&str, bool),
    by: &str,
) -> Result<String, ResetError> {
    let Some(account) = store.account_named(name).await? else {
        let listed = store.accounts(&Page::first(20)).await?;
        let mut known: Vec<String> = listed.rows.into_iter().map(|account| account.name).collect();
        known.sort();
        known.extend(listed.next.map(|_| "…".to_owned()));
        return Err(ResetError::Unknown {
            name: name.to_owned(),
            known: match known.as_slice() {
                [] => ", nor any other: `holter serve` prints a link that makes the first".to_owned(),
                known => format!("; there are: {}", known.join(", ")),
            },
        });
    };
    let (fresh, now) = (token::new(dice)?, clock.now());
    let until = now.saturating_add(OPENS_HERE).unwrap_or(now);
    let mut detail = EMPTIED.to_owned();
    let provider = store.setting(SETTING).await?;
    let mut writing = store.write_alone().await?;
    empty(&mut writing, account.id).await?;
    if as_admin {
        writing.set_role(account.id, Role::Admin.as_str(), true).await?;
        detail.push_str("; made an active admin");
        let read = provider.and_then(|text| serde_json::from_str::<Provider>(&text).ok());
        if let Some(mut provider) =
            read.filter(|provider| provider.only && provider.emergency != account.name)
        {
            provider.emergency.clone_from(&account.name);
            let text = serde_json::to_string(&provider).unwrap_or_default();
            writing.set_setting(SETTING, &text).await?;
            detail.push_str(" that comes in without the provider");
        }
    }
    writing
        .invite(account.id, &token::hash(&fresh), now, until)
        .await?;
    let deed = Noted {
        actor: by.to_owned(),
        address: "this machine".to_owned(),
        deed: "account.reset".to_owned(),
        subject: format!("account {}", account.name),
        detail,
    };
    writing.audit(audit_key, &deed, now).await?;
    writing.commit().await?;
    Ok(format!("/join/{fresh}"))
}
