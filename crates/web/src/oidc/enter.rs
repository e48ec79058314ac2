//! Whom a provider's word lets in: an account that its name for somebody is bound to; or the one with the same address for
//! e-mail, which is then bound; or somebody new, where an admin wants it so.

use holter_store::{Account, NewAccount, Person, Subject};

use super::{Claims, Refused};
use crate::access::provider::{Mapped, Provider};
use crate::accounts::is_lone_admin;
use crate::app::App;
use crate::doing::Doing;
use crate::guard::Caller;
use crate::pages::login::name_objection;
use crate::role::Role;
use crate::trouble::Trouble;

/// The account that somebody comes in with, and all that was done for it, to be made last together with the session.
pub(crate) async fn enter<'a>(
    app: &'a App,
    caller: &Caller,
    provider: &Provider,
    claims: &Claims,
) -> Result<(Account, Doing<'a>), Refused> {
    let mapped = mapped(provider, claims)?;
    let mut doing = app.begin().await?;
    let subject = Subject {
        issuer: provider.issuer.clone(),
        subject: claims.subject.clone(),
    };
    let account = match app.store.account_of_subject(&subject).await? {
        Some(account) => account,
        None => {
            let account = by_email(app, provider, claims, &subject).await?;
            let id = match account {
                Some(account) => account.id,
                None => newcomer(app, &mut doing, caller, provider, claims, mapped).await?,
            };
            doing.bind_subject(&subject, id, app.clock.now()).await?;
            let name = doing.account(id).await?.name;
            doing
                .add(
                    caller,
                    "provider.bound",
                    format!("account {name}"),
                    &provider.issuer,
                )
                .await?;
            doing.account(id).await?
        }
    };
    if !account.active {
        return Err(Refused::Unknown("your account is shut"));
    }
    if let Some(mapped) = mapped {
        apply(app, &mut doing, caller, &account, mapped).await?;
    }
    Ok((account, doing))
}

/// What the groups say. Where some are named, whoever is in none of them does not come in: otherwise somebody who was
/// taken out of a group would keep what it gave.
fn mapped<'a>(provider: &'a Provider, claims: &Claims) -> Result<Option<&'a Mapped>, Refused> {
    if provider.roles.is_empty() {
        return Ok(None);
    }
    let mapped = provider.mapped(&claims.groups(provider.groups()));
    mapped
        .map(Some)
        .ok_or(Refused::Unknown("you are in none of the groups that may come in"))
}

async fn by_email(
    app: &App,
    provider: &Provider,
    claims: &Claims,
    subject: &Subject,
) -> Result<Option<Account>, Refused> {
    let Some(email) = claims.verified_email() else {
        return Ok(None);
    };
    let Some(account) = app.store.account_of_email(&email).await? else {
        return Ok(None);
    };
    // An address is given to somebody else one day; the provider's own name for a person is not.
    let bound = app.store.subjects(account.id).await?;
    if bound.iter().any(|other| other.issuer == subject.issuer) {
        return Err(Refused::Unknown(
            "your address belongs to somebody else's account here",
        ));
    }
    if account.name == provider.emergency {
        return Err(Refused::Unknown("this account comes in by its password alone"));
    }
    Ok(Some(account))
}

async fn newcomer(
    app: &App,
    doing: &mut Doing<'_>,
    caller: &Caller,
    provider: &Provider,
    claims: &Claims,
    mapped: Option<&Mapped>,
) -> Result<i64, Refused> {
    if !provider.takes_in {
        return Err(Refused::Unknown("nobody here is known by that name or address"));
    }
    let role = mapped.map_or(provider.newcomer.as_str(), |mapped| mapped.role.as_str());
    let role: Role = role.parse().map_err(Trouble::Own)?;
    let name = free_name(app, claims).await?;
    let email = claims.verified_email();
    let known = match &email {
        Some(email) => doing.person_with_email(email).await?,
        None => None,
    };
    let person = match known {
        Some(person) => person,
        None => {
            let person = Person {
                id: 0,
                name: claims.name().unwrap_or(&name).to_owned(),
                email,
                department: None,
                active: true,
            };
            doing.add_person(&person).await?
        }
    };
    let account = NewAccount {
        person,
        name: name.clone(),
        role: role.to_string(),
        password: String::new(),
        created: app.clock.now(),
    };
    let id = doing.add_account(&account).await?;
    let detail = format!("account {name}, {role}, by the provider's word");
    doing
        .add(caller, "person.added", format!("person {person}"), detail)
        .await?;
    Ok(id)
}

/// A name to sign in with that nobody has: what the provider says, as far as it is plain, and a number where it is taken.
async fn free_name(app: &App, claims: &Claims) -> Result<String, Refused> {
    let email = claims.verified_email();
    let said = claims
        .short_name()
        .map(str::to_owned)
        .or_else(|| email.and_then(|email| email.split('@').next().map(str::to_owned)))
        .unwrap_or_else(|| "somebody".to_owned());
    let plain: String = said
        .to_lowercase()
        .chars()
        .filter(|letter| name_objection(&format!("aa{letter}")).is_none())
        .take(50)
        .collect();
    let plain = if plain.len() < 2 {
        "somebody".to_owned()
    } else {
        plain
    };
    for number in 1..100 {
        let name = if number == 1 {
            plain.clone()
        } else {
            format!("{plain}-{number}")
        };
        if app.store.account_named(&name).await?.is_none() {
            return Ok(name);
        }
    }
    Err(Refused::Unknown("too many have that name"))
}

/// Makes of an account what its holder's group says. The last admin who can come in stays one.
async fn apply(
    app: &App,
    doing: &mut Doing<'_>,
    caller: &Caller,
    account: &Account,
    mapped: &Mapped,
) -> Result<(), Refused> {
    let subject = format!("account {}", account.name);
    let is_emptied = mapped.role != Role::Admin.as_str() && is_lone_admin(app, account).await?;
    if account.role != mapped.role && !is_emptied {
        doing.set_role(account.id, &mapped.role, true).await?;
        let detail = format!(
            "{} instead of {}, by the group {}",
            mapped.role, account.role, mapped.group
        );
        doing.add(caller, "role.mapped", &subject, detail).await?;
    }
    if !mapped.department.is_empty() {
        let department = doing.department_named(&mapped.department).await?;
        if account.department != Some(department) {
            let mut person = doing.person(account.person).await?;
            person.department = Some(department);
            doing.update_person(&person).await?;
            let detail = format!("department {department}, by the group {}", mapped.group);
            doing.add(caller, "role.mapped", &subject, detail).await?;
        }
    }
    Ok(())
}

/// Binds what the provider calls somebody to the account that they are signed in with.
pub(crate) async fn bind(
    app: &App,
    caller: &Caller,
    provider: &Provider,
    claims: &Claims,
    account: i64,
) -> Result<(), Refused> {
    if caller.actor.as_ref().map(|actor| actor.account) != Some(account) {
        return Err(Refused::Unbelieved("somebody else is signed in by now"));
    }
    let subject = Subject {
        issuer: provider.issuer.clone(),
        subject: claims.subject.clone(),
    };
    let mut doing = app.begin().await?;
    let holder = app.store.account_of_subject(&subject).await?;
    if holder.is_some_and(|holder| holder.id != account) {
        return Err(Refused::Unknown(
            "somebody else here comes in by that name already",
        ));
    }
    doing.bind_subject(&subject, account, app.clock.now()).await?;
    let name = app.store.account(account).await?.name;
    doing
        .keep(
            caller,
            "provider.bound",
            format!("account {name}"),
            &provider.issuer,
        )
        .await?;
    Ok(())
}
