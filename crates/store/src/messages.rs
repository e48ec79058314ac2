//! The outbox: messages that are to be sent, are being sent, were sent, or could not be. Nothing leaves it by itself
//! but what was sent long ago.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value as Json;
use sqlx::any::AnyRow;

use crate::moment::micros;
use crate::sql::{Read as _, Sql};
use crate::{Listed, Page, Store, StoreError, Writing};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMessage {
    /// What tells a receiver that it comes again.
    pub key: String,
    /// By which channel.
    pub channel: i64,
    /// To whom.
    pub person: Option<i64>,
    /// The address of mail; empty elsewhere.
    pub address: String,
    /// What it is about, for the list of messages.
    pub subject: String,
    /// The one finding that it is about.
    pub finding: Option<i64>,
    /// What it says, which the channel brings into its form.
    pub content: Json,
    /// When it was written.
    pub created: Timestamp,
}

/// A message as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number.
    pub id: i64,
    /// What it is.
    pub about: NewMessage,
    /// "waiting", "sending", "sent" or "failed".
    pub state: String,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried next, where it waits.
    pub next_at: Timestamp,
    /// When it was sent, or given up.
    pub ended_at: Option<Timestamp>,
    /// What came of the last try, in words.
    pub outcome: String,
}

/// What came of trying to send one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The other end has it.
    Sent,
    /// It is tried again then.
    Again(Timestamp),
    /// It is not tried again unless somebody asks for it.
    Failed,
}

const COLUMNS: &str = "SELECT id, key, channel, person, address, subject, finding, content, state, tries, next_at, created, ended_at, \
     outcome FROM message";

/// Begins the tries anew, but for the first: whoever has tried before looks whether the other end has it.
const AGAIN: &str = "UPDATE message SET state = 'waiting', tries = CASE WHEN tries > 0 THEN 1 ELSE 0 END, \
     ended_at = NULL, next_at = ";
/// What failed, or waits for a try that is later than now.
const STUCK: &str = "state = 'failed' OR (state = 'waiting' AND tries > 0 AND next_at > ";

impl Writing {
    /// Puts messages into the outbox.
    ///
    /// # Errors
    /// When there is one with the same key, or the database refuses.
    pub async fn add_messages(&mut self, messages: &[NewMessage]) -> Result<(), StoreError> {
        for some in messages.chunks(25) {
            let mut sql = Sql::new(
                "INSERT INTO message (key, channel, person, address, subject, finding, content, next_at, created) VALUES",
            );
            sql.rows(some.iter().map(|message| {
                vec![
                    message.key.as_str().into(),
                    message.channel.into(),
                    message.person.into(),
                    message.address.as_str().into(),
                    message.subject.as_str().into(),
                    message.finding.into(),
                    message.content.to_string().into(),
                    micros(message.created).into(),
                    micros(message.created).into(),
                ]
            }));
            sql.run(self.connection()).await?;
        }
        Ok(())
    }

    /// Takes up messages whose time has come, and such as were taken up by somebody who is not heard of any more. Of
    /// those about one finding by one channel, only the first: they leave in their order. `token` says who holds them,
    /// until then.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_messages(
        &mut self,
        token: &str,
        (now, until): (Timestamp, Timestamp),
        most: i64,
    ) -> Result<Vec<Message>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE state IN ('waiting', 'sending') AND next_at <= ");
        sql.bind(micros(now))
            .add(" AND (state = 'waiting' OR held_until < ");
        sql.bind(micros(now)).add(
            ") AND EXISTS (SELECT 1 FROM channel WHERE channel.id = message.channel AND channel.active = 1) \
             AND NOT EXISTS (SELECT 1 FROM message AS earlier WHERE earlier.channel = message.channel \
             AND earlier.finding = message.finding AND earlier.id < message.id \
             AND earlier.state IN ('waiting', 'sending')) ORDER BY next_at, id LIMIT ",
        );
        sql.bind(most).add(self.dialect().skip_locked());
        let rows = sql.all(self.connection()).await?;
        let mut taken: Vec<Message> = rows.iter().map(message).collect::<Result<_, _>>()?;
        for message in &mut taken {
            let mut sql = Sql::new("UPDATE message SET state = 'sending', tries = tries + 1, token = ");
            sql.bind(token).add(", held_until = ").bind(micros(until));
            sql.add(" WHERE id = ").bind(message.id);
            sql.run(self.connection()).await?;
            "sending".clone_into(&mut message.state);
            message.tries += 1;
        }
        Ok(taken)
    }

    /// Notes what came of sending one; false where somebody else holds it by now.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tried_message(
        &mut self,
        (id, token): (i64, &str),
        tried: Tried,
        outcome: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let (state, next, ended) = match tried {
            Tried::Sent => ("sent", at, Some(at)),
            Tried::Again(next) => ("waiting", next, None),
            Tried::Failed => ("failed", at, Some(at)),
        };
        let mut sql = Sql::new("UPDATE message SET state = ");
        sql.bind(state).add(", next_at = ").bind(micros(next));
        sql.add(", ended_at = ").bind(ended.map(micros));
        sql.add(", outcome = ").bind(outcome);
        sql.add(" WHERE state = 'sending' AND id = ").bind(id);
        sql.add(" AND token = ").bind(token);
        Ok(sql.run(self.connection()).await? > 0)
    }

    /// Has one that failed, or waits for its next try, tried now; false where it is neither. It stays known that it was
    /// tried before, since the other end may have it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn retry_message(&mut self, id: i64, at: Timestamp) -> Result<bool, StoreError> {
        let mut sql = Sql::new(AGAIN);
        sql.bind(micros(at))
            .add(" WHERE state IN ('waiting', 'failed') AND id = ")
            .bind(id);
        Ok(sql.run(self.connection()).await? > 0)
    }

    /// Has all of a channel's that failed, or wait for a later try, tried now, each under its own key: how many those are.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn retry_messages(&mut self, channel: i64, at: Timestamp) -> Result<u64, StoreError> {
        let mut sql = Sql::new(AGAIN);
        sql.bind(micros(at)).add(" WHERE (").add(STUCK).bind(micros(at));
        sql.add(")) AND channel = ").bind(channel);
        sql.run(self.connection()).await
    }

    /// Takes away what was sent before this moment. What failed stays.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_messages(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let mut sql = Sql::new("DELETE FROM message WHERE state = 'sent' AND ended_at < ");
        sql.bind(micros(before));
        sql.run(self.connection()).await
    }
}

impl Store {
    /// Messages in a state, or all of them, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn messages(&self, state: Option<&str>, page: &Page) -> Result<Listed<Message>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.add(" WHERE 1 = 1");
        if let Some(state) = state {
            sql.add(" AND state = ").bind(state);
        }
        if let Some((_, id)) = page.place() {
            sql.add(" AND id < ").bind(id);
        }
        sql.add(" ORDER BY id DESC LIMIT ").bind(page.limit());
        let rows = sql.all(&mut *self.reader().await?).await?;
        let messages: Vec<Message> = rows.iter().map(message).collect::<Result<_, _>>()?;
        Ok(page.cut(messages, |message| (0, message.id)))
    }

    /// How many of each channel's messages failed, or wait for a later try; none where there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stuck_messages(&self, now: Timestamp) -> Result<BTreeMap<i64, u64>, StoreError> {
        let mut sql = Sql::new("SELECT channel, COUNT(*) AS messages FROM message WHERE ");
        sql.add(STUCK).bind(micros(now)).add(") GROUP BY channel");
        let rows = sql.all(&mut *self.reader().await?).await?;
        let stuck = |row: &AnyRow| Ok((row.number("channel")?, row.count("messages")?));
        rows.iter().map(stuck).collect()
    }

    /// How many messages are in a state. Nobody should ask of those that were sent: they may be many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn messages_in(&self, state: &str) -> Result<u64, StoreError> {
        let mut sql = Sql::new("SELECT COUNT(*) AS messages FROM message WHERE state = ");
        sql.bind(state);
        let rows = sql.all(&mut *self.reader().await?).await?;
        rows.first().map_or(Ok(0), |row| row.count("messages"))
    }
}

fn message(row: &AnyRow) -> Result<Message, StoreError> {
    Ok(Message {
        id: row.number("id")?,
        about: NewMessage {
            key: row.text("key")?,
            channel: row.number("channel")?,
            person: row.maybe_number("person")?,
            address: row.text("address")?,
            subject: row.text("subject")?,
            finding: row.maybe_number("finding")?,
            content: row.json("content")?,
            created: row.moment("created")?,
        },
        state: row.text("state")?,
        tries: row.number("tries")?,
        next_at: row.moment("next_at")?,
        ended_at: row.maybe_moment("ended_at")?,
        outcome: row.text("outcome")?,
    })
}
